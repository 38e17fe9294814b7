// The page that every report is: one file that loads nothing (a content security policy forbids it)
// and runs no script.
#pragma once

#include <string>
#include <vector>

namespace headscope {

// Whether a table's last column is a figure like the others, or text that is broken into lines.
// (A table of class "text" is text in every column.)
enum class LastColumn { kFigure, kProse };

// A table from a header and rows of cells that are markup already.
std::string HtmlTable(const std::vector<std::string>& header,
                      const std::vector<std::vector<std::string>>& rows,
                      LastColumn last = LastColumn::kFigure);

// The whole page; `title` and `heading` are escaped, `body` is markup.
std::string HtmlPage(const std::string& title, const std::string& heading, const std::string& body);

}  // namespace headscope
