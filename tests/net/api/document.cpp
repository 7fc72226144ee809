#include "document.hpp"

#include <simdjson.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace switchboard::net::testing {

namespace {

const node nothing;

struct line {
  std::size_t indent = 0;
  std::string text;
  std::size_t number = 0;
};

[[noreturn]] void outside(const line& l, const std::string& why) {
  throw std::runtime_error("line " + std::to_string(l.number) + ": " + why + ": " + l.text);
}

class yaml_reader {
 public:
  explicit yaml_reader(std::string_view text) {
    std::istringstream in{std::string(text)};
    std::string raw;
    for (std::size_t n = 1; std::getline(in, raw); ++n) {
      const auto indent = raw.find_first_not_of(' ');
      if (indent == std::string::npos || raw[indent] == '#') continue;
      lines_.push_back({indent, raw.substr(indent), n});
      if (indent % 2 != 0 || raw.find('\t') != std::string::npos || raw.back() == ' ')
        outside(lines_.back(), "layout");
    }
  }

  node read() {
    auto n = block(0);
    if (at_ != lines_.size()) outside(lines_[at_], "indented wrongly");
    return n;
  }

 private:
  node block(std::size_t indent) {
    node n;
    while (at_ < lines_.size() && lines_[at_].indent == indent) {
      auto& l = lines_[at_];
      if (l.text.starts_with("- ")) {
        n.is = node::kind::list;
        // The rest of the line is the item's first line, two further in.
        l.text.erase(0, 2);
        l.indent += 2;
        n.items.push_back(is_member(l.text) ? block(indent + 2) : scalar_line());
        continue;
      }
      if (n.is == node::kind::list) outside(l, "a member in a list");
      n.is = node::kind::map;
      auto [name, rest] = split(l);
      if (n.has(name)) outside(l, "the name stands twice");
      n.members.emplace_back(name, value(rest, indent));
    }
    return n;
  }

  node value(const std::string& rest, std::size_t indent) {
    const auto l = lines_[at_];
    if (rest == ">-") {
      ++at_;
      node n{.is = node::kind::scalar, .text = {}, .quoted = true, .items = {}, .members = {}};
      for (; at_ < lines_.size() && lines_[at_].indent > indent; ++at_) {
        n.text += (n.text.empty() ? "" : " ") + lines_[at_].text;
      }
      return n;
    }
    if (!rest.empty()) {
      lines_[at_].text = rest;
      return scalar_line();
    }
    ++at_;
    if (at_ == lines_.size() || lines_[at_].indent != indent + 2) outside(l, "no value");
    return block(indent + 2);
  }

  node scalar_line() {
    const auto& l = lines_[at_++];
    return scalar(l, l.text);
  }

  node scalar(const line& l, std::string text) {
    node n{.is = node::kind::scalar, .text = text, .quoted = false, .items = {}, .members = {}};
    if (text.starts_with('[')) {
      if (!text.ends_with(']')) outside(l, "an open list");
      n.is = node::kind::list;
      std::istringstream items{text.substr(1, text.size() - 2)};
      for (std::string item; std::getline(items, item, ',');) {
        item.erase(0, std::min(item.find_first_not_of(' '), item.size()));
        n.items.push_back(scalar(l, item));
      }
    } else if (text.starts_with('"')) {
      n = read_json("[" + text + "]").items.at(0);  // the same escapes
    } else if (text.find(": ") != std::string::npos || text.find(" #") != std::string::npos ||
               std::string_view("{}&*!|>'%@`").find(text.front()) != std::string_view::npos) {
      outside(l, "quote this");
    }
    return n;
  }

  static bool is_member(const std::string& text) {
    static const std::regex member{R"(^("[^"]*"|[^"\[\]{}:]+|[^" ]+):( .*)?$)"};
    return std::regex_match(text, member);
  }

  static std::pair<std::string, std::string> split(const line& l) {
    if (!is_member(l.text)) outside(l, "neither member nor item");
    const auto from = l.text.starts_with('"') ? l.text.find('"', 1) : 0;
    auto colon = l.text.find(": ", from);
    if (colon == std::string::npos) colon = l.text.size() - 1;
    auto name = l.text.substr(0, colon);
    if (name.starts_with('"')) name = name.substr(1, name.size() - 2);
    return {name, colon + 2 < l.text.size() ? l.text.substr(colon + 2) : std::string{}};
  }

