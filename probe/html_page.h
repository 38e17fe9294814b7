// The page that every report is: one file that loads nothing (a content security policy forbids it)
// and runs no script.
#pragma once

#include <string>
#include <vector>

namespace headscope {

// Which columns of a table are text that is broken into lines; the others are figures.
enum class TableText { kNone, kLastProse, kAllProse };

// A table from a header and rows of cells that are markup already.
std::string HtmlTable(const std::vector<std::string>& header,
                      const std::vector<std::vector<std::string>>& rows,
                      TableText text = TableText::kNone);

// The whole page; `title` and `heading` are escaped, `body` is markup.
std::string HtmlPage(const std::string& title, const std::string& heading, const std::string& body);

}  // namespace headscope
