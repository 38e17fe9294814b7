#include "model/attention.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "model/ops/dropout.h"
#include "model/ops/elementwise.h"

namespace headscope {
namespace {

// One head of one layer on one sequence: its views of the batch.
struct HeadSlice {
  size_t sequence, head, begin, end, first_column, last_column;

  template <typename T>
  BasicMatrix<T> Of(BasicMatrix<T> rows) const {
    return rows.RowRange(begin, end).ColumnRange(first_column, last_column);
  }
};

size_t LongestSequence(const RaggedBatch& batch) {
  size_t longest = 0;
  for (size_t s = 0; s < batch.NumSequences(); ++s) longest = std::max(longest, batch.Length(s));
  return longest;
}

// Who runs what at once: any sequence and head, or each head its sequences in ascending order.
enum class HeadOrder { kAny, kSequencesAscending };

// Runs body(slice, squares, thread) for every sequence and head, squares(i) being the thread's i-th
// [T, T] scratch.
template <typename Body>
void ForEachHead(const Pass& pass, HeadOrder order, const Body& body) {
  ThreadPool& pool = pass.compute.Pool();
  const size_t longest = LongestSequence(pass.batch);
  std::vector<Matrix> scratch;
  for (size_t t = 0; t < pool.NumThreads(); ++t) {
    scratch.push_back(pass.acts.Scratch(kFirstThreadScratch + t, 3 * longest, longest));
  }
  const size_t heads = pass.config.num_attention_heads, width = pass.config.HeadSize();
  const auto run = [&](size_t s, size_t h, size_t thread) {
    const HeadSlice slice{
        s, h, pass.batch.offsets[s], pass.batch.offsets[s + 1], h * width, (h + 1) * width};
    const size_t length = slice.end - slice.begin;
    const auto square = [&](size_t i) {
      return Matrix(scratch[thread].data + i * longest * longest, length, length);
    };
    body(slice, square, thread);
  };
  const size_t sequences = pass.batch.NumSequences();
  if (order == HeadOrder::kAny) {
    pool.ParallelEach(sequences * heads,
                      [&](size_t item, size_t thread) { run(item / heads, item % heads, thread); });
  } else {
    pool.ParallelEach(heads, [&](size_t h, size_t thread) {
      for (size_t s = 0; s < sequences; ++s) run(s, h, thread);
    });
  }
}

AttentionSite SiteOf(const Pass& pass, size_t l, const HeadSlice& slice) {
  return {l,
          slice.head,
          slice.sequence,
          pass.batch.sequence_ids[slice.sequence],
          pass.batch.Ids(slice.sequence),
          &pass.parameters,
          pass.batch.Segments(slice.sequence)};
}

float ScoreScale(const Pass& pass) {
  return 1.0f / std::sqrt(static_cast<float>(pass.config.HeadSize()));
}

// The dropout of one head's pattern; rate 0 when dropout is off.
Dropout DropoutOf(const Pass& pass, size_t l, const HeadSlice& slice) {
  if (!pass.options.dropout) return {};
  return {.seed = pass.options.dropout->seed,
          .step = pass.options.dropout->step,
          .site = static_cast<uint32_t>(PatternDropout(pass.config, l, slice.head)),
          .rate = pass.config.attention_probs_dropout_prob};
}

// The pattern that mixes the values: itself, or its dropped-out copy in `scratch`.
ConstMatrix MixingPattern(const Pass& pass, size_t l, const HeadSlice& slice, size_t thread,
                          Matrix pattern, Matrix scratch) {
  const Dropout dropout = DropoutOf(pass, l, slice);
  if (dropout.rate == 0.0f) return pattern;
  const ProfileSpan span(pass.compute.TimeProfiler(), thread, "pattern dropout");
  ApplyDropout(dropout, pass.batch.sequence_ids[slice.sequence], pattern, scratch);
  return scratch;
}

void ObserveHead(const Pass& pass, Hook hook, size_t l, const HeadSlice& slice, Matrix square) {
  if (pass.options.intervention != nullptr) {
    (*pass.options.intervention)({hook, l, slice.head, slice.sequence}, square);
  }
}

// One of a head's small products, on the thread that has the head.
void MultiplyHead(const Pass& pass, size_t thread, std::string_view name, GemmForm form,
                  ConstMatrix a, ConstMatrix b, Matrix c) {
  const size_t k = form == GemmForm::kTN ? a.rows : a.cols;
  const ProfileSpan span(pass.compute.TimeProfiler(), thread, name, "",
                         2.0 * static_cast<double>(c.rows * c.cols * k));
  GemmSerial(pass.compute, thread, form, a, b, c);
}

// Whether scores of this layer are needed, and queries and keys for them or for their own sake.
bool NeedsScores(const Pass& pass, size_t l) {
  return pass.attention.UsesScores(l) || pass.acts.IsRequested(Hook::kAttnScores, l);
}
bool NeedsQueriesAndKeys(const Pass& pass, size_t l) {
  return NeedsScores(pass, l) || pass.options.intervention != nullptr ||
         pass.acts.IsRequested(Hook::kQ, l) || pass.acts.IsRequested(Hook::kK, l);
}

// The projections that run: all of query, key and value in one product, or the value's alone.
template <typename Affine>
Affine Projections(const Affine& query_key_value, bool with_queries_and_keys) {
  if (with_queries_and_keys) return query_key_value;
  const size_t rows = query_key_value.weight.rows, value = rows / 3 * 2;
  return {query_key_value.weight.RowRange(value, rows), query_key_value.bias + value};
}

void ProjectQueryKeyValue(const Pass& pass, size_t l, const BertViews<const float>::Layer& layer) {
  const bool all = NeedsQueriesAndKeys(pass, l);
  AffineForward(pass.compute, "qkv", Projections(layer.query_key_value, all),
                pass.acts.Rows(Hook::kResidPre, l),
                all ? pass.acts.QueryKeyValue(l) : pass.acts.Rows(Hook::kV, l));
  if (!all) return;
  for (const Hook hook : {Hook::kQ, Hook::kK, Hook::kV}) {
    pass.Observe(hook, l, pass.acts.Rows(hook, l));
  }
}

// Memory for the gradients of queries, keys and values: that of the feed-forward layer's
// activation, which nobody needs any more, where that is large enough and not kept.
Matrix QueryKeyValueGradients(Activations& acts, size_t l, size_t rows, size_t cols) {
  const Matrix wide = acts.Rows(Hook::kMlpPost, l);
  if (acts.IsKept(Hook::kMlpPost, l) || wide.cols < cols) {
    return acts.Scratch(kQkvScratch, rows, cols);
  }
  return {wide.data, rows, cols};
}

}  // namespace

void AttentionForward(const Pass& pass, size_t l, const BertViews<const float>::Layer& layer) {
  Activations& acts = pass.acts;
  ProjectQueryKeyValue(pass, l, layer);
  const Matrix q = acts.Rows(Hook::kQ, l), k = acts.Rows(Hook::kK, l), v = acts.Rows(Hook::kV, l);
  const Matrix z = acts.Rows(Hook::kZ, l);
  const bool keeps_scores = acts.IsRequested(Hook::kAttnScores, l);
  const bool needs_scores = NeedsScores(pass, l);
  ForEachHead(
      pass, HeadOrder::kAny, [&](const HeadSlice& slice, const auto& square, size_t thread) {
        const Matrix scores = keeps_scores
                                  ? acts.Square(Hook::kAttnScores, l, slice.head, slice.sequence)
                                  : square(0);
        if (needs_scores) {
          MultiplyHead(pass, thread, "scores", GemmForm::kNT, slice.Of(q), slice.Of(k), scores);
          const ProfileSpan span(pass.compute.TimeProfiler(), thread, "pattern");
          Scale(ScoreScale(pass), scores);
          ObserveHead(pass, Hook::kAttnScores, l, slice, scores);
        }
        const Matrix pattern = acts.Square(Hook::kPattern, l, slice.head, slice.sequence);
        {
          const ProfileSpan span(pass.compute.TimeProfiler(), thread, "pattern");
          pass.attention.Forward(SiteOf(pass, l, slice), scores, pattern);
        }
        ObserveHead(pass, Hook::kPattern, l, slice, pattern);
        MultiplyHead(pass, thread, "mixing", GemmForm::kNN,
                     MixingPattern(pass, l, slice, thread, pattern, square(1)), slice.Of(v),
                     slice.Of(z));
      });
  pass.Observe(Hook::kZ, l, z);
}

void AttentionBackward(const Pass& pass, size_t l, const BertViews<const float>::Layer& layer,
                       ConstMatrix dz, Matrix dx, BertViews<float>::Layer& dlayer,
                       ParameterSet& gradients, const Encoder::PatternGradient* pattern_gradient) {
  Activations& acts = pass.acts;
  const size_t hidden = pass.config.hidden_size;
  const Matrix q = acts.Rows(Hook::kQ, l), k = acts.Rows(Hook::kK, l), v = acts.Rows(Hook::kV, l);
  const Matrix dqkv = QueryKeyValueGradients(acts, l, dz.rows, 3 * hidden);
  const Matrix dq = dqkv.ColumnRange(0, hidden);
  const Matrix dk = dqkv.ColumnRange(hidden, 2 * hidden);
  const Matrix dv = dqkv.ColumnRange(2 * hidden, 3 * hidden);
  // Where no pattern depends on scores, nothing reaches queries and keys.
  const bool uses_scores = pass.attention.UsesScores(l);
  const bool has_parameters = pass.attention.HasParameters(l);
  const bool needs_dpattern = uses_scores || has_parameters || pattern_gradient != nullptr;
  const HeadOrder order = has_parameters ? HeadOrder::kSequencesAscending : HeadOrder::kAny;
  ForEachHead(pass, order, [&](const HeadSlice& slice, const auto& square, size_t thread) {
    Profiler* const profiler = pass.compute.TimeProfiler();
    const Matrix pattern = acts.Square(Hook::kPattern, l, slice.head, slice.sequence);
    MultiplyHead(pass, thread, "mixing dV", GemmForm::kTN,
                 MixingPattern(pass, l, slice, thread, pattern, square(1)), slice.Of(dz),
                 slice.Of(dv));
    if (!needs_dpattern) return;
    const Matrix dpattern = square(2);
    MultiplyHead(pass, thread, "mixing dpattern", GemmForm::kNT, slice.Of(dz), slice.Of(v),
                 dpattern);
    const Dropout dropout = DropoutOf(pass, l, slice);
    if (dropout.rate != 0.0f) {
      const ProfileSpan span(profiler, thread, "pattern dropout");
      ApplyDropout(dropout, pass.batch.sequence_ids[slice.sequence], dpattern, dpattern);
    }
    if (pattern_gradient != nullptr) {
      (*pattern_gradient)({Hook::kPattern, l, slice.head, slice.sequence}, pattern, dpattern);
    }
    if (has_parameters) {
      pass.attention.AccumulateGradients(SiteOf(pass, l, slice), pattern, dpattern, gradients);
    }
    if (!uses_scores) return;
    const Matrix dscores = dpattern;
    {
      const ProfileSpan span(profiler, thread, "pattern", "backward");
      pass.attention.Backward(SiteOf(pass, l, slice), pattern, dpattern, dscores);
      Scale(ScoreScale(pass), dscores);
    }
    MultiplyHead(pass, thread, "scores dQ", GemmForm::kNN, dscores, slice.Of(k), slice.Of(dq));
    MultiplyHead(pass, thread, "scores dK", GemmForm::kTN, dscores, slice.Of(q), slice.Of(dk));
  });
  AffineBackward(pass.compute, "qkv", Projections(layer.query_key_value, uses_scores),
                 acts.Rows(Hook::kResidPre, l), uses_scores ? dqkv : dv, dx,
                 Projections(dlayer.query_key_value, uses_scores));
}

}  // namespace headscope
