// A small treebank with everything the readers meet: two documents, multiword tokens, an empty
// node, nested mentions, two open mentions of one entity, every link. Written for the tests.
#pragma once

#include <string>

#include "datasets/conllu.h"
#include "model/base/error.h"

namespace headscope {

inline constexpr const char* kConlluSample =
    "# newdoc id = garden\n"
    "# global.Entity = GRP-etype-infstat-centering-minspan-link-identity\n"
    "# sent_id = garden-1\n"
    "# text = Anna's sister didn't water \xC3\xA9lan vital (roses).\n"
    "1-2\tAnna's\t_\t_\t_\t_\t_\t_\t_\t_\n"
    "1\tAnna\tAnna\tPROPN\tNNP\tNumber=Sing\t3\tnmod:poss\t3:nmod:poss\t"
    "Entity=(2-person-new-cf1-2-coref(1-person-new-cf2-1-coref-Anna)\n"
    "2\t's\t's\tPART\tPOS\t_\t1\tcase\t1:case\t_\n"
    "3\tsister\tsister\tNOUN\tNN\tNumber=Sing\t6\tnsubj\t6:nsubj\tEntity=2)|MSeg=sister\n"
    "4-5\tdidn't\t_\t_\t_\t_\t_\t_\t_\t_\n"
    "4\tdid\tdo\tAUX\tVBD\tMood=Ind\t6\taux\t6:aux\t_\n"
    "5\tn't\tnot\tPART\tRB\tPolarity=Neg\t6\tadvmod\t6:advmod\t_\n"
    "6\twater\twater\tVERB\tVB\tVerbForm=Inf\t0\troot\t0:root\t_\n"
    "7\t\xC3\xA9lan\t\xC3\xA9lan\tX\tFW\t_\t10\tcompound\t10:compound\t"
    "Entity=(3-plant-new-cf3-4-coref(4-abstract-new-cf4-1-sgl\n"
    "8\tvital\tvital\tX\tFW\t_\t7\tflat\t7:flat\tEntity=4)\n"
    "8.1\tred\tred\tADJ\tJJ\t_\t_\t_\t10:amod\t_\n"
    "9\t(\t(\tPUNCT\t-LRB-\t_\t10\tpunct\t10:punct\tSpaceAfter=No\n"
    "10\troses\trose\tNOUN\tNNS\tNumber=Plur\t6\tobj\t6:obj\tEntity=3)|SpaceAfter=No\n"
    "11\t)\t)\tPUNCT\t-RRB-\t_\t10\tpunct\t10:punct\tSpaceAfter=No\n"
    "12\t.\t.\tPUNCT\t.\t_\t6\tpunct\t6:punct\t_\n"
    "\n"
    "# sent_id = garden-2\n"
    "# text = She, a friend of her own friend, cut them.\n"
    "1\tShe\tshe\tPRON\tPRP\tPronType=Prs\t10\tnsubj\t10:nsubj\t"
    "Entity=(2-person-giv:act-cf1*-1-ana)|SpaceAfter=No\n"
    "2\t,\t,\tPUNCT\t,\t_\t4\tpunct\t4:punct\t_\n"
    "3\ta\ta\tDET\tDT\t_\t4\tdet\t4:det\tEntity=(2-person-giv:act-cf1-2-appos\n"
    "4\tfriend\tfriend\tNOUN\tNN\t_\t1\tappos\t1:appos\t_\n"
    "5\tof\tof\tADP\tIN\t_\t8\tcase\t8:case\t_\n"
    "6\ther\ther\tPRON\tPRP$\tPronType=Prs\t8\tnmod:poss\t8:nmod:poss\t"
    "Entity=(2-person-giv:act-cf2-3-disc(1-person-giv:act-cf2-1-ana)\n"
    "7\town\town\tADJ\tJJ\t_\t8\tamod\t8:amod\t_\n"
    "8\tfriend\tfriend\tNOUN\tNN\t_\t4\tnmod\t4:nmod:of\tEntity=2)2)|SpaceAfter=No\n"
    "9\t,\t,\tPUNCT\t,\t_\t4\tpunct\t4:punct\t_\n"
    "10\tcut\tcut\tVERB\tVBD\t_\t0\troot\t0:root\t_\n"
    "11\tthem\tthey\tPRON\tPRP\tPronType=Prs\t10\tobj\t10:obj\t"
    "Entity=(3-plant-giv:act-cf3-1-pred)|SpaceAfter=No\n"
    "12\t.\t.\tPUNCT\t.\t_\t10\tpunct\t10:punct\t_\n"
    "\n"
    "# newdoc id = kitchen\n"
    "# global.Entity = eid-salience-link-head-etype\n"
    "# sent_id = kitchen-1\n"
    "# text = Jones and Lee ate it.\n"
    "1\tJones\tJones\tPROPN\tNNP\t_\t4\tnsubj\t4:nsubj\tEntity=(e1-s-coref-1,3-person\n"
    "2\tand\tand\tCCONJ\tCC\t_\t3\tcc\t3:cc\t_\n"
    "3\tLee\tLee\tPROPN\tNNP\t_\t1\tconj\t1:conj\tEntity=e1)\n"
    "4\tate\teat\tVERB\tVBD\t_\t0\troot\t0:root\t_\n"
    "5\tit\tit\tPRON\tPRP\t_\t4\tobj\t4:obj\tEntity=(e1-n-cata-1-object)|SpaceAfter=No\n"
    "6\t.\t.\tPUNCT\t.\t_\t4\tpunct\t4:punct\t_\n"
    "\n";

// What reading `content` as the file "f" stumbles over first; "" when it is sound.
inline std::string FirstError(const std::string& content) {
  try {
    ParseConllu("f", content);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace headscope
