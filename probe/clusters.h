// What varies together in a file: the sentences of a document share a writer, a topic and a genre,
// so that intervals and tests that took them for independent would be too narrow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "probe/estimate.h"

namespace headscope {

// The units of intervals and tests: documents where the file has kFewestDocuments, else each
// sentence (or segment) by itself.
class Clusters {
 public:
  static constexpr uint64_t kFewestDocuments = 10;

  Clusters() = default;  // of no sentence
  explicit Clusters(uint64_t num_documents) : by_document_(num_documents >= kFewestDocuments) {}

  // The next sentence, and its document; documents come one after the other. Clusters are numbered
  // 0, 1, … as they come: a document without a sentence is none.
  void Add(size_t document);

  // Of a sentence, in the order added.
  size_t operator[](size_t sentence) const { return clusters_[sentence]; }
  size_t Count() const { return clusters_.empty() ? 0 : clusters_.back() + size_t{1}; }
  // Their number and name; `otherwise` names what is not by document.
  ClusterFacts Facts(const char* otherwise = "sentences") const {
    return {by_document_ ? "documents" : otherwise, Count()};
  }

 private:
  bool by_document_ = false;
  size_t last_document_ = 0;
  std::vector<uint32_t> clusters_;  // [sentences]
};

}  // namespace headscope
