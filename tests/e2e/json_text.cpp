#include "json_text.hpp"

#include "domain/json.hpp"

#include <simdjson.h>

namespace switchboard::e2e {

namespace {

/// Valid until the thread's next call.
std::optional<simdjson::dom::element> find(std::string_view json, std::string_view pointer) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  if (pointer.empty()) return root;
  simdjson::dom::element found;
  if (root.at_pointer(pointer).get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

}  // namespace

std::optional<std::string> text_at(std::string_view json, std::string_view pointer) {
  const auto found = find(json, pointer);
  if (!found) return std::nullopt;
  std::string_view text;
  if (found->get(text) == simdjson::SUCCESS) return std::string(text);
  return std::string(simdjson::minify(*found));
}

std::optional<std::string> json_at(std::string_view json, std::string_view pointer) {
  const auto found = find(json, pointer);
  if (!found) return std::nullopt;
  return std::string(simdjson::minify(*found));
}

std::vector<std::string> elements_at(std::string_view json, std::string_view pointer) {
  std::vector<std::string> out;
  const auto found = find(json, pointer);
  simdjson::dom::array all;
  if (!found || found->get(all) != simdjson::SUCCESS) return out;
  for (const auto each : all) out.push_back(simdjson::minify(each));
  return out;
}

std::string json_string(std::string_view text) {
  std::string out;
  domain::append_json_string(out, text);
  return out;
}

}  // namespace switchboard::e2e
