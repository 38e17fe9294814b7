#include "probe/online_code.h"

#include <algorithm>

#include "model/base/elementary.h"
#include "probe/probe.h"

namespace headscope {

OnlineCode MeasureOnlineCode(size_t num_sentences, const RandomStream& order,
                             const OnlineCodeParts& parts) {
  const std::vector<uint32_t> shuffled =
      RandomPermutation(order, static_cast<uint32_t>(num_sentences));
  const Sentences all = shuffled;
  OnlineCode code;
  code.uniform_bits = parts.uniform_bits(all);
  size_t sent = 0;
  for (const double fraction : kOnlineCodeFractions) {
    const auto end = std::max<size_t>(
        1, static_cast<size_t>(fraction * static_cast<double>(num_sentences) + 0.5));
    if (end == sent) continue;
    const Sentences block = all.subspan(sent, end - sent);
    code.bits +=
        sent == 0 ? parts.uniform_bits(block) : parts.nats(all.first(sent), block) / Log(2.0);
    sent = end;
  }
  return code;
}

std::vector<uint32_t> DevRowsOfBlock(std::span<const uint32_t> dev, size_t fitted) {
  return EvenlySpaced(dev, std::max<size_t>(2048, 2 * fitted));
}

}  // namespace headscope
