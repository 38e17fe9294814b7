#include "model/strict_json.h"

#include <set>
#include <vector>

#include "model/base/error.h"

namespace headscope {
namespace {

using nlohmann::json;

// Watches the parser's events: one set of keys for each object that is open.
class KeyWatcher {
 public:
  KeyWatcher(const std::string& where, int max_depth) : where_(where), max_depth_(max_depth) {}

  void Observe(int depth, json::parse_event_t event, const json& parsed) {
    switch (event) {
      case json::parse_event_t::object_start:
        open_keys_.emplace_back();
        [[fallthrough]];
      case json::parse_event_t::array_start:
        if (depth >= max_depth_) Fail("{}: nested deeper than {} levels", where_, max_depth_);
        break;
      case json::parse_event_t::object_end:
        open_keys_.pop_back();
        break;
      case json::parse_event_t::key: {
        const auto& key = parsed.get_ref<const std::string&>();
        if (!open_keys_.back().insert(key).second) {
          Fail("{}: expected every key once, found \"{}\" twice", where_, key);
        }
        break;
      }
      default:
        break;
    }
  }

 private:
  const std::string& where_;
  int max_depth_;
  std::vector<std::set<std::string>> open_keys_;
};

}  // namespace

json ParseStrictJson(std::string_view text, const std::string& where, int max_depth) {
  KeyWatcher watcher(where, max_depth);
  const auto callback = [&](int depth, json::parse_event_t event, json& parsed) {
    watcher.Observe(depth, event, parsed);
    return true;
  };
  try {
    return json::parse(text, callback);
  } catch (const json::exception& error) {
    Fail("{}: expected JSON, found: {}", where, error.what());
  }
}

}  // namespace headscope
