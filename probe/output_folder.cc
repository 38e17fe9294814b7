#include "probe/output_folder.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "model/base/error.h"
#include "model/base/file.h"

namespace headscope {

void PrepareOutput(const std::string& directory) {
  MakeDirectory(directory);
  if (access(directory.c_str(), W_OK | X_OK) != 0) {
    Fail("--out: cannot write to {}: {}", directory, std::strerror(errno));
  }
}

void CheckVocabulary(const WordPiece& word_piece, const PretrainedModel& model) {
  if (word_piece.Size() <= model.config.vocab_size) return;
  Fail("{}: expected at most {} pieces (the model's vocabulary), found {}", model.VocabPath(),
       model.config.vocab_size, word_piece.Size());
}

}  // namespace headscope
