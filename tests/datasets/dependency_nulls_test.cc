#include "datasets/dependency_nulls.h"

#include <map>
#include <vector>

#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("Every null equals its definition on every tagging of five words and every arc",
          "[nulls]") {
  for (uint32_t code = 0; code < 243; ++code) {
    std::vector<uint32_t> tags;
    for (uint32_t rest = code, w = 0; w < 5; ++w, rest /= 3) tags.push_back(rest % 3);
    for (uint32_t dependent = 0; dependent < 5; ++dependent) {
      for (uint32_t tag = 0; tag < 3; ++tag) {
        // All words of the class on the side; the one with the smallest distance.
        for (bool right : {false, true}) {
          std::map<size_t, size_t> by_distance;
          for (size_t j = 0; j < 5; ++j) {
            if (tags[j] != tag || j == dependent || (j > dependent) != right) continue;
            by_distance[right ? j - dependent : dependent - j] = j;
          }
          const size_t expected = by_distance.empty() ? 5 : by_distance.begin()->second;
          CHECK(NearestOfClass(tags, dependent, {tag, right}) == expected);
        }
      }
      for (uint32_t head = 0; head < 5; ++head) {
        if (head == dependent) continue;
        DependencyNulls nulls(1, 3);
        const Arc arc{dependent, head, 0};
        nulls.Add(std::vector<Arc>{arc}, tags);
        CHECK(nulls.OffsetOf(0).offset == static_cast<int>(head) - static_cast<int>(dependent));
        CHECK(nulls.OffsetOf(0).count == 1);
        // The best rule found through the head's own class must be the best of all six.
        uint64_t best = 0;
        for (uint32_t tag = 0; tag < 3; ++tag) {
          for (bool right : {false, true}) best |= RuleIsRight(tags, arc, {tag, right}) ? 1u : 0u;
        }
        CHECK(nulls.RuleOf(0).count == best);
      }
    }
  }
}

TEST_CASE("Offsets and rules are chosen by count, near and left first", "[nulls]") {
  enum : uint32_t { kDet, kNoun, kVerb };
  // the dog saw the old cat: relation 0 = det, 1 = obj
  const std::vector<uint32_t> tags = {kDet, kNoun, kVerb, kDet, kNoun, kNoun};
  DependencyNulls nulls(3, 3);
  nulls.Add(std::vector<Arc>{{0, 1, 0}, {3, 5, 0}, {5, 2, 1}}, tags);
  CHECK(nulls.Instances(0) == 2);
  CHECK(nulls.OffsetOf(0).offset == 1);  // +1 and +2 have one each
  CHECK(nulls.OffsetOf(0).count == 1);
  CHECK(nulls.OffsetOf(1).offset == -3);
  CHECK(nulls.RuleOf(0).rule.tag == kNoun);
  CHECK(nulls.RuleOf(0).rule.to_the_right);
  CHECK(nulls.RuleOf(0).count ==
        1);  // the nearest noun to the right of the second "the" is word 4, not 5
  CHECK(nulls.RuleOf(1).rule.tag == kVerb);
  CHECK_FALSE(nulls.RuleOf(1).rule.to_the_right);
  CHECK(nulls.Instances(2) == 0);
}

TEST_CASE("Offsets end at eight", "[nulls]") {
  const std::vector<uint32_t> tags(20, 0);
  DependencyNulls nulls(1, 1);
  nulls.Add(std::vector<Arc>{{0, 9, 0}, {19, 10, 0}}, tags);
  CHECK(nulls.OffsetOf(0).count == 0);
  nulls.Add(std::vector<Arc>{{0, 8, 0}}, tags);
  CHECK(nulls.OffsetOf(0).offset == 8);
}

}  // namespace
}  // namespace headscope
