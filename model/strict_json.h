// JSON from outside, read without the two liberties that most parsers take: a repeated key is an
// error (parsers disagree on which one counts), and nesting is bounded.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace headscope {

// Parses one JSON value. Throws Error "{where}: …" on malformed text, a repeated key, or nesting
// deeper than `max_depth` objects and arrays.
nlohmann::json ParseStrictJson(std::string_view text, const std::string& where, int max_depth = 16);

}  // namespace headscope
