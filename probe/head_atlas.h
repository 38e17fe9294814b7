// What `probe heads` says of every head beside its best relation, as plain data: where it looks,
// how it differs from the others, what kind of head it is, and the trees in its maps. Heads are
// indices, layer * heads per layer + head. Nothing here computes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "probe/estimate.h"
#include "probe/null_models.h"

namespace headscope {

// Means over the rows of the pieces of words; shares of the row's whole attention. kNext and
// kPrevious over the rows that have such a neighbour within a word, kDuplicate (to the other
// occurrences of the same piece) over the rows that have one. Entropies in nats; relative ones
// divided by that of uniform attention, ln T.
enum class Surface : size_t {
  kNext,
  kPrevious,
  kSelf,
  kCls,
  kSep,
  kPunctuation,
  kDuplicate,
  kEntropy,
  kRelativeEntropy
};
inline constexpr size_t kNumSurfaces = 9;
inline constexpr std::array<const char*, kNumSurfaces> kSurfaceNames = {
    "next",        "previous",  "self",    "[CLS]",           "[SEP]",
    "punctuation", "duplicate", "entropy", "relative entropy"};

inline constexpr int kMaxPositionOffset = 8;
inline constexpr size_t kNumPositionOffsets = 2 * kMaxPositionOffset + 1;

struct SurfaceStatistics {
  std::array<Estimate, kNumSurfaces> means;
  int position = 0;         // in pieces: where most rows have their largest weight
  Estimate position_share;  // of the rows
  const Estimate& At(Surface surface) const { return means[static_cast<size_t>(surface)]; }
};

// The kinds of heads and their thresholds (printed by --help); a head may be of several.
inline constexpr double kPositionalShare = 0.5;  // of rows whose largest weight is at one offset
inline constexpr double kDelimiterShare = 0.5;   // of attention to [CLS], [SEP], punctuation
inline constexpr double kBroadEntropy = 0.8;     // of the entropy of uniform attention
inline constexpr double kDuplicateShare = 0.25;  // of attention to the same piece elsewhere, …
inline constexpr double kDuplicateOverUniform =
    3.0;                                      // … and so many times that of uniform attention
inline constexpr double kOverBaseline = 1.1;  // times the best offset, or the nearest mention
inline constexpr double kTypeLevel = 0.05;    // Holm over all heads and relations tested

// A relation that a head follows: at least kOverBaseline times the best offset on the first file,
// and above it on the second.
struct FollowedRelation {
  std::string relation;
  size_t direction = 0;  // a Direction
  Estimate excess;       // accuracy less the offset's on the second file, paired
  double p = 1.0;        // one-sided, adjusted by Holm
};

struct HeadKind {
  bool positional = false, delimiter = false, broad = false, duplicate = false;
  bool coreference = false;
  std::vector<FollowedRelation> relations;  // by falling excess
  // "positional -1, delimiter, obj"; "none" when of no kind.
  std::string name;
};

// Trees: the best of each family, chosen on the first file, scored on the second.
enum class TreeMeasure : size_t { kUas, kUuas, kUasWithPunctuation, kUuasWithPunctuation };
inline constexpr size_t kNumTreeMeasures = 4;
inline constexpr std::array<const char*, kNumTreeMeasures> kTreeMeasureNames = {
    "UAS", "UUAS", "UAS with punctuation", "UUAS with punctuation"};

struct TreeRow {
  std::string family;  // "single head", "layer mean", "combined", "right-branching", …
  std::string chosen;  // "L1H3 dep->head"; empty for baselines
  double dev_score = 0.0;
  Estimate score;
  // The same choice on models that know nothing: of single heads and layer means, without
  // punctuation.
  RandomModelScores random_models = {}, permuted_models = {};
};

struct TreeResults {
  std::array<std::vector<TreeRow>, kNumTreeMeasures> rows;
  // [heads] of each measure on the second file, in the direction that is better on the first.
  std::array<std::vector<Estimate>, kNumTreeMeasures> heads;
  uint64_t sentences = 0;  // of the second file, with one root and two words at least
};

struct HeadAtlas {
  std::vector<SurfaceStatistics> surface;  // [heads] on the second file
  SurfaceStatistics uniform;               // of attention 1 / T
  // [heads, heads] sqrt of the mean Jensen–Shannon divergence, over `distance_rows` rows of the
  // second file.
  std::vector<double> distances;
  uint64_t distance_rows = 0;
  std::vector<std::pair<double, double>> map;  // [heads] metric scaling of the distances
  double map_stress = 0.0;
  std::vector<size_t> clusters;  // [heads]
  size_t num_clusters = 0;
  double silhouette = 0.0;
  std::vector<HeadKind> kinds;  // [heads]
  size_t relation_tests = 0;    // in the family of Holm's correction
  TreeResults trees;
};

}  // namespace headscope
