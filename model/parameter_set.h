// The one list of parameters (law L3). A layout names the tensors in order; values, gradients and
// both Adam moments are four buffers of the same layout.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/base/aligned_buffer.h"
#include "model/base/tensor.h"

namespace headscope {

enum class Init { kNormal, kSinusoidal, kZeros, kOnes };

// Floats begin to end - 1.
struct Stretch {
  size_t begin = 0, end = 0;
  size_t Size() const { return end - begin; }
};

struct ParameterSpec {
  std::string name = {};  // HuggingFace's, e.g. "bert.encoder.layer.0.attention.self.query.weight"
  std::vector<size_t> shape =
      {};  // one or two dimensions; matrices are [out, in] as HuggingFace stores them
  Init init = Init::kZeros;
  float init_scale = 1.0f;  // times the model's initializer_range, for kNormal and kSinusoidal
  bool decays = false;      // takes part in weight decay
  bool trainable = true;    // false: no update, no decay, no part in the clipping norm
  // What of a trainable tensor is treated as if it were not: stretches of its own floats,
  // ascending.
  std::vector<Stretch> frozen = {};
  // Of what is trained beside the model and must not disturb it: no part in the clipping norm, not
  // clipped, and its own multiple of the learning rate.
  bool bystander = false;
  float rate_scale = 1.0f;
  std::string alias_of =
      {};  // a tied tensor: the name of the one that holds the values; takes no space itself
  size_t offset = 0;  // in floats, into the buffer
  size_t size = 0;

  std::string ShapeString() const;  // "[256, 64]"
};

// What of a tensor is trained: stretches of the buffer, ascending; none of an alias.
std::vector<Stretch> TrainedStretches(const ParameterSpec& spec);

class ParameterLayout {
 public:
  // Appends a tensor behind the last one, without any gap: tensors added in a row are adjacent in
  // memory.
  void Add(ParameterSpec spec);
  const std::vector<ParameterSpec>& Specs() const { return specs_; }
  size_t TotalSize() const { return total_size_; }  // in floats
  bool Contains(const std::string& name) const { return index_.contains(name); }
  // Aliases resolve to the tensor that holds the values. Throws Error for an unknown name.
  const ParameterSpec& Find(const std::string& name) const;

 private:
  std::vector<ParameterSpec> specs_;
  std::unordered_map<std::string, size_t> index_;
  size_t total_size_ = 0;
};

// One buffer of a layout, zero at first.
class ParameterSet {
 public:
  explicit ParameterSet(std::shared_ptr<const ParameterLayout> layout)
      : layout_(std::move(layout)), data_(layout_->TotalSize()) {}

  const ParameterLayout& Layout() const { return *layout_; }
  std::shared_ptr<const ParameterLayout> SharedLayout() const { return layout_; }

  // The tensor as a matrix; a vector [n] is one row [1, n].
  Matrix At(const std::string& name) { return View<float>(data_.data(), name); }
  ConstMatrix At(const std::string& name) const { return View<const float>(data_.data(), name); }
  std::span<float> Data() { return data_.Span(); }
  std::span<const float> Data() const { return data_.Span(); }
  void SetZero() { data_.Reset(data_.size()); }

 private:
  template <typename T>
  BasicMatrix<T> View(T* data, const std::string& name) const {
    const ParameterSpec& spec = layout_->Find(name);
    const size_t rows = spec.shape.size() == 1 ? 1 : spec.shape[0];
    return {data + spec.offset, rows, spec.shape.back()};
  }

  std::shared_ptr<const ParameterLayout> layout_;
  AlignedBuffer<float> data_;
};

// Draws every kNormal tensor from N(0, (init_scale * initializer_range)^2), each from its own
// stream keyed by its place in the layout; the others become 0 or 1.
void InitialiseParameters(float initializer_range, uint64_t seed, ParameterSet& parameters);

}  // namespace headscope
