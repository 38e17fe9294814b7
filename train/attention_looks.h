// What a reader's looks see of one pattern, and the way back.
#pragma once

#include <cstddef>

#include "model/base/tensor.h"
#include "train/reading.h"

namespace headscope {

// Writes u = T * attention of each look (1 / T is what uniform attention gives; FeatureScale's
// kNothing where there is nothing to look at) into columns [column, column + looks_per_row) of the
// rows of sequence s; pattern [T, T] is the sequence's, u [rows, …].
void LookForward(ConstMatrix pattern, const Reading& reading, size_t s, size_t column, Matrix u);

// Adds the gradient by u to that of the pattern.
void LookBackward(const Reading& reading, size_t s, size_t column, ConstMatrix du, Matrix dpattern);

}  // namespace headscope
