#include "net/platforms/outgoing_reader.hpp"

#include "net/platforms/outgoing_json.hpp"

#include <algorithm>

namespace switchboard::net::platforms {
namespace {

/// A stranger's name, short enough for a sentence.
std::string clip(std::string_view name) {
  constexpr std::size_t bytes_max = 40;
  if (name.size() <= bytes_max) return std::string{name};
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
  return std::string{name.substr(0, end)} + "…";
}

std::string field_of(const std::string& path, std::string_view name) {
  return path + std::string{name};
}

bool is_web_address(std::string_view url) {
  const std::size_t host = url.starts_with("https://") ? 8U : url.starts_with("http://") ? 7U : 0U;
  if (host == 0 || host >= url.size() || url[host] == '/') return false;
  return std::all_of(url.begin(), url.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7F && byte != '"' && byte != '<' && byte != '>';
  });
}

}  // namespace

void outgoing_reader::refuse(std::string code, std::string field, std::string detail) {
  if (!problem_) problem_ = unfit{std::move(code), std::move(field), std::move(detail)};
}

void outgoing_reader::wrong_type(std::string field, std::string_view wanted) {
  refuse("wrong-type", std::move(field), "must be " + std::string{wanted});
}

std::optional<element> outgoing_reader::member(object o, std::string_view name) const {
  element e;
  if (failed() || o.at_key(name).get(e) != simdjson::SUCCESS || e.is_null()) return std::nullopt;
  return e;
}

void outgoing_reader::check_members(object o, std::span<const std::string_view> known,
                                    const std::string& path) {
  if (const auto twice = duplicate_member(o)) {
    return refuse("duplicate-member", field_of(path, clip(*twice)), "stands twice: which one is meant?");
  }
  if (known.empty()) return;
  for (const auto each : o) {
    if (std::find(known.begin(), known.end(), each.key) != known.end()) continue;
    std::string all;
    for (const auto name : known) all += (all.empty() ? "" : ", ") + std::string{name};
    return refuse("unknown-member", field_of(path, clip(each.key)), "is not known here; known are: " + all);
  }
}

std::string outgoing_reader::text(object o, std::string_view name, const std::string& path,
                                  std::size_t bytes_max) {
  const auto e = member(o, name);
  if (!e) return {};
  std::string_view value;
  if (e->get(value) != simdjson::SUCCESS) {
    wrong_type(field_of(path, name), "a text");
    return {};
  }
  if (value.size() > bytes_max) {
    refuse("too-long", field_of(path, name),
           "has " + std::to_string(value.size()) + " bytes; at most " + std::to_string(bytes_max) +
               " are taken");
    return {};
  }
  return std::string{value};
}

std::string outgoing_reader::required(object o, std::string_view name, const std::string& path,
                                      std::size_t bytes_max) {
  std::string value = text(o, name, path, bytes_max);
  if (value.empty()) refuse("missing", field_of(path, name), "must be given, and not be empty");
  return value;
}

std::string outgoing_reader::url(object o, std::string_view name, const std::string& path) {
  std::string value = text(o, name, path, url_bytes_max);
  if (!value.empty() && !is_web_address(value)) {
    refuse("not-an-address", field_of(path, name), "must begin with https:// or http://, and have no spaces");
  }
  return value;
}

bool outgoing_reader::boolean(object o, std::string_view name, const std::string& path) {
  const auto e = member(o, name);
  bool value = false;
  if (e && e->get(value) != simdjson::SUCCESS) wrong_type(field_of(path, name), "true or false");
  return value;
}

std::optional<object> outgoing_reader::object_in(object o, std::string_view name, const std::string& path) {
  const auto e = member(o, name);
  object value;
  if (!e) return std::nullopt;
  if (e->get(value) == simdjson::SUCCESS) return value;
  wrong_type(field_of(path, name), "an object");
  return std::nullopt;
}

std::string outgoing_reader::raw(object o, std::string_view name, const std::string& path, bool is_array,
                                 std::size_t bytes_max) {
  const auto e = member(o, name);
  if (!e) return {};
  if (is_array ? !e->is_array() : !e->is_object()) {
    wrong_type(field_of(path, name), is_array ? "an array" : "an object");
    return {};
  }
  std::string json = to_json(*e);
  if (json.size() > bytes_max) {
    refuse(
        "too-long", field_of(path, name),
        "has " + std::to_string(json.size()) + " bytes; at most " + std::to_string(bytes_max) + " are taken");
  }
  return json;
}

void outgoing_reader::objects(object o, std::string_view name, const std::string& path, std::size_t max,
                              const std::function<void(object, const std::string&)>& each) {
  const auto e = member(o, name);
  array all;
  if (!e) return;
  if (e->get(all) != simdjson::SUCCESS) return wrong_type(field_of(path, name), "an array");
  std::size_t i = 0;
  for (const element item : all) {
    const std::string here = field_of(path, name) + '[' + std::to_string(i) + ']';
    object value;
    if (i++ == max) {
      return refuse("too-many", field_of(path, name), "at most " + std::to_string(max) + " are taken");
    }
    if (item.get(value) != simdjson::SUCCESS) return wrong_type(here, "an object");
    each(value, here + '.');
    if (failed()) return;
  }
}

}  // namespace switchboard::net::platforms
