#include "datasets/coreference.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "datasets/split.h"

namespace headscope {
namespace {

// The word of the span whose HEAD lies outside it, by preference one named in minspan. Words of a
// tree always have one; without a tree (possible only when checking) the first word stands in.
size_t HeadWord(const Mention& mention, const std::vector<size_t>& minspan,
                const std::vector<Word>& words) {
  std::optional<size_t> head;
  for (size_t i = mention.first; i <= mention.last; ++i) {
    const int above = words[i].head;
    const bool inside =
        above > static_cast<int>(mention.first) && above <= static_cast<int>(mention.last) + 1;
    if (inside) continue;
    const size_t position = i - mention.first + 1;
    if (std::find(minspan.begin(), minspan.end(), position) != minspan.end()) return i;
    if (!head) head = i;
  }
  return head.value_or(mention.first);
}

bool IsDroppedLink(std::string_view link) {
  return link == "appos" || link == "pred" || link == "disc";
}

}  // namespace

std::optional<EntityFields> ParseEntityHeader(std::string_view value, size_t line,
                                              const Defects& defects) {
  const std::vector<std::string_view> names = Split(value, '-');
  std::optional<size_t> entity;
  EntityFields fields;
  fields.count = names.size();
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names[i];
    const auto take = [&](std::optional<size_t>& field) {
      if (field) {
        defects.Report(line, "entity-header", "each field named once", Quoted(value));
        return;
      }
      field = i;
      fields.required = i + 1;
    };
    if (name == "GRP" || name == "eid") take(entity);
    if (name == "etype") take(fields.type);
    if (name == "minspan" || name == "head") take(fields.minspan);
    if (name == "link") take(fields.link);
  }
  if (!entity) {
    defects.Report(line, "entity-header", "a field GRP or eid in # global.Entity", Quoted(value));
    return std::nullopt;
  }
  fields.entity = *entity;
  return fields;
}

void MentionReader::Read(size_t word, size_t line, std::string_view value) {
  if (value.empty()) {
    defects_.Report(line, "entity", "brackets after Entity=", "nothing");
  }
  for (std::string_view rest = value; !rest.empty();) {
    const bool opens = rest.front() == '(';
    const size_t end = rest.find_first_of("()", opens ? 1 : 0);
    const bool closes = end != std::string_view::npos && rest[end] == ')';
    if (!opens && !closes) {
      defects_.Report(line, "entity", "( or GRP) in Entity=", Quoted(rest));
      return;
    }
    const std::string_view content = rest.substr(0, end).substr(opens ? 1 : 0);
    if (!opens) {
      Close(word, line, content);
    } else if (closes) {
      Open(word, line, content).closed = true;
    } else {
      stacks_[Open(word, line, content).mention.entity].push_back(mentions_.size() - 1);
    }
    if (end == std::string_view::npos) return;
    rest.remove_prefix(closes ? end + 1 : end);
  }
}

MentionReader::OpenMention& MentionReader::Open(size_t word, size_t line, std::string_view text) {
  const std::vector<std::string_view> parts = Split(text, '-');
  if (parts.size() < fields_.required || parts.size() > fields_.count) {
    defects_.Report(line, "entity",
                    fmt::format("{} to {} hyphen-separated fields as # global.Entity names them",
                                fields_.required, fields_.count),
                    Quoted(text));
  }
  const auto part = [&](std::optional<size_t> field) {
    return field && *field < parts.size() ? parts[*field] : std::string_view();
  };
  OpenMention opened;
  opened.line = line;
  opened.mention.first = opened.mention.last = word;
  opened.mention.entity = part(fields_.entity);
  opened.mention.type = part(fields_.type);
  opened.mention.link = part(fields_.link);
  if (opened.mention.entity.empty() || opened.mention.entity.find('[') != std::string::npos) {
    defects_.Report(line, "entity", "an entity id without part numbers", Quoted(text));
  }
  if (fields_.minspan) ParseMinspan(part(fields_.minspan), &opened);
  return mentions_.emplace_back(std::move(opened));
}

void MentionReader::ParseMinspan(std::string_view text, OpenMention* mention) const {
  for (const std::string_view part : Split(text, ',')) {
    size_t position = 0;
    const char* end = part.data() + part.size();
    const auto [stop, error] = std::from_chars(part.data(), end, position);
    if (error != std::errc() || stop != end || position == 0) {
      defects_.Report(mention->line, "entity-head", "comma-separated positions from 1 on",
                      Quoted(text));
      return;
    }
    mention->minspan.push_back(position);
  }
}

void MentionReader::Close(size_t word, size_t line, std::string_view entity) {
  // Last in, first out among the open mentions of that entity; other entities may close in any
  // order.
  const auto stack = stacks_.find(entity);
  if (stack != stacks_.end() && !stack->second.empty()) {
    OpenMention& innermost = mentions_[stack->second.back()];
    innermost.mention.last = word;
    innermost.closed = true;
    stack->second.pop_back();
    return;
  }
  defects_.Report(line, "entity-balance", "a bracket of an entity opened in this sentence",
                  Quoted(std::string(entity) + ")"));
}

void MentionReader::Finish(size_t sentence, const std::vector<Word>& words,
                           std::vector<Mention>* mentions) {
  const auto start = static_cast<std::ptrdiff_t>(mentions->size());
  for (OpenMention& read : mentions_) {
    if (!read.closed) {
      defects_.Report(read.line, "entity-balance", "every mention closed within its sentence",
                      Quoted("(" + read.mention.entity + "-…") + " left open");
      continue;
    }
    const size_t length = read.mention.last - read.mention.first + 1;
    for (const size_t position : read.minspan) {
      if (position <= length) continue;
      defects_.Report(read.line, "entity-head",
                      fmt::format("head positions from 1 to {}, the length of the span", length),
                      std::to_string(position));
    }
    read.mention.sentence = sentence;
    read.mention.head = HeadWord(read.mention, read.minspan, words);
    mentions->push_back(std::move(read.mention));
  }
  std::stable_sort(mentions->begin() + start, mentions->end(),
                   [](const Mention& a, const Mention& b) {
                     return a.first != b.first ? a.first < b.first : a.last > b.last;
                   });
}

std::vector<Mention> SelectMentions(const std::vector<Mention>& mentions,
                                    CoreferenceScheme scheme) {
  if (scheme == CoreferenceScheme::kGum) return mentions;
  std::map<std::string_view, size_t> chain_sizes;
  for (const Mention& mention : mentions) {
    if (!IsDroppedLink(mention.link)) ++chain_sizes[mention.entity];
  }
  std::vector<Mention> selected;
  for (const Mention& mention : mentions) {
    if (!IsDroppedLink(mention.link) && chain_sizes[mention.entity] > 1) {
      selected.push_back(mention);
    }
  }
  return selected;
}

}  // namespace headscope
