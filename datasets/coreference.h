// Coreference as GUM and CorefUD write it: brackets in the Entity= key of MISC, their
// hyphen-separated fields named by the comment "# global.Entity =
// GRP-etype-…-minspan-link-identity".
//
//   value := piece+      piece := "(" fields | "(" fields ")" | GRP ")"
//
// A mention opens on one word and is closed on the same or a later one of its sentence; a close
// belongs to the mention of that GRP opened last. The field order is read from the comment
// (releases differ). Names accepted for the fields that are read: GRP or eid (the entity), etype,
// minspan or head (positions inside the span), link. Not read: mentions in several parts (GRP[1/2])
// and brackets on empty nodes or multiword tokens; both are refused.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/defects.h"

namespace headscope {

// Where the fields that are read stand between the hyphens.
struct EntityFields {
  size_t count = 0;
  size_t entity = 0;
  std::optional<size_t> type, minspan, link;
  size_t required = 0;  // a bracket has at least so many: up to the last field that is read
};

// The value of "# global.Entity = …". Reports a header without GRP or eid and then returns nothing.
std::optional<EntityFields> ParseEntityHeader(std::string_view value, size_t line,
                                              const Defects& defects);

// Reads the mentions of one sentence.
class MentionReader {
 public:
  MentionReader(const EntityFields& fields, const Defects& defects)
      : fields_(fields), defects_(defects) {}

  // The value of Entity= on a word (0-based), standing on `line` of the file; words in ascending
  // order.
  void Read(size_t word, size_t line, std::string_view value);
  // Reports what is still open, finds the head words and appends the mentions in order of (first,
  // longer first), those of one span in the order in which they open.
  void Finish(size_t sentence, const std::vector<Word>& words, std::vector<Mention>* mentions);

 private:
  struct OpenMention {
    Mention mention;
    size_t line = 0;
    std::vector<size_t> minspan;  // 1-based positions inside the span
    bool closed = false;
  };

  OpenMention& Open(size_t word, size_t line, std::string_view fields);
  void Close(size_t word, size_t line, std::string_view entity);
  void ParseMinspan(std::string_view text, OpenMention* mention) const;

  const EntityFields& fields_;
  const Defects& defects_;
  std::vector<OpenMention> mentions_;  // in order of opening
  std::map<std::string, std::vector<size_t>, std::less<>>
      stacks_;  // those not yet closed, by entity
};

// Which mentions count as coreferent.
enum class CoreferenceScheme {
  kOntoNotes,  // without the links appos, pred and disc; chains then left with one mention are
               // dropped
  kGum,        // all, singletons included
};

// The mentions of one document that `scheme` keeps, in their order.
std::vector<Mention> SelectMentions(const std::vector<Mention>& mentions, CoreferenceScheme scheme);

}  // namespace headscope
