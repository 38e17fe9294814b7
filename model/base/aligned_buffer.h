// An owner of one zero-initialised block of memory, aligned for every SIMD target.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace headscope {

template <typename T>
class AlignedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  static constexpr size_t kAlignment = 64;

  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t size) { Reset(size); }
  AlignedBuffer(AlignedBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  AlignedBuffer(const AlignedBuffer&) = delete;
  AlignedBuffer& operator=(const AlignedBuffer&) = delete;
  ~AlignedBuffer() { std::free(data_); }

  // Makes the buffer hold exactly `size` zeros. Memory is reused when it suffices.
  void Reset(size_t size) {
    EnsureSize(size);
    if (size != 0) std::memset(data_, 0, size * sizeof(T));
  }

  // Makes room for `size` elements without promising their values; keeps the memory when it
  // suffices, so that a training loop allocates nothing once it has seen its largest batch.
  void EnsureSize(size_t size) {
    if (size > capacity_) {
      std::free(data_);
      data_ = nullptr;
      size_ = capacity_ = 0;
      if (size > (static_cast<size_t>(-1) - kAlignment) / sizeof(T)) throw std::bad_alloc();
      const size_t bytes = (size * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
      data_ = static_cast<T*>(std::aligned_alloc(kAlignment, bytes));
      if (data_ == nullptr) throw std::bad_alloc();
      std::memset(data_, 0, bytes);
      capacity_ = size;
    }
    size_ = size;
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  std::span<T> Span() { return {data_, size_}; }
  std::span<const T> Span() const { return {data_, size_}; }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace headscope
