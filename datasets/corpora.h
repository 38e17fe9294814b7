// The public corpora that `headscope data fetch` knows: where each file is published, its licence,
// and the SHA-256 that it must have.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

struct RemoteFile {
  std::string path;  // in the corpora's folder: "wikitext-2/train.txt"
  std::string url;
  std::string sha256;
  uint64_t bytes;  // its exact size: no more is ever downloaded
};

// A file that is made from a downloaded one.
struct DerivedFile {
  std::string path, source;  // as above
  std::string (*make)(std::string_view content, const std::string& path);
  std::string sha256;
};

struct Corpus {
  std::string name;     // also its folder
  std::string licence;  // in one line, with what it forbids
  std::vector<RemoteFile> files;
  std::vector<DerivedFile> derived;
  std::string not_published;  // why it cannot be fetched; else empty
};

const std::vector<Corpus>& Corpora();
// Throws Error listing the names.
const Corpus& FindCorpus(const std::string& name);

}  // namespace headscope
