// Sentences of WikiText (wikitext.h) to stand beside other texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace headscope {

// `count` sentences of a WikiText file, each once, in an order drawn under `key`: of 5 to 40 words,
// without <unk>, as the file has them (words and marks parted by blanks, so that a full stop that
// stands alone ends a sentence). Throws Error for a file that has fewer.
std::vector<std::string> WikiSentences(const std::string& path, size_t count, uint32_t key);

}  // namespace headscope
