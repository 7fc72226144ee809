#include "net/api/body.hpp"

#include "domain/json.hpp"
#include "net/platforms/json.hpp"

#include <algorithm>

namespace switchboard::net::api {

namespace {

/// More are not told: a body of a thousand wrong fields is wrong in one way.
constexpr std::size_t errors_max = 16;

/// RFC 6901: "~" and "/" within a name are written ~0 and ~1.
std::string pointer_to(std::string_view name) {
  std::string out = "/";
  for (const char c : name) {
    if (c == '~' || c == '/') {
      out += c == '~' ? "~0" : "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

struct body_reader::parsed {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  bool valid = false;
};

body_reader::body_reader(std::string_view body, std::initializer_list<std::string_view> known)
    : parsed_(std::make_unique<parsed>()) {
  simdjson::dom::element root;
  if (parsed_->parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS ||
      root.get(parsed_->root) != simdjson::SUCCESS) {
    errors_.push_back({"", "the body must be one JSON object"});
    return;
  }
  parsed_->valid = true;
  std::vector<std::string_view> seen;  // known ones, so few
  for (const auto field : parsed_->root) {
    if (errors_.size() >= errors_max) return;
    if (std::find(known.begin(), known.end(), field.key) == known.end()) {
      std::string names;
      for (const auto k : known) names += (names.empty() ? "" : ", ") + std::string(k);
      wrong(field.key, "unknown field; this takes " + (names.empty() ? "none" : names));
    } else if (std::find(seen.begin(), seen.end(), field.key) != seen.end()) {
      wrong(field.key, "stands twice");
    } else {
      seen.push_back(field.key);
    }
  }
}

body_reader::~body_reader() = default;

bool body_reader::has(std::string_view name) const {
  return parsed_->valid && parsed_->root.at_key(name).error() == simdjson::SUCCESS;
}

std::optional<std::string> body_reader::text(std::string_view name) {
  if (!has(name)) return std::nullopt;
  std::string_view value;
  if (parsed_->root.at_key(name).get(value) != simdjson::SUCCESS) {
    wrong(name, "must be a string");
    return std::nullopt;
  }
  return std::string(value);
}

std::optional<std::vector<std::string>> body_reader::texts(std::string_view name) {
  if (!has(name)) return std::nullopt;
  simdjson::dom::array items;
  std::vector<std::string> out;
  bool good = parsed_->root.at_key(name).get(items) == simdjson::SUCCESS;
  if (good) {
    for (const auto item : items) {
      std::string_view value;
      good = good && item.get(value) == simdjson::SUCCESS;
      if (good) out.emplace_back(value);
    }
  }
  if (good) return out;
  wrong(name, "must be an array of strings");
  return std::nullopt;
}

std::vector<std::pair<std::string, std::optional<std::string>>> body_reader::texts_by_name(
    std::string_view name) {
  std::vector<std::pair<std::string, std::optional<std::string>>> out;
  if (!has(name)) return out;
  simdjson::dom::object members;
  bool good = parsed_->root.at_key(name).get(members) == simdjson::SUCCESS;
  if (good) {
    for (const auto member : members) {
      std::string_view value;
      const bool is_text = member.value.get(value) == simdjson::SUCCESS;
      good = good && (is_text || member.value.is_null());
      const bool twice =
          std::any_of(out.begin(), out.end(), [&](const auto& o) { return o.first == member.key; });
      if (twice) wrong(name, "has \"" + std::string(member.key) + "\" twice");
      out.emplace_back(member.key, is_text ? std::optional<std::string>(value) : std::nullopt);
    }
  }
  if (!good) wrong(name, "must be an object of strings, or null for what goes");
  return out;
}

std::optional<domain::timestamp> body_reader::time(std::string_view name) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto t = domain::parse_rfc3339(*value);
  if (!t) wrong(name, "must be a time in RFC 3339, e.g. 2026-11-21T08:05:48Z");
  return t;
}

std::optional<bool> body_reader::flag(std::string_view name) {
  if (!has(name)) return std::nullopt;
  bool value = false;
  if (parsed_->root.at_key(name).get(value) == simdjson::SUCCESS) return value;
  wrong(name, "must be true or false");
  return std::nullopt;
}

std::optional<std::uint64_t> body_reader::number(std::string_view name) {
  if (!has(name)) return std::nullopt;
  std::uint64_t value = 0;
  if (parsed_->root.at_key(name).get(value) == simdjson::SUCCESS) return value;
  wrong(name, "must be a whole number, 0 or more");
  return std::nullopt;
}

void body_reader::wrong(std::string_view name, std::string what) {
  errors_.push_back({pointer_to(name), std::move(what)});
}

void body_reader::respond_errors(const http::exchange_ptr& x) const {
  http::problem p;
  p.status = 400;
  p.slug = "invalid-body";
  p.title = "Bad request";
  const auto& first = errors_.front();
  p.detail = errors_.size() > 1 ? "several fields are wrong, see errors"
                                : (first.pointer.empty() ? "" : first.pointer + ": ") + first.detail;
  std::string list = "[";
  for (const auto& e : errors_) {
    if (list.size() > 1) list += ',';
    domain::json_object o{list};
    o.text("pointer", e.pointer);
    o.text("detail", e.detail);
    o.end();
  }
  list += ']';
  p.members.emplace_back("errors", std::move(list));
  x->respond(http::to_response(p));
}

void respond_wrong_field(const http::exchange_ptr& x, int status, std::string_view slug,
                         std::string_view pointer, std::string_view detail) {
  http::problem p;
  p.status = status;
  p.slug = slug;
  p.title = "Unprocessable";
  p.detail = detail;
  std::string errors = "[";
  domain::json_object o{errors};
  o.text("pointer", pointer);
  o.text("detail", detail);
  o.end();
  p.members.emplace_back("errors", errors + ']');
  x->respond(http::to_response(p));
}

}  // namespace switchboard::net::api
