#include "probe/measure.h"

#include <fmt/core.h>

#include <string_view>
#include <utility>

#include "probe/instance_measures.h"

namespace headscope {
namespace {

// "permute:tvd" of "permute:tvd all".
std::string_view WithoutAll(std::string_view measure) {
  constexpr std::string_view kAll = kAllLayersSuffix;
  return measure.ends_with(kAll) ? measure.substr(0, measure.size() - kAll.size()) : measure;
}

std::optional<MeasureUnit> UnitOfInstances(std::string_view measure) {
  const std::string_view name = WithoutAll(measure);
  for (const char* percent : {"permute:tvd", "permute:uniform", "permute:flips", "instance:tvd"}) {
    if (name == percent) return MeasureUnit{"%", "points", 1, 100.0};
  }
  if (name == "instance:jsd" || name == "instance:jsd by values") {
    return MeasureUnit{"% of ln 2", "points", 1, 100.0};
  }
  return {};
}

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
  if (measure == "mlm:loss" || measure.starts_with("reader:divergence"))
    return MeasureUnit{"nats", "nats", 3, 1e3};
  if (is("reader")) return MeasureUnit{"%", "points", 1, 100.0};
  if (is("kl")) return MeasureUnit{"nats", "nats", 2, 1e3};
  if (is("tau")) return MeasureUnit{"tau-b", "tau-b", 2, 1.0};
  for (const char* read_off : {"attention", "states", "null", "attack"}) {
    if (is(read_off)) return MeasureUnit{"%", "points", 1, 100.0};
  }
  if (is("trees")) return MeasureUnit{"%", "points", 1, 100.0};
  return UnitOfInstances(measure);
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
      {"jsd:sites",
       "how far the chosen heads' attention is from the base's (100: no weight in "
       "common)"},
      {"kl:sites", "how far the chosen heads' attention is from the base's (Kullback-Leibler)"},
      {"jsd", "how far that layer's attention is from the base's (100: no weight in common)"},
      {"kl", "how far that layer's attention is from the base's (Kullback-Leibler)"},
      {"tau:gradient-loo", "agreement of gradients with leaving pieces out (1: the same order)"},
      {"tau:gradient", "agreement of attention with gradients (1: the same order)"},
      {"tau:loo", "agreement of attention with leaving pieces out (1: the same order)"},
      {"permute:tvd",
       "how far the probabilities move when attention's weights are shuffled (median of 100 "
       "shuffles)"},
      {"permute:uniform", "how far they move when the same weight is spread evenly"},
      {"permute:flips", "shuffles of attention after which another label is predicted"},
      {"instance:jsd by values",
       "the same divergence of weights times the norms of what they weigh"},
      {"instance:jsd",
       "how far attention can be found from the model's whose probabilities are within 1% of its "
       "(100: no weight in common)"},
      {"instance:tvd", "how far the probabilities are under that attention"},
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
      {"reader:accuracy whole",
       "heads that the adversary of the training finds, on held-out text without masks"},
      {"reader:plain whole",
       "heads that a reader of distances alone finds, on held-out text without masks"},
      {"reader:divergence whole",
       "how far the adversary's answers are from that reader's (KL), without masks"},
      {"reader:accuracy", "heads that the adversary of the training finds, on held-out text"},
      {"reader:plain", "heads that a reader of distances alone finds, on held-out text"},
      {"reader:divergence", "how far the adversary's answers are from that reader's (KL)"},
      {"attack:distance", "heads found by distances alone, without a model"},
      {"attack:plain linear", "heads that a linear reader finds without attention or words"},
      {"attack:plain network", "heads that a network finds without attention or words"},
      {"attack:plain+words", "heads found by all that is known without attention, words too"},
      {"attack:plain", "heads found by all that is known without attention or words"},
      {"attack:excess words",
       "what the fresh reader of attention and words has beyond both without attention"},
      {"attack:excess distance",
       "what the best fresh reader of attention has beyond distances alone (an upper bound: "
       "lengths "
       "and positions count)"},
      {"attack:excess", "what the best fresh reader of attention has beyond what is known without"},
      {"attack", "heads that a fresh reader finds, of this kind of look at attention"},
      {"trees:UAS", "words whose head is right in the trees of the best head's attention"},
      {"trees:UUAS", "edges of the gold trees in the trees of the best head's attention"},
  };
  for (const Meaning& meaning : kMeanings) {
    if (!measure.starts_with(meaning.name)) continue;
    const bool all = WithoutAll(measure) == meaning.name && measure != meaning.name;
    return fmt::format("{}: {}{}", measure, meaning.text, all ? ", in every layer jointly" : "");
  }
  return measure;
}

std::string MeasureNames() {
  return "accuracy, accuracy:GROUP, tvd, jsd:Ll, kl:Ll, jsd:sites, kl:sites, mass, mass:max, "
         "mass:below, ablated, tau:gradient, tau:loo, tau:gradient-loo, permute:tvd, "
         "permute:uniform, permute:flips, instance:jsd, instance:jsd by values, instance:tvd "
         "(these "
         "six also with \" all\" behind), trees:UAS, trees:UUAS, mlm:loss, jsd:all, "
         "reader:accuracy, reader:plain, reader:divergence, reader:X whole, attention:X, states:X, "
         "null:X (X: UPOS, UAS, coref), attack:X";
}

}  // namespace headscope
