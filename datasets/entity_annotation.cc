#include "datasets/entity_annotation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

namespace headscope {
namespace {

// Rank of a mention's head word among the forward-looking centres: subject, object, others.
int RoleRank(const Word& head) {
  if (head.deprel.starts_with("nsubj")) return 0;
  if (head.deprel == "obj" || head.deprel == "iobj") return 1;
  return 2;
}

// The mentions of one sentence: [begin, end) of document.mentions.
struct SentenceRange {
  size_t begin = 0, end = 0;
};

class Annotator {
 public:
  Annotator(Document& document, const std::vector<MentionDetail>& details)
      : document_(document), details_(details) {
    for (const Mention& mention : document.mentions) ++chain_size_[mention.entity];
  }

  void Run() {
    size_t next = 0;
    for (size_t s = 0; s < document_.sentences.size(); ++s) {
      SentenceRange range{next, next};
      while (range.end < document_.mentions.size() && document_.mentions[range.end].sentence == s) {
        ++range.end;
      }
      next = range.end;
      Centres(range, document_.sentences[s]);
      for (size_t m = range.begin; m < range.end; ++m) Link(document_.mentions[m]);
      WriteMisc(range, document_.sentences[s]);
      for (size_t m = range.begin; m < range.end; ++m) {
        last_sentence_[document_.mentions[m].entity] = s;
      }
    }
  }

 private:
  void Link(Mention& mention) const {
    if (mention.link.empty()) {
      mention.link = chain_size_.at(mention.entity) > 1 ? "coref" : "sgl";
    }
  }

  // Entities of the sentence from the most to the least prominent, and the one that the previous
  // sentence ranked highest among them.
  void Centres(const SentenceRange& range, const Sentence& sentence) {
    std::vector<size_t> order;
    for (size_t m = range.begin; m < range.end; ++m) order.push_back(m);
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return RoleRank(sentence.words[document_.mentions[a].head]) <
             RoleRank(sentence.words[document_.mentions[b].head]);
    });
    std::vector<std::string> centres;
    for (const size_t m : order) {
      const std::string& entity = document_.mentions[m].entity;
      if (std::find(centres.begin(), centres.end(), entity) == centres.end()) {
        centres.push_back(entity);
      }
    }
    backward_.clear();
    for (const std::string& entity : centres_) {
      if (std::find(centres.begin(), centres.end(), entity) != centres.end()) {
        backward_ = entity;
        break;
      }
    }
    centres_ = std::move(centres);
  }

  // Appends "(GRP-etype-infstat-centering-minspan-link".
  void AppendFields(size_t m, bool is_first_here, std::string& out) const {
    const Mention& mention = document_.mentions[m];
    const auto seen = last_sentence_.find(mention.entity);
    const char* status = "giv:act";
    if (is_first_here) {
      if (seen == last_sentence_.end()) {
        status = "new";
      } else if (seen->second + 1 < mention.sentence) {
        status = "giv:inact";
      }
    }
    const auto rank = std::find(centres_.begin(), centres_.end(), mention.entity);
    out.append("(").append(mention.entity).append("-").append(mention.type).append("-");
    out.append(status).append("-cf");
    AppendNumber(static_cast<size_t>(rank - centres_.begin()) + 1, out);
    out.append(mention.entity == backward_ ? "*-" : "-");
    bool is_first = true;
    for (const size_t word : details_[m].minspan) {
      if (!is_first) out += ',';
      is_first = false;
      AppendNumber(word - mention.first + 1, out);
    }
    out.append("-").append(mention.link);
  }

  static void AppendNumber(size_t number, std::string& out) {
    const fmt::format_int digits(number);
    out.append(digits.data(), digits.size());
  }

  static std::string& EntityValue(Word& word) {
    if (word.misc.empty()) word.misc = "Entity=";
    return word.misc;
  }

  bool IsFirstHere(const SentenceRange& range, size_t m) const {
    for (size_t k = range.begin; k < m; ++k) {
      if (document_.mentions[k].entity == document_.mentions[m].entity) return false;
    }
    return true;
  }

  // On one word: what opens, the outer first; what opens and closes; what closes, the inner first.
  void WriteMisc(const SentenceRange& range, Sentence& sentence) const {
    for (Word& word : sentence.words) word.misc.clear();
    for (const bool is_single : {false, true}) {
      for (size_t m = range.begin; m < range.end; ++m) {
        const Mention& mention = document_.mentions[m];
        if ((mention.first == mention.last) != is_single) continue;
        std::string& value = EntityValue(sentence.words[mention.first]);
        AppendFields(m, IsFirstHere(range, m), value);
        if (is_single) value += ')';
      }
    }
    for (size_t m = range.end; m-- > range.begin;) {
      const Mention& mention = document_.mentions[m];
      if (mention.first == mention.last) continue;
      EntityValue(sentence.words[mention.last]).append(mention.entity).append(")");
    }
    for (Word& word : sentence.words) {
      if (!word.space_after) word.misc += word.misc.empty() ? "SpaceAfter=No" : "|SpaceAfter=No";
      if (word.misc.empty()) word.misc = "_";
    }
  }

  Document& document_;
  const std::vector<MentionDetail>& details_;
  std::map<std::string, size_t> chain_size_, last_sentence_;
  std::vector<std::string> centres_;
  std::string backward_;
};

}  // namespace

void AnnotateEntities(Document& document, const std::vector<MentionDetail>& details) {
  Annotator(document, details).Run();
}

}  // namespace headscope
