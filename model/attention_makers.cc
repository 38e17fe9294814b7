#include "model/attention_makers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "model/base/error.h"
#include "model/base/random.h"
#include "model/constant_attention.h"
#include "model/flow_mask_attention.h"
#include "model/matched_random_attention.h"
#include "model/permuted_attention.h"
#include "model/positional_attention.h"
#include "model/random_attention.h"
#include "model/supplied_attention.h"
#include "model/trained_random_attention.h"

namespace headscope {
namespace {

// Nothing where the text is no number.
template <typename T>
std::optional<T> NumberIn(const std::string& text) {
  T number{};
  const char* const end = text.data() + text.size();
  const bool has_plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  const auto [stop, error] = std::from_chars(text.data() + (has_plus ? 1 : 0), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// The arguments of one rule, each taken once; what is left over is an error.
class Arguments {
 public:
  explicit Arguments(const AttentionRule& rule)
      : rule_(rule), values_(rule.values), options_(rule.options) {}

  std::optional<std::string> Value() {
    if (values_.empty()) return std::nullopt;
    const std::string value = values_.front();
    values_.erase(values_.begin());
    return value;
  }
  // Whether this word stands among the values.
  bool Word(const std::string& word) {
    const auto found = std::find(values_.begin(), values_.end(), word);
    if (found == values_.end()) return false;
    values_.erase(found);
    return true;
  }
  template <typename T>
  std::optional<T> Number(const std::string& name, T least, T largest) {
    const auto found = options_.find(name);
    if (found == options_.end()) return std::nullopt;
    const T number = Parse(name, found->second, least, largest);
    options_.erase(found);
    return number;
  }
  template <typename T>
  T Parse(const std::string& name, const std::string& text, T least, T largest) const {
    const std::optional<T> number = NumberIn<T>(text);
    if (!number || !(*number >= least && *number <= largest)) {
      Fail("attention {}: {}: expected a number from {} to {}, found \"{}\"", rule_.text, name,
           least, largest, text);
    }
    return *number;
  }
  void Take(const std::string& name) { options_.erase(name); }
  void ExpectNoMore() const {
    if (!values_.empty()) Fail("attention {}: unknown argument \"{}\"", rule_.text, values_[0]);
    if (!options_.empty()) {
      Fail("attention {}: unknown argument \"{}\"", rule_.text, options_.begin()->first);
    }
  }

 private:
  const AttentionRule& rule_;
  std::vector<std::string> values_;
  std::map<std::string, std::string> options_;
};

constexpr uint64_t kAnySeed = uint64_t{1} << 53;

RandomStream StreamOf(const AttentionContext& context, std::optional<uint64_t> seed, size_t layer,
                      size_t head) {
  return {seed.value_or(context.seed), Purpose::kAttention, static_cast<uint32_t>(layer),
          static_cast<uint32_t>(head)};
}

// As even as the heads of a model, which is read when they are measured and never again.
MakeControl MatchedRandom(Arguments& arguments) {
  arguments.Take("entropy");
  const auto seed = arguments.Number<uint64_t>("seed", 0, kAnySeed);
  return [=](const AttentionContext& context, size_t layer, size_t head) -> SharedControl {
    return std::make_shared<MatchedRandomAttention>(
        layer, head, context.model.max_position_embeddings, StreamOf(context, seed, layer, head));
  };
}

MakeControl Random(const AttentionRule& rule, Arguments& arguments) {
  if (!SourceOf(rule).empty()) return MatchedRandom(arguments);
  RandomSharpness sharpness;
  sharpness.scale = arguments.Number("scale", 0.0, 1e3).value_or(1.0);
  sharpness.entropy = arguments.Number("entropy", 0.01, 1.0);
  const auto seed = arguments.Number<uint64_t>("seed", 0, kAnySeed);
  return [=](const AttentionContext& context, size_t layer, size_t head) -> SharedControl {
    return std::make_shared<RandomAttention>(context.model.max_position_embeddings,
                                             StreamOf(context, seed, layer, head), sharpness);
  };
}

// You et al. 2020, section 3.1: heads centre on the previous, the same and the next piece.
MakeControl PositionalInTurn(double width) {
  std::array<SharedControl, 3> turns;
  for (int64_t i = 0; i < 3; ++i) {
    turns[static_cast<size_t>(i)] =
        std::make_shared<PositionalAttention>(PositionalShape{.offset = i - 1, .width = width});
  }
  return [turns](const AttentionContext&, size_t, size_t head) { return turns[head % 3]; };
}

MakeControl Positional(Arguments& arguments) {
  using Kind = PositionalShape::Kind;
  const auto width = arguments.Number("width", 0.0, 1e4);
  for (const auto& [name, kind] :
       {std::pair{"first", Kind::kFirst}, std::pair{"last", Kind::kLast},
        std::pair{"left", Kind::kLeft}, std::pair{"right", Kind::kRight}}) {
    if (arguments.Word(name)) {
      return SharedByAll(std::make_shared<PositionalAttention>(PositionalShape{.kind = kind}));
    }
  }
  const auto offset = arguments.Value();
  if (!offset) return PositionalInTurn(width.value_or(1.0));
  return SharedByAll(std::make_shared<PositionalAttention>(
      PositionalShape{.offset = arguments.Parse<int64_t>("offset", *offset, -65536, 65536),
                      .width = width.value_or(0.0)}));
}

MakeControl Permuted(Arguments& arguments) {
  PermutedOptions options;
  options.fixed = arguments.Word("fixed");
  options.moves_specials = arguments.Word("specials");
  const auto seed = arguments.Number<uint64_t>("seed", 0, kAnySeed);
  return [=](const AttentionContext& context, size_t, size_t) -> SharedControl {
    PermutedOptions resolved = options;
    resolved.cls = context.cls;
    resolved.sep = context.sep;
    resolved.seed = seed.value_or(context.seed);
    return std::make_shared<PermutedAttention>(resolved);
  };
}

MakeControl TrainedRandom(Arguments& arguments) {
  const double scale = arguments.Number("scale", 0.0, 1e3).value_or(1.0);
  const auto length = arguments.Number<size_t>("length", 2, 65536);
  return [=](const AttentionContext& context, size_t layer, size_t head) -> SharedControl {
    const auto unit = static_cast<double>(context.model.initializer_range);
    return std::make_shared<TrainedRandomAttention>(
        layer, head,
        TrainedRandomOptions{.length = length.value_or(context.model.max_position_embeddings),
                             .scale = static_cast<float>(unit == 0.0 ? 0.0 : scale / unit)});
  };
}

MakeControl FlowMask(const AttentionRule& rule, Arguments& arguments) {
  const int32_t segment = arguments.Word("first") ? 0 : (arguments.Word("second") ? 1 : -1);
  std::vector<int32_t> ids;
  while (const auto id = arguments.Value()) {
    ids.push_back(arguments.Parse<int32_t>("piece", *id, 0, std::numeric_limits<int32_t>::max()));
  }
  if (ids.empty() && segment < 0) {
    Fail("attention {}: expected {}:ID,…, pieces' ids, or {}:first or second, a text of a pair",
         rule.text, rule.regime, rule.regime);
  }
  const auto made = std::make_shared<SharedControl>();
  return [=, text = rule.text](const AttentionContext& context, size_t, size_t) -> SharedControl {
    if (*made != nullptr) return *made;
    ImpermissiblePieces impermissible{std::vector<uint8_t>(context.model.vocab_size), segment,
                                      context.sep};
    for (const int32_t id : ids) {
      if (static_cast<size_t>(id) >= context.model.vocab_size) {
        Fail("attention {}: expected pieces of a vocabulary of {}, found {}", text,
             context.model.vocab_size, id);
      }
      impermissible.by_id[static_cast<size_t>(id)] = 1;
    }
    *made = std::make_shared<FlowMaskAttention>(std::move(impermissible), context.cls);
    return *made;
  };
}

// The first argument of a regime that needs another model's folder.
std::string RequiredModel(const AttentionRule& rule, Arguments& arguments) {
  const auto directory = arguments.Value();
  if (!directory) Fail("attention {}: expected {}:MODEL, a model's folder", rule.text, rule.regime);
  return *directory;
}

MakeControl Constant(const AttentionRule& rule, Arguments& arguments) {
  (void)RequiredModel(rule,
                      arguments);  // read when patterns are measured, never when they are used
  const auto length = arguments.Number<size_t>("length", 2, 65536);
  return [=](const AttentionContext& context, size_t layer, size_t head) -> SharedControl {
    return std::make_shared<ConstantAttention>(
        layer, head, length.value_or(context.model.max_position_embeddings));
  };
}

// One control, and one pass of the other model, for all its heads.
MakeControl Supplied(const AttentionRule& rule, Arguments& arguments) {
  const std::string directory = RequiredModel(rule, arguments);
  const SuppliedOptions options{.mean_of_heads = arguments.Word("mean"),
                                .layer = arguments.Number<size_t>("layer", 0, 65536)};
  const auto made = std::make_shared<SharedControl>();
  return [=](const AttentionContext& context, size_t, size_t) -> SharedControl {
    if (*made == nullptr) {
      *made = std::make_shared<SuppliedAttention>(directory, context.model, options);
    }
    return *made;
  };
}

}  // namespace

MakeControl SharedByAll(SharedControl control) {
  return
      [control = std::move(control)](const AttentionContext&, size_t, size_t) { return control; };
}

std::string SourceOf(const AttentionRule& rule) {
  if (rule.regime == kRandomRegime) {
    const auto entropy = rule.options.find("entropy");
    const bool matched = entropy != rule.options.end() && !NumberIn<double>(entropy->second);
    return matched ? entropy->second : std::string();
  }
  return rule.values.empty() ? std::string() : rule.values.front();
}

MakeControl MakerOf(const AttentionRule& rule) {
  Arguments arguments(rule);
  MakeControl make;
  if (rule.regime == "learned") {
    make = SharedByAll(std::make_shared<LearnedAttention>());
  } else if (rule.regime == "uniform") {
    make = SharedByAll(std::make_shared<UniformAttention>());
  } else if (rule.regime == kRandomRegime) {
    make = Random(rule, arguments);
  } else if (rule.regime == "positional") {
    make = Positional(arguments);
  } else if (rule.regime == "permuted") {
    make = Permuted(arguments);
  } else if (rule.regime == kFlowMaskRegime) {
    make = FlowMask(rule, arguments);
  } else if (rule.regime == "random-trained") {
    make = TrainedRandom(arguments);
  } else if (rule.regime == kConstantRegime) {
    make = Constant(rule, arguments);
  } else if (rule.regime == kSuppliedRegime) {
    make = Supplied(rule, arguments);
  } else if (rule.regime == kFrozenRegime) {
    (void)arguments.Value();
    make = SharedByAll(std::make_shared<LearnedAttention>());
  } else {
    Fail(
        "attention {}: expected learned, uniform, random, random-trained, positional, permuted, "
        "frozen-qk, constant, supplied or flow-mask, found \"{}\"",
        rule.text, rule.regime);
  }
  arguments.ExpectNoMore();
  return make;
}

std::string AttentionHelp() {
  return "Attention (--attention) is a text of rules REGIME[:ARGUMENT,…][@SITE,…], parted by "
         "spaces; "
         "the last rule that\nnames a head counts, and heads that none names are learned:\n"
         "  learned           softmax of the scores\n"
         "  uniform           every weight is 1 / T\n"
         "  random            fixed random logits per head and position; random:scale=2 (their "
         "standard deviation, default 1),\n"
         "                    random:entropy=0.7 (the scale at which rows have this share of the "
         "largest entropy), seed=N;\n"
         "                    random:entropy=MODEL: for each head the share that it has in that "
         "model, measured on training inputs\n"
         "  random-trained    logits per head and position that are trained (Synthesizer); scale=S "
         "at "
         "the start (default 1),\n"
         "                    length=N: of the longest sequence (default: the model's positions)\n"
         "  positional        positional:-1 (the piece before; width=W: a Gaussian around it), "
         "first, "
         "last, left, right;\n"
         "                    without arguments heads take turns: Gaussians of width 1 at -1, 0, "
         "+1\n"
         "  permuted          learned weights, shuffled among the pieces of each row, anew for "
         "each "
         "sequence; permuted:fixed: the\n"
         "                    same way for all of a length; permuted:specials: [CLS] and [SEP] "
         "too; "
         "seed=N\n"
         "  frozen-qk         queries and keys stay as they start; frozen-qk:MODEL: as they are in "
         "another model's folder\n"
         "  constant:MODEL    each head's mean pattern in that model, measured on training inputs "
         "(PAPA); length=N as above\n"
         "  supplied:MODEL    the patterns of that model on the same input; supplied:MODEL,mean: "
         "in every head the mean of its\n"
         "                    heads; layer=L: of its layer L\n"
         "  flow-mask:ID,…    learned weights, but none between these pieces and the others, and "
         "none on [CLS], which sees all;\n"
         "                    flow-mask:first, second: between that text of a pair and the rest, "
         "[SEP] included;\n"
         "                    finetune --flow-mask names what --deceive-words and --deceive-text "
         "do\n"
         "Sites: L2, L0-1, L2H3, L0-1H2-3, H0 (head 0 of every layer), counted from 0.\n"
         "Example: --attention 'uniform positional:-1@H0 learned@L3'\n";
}

}  // namespace headscope
