// JSON in general: what parses is written as JSON that parses to the same, and each part of it can be cut out with its
// envelope (the dead letters of big bodies).

#include "net/platforms/json.hpp"

#include "domain/json.hpp"
#include "net/platforms/source_map.hpp"
#include "tests/fuzz/targets.hpp"

#include <string>
#include <vector>

namespace switchboard::fuzz {

namespace {

using namespace net::platforms;

constexpr std::size_t pointers_max = 64;

void pointers_of(element e, const std::string& at, std::vector<std::string>& out) {
  if (out.size() >= pointers_max) return;
  out.push_back(at);
  array elements;
  object members;
  if (e.get(elements) == simdjson::SUCCESS) {
    std::size_t i = 0;
    for (const auto each : elements) pointers_of(each, at + "/" + std::to_string(i++), out);
  } else if (e.get(members) == simdjson::SUCCESS) {
    for (const auto each : members) {
      // Names with these are escaped in pointers; ours, of lists of Meta's, have none.
      if (each.key.find_first_of("~/") == std::string_view::npos)
        pointers_of(each.value, at + "/" + std::string(each.key), out);
    }
  }
}

}  // namespace

void run_json(std::string_view bytes) {
  std::string quoted;
  domain::append_json_string(quoted, bytes);
  hold(parse(quoted, {}).has_value(), "any text can be written as JSON");
  (void)nested_object(bytes, {});
  const auto parsed = parse(bytes, {});
  if (!parsed) return hold(!parsed.error().reason.empty(), "a refusal has a reason");
  const auto written = to_json(parsed->root);
  std::vector<std::string> pointers;
  pointers_of(parsed->root, {}, pointers);
  source_map map(bytes);
  for (const auto& pointer : pointers) {
    if (const auto part = map.narrowed(pointer)) {
      simdjson::dom::parser own;
      hold(own.parse(*part).error() == simdjson::SUCCESS, "a part with its envelope is JSON");
    }
  }
  const auto again = parse(written, {});
  hold(again && to_json(again->root) == written, "what was written is read as the same");
}

}  // namespace switchboard::fuzz
