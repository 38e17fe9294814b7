#include "model/safetensors_writer.h"

#include <fmt/ranges.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "model/base/error.h"

namespace headscope {
namespace {

// Throws Error on text that is not UTF-8.
std::string Quoted(const std::string& text, const std::string& path) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception& error) {
    Fail("{}: a tensor's name or the metadata is not UTF-8: {}", path, error.what());
  }
}

std::string MetadataJson(const SafetensorsMetadata& metadata, const std::string& path) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : metadata) {
    pairs.push_back(Quoted(key, path) + ":" + Quoted(value, path));
  }
  return fmt::format("\"__metadata__\":{{{}}}", fmt::join(pairs, ","));
}

// Gives the entry its place behind `offset` and returns the next one's.
size_t Place(SafetensorsEntry& entry, size_t offset, const std::string& path) {
  const size_t element_bytes = SafetensorsElementBytes(entry.dtype);
  if (element_bytes == 0) Fail("{}: tensor {}: unknown dtype {}", path, entry.name, entry.dtype);
  entry.begin = offset;
  entry.end = offset + entry.NumElements() * element_bytes;
  return entry.end;
}

}  // namespace

std::string LayOutSafetensors(std::span<SafetensorsEntry> entries,
                              const SafetensorsMetadata& metadata, const std::string& path) {
  std::string json = "{" + MetadataJson(metadata, path);
  std::set<std::string_view> names{"__metadata__"};
  size_t offset = 0;
  for (SafetensorsEntry& entry : entries) {
    if (!names.insert(entry.name).second) Fail("{}: tensor {} is given twice", path, entry.name);
    offset = Place(entry, offset, path);
    json += fmt::format(",{}:{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}}",
                        Quoted(entry.name, path), entry.dtype, fmt::join(entry.shape, ","),
                        entry.begin, entry.end);
  }
  json += "}";
  json.append((8 - json.size() % 8) % 8, ' ');
  if (json.size() > SafetensorsFile::kMaxHeaderBytes) {
    Fail("{}: {} tensors need a header of {} bytes, above the format's limit of {}", path,
         entries.size(), json.size(), SafetensorsFile::kMaxHeaderBytes);
  }
  const uint64_t length = json.size();
  std::string header(sizeof(length), '\0');
  std::memcpy(header.data(), &length, sizeof(length));
  return header + json;
}

SafetensorsTensor FloatTensor(std::string name, std::vector<size_t> shape,
                              std::span<const float> values) {
  return {std::move(name),
          "F32",
          std::move(shape),
          {reinterpret_cast<const char*>(values.data()), values.size_bytes()}};
}

void WriteSafetensors(const std::string& path, std::span<const SafetensorsTensor> tensors,
                      const SafetensorsMetadata& metadata) {
  std::vector<SafetensorsEntry> entries;
  for (const SafetensorsTensor& tensor : tensors) {
    entries.push_back({tensor.name, tensor.dtype, tensor.shape, 0, 0});
  }
  const std::string header = LayOutSafetensors(entries, metadata, path);
  std::vector<std::string_view> pieces{header};
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].bytes.size() != entries[i].end - entries[i].begin) {
      Fail("{}: tensor {}: expected {} bytes for {} {}, found {}", path, entries[i].name,
           entries[i].end - entries[i].begin, entries[i].dtype, entries[i].ShapeString(),
           tensors[i].bytes.size());
    }
    pieces.push_back(tensors[i].bytes);
  }
  WriteFileAtomically(path, pieces);
}

SafetensorsStream::SafetensorsStream(const std::string& path, std::vector<SafetensorsEntry> entries,
                                     const SafetensorsMetadata& metadata)
    : path_(path),
      header_(LayOutSafetensors(entries, metadata, path)),
      data_bytes_(entries.empty() ? 0 : entries.back().end),
      file_(path, header_.size() + data_bytes_) {
  file_.Write(header_);
  header_ = std::string();
}

void SafetensorsStream::Write(std::string_view bytes) {
  written_ += bytes.size();
  file_.Write(bytes);
}

void SafetensorsStream::Commit() {
  if (written_ != data_bytes_) {
    Fail("{}: expected {} bytes of tensors, found {}", path_, data_bytes_, written_);
  }
  file_.Commit();
}

}  // namespace headscope
