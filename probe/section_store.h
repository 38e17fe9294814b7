// Sections of `probe all` that are done, kept so that a later run need not make them again.
#pragma once

#include <optional>
#include <string>

#include "probe/suite_study.h"

namespace headscope {

class SectionStore {
 public:
  // `identity`: what all sections depend on.
  SectionStore(std::string folder, std::string identity);
  // Nothing when there is none of the same identity, or it cannot be read.
  std::optional<SuiteSection> Load(const std::string& name) const;
  void Save(const SuiteSection& section) const;

 private:
  std::string PathOf(const std::string& name) const { return folder_ + "/" + name + ".json"; }

  std::string folder_, identity_;
};

}  // namespace headscope
