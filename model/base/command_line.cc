#include "model/base/command_line.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <utility>

#include "model/base/error.h"

namespace headscope {
namespace {

// CLI11 reads -1 as the largest number there is.
CLI::Option* FromZeroOn(CLI::Option* option) {
  const auto complaint = [](const std::string& text) {
    return text.starts_with('-') ? "expected a number from 0 on, found " + text : std::string();
  };
  return option->check(CLI::Validator(complaint, ""));
}

template <typename T>
Flag Bind(CLI::App* app, const std::string& names, T& value, const std::string& help) {
  return Flag(app->add_option(names, value, help)->capture_default_str());
}

// CLI11's own checks print 1 as 1.000000, and no upper bound as 309 digits.
CLI::Validator Numbers(const std::string& which, const std::function<bool(double)>& belongs) {
  const auto complaint = [which, belongs](const std::string& text) {
    double value = 0.0;
    if (CLI::detail::lexical_cast(text, value) && belongs(value)) return std::string();
    return fmt::format("expected {}, found {}", which, text);
  };
  return CLI::Validator(complaint, which);
}

// Where a command of its own is missing: CLI11 says neither which there are nor what it found
// instead. Otherwise "".
std::string ComplaintAboutCommand(const CLI::App* app) {
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  if (app->get_require_subcommand_min() == 0) return "";
  std::vector<std::string> names;
  for (const CLI::App* command : app->get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  const std::vector<std::string> found = app->remaining();
  return fmt::format("{}expected a command of {}, found {}",
                     app->get_parent() == nullptr ? "" : app->get_name() + ": ",
                     fmt::join(names, ", "), found.empty() ? "none" : found.front());
}

}  // namespace

Flag& Flag::Required() {
  option_->required();
  return *this;
}

Flag& Flag::Range(double low, double high) {
  option_->check(Numbers(fmt::format("{} to {}", low, high),
                         [low, high](double value) { return value >= low && value <= high; }));
  return *this;
}

Flag& Flag::Positive() {
  option_->check(Numbers("above 0", [](double value) { return value > 0.0; }));
  return *this;
}

Flag& Flag::OneOf(const std::vector<std::string>& values) {
  option_->check(CLI::IsMember(values));
  return *this;
}

Flag& Flag::Excludes(const Flag& other) {
  option_->excludes(other.option_);
  return *this;
}

Flag& Flag::Environment(const std::string& variable) {
  option_->envname(variable);
  return *this;
}

Flag& Flag::SplitAt(char separator) {
  option_->delimiter(separator);
  return *this;
}

bool Flag::Given() const { return option_->count() > 0; }

std::vector<std::string> Flag::Values() const { return option_->results(); }

std::string Flag::Name() const { return option_->get_name(); }

Command Command::Subcommand(const std::string& name, const std::string& description) const {
  return Command(app_->add_subcommand(name, description));
}

void Command::ExpectSubcommand() const { app_->require_subcommand(1); }

void Command::Footer(const std::string& text) const { app_->footer(text); }

void Command::OnRun(std::function<void()> run) const { app_->callback(std::move(run)); }

Flag Command::Option(const std::string& names, std::string& value, const std::string& help) const {
  CLI::Option* option = app_->add_option(names, value, help);
  if (!value.empty()) option->capture_default_str();
  return Flag(option);
}

Flag Command::Option(const std::string& names, std::vector<std::string>& values,
                     const std::string& help) const {
  CLI::Option* option = app_->add_option(names, values, help);
  if (!values.empty()) option->capture_default_str();
  return Flag(option);
}

Flag Command::Option(const std::string& names, int& value, const std::string& help) const {
  return Bind(app_, names, value, help);
}

Flag Command::Option(const std::string& names, unsigned& value, const std::string& help) const {
  return Flag(FromZeroOn(app_->add_option(names, value, help)->capture_default_str()));
}

Flag Command::Option(const std::string& names, unsigned long& value,
                     const std::string& help) const {
  return Flag(FromZeroOn(app_->add_option(names, value, help)->capture_default_str()));
}

Flag Command::Option(const std::string& names, unsigned long long& value,
                     const std::string& help) const {
  return Flag(FromZeroOn(app_->add_option(names, value, help)->capture_default_str()));
}

Flag Command::Option(const std::string& names, double& value, const std::string& help) const {
  return Bind(app_, names, value, help);
}

Flag Command::Option(const std::string& names, std::optional<uint64_t>& value,
                     const std::string& help) const {
  return Flag(FromZeroOn(app_->add_option(names, value, help)));
}

Flag Command::Switch(const std::string& names, bool& value, const std::string& help) const {
  return Flag(app_->add_flag(names, value, help));
}

Flag Command::FreeOption(const std::string& name, const std::string& default_text,
                         const std::string& help) const {
  return Flag(app_->add_option(name, help)->expected(1)->default_str(default_text));
}

Flag Command::FreeList(const std::string& name, const std::string& default_text,
                       const std::string& help) const {
  return Flag(app_->add_option(name, help)
                  ->expected(1, CLI::detail::expected_max_vector_size)
                  ->allow_extra_args()
                  ->default_str(default_text));
}

Flag Command::FreeSwitch(const std::string& name, const std::string& help) const {
  return Flag(app_->add_flag(fmt::format("{},!--no-{}", name, name.substr(2)), help));
}

Program::Program(const std::string& description) : app_(std::make_unique<CLI::App>(description)) {
  app_->require_subcommand(1);
}

Program::~Program() = default;

Command Program::Root() { return Command(app_.get()); }

void Program::SetVersion(std::function<std::string()> text) {
  app_->set_version_flag("--version", std::move(text), "Print commit, compiler and SIMD target");
}

int Program::Run(int argc, const char* const* argv) {
  if (argc == 1) {
    fmt::print("{}", app_->help());
    return 1;
  }
  try {
    app_->parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    const std::string complaint = ComplaintAboutCommand(app_.get());
    if (complaint.empty()) return app_->exit(error);
    fmt::print(stderr, "headscope: error: {}\n", complaint);
    return error.get_exit_code();
  } catch (const CLI::ParseError& error) {
    return app_->exit(error);
  } catch (const ExitStatus& exit) {
    return exit.status;
  } catch (const std::exception& error) {
    fmt::print(stderr, "headscope: error: {}\n", error.what());
    return 1;
  }
  return 0;
}

void Program::Run(std::vector<std::string> arguments) {
  std::reverse(arguments.begin(), arguments.end());  // CLI11's order
  try {
    app_->parse(arguments);
  } catch (const CLI::RequiredError& error) {
    const std::string complaint = ComplaintAboutCommand(app_.get());
    Fail("{}", complaint.empty() ? error.what() : complaint);
  } catch (const CLI::ParseError& error) {
    Fail("{}", error.what());
  }
}

}  // namespace headscope
