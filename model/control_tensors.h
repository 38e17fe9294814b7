// Names of the tensors that belong to a control of attention, not to BERT: they stand behind the
// model's in its layout, and lie in a file of their own beside it.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace headscope {

inline constexpr std::string_view kControlPrefix = "attention_control.";

// "attention_control.L0H1.logits"
inline std::string ControlTensor(size_t layer, size_t head, std::string_view what) {
  return fmt::format("{}L{}H{}.{}", kControlPrefix, layer, head, what);
}

inline bool IsControlTensor(std::string_view name) { return name.starts_with(kControlPrefix); }

}  // namespace headscope
