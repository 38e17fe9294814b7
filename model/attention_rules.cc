#include "model/attention_rules.h"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>

#include "model/base/error.h"

namespace headscope {
namespace {

std::vector<std::string> SplitAt(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  if (text.empty() || text.back() == separator) parts.emplace_back();
  return parts;
}

// Reads the sites of one rule; every complaint quotes the site.
class SiteReader {
 public:
  explicit SiteReader(std::string_view site) : site_(site), rest_(site) {}

  AttentionSites Read() {
    AttentionSites sites;
    const bool has_layers = Range('L', sites.first_layer, sites.last_layer);
    const bool has_heads = Range('H', sites.first_head, sites.last_head);
    if (!rest_.empty() || (!has_layers && !has_heads)) Complain();
    return sites;
  }

 private:
  // "L2" or "L0-1", when there is one.
  bool Range(char letter, size_t& first, std::optional<size_t>& last) {
    if (!rest_.starts_with(letter)) return false;
    rest_.remove_prefix(1);
    first = Number();
    last = first;
    if (rest_.starts_with('-')) {
      rest_.remove_prefix(1);
      last = Number();
    }
    if (*last < first) Complain();
    return true;
  }

  size_t Number() {
    size_t number = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc()) Complain();
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return number;
  }

  [[noreturn]] void Complain() const {
    Fail("expected a site like L2, L0-1, L2H3, L0-1H2-3 or H0, found \"{}\"", site_);
  }

  std::string_view site_, rest_;
};

void ReadArguments(const std::string& text, AttentionRule& rule) {
  for (const std::string& argument : SplitAt(text, ',')) {
    const size_t equals = argument.find('=');
    if (argument.empty()) Fail("expected an argument, found nothing");
    if (equals == std::string::npos) {
      rule.values.push_back(argument);
    } else if (!rule.options.emplace(argument.substr(0, equals), argument.substr(equals + 1))
                    .second) {
      Fail("{} is given twice", argument.substr(0, equals));
    }
  }
}

std::vector<AttentionSites> ReadSites(const std::string& text) {
  std::vector<AttentionSites> sites;
  for (const std::string& site : SplitAt(text, ',')) sites.push_back(SiteReader(site).Read());
  return sites;
}

AttentionRule ReadRule(const std::string& text) {
  AttentionRule rule{.text = text, .regime = {}, .values = {}, .options = {}, .sites = {}};
  const size_t at = text.rfind('@');
  const std::string what = text.substr(0, at);
  const size_t colon = what.find(':');
  rule.regime = what.substr(0, colon);
  if (colon != std::string::npos) ReadArguments(what.substr(colon + 1), rule);
  if (at == std::string::npos) return rule;
  rule.sites = ReadSites(text.substr(at + 1));
  return rule;
}

void CheckSites(const std::vector<AttentionSites>& all, size_t layers, size_t heads) {
  for (const AttentionSites& sites : all) {
    if (sites.last_layer.value_or(0) >= layers) {
      Fail("expected layers 0 to {}, found {}", layers - 1, *sites.last_layer);
    }
    if (sites.last_head.value_or(0) >= heads) {
      Fail("expected heads 0 to {}, found {}", heads - 1, *sites.last_head);
    }
  }
}

bool AnyContains(const std::vector<AttentionSites>& all, size_t layer, size_t head) {
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& sites) { return sites.Contains(layer, head); });
}

}  // namespace

bool AttentionSites::Contains(size_t layer, size_t head) const {
  return layer >= first_layer && layer <= last_layer.value_or(layer) && head >= first_head &&
         head <= last_head.value_or(head);
}

std::vector<AttentionRule> ParseAttentionRules(const std::string& text) {
  std::vector<AttentionRule> rules;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) {
    try {
      rules.push_back(ReadRule(word));
    } catch (const Error& error) {
      Fail("attention {}: {}", word, error.what());
    }
  }
  if (rules.empty()) Fail("attention: expected REGIME[:ARGUMENT,…][@SITE,…], found nothing");
  return rules;
}

std::vector<size_t> AssignAttentionRules(const std::vector<AttentionRule>& rules, size_t layers,
                                         size_t heads) {
  std::vector<size_t> assigned(layers * heads, rules.size());
  for (size_t r = 0; r < rules.size(); ++r) {
    const AttentionRule& rule = rules[r];
    try {
      CheckSites(rule.sites, layers, heads);
    } catch (const Error& error) {
      Fail("attention {}: {}", rule.text, error.what());
    }
    for (size_t i = 0; i < assigned.size(); ++i) {
      if (rule.sites.empty() || AnyContains(rule.sites, i / heads, i % heads)) assigned[i] = r;
    }
  }
  for (size_t r = 0; r < rules.size(); ++r) {
    if (std::find(assigned.begin(), assigned.end(), r) == assigned.end()) {
      Fail("attention {}: later rules leave it no head", rules[r].text);
    }
  }
  return assigned;
}

std::vector<bool> HeadsAtSites(const std::string& sites, size_t layers, size_t heads) {
  const std::vector<AttentionSites> read = ReadSites(sites);
  CheckSites(read, layers, heads);
  std::vector<bool> named(layers * heads);
  for (size_t i = 0; i < named.size(); ++i) named[i] = AnyContains(read, i / heads, i % heads);
  return named;
}

}  // namespace headscope
