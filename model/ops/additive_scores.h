// Additive scores of pairs (Bahdanau et al. 2015, with a rectifier for their tanh): what a query
// and a key say together through one hidden layer,
//
//   s(i, j) = sum_r v_r max(0, q(i, r) + k(j, r)).
//
// On the calling thread: made for the words of one sentence. Each sum in the order of its formula.
#pragma once

#include "model/base/tensor.h"

namespace headscope {

// q [n, R], k [m, R], v [R]; writes s [n, m].
void AdditiveScoresForward(ConstMatrix q, ConstMatrix k, const float* v, Matrix s);

// With ds [n, m]: writes dq [n, R] and dk [m, R]; adds to dv [R], pair after pair.
void AdditiveScoresBackward(ConstMatrix ds, ConstMatrix q, ConstMatrix k, const float* v, Matrix dq,
                            Matrix dk, float* dv);

}  // namespace headscope
