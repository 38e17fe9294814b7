// The sum of BERT's three embeddings (Devlin et al. 2019, figure 2): word piece, position in the
// sequence, segment.
#pragma once

#include "model/base/ragged_batch.h"
#include "model/base/tensor.h"
#include "model/base/thread_pool.h"

namespace headscope {

// out(i, :) = (words(id_i, :) + positions(p_i, :)) + segments(s_i, :), in this order of additions.
// words [V, C], positions [P, C], segments [S, C], out [N, C]; ids, positions and segments must be
// in range.
void EmbeddingForward(ThreadPool& pool, const RaggedBatch& batch, ConstMatrix words,
                      ConstMatrix positions, ConstMatrix segments, Matrix out);

// Accumulates dout(i, :) into the three tables' rows, tokens ascending, each thread its own
// columns.
void EmbeddingBackward(ThreadPool& pool, const RaggedBatch& batch, ConstMatrix dout, Matrix dwords,
                       Matrix dpositions, Matrix dsegments);

}  // namespace headscope
