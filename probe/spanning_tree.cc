#include "probe/spanning_tree.h"

#include <algorithm>

namespace headscope {
namespace {

constexpr uint32_t kNone = ~uint32_t{0};

// A graph between contracted nodes, with what every arc stands for.
struct Graph {
  uint32_t size;
  std::vector<double> weights;  // [size, size], (head, dependent)
  double& At(uint32_t head, uint32_t dependent) { return weights[head * size + dependent]; }
  double At(uint32_t head, uint32_t dependent) const { return weights[head * size + dependent]; }
};

std::vector<uint32_t> BestHeads(const Graph& graph, uint32_t root) {
  std::vector<uint32_t> heads(graph.size, root);
  for (uint32_t v = 0; v < graph.size; ++v) {
    if (v == root) continue;
    uint32_t best = kNone;
    for (uint32_t u = 0; u < graph.size; ++u) {
      if (u != v && (best == kNone || graph.At(u, v) > graph.At(best, v))) best = u;
    }
    heads[v] = best;
  }
  return heads;
}

// The nodes of a cycle, marked; false when there is none.
bool FindCycle(const std::vector<uint32_t>& heads, uint32_t root, std::vector<char>& in_cycle) {
  const size_t n = heads.size();
  std::vector<uint32_t> seen_from(n, kNone);
  for (uint32_t start = 0; start < n; ++start) {
    uint32_t v = start;
    while (v != root && seen_from[v] == kNone) {
      seen_from[v] = start;
      v = heads[v];
    }
    if (v == root || seen_from[v] != start) continue;
    in_cycle.assign(n, 0);
    for (uint32_t w = v; in_cycle[w] == 0; w = heads[w]) in_cycle[w] = 1;
    return true;
  }
  return false;
}

// A graph in which a cycle has become the last node.
struct Contraction {
  Graph graph;
  std::vector<uint32_t> old_of;      // [nodes but the cycle] their old numbers
  std::vector<uint32_t> entered_at;  // [old] the node of the cycle where an arc from it enters
  std::vector<uint32_t> left_from;   // [old] the node of the cycle that an arc to it leaves
};

Contraction Contract(const Graph& graph, const std::vector<uint32_t>& heads,
                     const std::vector<char>& in_cycle) {
  Contraction result;
  for (uint32_t v = 0; v < graph.size; ++v) {
    if (in_cycle[v] == 0) result.old_of.push_back(v);
  }
  const auto outside = static_cast<uint32_t>(result.old_of.size());
  result.graph.size = outside + 1;
  result.graph.weights.resize(size_t{result.graph.size} * result.graph.size);
  result.entered_at.assign(graph.size, kNone);
  result.left_from.assign(graph.size, kNone);
  for (uint32_t a = 0; a < outside; ++a) {
    const uint32_t u = result.old_of[a];
    for (uint32_t b = 0; b < outside; ++b) result.graph.At(a, b) = graph.At(u, result.old_of[b]);
    uint32_t &enter = result.entered_at[u], &leave = result.left_from[u];
    // What entering the cycle at v is worth: the arc, less the one within the cycle that it
    // replaces.
    const auto gain = [&](uint32_t v) { return graph.At(u, v) - graph.At(heads[v], v); };
    for (uint32_t v = 0; v < graph.size; ++v) {
      if (in_cycle[v] == 0) continue;
      if (enter == kNone || gain(v) > gain(enter)) enter = v;
      if (leave == kNone || graph.At(v, u) > graph.At(leave, u)) leave = v;
    }
    result.graph.At(a, outside) = gain(enter);
    result.graph.At(outside, a) = graph.At(leave, u);
  }
  return result;
}

std::vector<uint32_t> Solve(const Graph& graph, uint32_t root) {
  std::vector<uint32_t> heads = BestHeads(graph, root);
  std::vector<char> in_cycle;
  if (!FindCycle(heads, root, in_cycle)) return heads;
  const Contraction contraction = Contract(graph, heads, in_cycle);
  const auto outside = static_cast<uint32_t>(contraction.old_of.size());
  const auto new_root =
      static_cast<uint32_t>(std::find(contraction.old_of.begin(), contraction.old_of.end(), root) -
                            contraction.old_of.begin());
  const std::vector<uint32_t> solved = Solve(contraction.graph, new_root);
  for (uint32_t a = 0; a < outside; ++a) {
    const uint32_t v = contraction.old_of[a];
    if (v == root) continue;
    heads[v] = solved[a] == outside ? contraction.left_from[v] : contraction.old_of[solved[a]];
  }
  const uint32_t from = contraction.old_of[solved[outside]];
  heads[contraction.entered_at[from]] = from;
  return heads;
}

}  // namespace

std::vector<uint32_t> MaximumArborescence(BasicMatrix<const double> weights, uint32_t root) {
  Graph graph{static_cast<uint32_t>(weights.rows), {}};
  for (size_t i = 0; i < weights.rows; ++i) {
    graph.weights.insert(graph.weights.end(), weights.Row(i), weights.Row(i) + weights.cols);
  }
  return Solve(graph, root);
}

std::vector<std::pair<uint32_t, uint32_t>> MaximumSpanningTree(BasicMatrix<const double> weights) {
  std::vector<std::pair<uint32_t, uint32_t>> edges;
  const auto n = static_cast<uint32_t>(weights.rows);
  std::vector<uint32_t> nearest(n, 0);  // in the tree
  std::vector<bool> in_tree(n, false);
  if (n == 0) return edges;
  in_tree[0] = true;
  for (uint32_t step = 1; step < n; ++step) {
    uint32_t best = kNone;
    for (uint32_t v = 0; v < n; ++v) {
      if (in_tree[v]) continue;
      if (best == kNone || weights(nearest[v], v) > weights(nearest[best], best)) best = v;
    }
    in_tree[best] = true;
    edges.emplace_back(std::min(best, nearest[best]), std::max(best, nearest[best]));
    for (uint32_t v = 0; v < n; ++v) {
      if (!in_tree[v] && weights(best, v) > weights(nearest[v], v)) nearest[v] = best;
    }
  }
  return edges;
}

}  // namespace headscope
