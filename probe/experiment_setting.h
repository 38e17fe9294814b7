// What `experiment run --set` changes of an experiment's file.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "train/config_field.h"
#include "train/config_file.h"

namespace headscope {

// "key=value" over a file: a key of [experiment] or of the fine-tuning; pretraining.KEY of the
// pretraining. Throws Error where it is neither.
class ExperimentSetting {
 public:
  explicit ExperimentSetting(const std::string& text);

  const std::string& Text() const { return text_; }
  bool IsOfPretraining() const { return is_of_pretraining_; }
  // Sets the field of that key. Throws Error if there is none, or the value is none of its kind.
  void Apply(const std::vector<ConfigField>& fields) const;

 private:
  static constexpr std::string_view kPretraining = "pretraining.";

  // The value as TOML or, where it is none (a bare word), as a string or a list of one.
  std::unique_ptr<ConfigDocument> Document(bool is_list) const;

  std::string text_, key_, value_;
  bool is_of_pretraining_ = false;
};

}  // namespace headscope
