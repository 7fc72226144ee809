#include "cli/json_members.hpp"

#include "cli/figures.hpp"

namespace switchboard::cli {

using simdjson::dom::array;
using simdjson::dom::object;

std::string text_of(const object& o, std::string_view name) {
  std::string_view text;
  return o.at_key(name).get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::uint64_t number_of(const object& o, std::string_view name) {
  std::uint64_t n = 0;
  return o.at_key(name).get(n) == simdjson::SUCCESS ? n : 0;
}

std::vector<object> objects_of(const object& o, std::string_view name) {
  std::vector<object> all;
  array items;
  if (o.at_key(name).get(items) != simdjson::SUCCESS) return all;
  for (const auto item : items) {
    object one;
    if (item.get(one) == simdjson::SUCCESS) all.push_back(one);
  }
  return all;
}

std::vector<std::string> texts_of(const object& o, std::string_view name) {
  std::vector<std::string> all;
  array items;
  if (o.at_key(name).get(items) != simdjson::SUCCESS) return all;
  for (const auto item : items) {
    std::string_view text;
    if (item.get(text) == simdjson::SUCCESS) all.emplace_back(text);
  }
  return all;
}

std::string skills_of(const object& o, std::string_view name, std::string_view much) {
  std::string out;
  for (const auto& one : objects_of(o, name)) {
    out += out.empty() ? "" : ", ";
    out += text_of(one, "skill") + " " + std::to_string(number_of(one, much));
  }
  return out;
}

std::string config_version(const object& o) {
  return format("%016llx", static_cast<unsigned long long>(number_of(o, "configVersion")));
}

}  // namespace switchboard::cli
