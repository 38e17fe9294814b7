// The program's commands and their flags. CLI11 does the work, behind this door: a file that
// includes it compiles four seconds longer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace headscope {

// A flag or positional argument that was added to a command; its conditions are checked before the
// command runs, and --help names them.
class Flag {
 public:
  explicit Flag(CLI::Option* option) : option_(option) {}

  Flag& Required();
  Flag& Range(double low, double high);  // both ends belong to it
  Flag& Positive();
  Flag& OneOf(const std::vector<std::string>& values);
  Flag& Excludes(const Flag& other);
  Flag& Environment(const std::string& variable);  // where the value is taken from without the flag
  Flag& SplitAt(char separator);                   // of a list

  // Once the command line was read:
  bool Given() const;
  std::vector<std::string> Values() const;  // as typed; a switch gives "true" or "false"
  std::string Name() const;

 private:
  CLI::Option* option_;
};

// A handle, to be copied. What it binds (`value`) must live until the command has run; its value at
// that moment is shown as the default.
class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}

  Command Subcommand(const std::string& name, const std::string& description) const;
  void ExpectSubcommand() const;
  void Footer(const std::string& text) const;
  void OnRun(std::function<void()> run) const;

  // `names` as "--name", "-n,--name", or "NAME" for a positional argument.
  Flag Option(const std::string& names, std::string& value, const std::string& help) const;
  Flag Option(const std::string& names, std::vector<std::string>& values,
              const std::string& help) const;
  Flag Option(const std::string& names, int& value, const std::string& help) const;
  Flag Option(const std::string& names, unsigned& value, const std::string& help) const;
  Flag Option(const std::string& names, unsigned long& value, const std::string& help) const;
  Flag Option(const std::string& names, unsigned long long& value, const std::string& help) const;
  Flag Option(const std::string& names, double& value, const std::string& help) const;
  Flag Option(const std::string& names, std::optional<uint64_t>& value,
              const std::string& help) const;
  Flag Switch(const std::string& names, bool& value, const std::string& help) const;

  // Bound to nothing: whoever added them reads Values(). A switch "--x" has its "--no-x".
  Flag FreeOption(const std::string& name, const std::string& default_text,
                  const std::string& help) const;
  Flag FreeList(const std::string& name, const std::string& default_text,
                const std::string& help) const;
  Flag FreeSwitch(const std::string& name, const std::string& help) const;

 private:
  CLI::App* app_;
};

// Thrown by a command that ends the program with a status of its own and has said why.
struct ExitStatus {
  int status;
};

class Program {
 public:
  explicit Program(const std::string& description);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  Command Root();
  // --version prints what `text` gives.
  void SetVersion(std::function<std::string()> text);

  // Runs the named command; prints help, or an error as one line. The exit status.
  int Run(int argc, const char* const* argv);
  // The same for arguments without the program's name, throwing instead of printing: Error for
  // arguments that cannot be, and whatever the command throws.
  void Run(std::vector<std::string> arguments);

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace headscope
