#include "bench/gemm_shapes.h"

namespace headscope {
namespace {

GemmShape Packed(std::string name, GemmForm form, size_t m, size_t n, size_t k) {
  const size_t a_stride = form == GemmForm::kTN ? m : k;
  const size_t b_stride = form == GemmForm::kNT ? k : n;
  return {std::move(name), form, m, n, k, a_stride, b_stride, n, false};
}

// y = x W^T, dx = dy W and dW = dy^T x of a layer from `in` to `out` features.
void AddLinear(std::vector<GemmShape>& shapes, const std::string& name, size_t tokens, size_t in,
               size_t out) {
  shapes.push_back(Packed(name, GemmForm::kNT, tokens, out, in));
  shapes.push_back(Packed(name + " dx", GemmForm::kNN, tokens, in, out));
  shapes.push_back(Packed(name + " dW", GemmForm::kTN, out, in, tokens));
}

// S = Q K^T, Z = P V and dV = P^T dZ of one head; Q, K, V are columns of rows of 3 * hidden floats.
// The other products of the backward pass have the same shapes.
void AddAttention(std::vector<GemmShape>& shapes, size_t length, size_t head, size_t hidden) {
  const size_t qkv = 3 * hidden;
  shapes.push_back({"scores", GemmForm::kNT, length, length, head, qkv, qkv, length, true});
  shapes.push_back({"mixing", GemmForm::kNN, length, head, length, length, qkv, hidden, true});
  shapes.push_back({"mixing dV", GemmForm::kTN, length, head, length, length, hidden, qkv, true});
}

}  // namespace

std::vector<GemmShape> TrainingStepShapes(const ModelConfig& model, size_t tokens,
                                          const std::vector<size_t>& vocabularies) {
  const size_t hidden = model.hidden_size, wide = model.intermediate_size;
  std::vector<GemmShape> shapes;
  AddLinear(shapes, "qkv", tokens, hidden, 3 * hidden);
  AddLinear(shapes, "attention out", tokens, hidden, hidden);
  AddLinear(shapes, "up", tokens, hidden, wide);
  AddLinear(shapes, "down", tokens, wide, hidden);
  for (const size_t vocabulary : vocabularies) {
    AddLinear(shapes, "mlm head", tokens * 15 / 100, hidden, vocabulary);
  }
  for (const size_t length : {11u, 16u, 23u, 37u, 128u}) {
    AddAttention(shapes, length, model.HeadSize(), hidden);
  }
  return shapes;
}

const char* GemmFormName(GemmForm form) {
  return form == GemmForm::kNN ? "NN" : form == GemmForm::kNT ? "NT" : "TN";
}

}  // namespace headscope
