#include "probe/clusters.h"

namespace headscope {

void Clusters::Add(size_t document) {
  const bool same = by_document_ && !clusters_.empty() && document == last_document_;
  clusters_.push_back(static_cast<uint32_t>(same ? clusters_.back() : Count()));
  last_document_ = document;
}

}  // namespace headscope
