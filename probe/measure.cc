#include "probe/measure.h"

#include <fmt/core.h>

#include <utility>

namespace headscope {
namespace {

std::string Rounded(double value, int digits) {
  const std::string text = fmt::format("{:.{}f}", value, digits);
  return text.find_first_not_of("-0.") == std::string::npos ? fmt::format("{:.{}f}", 0.0, digits)
                                                            : text;
}

}  // namespace

std::optional<MeasureUnit> UnitOf(const std::string& measure) {
  const auto is = [&](const char* name) {
    return measure == name || measure.starts_with(std::string(name) + ':');
  };
  if (is("accuracy") || measure == "tvd") return MeasureUnit{"%", "points", 1, 100.0};
  if (measure == "ablated") return MeasureUnit{"%", "points", 1, 100.0};
  if (is("mass")) return MeasureUnit{"% of attention", "points of attention", 3, 100.0};
  if (is("jsd")) return MeasureUnit{"% of ln 2", "points", 1, 100.0};
  if (measure == "mlm:loss" || measure == "reader:divergence")
    return MeasureUnit{"nats", "nats", 3, 1e3};
  if (is("reader")) return MeasureUnit{"%", "points", 1, 100.0};
  if (is("kl")) return MeasureUnit{"nats", "nats", 2, 1e3};
  if (is("tau")) return MeasureUnit{"tau-b", "tau-b", 2, 1.0};
  for (const char* read_off : {"attention", "states", "null", "attack"}) {
    if (is(read_off)) return MeasureUnit{"%", "points", 1, 100.0};
  }
  if (is("trees")) return MeasureUnit{"%", "points", 1, 100.0};
  return {};
}

std::string MeasureText(const Estimate& estimate, int digits) {
  return fmt::format("{} [{}, {}]", Rounded(estimate.value, digits), Rounded(estimate.low, digits),
                     Rounded(estimate.high, digits));
}

std::string MeasureText(const Estimate& estimate, const std::string& measure) {
  return MeasureText(estimate, UnitOf(measure).value_or(MeasureUnit{}).digits);
}

std::string DifferenceText(const Estimate& difference, const std::string& measure) {
  return fmt::format("{} {}", MeasureText(difference, measure),
                     UnitOf(measure).value_or(MeasureUnit{}).margin);
}

std::string MeasureMeaning(const std::string& measure) {
  struct Meaning {
    const char* name;
    const char* text;
  };
  // Of several that a measure begins with the longest stands first.
  constexpr Meaning kMeanings[] = {
      {"accuracy:", "share of the test examples of that group that are right"},
      {"accuracy", "share of the test examples that are right"},
      {"ablated", "accuracy when every attention weight on the hidden words is set to 0"},
      {"mass:max", "attention to the hidden words in the last layer's row, head with the most"},
      {"mass:below", "attention to the hidden words in the layers below, mean of rows and heads"},
      {"mass", "attention to the hidden words in the last layer's row, mean of heads"},
      {"tvd", "how far the probabilities are from the base's (total variation, 0 to 100)"},
      {"jsd:all",
       "how far all of the attention is from the other model's (100: nothing in common)"},
      {"jsd", "how far that layer's attention is from the base's (100: no weight in common)"},
      {"kl", "how far that layer's attention is from the base's (Kullback-Leibler)"},
      {"tau:gradient-loo", "agreement of gradients with leaving pieces out (1: the same order)"},
      {"tau:gradient", "agreement of attention with gradients (1: the same order)"},
      {"tau:loo", "agreement of attention with leaving pieces out (1: the same order)"},
      {"mlm:loss", "loss of the masked LM on held-out text"},
      {"attention:UPOS",
       "parts of speech that a linear probe reads off the attention of all heads"},
      {"attention:UAS", "words whose head is found by weighing the attention of all heads"},
      {"attention:coref", "mentions whose antecedent the best head finds among those before"},
      {"states:UPOS", "parts of speech that a linear probe reads off the best layer's vectors"},
      {"states:UAS", "words whose head a bilinear probe finds in the best layer's vectors"},
      {"states:coref",
       "mentions whose antecedent a bilinear probe finds in the best layer's vectors"},
      {"null:UPOS", "the same without a model: each word's most frequent tag"},
      {"null:UAS", "the same without a model: distances alone"},
      {"null:coref", "the same without a model: the nearest mention"},
      {"reader:accuracy", "heads that the adversary of the training finds, on held-out text"},
      {"reader:plain", "heads that a reader of distances alone finds, on held-out text"},
      {"reader:divergence", "how far the adversary's answers are from that reader's (KL)"},
      {"attack:distance", "heads found by distances alone, without a model"},
      {"attack:plain+words", "heads found by all that is known without attention, words too"},
      {"attack:plain", "heads found by all that is known without attention or words"},
      {"attack:excess words",
       "what the fresh reader of attention and words has beyond both without attention"},
      {"attack:excess", "what the best fresh reader of attention has beyond what is known without"},
      {"attack", "heads that a fresh reader finds, of this kind of look at attention"},
      {"trees:UAS", "words whose head is right in the trees of the best head's attention"},
      {"trees:UUAS", "edges of the gold trees in the trees of the best head's attention"},
  };
  for (const Meaning& meaning : kMeanings) {
    if (measure.starts_with(meaning.name)) return fmt::format("{}: {}", measure, meaning.text);
  }
  return measure;
}

std::string MeasureNames() {
  return "accuracy, accuracy:GROUP, tvd, jsd:Ll, kl:Ll, mass, mass:max, mass:below, ablated, "
         "tau:gradient, tau:loo, tau:gradient-loo, trees:UAS, trees:UUAS, mlm:loss, jsd:all, "
         "reader:accuracy, reader:plain, reader:divergence, attention:X, states:X, null:X (X: "
         "UPOS, "
         "UAS, coref), attack:X";
}

}  // namespace headscope
