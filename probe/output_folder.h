// Hours of work must not end at a folder that cannot be written, nor at a vocabulary that does not
// fit the model.
#pragma once

#include <string>

#include "datasets/wordpiece.h"
#include "model/pretrained.h"

namespace headscope {

// Makes the folder; throws Error naming --out when it cannot be written to.
void PrepareOutput(const std::string& directory);

// Throws Error when there are more pieces than the model has embeddings.
void CheckVocabulary(const WordPiece& word_piece, const PretrainedModel& model);

}  // namespace headscope
