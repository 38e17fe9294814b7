// Downloads of known files: by curl, which every system has, called as a subprocess.
#pragma once

#include <functional>
#include <string>

#include "datasets/corpora.h"

namespace headscope {

enum class FetchResult { kWasThere, kFetched };

// Brings one file to `folder`/file.path. It is written to "….part" beside it, where an interrupted
// download goes on; it gets its name only when its size and SHA-256 are right, and a part that is
// wrong is removed. No more than file.bytes are ever written. `mirror` replaces the file's address
// by mirror/file.path when it is not empty. Throws Error naming the address, what was expected and
// what was found.
FetchResult FetchFile(const RemoteFile& file, const std::string& folder, const std::string& mirror,
                      bool show_progress);

// Makes a derived file of a corpus that is there. The same promise holds.
FetchResult MakeDerivedFile(const DerivedFile& file, const std::string& folder);

// Licence first, then every file; what is there already and right is not fetched again. `report`
// gets a line for the licence and each file.
void FetchCorpus(const Corpus& corpus, const std::string& folder, const std::string& mirror,
                 bool show_progress, const std::function<void(const std::string&)>& report);

}  // namespace headscope
