// The lines of a CoNLL-U file and what must hold of their bytes (level 1 of the UD validator): LF
// alone ends a line, also the last one; valid UTF-8, no byte-order mark, no control characters.
#pragma once

#include <cstddef>
#include <string_view>

#include "datasets/defects.h"

namespace headscope {

struct NumberedLine {
  size_t number = 0;      // 1-based
  std::string_view text;  // without its end; a view of the file's content
};

class ConlluLines {
 public:
  ConlluLines(std::string_view content, const Defects& defects);

  // The next line, or false at the end of the content. Reports what is wrong with its bytes; a CR
  // at its end is not part of the text.
  bool Next(NumberedLine* line);

 private:
  void CheckBytes(const NumberedLine& line) const;

  std::string_view rest_;
  const Defects& defects_;
  size_t number_ = 0;
  bool carriage_return_seen_ = false;
};

}  // namespace headscope
