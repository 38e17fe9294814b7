// Writing safetensors files (the format is described in safetensors.h): atomically, and the same
// input gives the same bytes.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/base/file.h"
#include "model/safetensors.h"

namespace headscope {

using SafetensorsMetadata = std::map<std::string, std::string>;

// transformers refuses files whose metadata does not say which framework's layout they have.
inline const SafetensorsMetadata& DefaultSafetensorsMetadata() {
  static const SafetensorsMetadata metadata{{"format", "pt"}};
  return metadata;
}

// Computes begin and end of every entry, back to back in the given order, and returns the bytes
// before the data: the header's length and the header, padded with spaces so that the data starts
// at a multiple of 8. Throws Error on an unknown dtype, a repeated name, or a header above the
// format's limit.
std::string LayOutSafetensors(std::span<SafetensorsEntry> entries,
                              const SafetensorsMetadata& metadata, const std::string& path);

// A tensor to be written: a view of its bytes.
struct SafetensorsTensor {
  std::string name;
  std::string dtype;
  std::vector<size_t> shape;
  std::string_view bytes;
};
SafetensorsTensor FloatTensor(std::string name, std::vector<size_t> shape,
                              std::span<const float> values);

// Writes a whole file, tensors in the given order. Throws Error.
void WriteSafetensors(const std::string& path, std::span<const SafetensorsTensor> tensors,
                      const SafetensorsMetadata& metadata = DefaultSafetensorsMetadata());

// Writes tensors one after another, for files larger than memory: all names and shapes are declared
// first, then the bytes are given in the same order, in pieces of any size. The file appears under
// its name at Commit.
class SafetensorsStream {
 public:
  SafetensorsStream(const std::string& path, std::vector<SafetensorsEntry> entries,
                    const SafetensorsMetadata& metadata = DefaultSafetensorsMetadata());
  void Write(std::string_view bytes);
  // Throws Error when more or fewer bytes were written than declared.
  void Commit();
  size_t TotalBytes() const { return data_bytes_; }

 private:
  std::string path_;
  std::string header_;
  size_t data_bytes_ = 0;
  size_t written_ = 0;
  AtomicFile file_;
};

}  // namespace headscope
