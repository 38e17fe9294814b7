#include "train/run_state.h"

#include <charconv>
#include <vector>

#include "model/base/error.h"
#include "model/safetensors.h"
#include "model/safetensors_writer.h"

namespace headscope {
namespace {

constexpr const char* kFormat = "headscope-state-1";

using Metadata = std::map<std::string, std::string>;

// The counters under their names, for reading and writing alike. Doubles as shortest text that
// reads back exactly.
template <typename State, typename Visit>
void VisitCounters(State& state, const Visit& visit) {
  visit("step", state.step);
  visit("tokens", state.tokens);
  visit("window.steps", state.window.steps);
  visit("window.loss_sum", state.window.loss.sum);
  visit("window.predictions", state.window.loss.predictions);
  visit("window.tokens", state.window.loss.tokens);
  visit("window.gradient_norms", state.window.gradient_norms);
  visit("held_out.step", state.held_out_step);
  visit("held_out.loss_sum", state.held_out.sum);
  visit("held_out.predictions", state.held_out.predictions);
  visit("held_out.tokens", state.held_out.tokens);
}

template <typename State, typename Visit>
void VisitBuffers(State& state, const Visit& visit) {
  visit("weights.", state.parameters);
  visit("first_moment.", state.moments.first);
  visit("second_moment.", state.moments.second);
}

const std::string& Entry(const std::string& path, const Metadata& metadata,
                         const std::string& name) {
  const auto found = metadata.find(name);
  if (found == metadata.end()) Fail("{}: expected an entry \"{}\", found none", path, name);
  return found->second;
}

void CheckIdentity(const std::string& path, const Metadata& metadata, const Metadata& identity) {
  for (const auto& [name, expected] : identity) {
    const std::string& found = Entry(path, metadata, name);
    if (found != expected) {
      Fail("{}: the state belongs to another run: expected {} {}, found {}", path, name, expected,
           found);
    }
  }
}

}  // namespace

void SaveRunState(const std::string& path, const TrainingState& state,
                  const std::map<std::string, std::string>& identity) {
  Metadata metadata = identity;
  metadata["format"] = kFormat;
  metadata["position"] = state.position;
  VisitCounters(state, [&](const char* name, const auto& value) {
    metadata[name] = fmt::format("{}", value);
  });
  std::vector<SafetensorsTensor> tensors;
  VisitBuffers(state, [&](const std::string& prefix, const ParameterSet& buffer) {
    for (const ParameterSpec& spec : buffer.Layout().Specs()) {
      if (!spec.alias_of.empty()) continue;
      tensors.push_back(FloatTensor(prefix + spec.name, spec.shape,
                                    buffer.Data().subspan(spec.offset, spec.size)));
    }
  });
  WriteSafetensors(path, tensors, metadata);
}

void LoadRunState(const std::string& path, const std::map<std::string, std::string>& identity,
                  TrainingState& state) {
  const SafetensorsFile file(path);
  const Metadata& metadata = file.Metadata();
  if (Entry(path, metadata, "format") != kFormat) {
    Fail("{}: expected the format {}, found {}", path, kFormat, metadata.at("format"));
  }
  CheckIdentity(path, metadata, identity);
  state.position = Entry(path, metadata, "position");
  VisitCounters(state, [&](const char* name, auto& value) {
    const std::string& text = Entry(path, metadata, name);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      Fail("{}: {}: expected a number, found \"{}\"", path, name, text);
    }
  });
  VisitBuffers(state, [&](const std::string& prefix, ParameterSet& buffer) {
    for (const ParameterSpec& spec : buffer.Layout().Specs()) {
      if (!spec.alias_of.empty()) continue;
      const SafetensorsEntry& entry = file.Find(prefix + spec.name);
      if (entry.shape != spec.shape) {
        Fail("{}: tensor {}: expected shape {}, found {}", path, entry.name, spec.ShapeString(),
             entry.ShapeString());
      }
      file.ReadFloats(entry.name, buffer.Data().subspan(spec.offset, spec.size));
    }
  });
}

}  // namespace headscope
