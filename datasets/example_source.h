// Everything that can be named on a command line as a set of examples or of documents to resolve:
// tasks (task.h), blimp:PATH, conll2012:PATH, gap:FILE, winogender:FILE.
#pragma once

#include <functional>
#include <string>

namespace headscope {

bool IsExampleSource(const std::string& source);

// The text of every example (pairs: both texts apart; tasks: dev and test), with its id.
void ForEachExampleText(
    const std::string& source, const std::string& data_flag,
    const std::function<void(const std::string& id, const std::string& text)>& visit);

}  // namespace headscope
