// Counter-based random numbers: every draw is a pure function of (seed, purpose, step, index).
// Nothing has state, so any draw can be recomputed, in any order, by any thread, on any machine.
// Generator: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace headscope {

using PhiloxBlock = std::array<uint32_t, 4>;

// Ten rounds of Philox4x32 on `counter` under `key`; equals Random123's known-answer vectors.
PhiloxBlock Philox4x32(PhiloxBlock counter, std::array<uint32_t, 2> key);

// What a draw is for. Each purpose is its own stream; the numbers are part of every saved result:
// append, never renumber.
enum class Purpose : uint32_t {
  kInitialisation = 1,
  kDropout = 2,  // the site is added in the upper 16 bits
  kMasking = 3,
  kShuffling = 4,
  kProbe = 5,
  kBootstrap = 6,
  kSynthetic = 7,
  kAttention = 8,
  kTest = 9,
  kReading = 10,  // what readers of attention are asked, and noise in their place
};

// One stream of draws. `step` separates what is drawn anew every step, epoch, tensor or document.
struct RandomStream {
  uint64_t seed = 0;
  Purpose purpose = Purpose::kTest;
  uint32_t step = 0;
  uint32_t site = 0;  // < 65536; a second dimension of the purpose (dropout site, layer, …)

  // Four independent uniform 32-bit words. Counter = (index low, index high, step, purpose | site
  // << 16).
  PhiloxBlock Block(uint64_t index) const;
  uint32_t Bits32(uint64_t index) const { return Block(index)[0]; }
  uint64_t Bits64(uint64_t index) const;
  // Uniform in [0, 1), 53 bits.
  double Uniform(uint64_t index) const;
  // Uniform integer in [0, bound), exactly unbiased (Lemire 2019 with rejection). bound >= 1.
  uint64_t Below(uint64_t index, uint64_t bound) const;
  // Standard normal by the inverse of its distribution function (Wichura 1988, AS 241).
  double Normal(uint64_t index) const;
};

// Draws in sequence from a stream that is this object's own: for code whose draws have a natural
// order (a sentence generator, a bootstrap). The position is the whole state.
class RandomSequence {
 public:
  explicit RandomSequence(RandomStream stream) : stream_(stream) {}
  double Uniform() { return stream_.Uniform(next_++); }
  uint64_t Below(uint64_t bound) { return stream_.Below(next_++, bound); }
  double Normal() { return stream_.Normal(next_++); }
  bool Chance(double probability) { return Uniform() < probability; }

 private:
  RandomStream stream_;
  uint64_t next_ = 0;
};

// A uniformly random permutation of [0, n) (Fisher–Yates).
std::vector<uint32_t> RandomPermutation(const RandomStream& stream, uint32_t n);

// x such that P(N(0,1) <= x) = p, for p in (0, 1) (Wichura 1988, AS 241 PPND16; relative error
// 1e-16).
double NormalQuantile(double p);

}  // namespace headscope
