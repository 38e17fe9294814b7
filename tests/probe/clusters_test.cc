#include "probe/clusters.h"

#include "tests/support/catch.h"

namespace headscope {
namespace {

Clusters Of(uint64_t num_documents, const std::vector<size_t>& documents) {
  Clusters clusters(num_documents);
  for (const size_t document : documents) clusters.Add(document);
  return clusters;
}

TEST_CASE("Ten documents are clusters, nine are not; a document without a sentence is none",
          "[probe][statistics]") {
  const std::vector<size_t> documents = {0, 0, 1, 3, 3, 3};  // nothing of 2 fits the model
  const Clusters by_document = Of(10, documents), by_sentence = Of(9, documents);
  const size_t expected[] = {0, 0, 1, 2, 2, 2};
  for (size_t s = 0; s < documents.size(); ++s) {
    CHECK(by_document[s] == expected[s]);
    CHECK(by_sentence[s] == s);
  }
  CHECK(by_document.Facts().name == "documents");
  CHECK(by_document.Facts().count == 3);
  CHECK(by_sentence.Facts().name == "sentences");
  CHECK(by_sentence.Facts("segments").name == "segments");
  CHECK(by_sentence.Facts().count == 6);
  CHECK(Clusters(20).Count() == 0);
}

}  // namespace
}  // namespace headscope
