// The pair maps that fresh attackers of a frozen model's attention look at; each has besides what
// is known without it, so that what is read beyond that is attention's.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "model/base/thread_pool.h"
#include "probe/pair_maps.h"
#include "probe/pattern_source.h"

namespace headscope {

//   heads     attention of every head (both directions are read)
//   squashed  heads, and u / (1 + u) with u = T * attention: small weights too
//   logarithm heads, and log(1 + 1e7 u): down to a ten-millionth of what uniform attention pays
//   columns   heads, and what each candidate pays to [CLS] and to [SEP] and gets in all
//   products  heads, and the products of the patterns of neighbouring layers, of every two heads:
//             where attention leads in two steps
enum class AttackView { kHeads, kSquashed, kLogarithm, kColumns, kProducts };
inline constexpr const char* kAttackViewNames[] = {"heads", "squashed", "logarithm", "columns",
                                                   "products"};
inline constexpr size_t kNumAttackViews = 5;

// What is known without attention: the distances of DistanceMaps, and how many of the input's
// pieces the candidate has, which is what attention tells that is uniform. For ROOT: 1, and 1 / T.
PairMaps PlainMaps(std::span<const WordInput> inputs, std::span<const uint32_t> starts);

// Of all inputs, not scaled. For ROOT: each head's attention to [CLS], to [SEP], and as above.
PairMaps AttackMaps(ThreadPool& pool, PatternSource& source, AttackView view,
                    std::span<const WordInput> inputs, std::span<const uint32_t> starts);

}  // namespace headscope
