// The safetensors format (https://huggingface.co/docs/safetensors): 8 bytes little-endian header
// length, a JSON header
// {"name": {"dtype", "shape", "data_offsets": [begin, end]}, …, "__metadata__": {string: string}},
// then the tensors' bytes.
//
// The reader believes nothing: the header's length is checked against the file before anything is
// allocated, offsets must tile the data exactly (no hole, no overlap, nothing behind), sizes are
// multiplied with overflow checks, and repeated keys are refused. Every Error names the file and
// the tensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

struct SafetensorsEntry {
  std::string name;
  std::string dtype;          // "F32", "I64", …
  std::vector<size_t> shape;  // empty for a scalar
  size_t begin = 0, end = 0;  // bytes within the data, after the header

  size_t NumElements() const;       // the product of a checked shape
  std::string ShapeString() const;  // "[256, 64]"
};

// A file open for reading. Only the header is in memory; tensors are read when asked for.
class SafetensorsFile {
 public:
  static constexpr size_t kMaxHeaderBytes = 100'000'000;  // the format's own limit

  // Reads and checks the header. Throws Error.
  explicit SafetensorsFile(const std::string& path);
  ~SafetensorsFile();
  SafetensorsFile(const SafetensorsFile&) = delete;
  SafetensorsFile& operator=(const SafetensorsFile&) = delete;

  const std::string& Path() const { return path_; }
  const std::vector<SafetensorsEntry>& Entries() const { return entries_; }  // in order of offsets
  const std::map<std::string, std::string>& Metadata() const { return metadata_; }
  bool Contains(const std::string& name) const { return index_.contains(name); }
  // Throws Error when the file has no such tensor.
  const SafetensorsEntry& Find(const std::string& name) const;

  // The tensor's numbers; F16 and BF16 are widened exactly. Throws Error when `out` is not its
  // size, the dtype is no float of at most 32 bits, the file has shrunk, or a value is NaN or
  // infinite (tensor and index are named).
  void ReadFloats(const std::string& name, std::span<float> out) const;
  // The same for I32 and I64 tensors.
  std::vector<int64_t> ReadIntegers(const std::string& name) const;
  // The bytes as they are.
  std::string ReadBytes(const std::string& name) const;

 private:
  void ReadAt(size_t offset, char* out, size_t size, const std::string& what) const;
  void ReadHeader();

  std::string path_;
  int descriptor_ = -1;
  size_t data_start_ = 0;
  std::vector<SafetensorsEntry> entries_;
  std::map<std::string, size_t> index_;
  std::map<std::string, std::string> metadata_;
};

// Throws Error "{where}: tensor {name}: expected finite numbers, found nan at [3, 7]".
void CheckFinite(std::span<const float> values, std::span<const size_t> shape,
                 const std::string& name, const std::string& where);

// Bytes per element of a dtype, 0 when it is unknown.
size_t SafetensorsElementBytes(std::string_view dtype);

}  // namespace headscope