  std::vector<line> lines_;
  std::size_t at_ = 0;
};

node from(const simdjson::dom::element& e) {
  node n;
  if (simdjson::dom::array list; e.get(list) == simdjson::SUCCESS) {
    n.is = node::kind::list;
    for (const auto item : list) n.items.push_back(from(item));
  } else if (simdjson::dom::object map; e.get(map) == simdjson::SUCCESS) {
    n.is = node::kind::map;
    for (const auto field : map) n.members.emplace_back(std::string(field.key), from(field.value));
  } else if (std::string_view text; e.get(text) == simdjson::SUCCESS) {
    n = {.is = node::kind::scalar, .text = std::string(text), .quoted = true, .items = {}, .members = {}};
  } else {
    n = {.is = node::kind::scalar, .text = simdjson::minify(e), .quoted = false, .items = {}, .members = {}};
  }
  return n;
}

bool is_number(const node& n) {
  static const std::regex integer{"-?[0-9]+"};
  return n.is == node::kind::scalar && !n.quoted && std::regex_match(n.text, integer);
}

bool has_type(const node& n, const std::string& type) {
  if (type == "object") return n.is == node::kind::map;
  if (type == "array") return n.is == node::kind::list;
  if (type == "integer") return is_number(n);
  if (type == "boolean")
    return n.is == node::kind::scalar && !n.quoted && (n.text == "true" || n.text == "false");
  return type == "string" && n.is == node::kind::scalar && (n.quoted || !is_number(n));
}

}  // namespace

const node& node::operator[](std::string_view name) const {
  for (const auto& [key, value] : members) {
    if (key == name) return value;
  }
  return nothing;
}

bool node::contains(std::string_view item) const {
  return std::any_of(items.begin(), items.end(), [&](const node& n) { return n.text == item; });
}

node read_yaml(std::string_view text) {
  return yaml_reader{text}.read();
}

node read_json(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (const auto error = parser.parse(text.data(), text.size()).get(root)) {
    throw std::runtime_error(std::string(simdjson::error_message(error)) + ": " + std::string(text));
  }
  return from(root);
}

std::string read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

const node& openapi() {
  static const node n = read_yaml(read_file(SWITCHBOARD_SOURCE_DIR "/api/openapi.yaml"));
  return n;
}

const node& asyncapi() {
  static const node n = read_yaml(read_file(SWITCHBOARD_SOURCE_DIR "/api/asyncapi.yaml"));
  return n;
}

const node& schema_checker::resolve(const node& schema) const {
  const auto* at = &schema;
  for (int hops = 0; at->has("$ref") && hops < 8; ++hops) {
    const auto& to = (*at)["$ref"].text;
    at = &document_;
    std::istringstream parts{to.substr(std::min<std::size_t>(2, to.size()))};  // behind "#/"
    for (std::string part; std::getline(parts, part, '/');) at = &(*at)[part];
  }
  return *at;
}

std::vector<std::string> schema_checker::check(const node& value, const node& schema) const {
  std::vector<std::string> wrong;
  check(value, schema, "", wrong);
  return wrong;
}

void schema_checker::check(const node& value, const node& schema, const std::string& where,
                           std::vector<std::string>& wrong) const {
  const auto& s = resolve(schema);
  const auto say = [&](const std::string& what) {
    wrong.push_back((where.empty() ? "/" : where) + ": " + what);
  };
  if (s.is == node::kind::none) return say("its schema leads nowhere");
  if (s.has("type") && !has_type(value, s["type"].text)) return say("is no " + s["type"].text);
  if (s.has("enum") && !s["enum"].contains(value.text)) say("\"" + value.text + "\" is not in the enum");
  if (s.has("const") && s["const"].text != value.text)
    say("\"" + value.text + "\" is not " + s["const"].text);
  if (s.has("pattern") && !std::regex_search(value.text, std::regex(s["pattern"].text))) {
    say("\"" + value.text + "\" is not " + s["pattern"].text);
  }
  for (const auto& part : s["allOf"].items) check(value, part, where, wrong);
  if (s.has("items")) {
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      check(value.items[i], s["items"], where + "/" + std::to_string(i), wrong);
    }
  }
  check_object(value, s, where, wrong);
}

void schema_checker::check_object(const node& value, const node& s, const std::string& where,
                                  std::vector<std::string>& wrong) const {
  for (const auto& name : s["required"].items) {
    if (!value.has(name.text)) wrong.push_back(where + "/" + name.text + ": is missing");
  }
  for (const auto& [name, member] : value.members) {
    if (s["properties"].has(name)) {
      check(member, s["properties"][name], where + "/" + name, wrong);
    } else if (s["additionalProperties"].text == "false") {
      wrong.push_back(where + "/" + name + ": is not in the schema");
    }
  }
}

}  // namespace switchboard::net::testing
