// What a masked LM loses with a head, as plain data: mask gradients, ablations, the pruning curve,
// and the joint table that sets them beside what the head knows. Heads are indices, layer * heads
// per layer + head. Nothing here computes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "probe/estimate.h"

namespace headscope {

// How mask gradients are summed up (Michel et al. 2019). kPaper: I_h = E_x |dL/dxi_h|, x a
// sentence. kReleased: |.| at every token, the sum over tokens divided by the number of tokens, in
// the last layer by that of sentences. Both are then divided by the l2 norm of their layer.
enum class ImportanceProtocol { kPaper, kReleased };

struct HeadImportance {
  Estimate gradient;        // E |dL/dxi_h| in nats, on the first file; n = sentences
  double normalised = 0.0;  // as the protocol says: what the pruning order goes by
  Estimate ablation;        // mean rise of a sentence's loss without the head, nats, second file
  double ablation_p = 1.0;  // two-sided, Holm over heads
  Estimate value_norm;      // mean over rows i of sum_j alpha_ij |f(x_j)| (Kobayashi et al. 2020)
};

// The loss with the `removed` least important heads gone.
struct PruningPoint {
  size_t removed = 0;
  Estimate loss;
};

// One column of the joint table, over heads.
enum class JointScore : size_t { kRelation, kUuas, kGradient, kAblation, kValueNorm };
inline constexpr size_t kNumJointScores = 5;
inline constexpr std::array<const char*, kNumJointScores> kJointScoreNames = {
    "best relation over offset", "UUAS", "mask gradient", "ablation", "value norm"};

struct JointRow {
  std::string relation;  // of the largest excess over its offset on the first file; "" when none
  size_t direction = 0;
  std::array<double, kNumJointScores> scores{};  // on the second file, but for the mask gradient
};

struct JointTable {
  std::vector<JointRow> heads;
  // [scores, scores] Spearman's rho over heads; the diagonal is 1.
  std::vector<Estimate> correlations;
};

struct ImportanceResults {
  ImportanceProtocol protocol = ImportanceProtocol::kPaper;
  uint64_t dev_sentences = 0, test_sentences = 0;
  ClusterFacts dev_clusters, test_clusters;  // of those sentences
  Estimate loss;  // mean over sentences of the second file of the mean loss of their masked pieces
  std::vector<HeadImportance> heads;
  std::vector<PruningPoint> least_first, most_first, random_order;
  JointTable joint;
};

}  // namespace headscope
