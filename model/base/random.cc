#include "model/base/random.h"

#include <cmath>

#include "model/base/elementary.h"

namespace headscope {

PhiloxBlock Philox4x32(PhiloxBlock counter, std::array<uint32_t, 2> key) {
  constexpr uint64_t kMultiplier0 = 0xD2511F53;
  constexpr uint64_t kMultiplier1 = 0xCD9E8D57;
  constexpr uint32_t kWeyl0 = 0x9E3779B9;
  constexpr uint32_t kWeyl1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = kMultiplier0 * counter[0];
    const uint64_t product1 = kMultiplier1 * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

PhiloxBlock RandomStream::Block(uint64_t index) const {
  return Philox4x32({static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32), step,
                     static_cast<uint32_t>(purpose) | site << 16},
                    {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
}

uint64_t RandomStream::Bits64(uint64_t index) const {
  const PhiloxBlock block = Block(index);
  return static_cast<uint64_t>(block[1]) << 32 | block[0];
}

double RandomStream::Uniform(uint64_t index) const {
  return static_cast<double>(Bits64(index) >> 11) * 0x1p-53;
}

uint64_t RandomStream::Below(uint64_t index, uint64_t bound) const {
  using Wide = unsigned __int128;
  const PhiloxBlock block = Block(index);
  uint64_t bits = static_cast<uint64_t>(block[1]) << 32 | block[0];
  Wide product = static_cast<Wide>(bits) * bound;
  const uint64_t threshold = (0 - bound) % bound;
  // A rejected draw (probability bound / 2^64) is replaced by rehashing the block under its other
  // half.
  for (PhiloxBlock retry = block; static_cast<uint64_t>(product) < threshold;) {
    retry = Philox4x32(retry, {block[2], block[3]});
    bits = static_cast<uint64_t>(retry[1]) << 32 | retry[0];
    product = static_cast<Wide>(bits) * bound;
  }
  return static_cast<uint64_t>(product >> 64);
}

double RandomStream::Normal(uint64_t index) const {
  // The middle of one of 2^52 equal cells: never 0 or 1, and symmetric about 1/2.
  const double p = (static_cast<double>(Bits64(index) >> 12) + 0.5) * 0x1p-52;
  return NormalQuantile(p);
}

std::vector<uint32_t> RandomPermutation(const RandomStream& stream, uint32_t n) {
  std::vector<uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  for (uint32_t i = n; i > 1; --i) std::swap(order[i - 1], order[stream.Below(i, i)]);
  return order;
}

namespace {

template <size_t kSize>
double Polynomial(const std::array<double, kSize>& ascending, double x) {
  double sum = ascending[kSize - 1];
  for (size_t i = kSize - 1; i-- > 0;) sum = sum * x + ascending[i];
  return sum;
}

}  // namespace

double NormalQuantile(double p) {
  // Coefficients of Wichura (1988), algorithm AS 241, routine PPND16.
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q *
           Polynomial<8>(
               {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
                1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                3.3430575583588128105e+4, 2.5090809287301226727e+3},
               r) /
           Polynomial<8>(
               {1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
                2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
                5.2264952788528545610e+3},
               r);
  }
  double r = std::sqrt(-Log(q < 0 ? p : 1.0 - p));
  double value;
  if (r <= 5.0) {
    r -= 1.6;
    value = Polynomial<8>(
                {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
                 3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
                 2.27238449892691845833e-2, 7.74545014278341407640e-4},
                r) /
            Polynomial<8>(
                {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
                 1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                 1.05075007164441684324e-9},
                r);
  } else {
    r -= 5.0;
    value = Polynomial<8>(
                {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                 2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                 2.71155556874348757815e-5, 2.01033439929228813265e-7},
                r) /
            Polynomial<8>(
                {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
                 1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
                 1.42151175831644588870e-7, 2.04426310338993978564e-15},
                r);
  }
  return q < 0 ? -value : value;
}

}  // namespace headscope
