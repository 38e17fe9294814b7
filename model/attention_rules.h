// Which heads are under which regime of attention, as one text (`--attention`): rules parted by
// spaces, each
//
//   REGIME[:ARGUMENT,…][@SITE,…]      uniform    random:scale=2@L0-1,L2H3    positional:-1@H0
//
// A site is L2 (every head of layer 2), L0-1, L2H3, L0-1H2-3, or H0 (head 0 of every layer);
// without sites a rule is for every head. Of several rules that name a head the last one counts;
// heads that no rule names are learned. Layers and heads are counted from 0.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace headscope {

// Layers and heads, first and last included; a last one that is absent is the model's.
struct AttentionSites {
  size_t first_layer = 0;
  std::optional<size_t> last_layer;
  size_t first_head = 0;
  std::optional<size_t> last_head;

  bool Contains(size_t layer, size_t head) const;
};

struct AttentionRule {
  std::string text;                            // as written
  std::string regime;                          // "random"
  std::vector<std::string> values;             // arguments without a name, in order
  std::map<std::string, std::string> options;  // name=value
  std::vector<AttentionSites> sites;           // empty: every head
};

// Throws Error naming the rule and what was expected. Whether a regime exists and takes its
// arguments is for MakeAttention to say.
std::vector<AttentionRule> ParseAttentionRules(const std::string& text);

// For each head, layer by layer, the index of its rule, or rules.size() where it is learned. Throws
// Error for a site that the model does not have, and for a rule that is left with no head.
std::vector<size_t> AssignAttentionRules(const std::vector<AttentionRule>& rules, size_t layers,
                                         size_t heads);

// For each head, layer by layer, whether one of the sites, parted by commas, names it. Throws Error
// for what is no site, or not one of the model.
std::vector<bool> HeadsAtSites(const std::string& sites, size_t layers, size_t heads);

}  // namespace headscope
