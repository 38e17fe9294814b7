#include "model/safetensors.h"

#include <fcntl.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <optional>

#include "model/base/error.h"
#include "model/strict_json.h"

namespace headscope {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "tensors are stored little-endian");

constexpr size_t kLengthBytes = 8;

// nullopt when the product does not fit.
std::optional<size_t> CheckedBytes(std::span<const size_t> shape, size_t element_bytes) {
  size_t bytes = element_bytes;
  for (const size_t extent : shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return std::nullopt;
  }
  return bytes;
}

std::string IndexString(size_t flat, std::span<const size_t> shape) {
  std::vector<size_t> index(shape.size());
  for (size_t d = shape.size(); d-- > 0;) {
    index[d] = flat % shape[d];
    flat /= shape[d];
  }
  return fmt::format("[{}]", fmt::join(index, ", "));
}

std::vector<size_t> ReadSizes(const json& entry, const char* key, const std::string& where) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_array()) Fail("{}: expected an array {}", where, key);
  std::vector<size_t> sizes;
  for (const json& element : *found) {
    if (!element.is_number_unsigned()) {
      Fail("{}: {}: expected non-negative integers below 2^64, found {}", where, key,
           element.dump());
    }
    sizes.push_back(element.get<size_t>());
  }
  return sizes;
}

SafetensorsEntry ReadEntry(const std::string& name, const json& description,
                           const std::string& path) {
  const std::string where = fmt::format("{}: tensor {}", path, name);
  if (!description.is_object()) Fail("{}: expected an object in the header", where);
  SafetensorsEntry entry;
  entry.name = name;
  const auto dtype = description.find("dtype");
  if (dtype == description.end() || !dtype->is_string()) Fail("{}: expected a dtype", where);
  entry.dtype = dtype->get<std::string>();
  const size_t element_bytes = SafetensorsElementBytes(entry.dtype);
  if (element_bytes == 0) Fail("{}: unknown dtype \"{}\"", where, entry.dtype);
  entry.shape = ReadSizes(description, "shape", where);
  const std::vector<size_t> offsets = ReadSizes(description, "data_offsets", where);
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    Fail("{}: data_offsets: expected [begin, end] with begin <= end, found [{}]", where,
         fmt::join(offsets, ", "));
  }
  entry.begin = offsets[0];
  entry.end = offsets[1];
  const std::optional<size_t> bytes = CheckedBytes(entry.shape, element_bytes);
  if (!bytes) Fail("{}: shape {} is larger than any file", where, entry.ShapeString());
  if (*bytes != entry.end - entry.begin) {
    Fail("{}: expected {} bytes for {} {}, found data_offsets [{}, {}], {} bytes", where, *bytes,
         entry.dtype, entry.ShapeString(), entry.begin, entry.end, entry.end - entry.begin);
  }
  return entry;
}

// The tensors, sorted by offset, must cover the data from its first byte to its last.
void CheckTiling(std::span<const SafetensorsEntry> entries, size_t data_bytes,
                 const std::string& path) {
  size_t covered = 0;
  const SafetensorsEntry* previous = nullptr;
  for (const SafetensorsEntry& entry : entries) {
    if (entry.begin < covered) {
      Fail("{}: tensor {}: bytes [{}, {}) overlap tensor {}, which ends at {}", path, entry.name,
           entry.begin, entry.end, previous->name, covered);
    }
    if (entry.begin > covered) {
      Fail(
          "{}: tensor {}: expected to start at byte {}, found {}: a hole that belongs to no tensor",
          path, entry.name, covered, entry.begin);
    }
    if (entry.end > data_bytes) {
      Fail("{}: truncated: tensor {} ends at byte {} of the data, found only {} bytes", path,
           entry.name, entry.end, data_bytes);
    }
    covered = entry.end;
    previous = &entry;
  }
  if (covered != data_bytes) {
    Fail("{}: expected {} bytes of data, found {}: bytes behind the last tensor", path, covered,
         data_bytes);
  }
}

// IEEE half precision, exactly.
float FloatOfHalf(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 0x1fu;
  const uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0) {  // zero and subnormals: mantissa * 2^-24
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  const uint32_t wide_exponent = exponent == 0x1f ? 0xffu : exponent + 112;
  return std::bit_cast<float>(sign | wide_exponent << 23 | mantissa << 13);
}

float FloatOfBfloat(uint16_t half) {
  return std::bit_cast<float>(static_cast<uint32_t>(half) << 16);
}

}  // namespace

size_t SafetensorsElementBytes(std::string_view dtype) {
  if (dtype == "F32" || dtype == "I32" || dtype == "U32") return 4;
  if (dtype == "F64" || dtype == "I64" || dtype == "U64") return 8;
  if (dtype == "F16" || dtype == "BF16" || dtype == "I16" || dtype == "U16") return 2;
  if (dtype == "BOOL" || dtype == "U8" || dtype == "I8" || dtype == "F8_E4M3" ||
      dtype == "F8_E5M2") {
    return 1;
  }
  return 0;
}

size_t SafetensorsEntry::NumElements() const {
  size_t count = 1;
  for (const size_t extent : shape) count *= extent;
  return count;
}

