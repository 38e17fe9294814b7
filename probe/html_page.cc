#include "probe/html_page.h"

#include <string_view>

#include "probe/svg.h"

namespace headscope {
namespace {

constexpr std::string_view kStyle = R"(
body{font:15px/1.5 system-ui,sans-serif;color:#222;max-width:78rem;margin:2rem auto;padding:0 1rem}
p{max-width:62rem}h1{font-size:1.6rem;margin-bottom:.2rem}h2{margin-top:2.4rem;border-bottom:1px solid #ddd}h3{margin-bottom:.2rem}
table{border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums;margin:.8rem 0}
th,td{padding:.15rem .5rem;text-align:right;border-bottom:1px solid #eee;white-space:nowrap}
th{border-bottom:2px solid #bbb;font-weight:600}th:first-child,td:first-child{text-align:left}
.prose th:last-child,.prose td:last-child{text-align:left;white-space:normal;min-width:11rem}
.text th,.text td{text-align:left;white-space:normal;vertical-align:top;min-width:8rem;padding:.4rem .5rem}
.text th:first-child,.text td:first-child{min-width:0}.verdict{padding:.1rem .4rem;border-left:4px solid;font-weight:600}
.interval{color:#666;font-size:.85em}.win{font-weight:700;color:#00528a}.muted{color:#666}
.banner{padding:.7rem 1rem;border-left:5px solid;margin:1rem 0}
.good{border-color:#009e73;background:#eef8f4}.bad{border-color:#d55e00;background:#fdf2ea}.unknown{border-color:#999;background:#f5f5f5}
svg{max-width:100%;height:auto}.scroll{overflow-x:auto}.scroll svg{max-width:none}.grid{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}figcaption{font-size:.85em;color:#444}
code{background:#f4f4f4;padding:0 .25em}
)";

}  // namespace

std::string HtmlTable(const std::vector<std::string>& header,
                      const std::vector<std::vector<std::string>>& rows, LastColumn last) {
  const std::string kind = last == LastColumn::kProse ? " class=\"prose\"" : "";
  std::string html = "<div class=\"scroll\"><table" + kind + "><thead><tr>";
  for (const std::string& cell : header) html += "<th>" + cell + "</th>";
  html += "</tr></thead><tbody>\n";
  for (const auto& row : rows) {
    html += "<tr>";
    for (const std::string& cell : row) html += "<td>" + cell + "</td>";
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string HtmlPage(const std::string& title, const std::string& heading,
                     const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
         EscapeMarkup(title) + "</title>\n<style>" + std::string(kStyle) +
         "</style></head><body>\n<h1>" + EscapeMarkup(heading) + "</h1>\n" + body +
         "</body></html>\n";
}

}  // namespace headscope
