#include "net/platforms/source_map.hpp"

#include "domain/json.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace switchboard::net::platforms {
namespace {

namespace ondemand = simdjson::ondemand;

/// The arrays that Meta, LinkedIn and Bluesky batch in; X's all end alike.
constexpr std::array<std::string_view, 12> batches = {
    "entry",          "messaging", "standby", "changes",          "messages",      "statuses",
    "message_echoes", "errors",    "calls",   "user_preferences", "notifications", "logs"};

bool is_batch(std::string_view name) {
  return name.ends_with("_events") || std::find(batches.begin(), batches.end(), name) != batches.end();
}

/// The token of the pointer that begins after `done` bytes and its slash.
std::string_view token_after(std::string_view pointer, std::size_t done) {
  const std::string_view rest = pointer.substr(done + 1);
  return rest.substr(0, rest.find('/'));
}

/// The bytes of a value that On-Demand stands on; empty on an error, which a validated document doesn't give.
std::string_view raw_bytes(ondemand::value value) {
  ondemand::json_type type{};
  std::string_view raw;
  if (value.type().get(type) != simdjson::SUCCESS) {
    return {};
  }
  if (type == ondemand::json_type::object) {
    ondemand::object nested;
    return value.get_object().get(nested) == simdjson::SUCCESS &&
                   nested.raw_json().get(raw) == simdjson::SUCCESS
               ? raw
               : std::string_view{};
  }
  if (type == ondemand::json_type::array) {
    ondemand::array nested;
    return value.get_array().get(nested) == simdjson::SUCCESS &&
                   nested.raw_json().get(raw) == simdjson::SUCCESS
               ? raw
               : std::string_view{};
  }
  raw = value.raw_json_token();
  return raw.substr(0, raw.find_last_not_of(" \t\r\n") + 1);
}

}  // namespace

std::optional<std::string> source_map::narrowed(std::string_view pointer) {
  std::string out;
  const auto first = body_.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || !append(out, pointer, 0, body_.substr(first))) {
    return std::nullopt;
  }
  return out;
}

const std::vector<source_map::child>& source_map::children(std::string_view pointer, std::string_view bytes) {
  if (const auto known = containers_.find(pointer); known != containers_.end()) {
    return known->second;
  }
  std::vector<child>& found = containers_[std::string{pointer}];
  const simdjson::padded_string padded{bytes};
  const auto place = [&](std::string_view raw) {
    return raw.empty() ? raw : bytes.substr(static_cast<std::size_t>(raw.data() - padded.data()), raw.size());
  };
  ondemand::parser parser;
  ondemand::document document;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) {
    return found;
  }
  if (bytes.front() == '[') {
    ondemand::array elements;
    if (document.get_array().get(elements) == simdjson::SUCCESS) {
      for (auto each : elements) {
        ondemand::value element;
        if (std::move(each).get(element) != simdjson::SUCCESS) {
          break;
        }
        found.push_back({{}, place(raw_bytes(element))});
      }
    }
    return found;
  }
  ondemand::object members;
  if (document.get_object().get(members) == simdjson::SUCCESS) {
    for (auto each : members) {
      ondemand::field member;
      std::string_view key;
      if (std::move(each).get(member) != simdjson::SUCCESS ||
          member.unescaped_key().get(key) != simdjson::SUCCESS) {
        break;
      }
      found.push_back({std::string{key}, place(raw_bytes(member.value()))});
    }
  }
  return found;
}

/// Appends the value at `bytes`, which stands at the first `done` bytes of `pointer`, narrowed to the rest.
bool source_map::append(std::string& out, std::string_view pointer, std::size_t done,
                        std::string_view bytes) {
  if (done == pointer.size()) {
    out += bytes;
    return !bytes.empty();
  }
  if (bytes.starts_with('[')) {
    return append_array(out, pointer, done, bytes);
  }
  return bytes.starts_with('{') && append_object(out, pointer, done, bytes);
}

bool source_map::append_array(std::string& out, std::string_view pointer, std::size_t done,
                              std::string_view bytes) {
  const std::string_view token = token_after(pointer, done);
  std::size_t index = 0;
  const auto [stop, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  const auto& elements = children(pointer.substr(0, done), bytes);
  if (error != std::errc{} || stop != token.data() + token.size() || index >= elements.size()) {
    return false;
  }
  out += '[';
  const bool found = append(out, pointer, done + 1 + token.size(), elements[index].bytes);
  out += ']';
  return found;
}

bool source_map::append_object(std::string& out, std::string_view pointer, std::size_t done,
                               std::string_view bytes) {
  const std::string_view token = token_after(pointer, done);
  bool found = false;
  bool first = true;
  out += '{';
  for (const child& each : children(pointer.substr(0, done), bytes)) {
    const bool on_path = !found && each.key == token;
    if (!on_path && (is_batch(each.key) || each.key == token || each.bytes.size() > kept_member_bytes_max)) {
      continue;
    }
    if (!std::exchange(first, false)) {
      out += ',';
    }
    domain::append_json_string(out, each.key);
    out += ':';
    if (!on_path) {
      out += each.bytes;
    } else if (found = append(out, pointer, done + 1 + token.size(), each.bytes); !found) {
      return false;
    }
  }
  out += '}';
  return found;
}

}  // namespace switchboard::net::platforms