std::string SafetensorsEntry::ShapeString() const {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

SafetensorsFile::SafetensorsFile(const std::string& path)
    : path_(path), descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) Fail("{}: cannot open: {}", path, std::strerror(errno));
  try {
    ReadHeader();
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

SafetensorsFile::~SafetensorsFile() { close(descriptor_); }

void SafetensorsFile::ReadHeader() {
  struct stat status;
  if (fstat(descriptor_, &status) != 0) Fail("{}: cannot read: {}", path_, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) Fail("{}: expected a regular file", path_);
  const size_t file_bytes = static_cast<size_t>(status.st_size);
  if (file_bytes < kLengthBytes) {
    Fail("{}: truncated: expected at least {} bytes, found {}", path_, kLengthBytes, file_bytes);
  }
  uint64_t header_bytes = 0;
  ReadAt(0, reinterpret_cast<char*>(&header_bytes), kLengthBytes, "header length");
  if (header_bytes > kMaxHeaderBytes) {
    Fail("{}: expected a header of at most {} bytes, found length {}: not a safetensors file",
         path_, kMaxHeaderBytes, header_bytes);
  }
  if (header_bytes > file_bytes - kLengthBytes) {
    Fail("{}: truncated: expected a header of {} bytes, found {}", path_, header_bytes,
         file_bytes - kLengthBytes);
  }
  data_start_ = kLengthBytes + header_bytes;
  std::string header(header_bytes, '\0');
  ReadAt(kLengthBytes, header.data(), header.size(), "header");
  if (header.empty() || header[0] != '{') Fail("{}: header: expected '{{' first", path_);

  const json root = ParseStrictJson(header, path_ + ": header", 4);
  for (const auto& [name, description] : root.items()) {
    if (name != "__metadata__") {
      entries_.push_back(ReadEntry(name, description, path_));
      continue;
    }
    if (!description.is_object()) Fail("{}: __metadata__: expected an object", path_);
    for (const auto& [key, value] : description.items()) {
      if (!value.is_string()) Fail("{}: __metadata__: expected a string for {}", path_, key);
      metadata_[key] = value.get<std::string>();
    }
  }
  std::stable_sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  CheckTiling(entries_, file_bytes - data_start_, path_);
  for (size_t i = 0; i < entries_.size(); ++i) index_[entries_[i].name] = i;
}

void SafetensorsFile::ReadAt(size_t offset, char* out, size_t size, const std::string& what) const {
  while (size != 0) {
    const ssize_t got = pread(descriptor_, out, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) Fail("{}: {}: cannot read: {}", path_, what, std::strerror(errno));
    if (got == 0) Fail("{}: {}: truncated while it was read", path_, what);
    out += got;
    offset += static_cast<size_t>(got);
    size -= static_cast<size_t>(got);
  }
}

const SafetensorsEntry& SafetensorsFile::Find(const std::string& name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) Fail("{}: expected a tensor {}, found none", path_, name);
  return entries_[found->second];
}

void SafetensorsFile::ReadFloats(const std::string& name, std::span<float> out) const {
  const SafetensorsEntry& entry = Find(name);
  const std::string what = "tensor " + name;
  if (entry.NumElements() != out.size()) {
    Fail("{}: {}: expected {} elements, found shape {}", path_, what, out.size(),
         entry.ShapeString());
  }
  if (entry.dtype == "F32") {
    ReadAt(data_start_ + entry.begin, reinterpret_cast<char*>(out.data()), out.size_bytes(), what);
  } else if (entry.dtype == "F16" || entry.dtype == "BF16") {
    std::vector<uint16_t> halves(out.size());
    ReadAt(data_start_ + entry.begin, reinterpret_cast<char*>(halves.data()), 2 * halves.size(),
           what);
    std::transform(halves.begin(), halves.end(), out.begin(),
                   entry.dtype == "F16" ? FloatOfHalf : FloatOfBfloat);
  } else {
    Fail("{}: {}: expected dtype F32, F16 or BF16, found {}", path_, what, entry.dtype);
  }
  CheckFinite(out, entry.shape, name, path_);
}

std::vector<int64_t> SafetensorsFile::ReadIntegers(const std::string& name) const {
  const SafetensorsEntry& entry = Find(name);
  const std::string what = "tensor " + name;
  std::vector<int64_t> values(entry.NumElements());
  if (entry.dtype == "I64") {
    ReadAt(data_start_ + entry.begin, reinterpret_cast<char*>(values.data()), 8 * values.size(),
           what);
  } else if (entry.dtype == "I32") {
    std::vector<int32_t> narrow(values.size());
    ReadAt(data_start_ + entry.begin, reinterpret_cast<char*>(narrow.data()), 4 * narrow.size(),
           what);
    std::copy(narrow.begin(), narrow.end(), values.begin());
  } else {
    Fail("{}: {}: expected dtype I32 or I64, found {}", path_, what, entry.dtype);
  }
  return values;
}

std::string SafetensorsFile::ReadBytes(const std::string& name) const {
  const SafetensorsEntry& entry = Find(name);
  std::string bytes(entry.end - entry.begin, '\0');
  ReadAt(data_start_ + entry.begin, bytes.data(), bytes.size(), "tensor " + name);
  return bytes;
}

void CheckFinite(std::span<const float> values, std::span<const size_t> shape,
                 const std::string& name, const std::string& where) {
  const auto bad =
      std::find_if(values.begin(), values.end(), [](float x) { return !std::isfinite(x); });
  if (bad == values.end()) return;
  Fail("{}: tensor {}: expected finite numbers, found {} at {}", where, name, *bad,
       IndexString(static_cast<size_t>(bad - values.begin()), shape));
}

}  // namespace headscope
