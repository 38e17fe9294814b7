// Where the real corpora lie: a folder with a subfolder for each, under the names that `headscope
// data fetch` gives them.
#pragma once

#include <string>

namespace headscope {

// `flag` when it is not empty; else the environment's HEADSCOPE_DATA; else ../shared/data when that
// is there, and "data" otherwise.
std::string DataFolder(const std::string& flag);

// "FOLDER/ud-english-gum/en_gum-ud-train.conllu", or the same file right in the folder: of the
// treebank gum or ewt the part train, dev or test. Throws Error where there is none.
std::string TreebankFile(const std::string& folder, const std::string& treebank,
                         const std::string& part);

}  // namespace headscope
