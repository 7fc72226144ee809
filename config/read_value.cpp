// One value, by the form and range of its row in the property table.

#include "config/reader.hpp"
#include "config/units.hpp"

#include <algorithm>

namespace switchboard::config {
namespace {

/// "a duration with its unit, like "10s" (ms, s, m, h, d)": what the key wants, with its default as the
/// example.
std::string wanted(form f, value standard) {
  // A default of none shows no unit.
  if (standard == value(std::uint64_t{0}) && f == form::duration) standard = std::uint64_t{10'000};
  if (standard == value(std::uint64_t{0}) && f == form::size) standard = std::uint64_t{64 << 20};
  switch (f) {
    case form::flag:
      return "true or false";
    case form::count:
      return "an integer, like " + to_toml(standard, f);
    case form::size:
      return "a size, like " + to_toml(standard, f) + " (KiB, MiB, GiB, TiB, or an integer of bytes)";
    case form::duration:
      return "a duration with its unit, like " + to_toml(standard, f) + " (ms, s, m, h, d)";
    case form::path:
      return "a string";
    case form::address:
      return "an address and port, like " + to_toml(standard, f) + " or \"[::1]:8080\"";
    case form::addresses:
      return "a list of IP addresses, like [\"10.0.0.1\"]";
    case form::origins:
      return "a list of origins, like [\"https://desk.example\"]";
    case form::word:
      return "a word, like " + to_toml(standard, f);
  }
  return {};
}

/// scheme://host[:port] as a browser sends it: no path, lower case.
bool is_origin(std::string_view text) {
  constexpr std::size_t origin_bytes_max = 512;
  const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || text.size() == scheme || text.size() > origin_bytes_max) return false;
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(scheme), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':' || c == '[' ||
           c == ']';
  });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// The number in the unit of the form, before any bound is looked at; nullopt: not written as one.
std::optional<std::uint64_t> number_of(const toml::node& node, form f, bool& negative) {
  if (const auto* text = node.as_string()) {
    if (f == form::duration) return parse_duration(text->get());
    if (f == form::size) return parse_size(text->get());
    return std::nullopt;
  }
  const auto* integer = node.as_integer();
  if (integer == nullptr || f == form::duration) return std::nullopt;
  negative = integer->get() < 0;
  return negative ? 0 : static_cast<std::uint64_t>(integer->get());
}

std::optional<value> read_number(reader& r, std::string_view name, const toml::node& node, range allowed,
                                 std::uint64_t step, const value& standard) {
  const auto at = node.source().begin;
  bool negative = false;
  const auto number = number_of(node, allowed.form, negative);
  const std::string said = std::string(name) + " = " + shown(node);
  if (!number) {
    r.report(at, std::string(name) + " must be " + wanted(allowed.form, standard) + ", not " + shown(node));
  } else if (negative || *number < allowed.min) {
    r.report(at, said + " is below the minimum of " + to_toml(allowed.min, allowed.form));
  } else if (*number > allowed.max) {
    r.report(at, said + " is above the maximum of " + to_toml(allowed.max, allowed.form));
  } else if (*number % step != 0) {
    r.report(at, said + " must be a multiple of " + to_toml(step, allowed.form));
  } else {
    return *number;
  }
  return std::nullopt;
}

std::optional<value> read_list(reader& r, std::string_view name, const toml::node& node, form f,
                               const value& standard) {
  const toml::array* list = node.as_array();
  if (list == nullptr) {
    r.report(node.source().begin,
             std::string(name) + " must be " + wanted(f, standard) + ", not " + shown(node));
    return std::nullopt;
  }
  std::vector<std::string> items;
  for (const toml::node& item : *list) {
    const auto* text = item.as_string();
    const bool fine = text && (f == form::addresses ? is_address(text->get()) : is_origin(text->get()));
    if (fine) {
      items.push_back(text->get());
    } else {
      r.report(item.source().begin,
               shown(item) + " in " + std::string(name) + " is no " +
                   (f == form::addresses ? "IP address, like \"10.0.0.1\""
                                         : "origin, like \"https://desk.example\" (no path, lower case)"));
    }
  }
  return items;
}

std::optional<value> read_word(reader& r, std::string_view name, const toml::node& node,
                               std::span<const std::string_view> words) {
  const std::string text = node.value_or(std::string{});
  if (std::find(words.begin(), words.end(), text) != words.end()) return text;
  r.report(node.source().begin,
           std::string(name) + " = " + shown(node) + r.suggest(text, words, " is none of " + listed(words)));
  return std::nullopt;
}

}  // namespace

std::optional<value> read_value(reader& r, std::string_view name, const toml::node& node, range allowed,
                                std::uint64_t step, const value& standard) {
  const auto refuse = [&]() -> std::optional<value> {
    r.report(node.source().begin,
             std::string(name) + " must be " + wanted(allowed.form, standard) + ", not " + shown(node));
    return std::nullopt;
  };
  const auto* text = node.as_string();
  switch (allowed.form) {
    case form::flag:
      if (const auto* flag = node.as_boolean()) return flag->get();
      return refuse();
    case form::count:
    case form::size:
    case form::duration:
      return read_number(r, name, node, allowed, step, standard);
    case form::path:
      if (text == nullptr || has_control(text->get())) return refuse();
      if (text->get().size() >= allowed.min) return text->get();
      r.report(node.source().begin,
               std::string(name) + " must not be empty; the default is " + to_toml(standard, allowed.form));
      return std::nullopt;
    case form::address:
      if (text) {
        if (auto parsed = parse_endpoint(text->get())) return *parsed;
      }
      return refuse();
    case form::word:
      if (text) return read_word(r, name, node, allowed.words);
      return refuse();
    case form::addresses:
    case form::origins:
      return read_list(r, name, node, allowed.form, standard);
  }
  return std::nullopt;
}

}  // namespace switchboard::config
