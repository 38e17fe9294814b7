#include "datasets/corpora.h"

#include "datasets/sentiment_trees.h"
#include "model/base/error.h"

namespace headscope {
namespace {

std::vector<Corpus> MakeCorpora() {
  const std::string github = "https://raw.githubusercontent.com/";
  std::vector<Corpus> corpora;
  {
    const std::string base = github + "UniversalDependencies/UD_English-EWT/r2.14/";
    corpora.push_back(
        {"ud-english-ewt",
         "CC BY-SA 4.0 (UD English EWT r2.14; Silveira et al. 2014)",
         {
             {"ud-english-ewt/en_ewt-ud-train.conllu", base + "en_ewt-ud-train.conllu",
              "c081876811507cb9437000ea5e6a1741795d8fe8755537ef024bd3b4a713ff14", 13906685},
             {"ud-english-ewt/en_ewt-ud-dev.conllu", base + "en_ewt-ud-dev.conllu",
              "dd514122385fd3374dd10051ddaf477c957d3da0bba48931d6f969820ece233f", 1764449},
             {"ud-english-ewt/en_ewt-ud-test.conllu", base + "en_ewt-ud-test.conllu",
              "5e0044aa9b786bfb81dbd5687400583a61635a65839e747b59b2ec907c8ab662", 1765008},
             {"ud-english-ewt/LICENSE.txt", base + "LICENSE.txt",
              "b3d1b0f4c6ae151f7eb78738f46ebd5ee140f8a7f76501ba26af123140d35ae7", 20014},
         },
         {},
         ""});
  }
  {
    const std::string base = github + "UniversalDependencies/UD_English-GUM/r2.14/";
    corpora.push_back(
        {"ud-english-gum",
         "CC BY-NC-SA 4.0: non-commercial, share-alike (UD English GUM r2.14; Zeldes 2017)",
         {
             {"ud-english-gum/en_gum-ud-train.conllu", base + "en_gum-ud-train.conllu",
              "485efae4c44574d35c37e7bb4c611acecf554a7836fda937f99e2eff3e7f5299", 15706417},
             {"ud-english-gum/en_gum-ud-dev.conllu", base + "en_gum-ud-dev.conllu",
              "31989997532cbdf577cc09f6468fd43a2dd2a17733276b887e21ffcc5d4f0fa1", 2284769},
             {"ud-english-gum/en_gum-ud-test.conllu", base + "en_gum-ud-test.conllu",
              "7b2cb57ff9ca1f3ae7375030ad80d43154542ef4c5f71bf8458445dc3591914a", 2285106},
             {"ud-english-gum/LICENSE.txt", base + "LICENSE.txt",
              "b6310e2df084d7cf04d592a748a1449439768afe8c68d49a4248237db646915f", 1455},
         },
         {},
         ""});
  }
  {
    const std::string base = github +
                             "pytorch/examples/77f55b912142e11fcfdf5b530231fb9c52f181e8/"
                             "word_language_model/data/wikitext-2/";
    corpora.push_back(
        {"wikitext-2",
         "CC BY-SA, text of Wikipedia (WikiText-2; Merity et al. 2016)",
         {
             {"wikitext-2/train.txt", base + "train.txt",
              "9e9fa1ad55b1c2c95b08e37dd8e653f638fac2c6de904b79e813611eefbc985f", 10797148},
             {"wikitext-2/valid.txt", base + "valid.txt",
              "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8", 1121681},
             {"wikitext-2/test.txt", base + "test.txt",
              "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0", 1256449},
         },
         {},
         ""});
  }
  {
    const std::string base =
        github +
        "successar/AttentionExplanation/425a89a49a8b3bffc3f5e8338287e2ecd0cf1fa2/preprocess/SST/";
    corpora.push_back(
        {"sst2",
         "none stated: research use, do not redistribute (Stanford Sentiment Treebank; Socher et "
         "al. 2013)",
         {
             {"sst2/trees/train.txt", base + "train.txt",
              "e2f3f41b0b1e6d4dddc0effe3bfc2d27ed8928079aa9a03d652311614fc5feb7", 2160058},
             {"sst2/trees/dev.txt", base + "dev.txt",
              "0e9336aed6e4730e19f58d00a77b3f0297efdb755f7b5e598c98a05e3f97ea40", 280825},
             {"sst2/trees/test.txt", base + "test.txt",
              "6e54806dee95cf80cd918e7dfb3f6770f6df24bf826f289a4d1f709e1c8f6761", 559614},
         },
         {
             {"sst2/train.tsv", "sst2/trees/train.txt", SentenceTable,
              "c190c594f7430be86f88b1b078269e31115bd4fc3f24fca3a65d6aecd78c9c99"},
             {"sst2/dev.tsv", "sst2/trees/dev.txt", SentenceTable,
              "1721323415f12444f2c1b93cd4e9c6dc2da319ef1e5cf03dc180ec5adfa54fe6"},
             {"sst2/test.tsv", "sst2/trees/test.txt", SentenceTable,
              "44fe5ff958295dad1d7d8dc925e4eebc094d6e70f93c56da721ca60c68d196fc"},
             {"sst2/train-phrases.tsv", "sst2/trees/train.txt", PhraseTable,
              "4e28752903631a385e0bfa5a3f1bc94c4dc8489bd4d06de7ac2f88272cb5723e"},
         },
         ""});
  }
  {
    const std::string base =
        github +
        "mhjabreel/CharCnn_Keras/555590db4219b1243abb1918effd6a7425a2d75f/data/ag_news_csv/";
    corpora.push_back(
        {"ag-news",
         "research and other non-commercial use (AG News; Zhang et al. 2015)",
         {
             {"ag-news/train.csv", base + "train.csv",
              "76a0a2d2f92b286371fe4d4044640910a04a803fdd2538e0f3f29a5c6f6b672e", 29470338},
             {"ag-news/test.csv", base + "test.csv",
              "521465c2428ed7f02f8d6db6ffdd4b5447c1c701962353eb2c40d548c3c85699", 1857427},
             {"ag-news/classes.txt", base + "classes.txt",
              "612dbfa932f07a6ed837295a7d5746ce7412e7bb4bc32ba919fdb3cda3a1b9b5", 31},
             {"ag-news/upstream-readme.txt", base + "readme.txt",
              "779c2e6bbf93dd810d9c7b318006daef7a4bfc34062002461d251dc10fb9f58c", 1795},
         },
         {},
         ""});
  }
  {
    corpora.push_back(
        {"classic-books",
         "public domain",
         {},
         {},
         "it was cleaned by hand from the books of github.com/mlschmitt/classic-books-markdown, "
         "which no rule repeats; any folder of *.txt does as well"});
  }
  {
    corpora.push_back({"movie-reviews-2k",
                       "CC BY 4.0 (Pang & Lee 2004)",
                       {},
                       {},
                       "it is published as an archive (raw.githubusercontent.com/nltk/nltk_data, "
                       "packages/corpora/movie_reviews.zip), of which no SHA-256 is known; unpack "
                       "it to fold, label, id, text in reviews.tsv"});
  }
  return corpora;
}

}  // namespace

const std::vector<Corpus>& Corpora() {
  static const std::vector<Corpus> corpora = MakeCorpora();
  return corpora;
}

const Corpus& FindCorpus(const std::string& name) {
  std::string names;
  for (const Corpus& corpus : Corpora()) {
    if (corpus.name == name) return corpus;
    names += corpus.name + ", ";
  }
  Fail("corpus: expected {}or all, found \"{}\"", names, name);
}

}  // namespace headscope
