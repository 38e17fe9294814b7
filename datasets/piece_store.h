// A long row of piece ids in little memory: two bytes each while the vocabulary fits in them, else
// four.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace headscope {

class PieceStore {
 public:
  explicit PieceStore(size_t vocabulary_size) : is_narrow_(vocabulary_size <= size_t{1} << 16) {}

  void Append(std::span<const int32_t> ids) {
    for (const int32_t id : ids) {
      assert(id >= 0);
      if (is_narrow_) {
        narrow_.push_back(static_cast<uint16_t>(id));
      } else {
        wide_.push_back(id);
      }
    }
  }
  int32_t operator[](size_t i) const { return is_narrow_ ? narrow_[i] : wide_[i]; }
  size_t Size() const { return is_narrow_ ? narrow_.size() : wide_.size(); }

 private:
  bool is_narrow_;
  std::vector<uint16_t> narrow_;
  std::vector<int32_t> wide_;
};

}  // namespace headscope
