#include "net/platforms/json.hpp"

#include "domain/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <memory>
#include <new>
#include <system_error>
#include <utility>
#include <vector>

namespace switchboard::net::platforms {
namespace {

/// A parser keeps about 15 bytes per byte of the largest body it saw. Most bodies are small: what a big one
/// made it grow to is given back when the next small one comes.
constexpr std::size_t kept_bytes_max = 512 * 1024;
constexpr std::size_t first_bytes = 16 * 1024;

constexpr std::int64_t seconds_max = 253'402'300'799;  // 9999-12-31T23:59:59Z
constexpr std::int64_t milliseconds_max = seconds_max * 1000 + 999;

struct reusable_parser {
  std::unique_ptr<simdjson::dom::parser> parser;

  /// A parser that refuses nesting beyond `depth_max`; null if memory is short.
  simdjson::dom::parser* prepare(std::size_t body_bytes, std::uint32_t depth_max) {
    if (!parser || (parser->capacity() > kept_bytes_max && body_bytes <= kept_bytes_max)) {
      parser = std::make_unique<simdjson::dom::parser>();
    }
    // simdjson refuses depth >= its max_depth, so that it is one more than the levels that we allow.
    const std::size_t max_depth = std::size_t{depth_max} + 1;
    const std::size_t capacity = std::max({parser->capacity(), body_bytes, first_bytes});
    if (parser->capacity() < capacity || parser->max_depth() != max_depth) {
      if (parser->allocate(capacity, max_depth) != simdjson::SUCCESS) {
        return nullptr;
      }
    }
    return parser.get();
  }
};

expected<element, json_problem> parse_with(reusable_parser& reusable, std::string_view body,
                                           std::uint32_t depth_max) {
  if (body.starts_with("\xef\xbb\xbf")) {
    return unexpected{json_problem{"invalid-json", "the body begins with a byte order mark"}};
  }
  simdjson::dom::parser* parser = reusable.prepare(body.size(), depth_max);
  if (parser == nullptr) {
    return unexpected{json_problem{"invalid-json", "not enough memory to parse the body"}};
  }
  element root;
  if (body.data() == nullptr) body = "";  // simdjson copies from it, also nothing
  const simdjson::error_code error = parser->parse(body.data(), body.size()).get(root);
  if (error == simdjson::SUCCESS) {
    return root;
  }
  if (error == simdjson::DEPTH_ERROR) {
    return unexpected{
        json_problem{"too-deep", "nested deeper than " + std::to_string(depth_max) + " levels"}};
  }
  if (error == simdjson::MEMALLOC) throw std::bad_alloc{};  // no fault of the body's
  return unexpected{json_problem{"invalid-json", simdjson::error_message(error)}};
}

/// Decimal digits with an optional minus, within int64; anything else is no number.
std::optional<std::int64_t> parse_digits(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) {
    return std::nullopt;
  }
  return value;
}

std::optional<element> member(object o, std::string_view name) {
  element value;
  if (o.at_key(name).get(value) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return value;
}

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), error == std::errc{} ? end : text.data());
}

/// With a point or an exponent, as it came: without, -0.0 would be read again as 0, and 2^64 as an
/// integer that is too large for one.
void append_fraction(std::string& out, double value) {
  const auto begin = out.size();
  append_number(out, value);
  if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

std::optional<domain::timestamp> in_range(std::optional<std::int64_t> value, std::int64_t max,
                                          std::int64_t microseconds_each) {
  if (!value || *value < 0 || *value > max) {
    return std::nullopt;
  }
  return domain::timestamp{std::chrono::microseconds{*value * microseconds_each}};
}

}  // namespace

expected<document, json_problem> parse(std::string_view body, const parse_limits& limits) {
  thread_local reusable_parser reusable;
  auto root = parse_with(reusable, body, limits.depth_max);
  if (!root) {
    return unexpected{std::move(root.error())};
  }
  return document{*root};
}

std::optional<std::string> nested_object(std::string_view text, const parse_limits& limits) {
  thread_local reusable_parser reusable;
  const auto root = parse_with(reusable, text, limits.depth_max);
  if (!root || !(*root).is_object()) {
    return std::nullopt;
  }
  return to_json(*root);
}

std::optional<object> member_object(object o, std::string_view name) {
  object value;
  if (o.at_key(name).get(value) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return value;
}

std::optional<array> member_array(object o, std::string_view name) {
  array value;
  if (o.at_key(name).get(value) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return value;
}

std::string_view member_text(object o, std::string_view name) {
  std::string_view value;
  if (o.at_key(name).get(value) != simdjson::SUCCESS) {
    return {};
  }
  return value;
}

std::optional<std::int64_t> member_int(object o, std::string_view name) {
  const auto value = member(o, name);
  if (!value) {
    return std::nullopt;
  }
  if (value->is_string()) {
    return parse_digits(value->get_string().value_unsafe());
  }
  std::int64_t number = 0;
  if (!value->is_int64() || value->get(number) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return number;
}

bool member_bool(object o, std::string_view name) {
  const auto value = member(o, name);
  if (!value) {
    return false;
  }
  if (value->is_string()) {
    return value->get_string().value_unsafe() == "true";
  }
  return value->is_bool() && value->get_bool().value_unsafe();
}

bool has_member(object o, std::string_view name) {
  return member(o, name).has_value();
}

std::string member_id(object o, std::string_view name) {
  const auto value = member(o, name);
  std::string id;
  if (!value) {
    return id;
  }
  switch (value->type()) {
    case simdjson::dom::element_type::STRING:
      id = value->get_string().value_unsafe();
      break;
    case simdjson::dom::element_type::INT64:
      append_number(id, value->get_int64().value_unsafe());
      break;
    case simdjson::dom::element_type::UINT64:
      append_number(id, value->get_uint64().value_unsafe());
      break;
    default:
      break;
  }
  return id;
}

bool has_duplicate(object o, std::string_view name) {
  std::size_t count = 0;
  for (const auto field : o) {
    count += field.key == name ? 1U : 0U;
  }
  return count > 1;
}

std::optional<std::string_view> duplicate_member(object o) {
#ifdef SWITCHBOARD_FAULT_FIRST_OF_TWO  // planted in tests/attacks: as if one reader's choice were every reader's
  if (o.size() > 0) return std::nullopt;
#endif
  constexpr std::size_t compared_pairwise_max = 24;
  std::array<std::string_view, compared_pairwise_max> few;
  std::size_t count = 0;
  for (const auto field : o) {
    if (count == few.size()) {
      break;
    }
    if (std::find(few.begin(), few.begin() + static_cast<std::ptrdiff_t>(count), field.key) !=
        few.begin() + static_cast<std::ptrdiff_t>(count)) {
      return field.key;
    }
    few[count++] = field.key;
  }
  if (count < few.size()) {
    return std::nullopt;
  }
  std::vector<std::string_view> all;  // pairwise would be quadratic in what a stranger sends
  for (const auto field : o) {
    all.push_back(field.key);
  }
  std::sort(all.begin(), all.end());
  const auto twin = std::adjacent_find(all.begin(), all.end());
  return twin == all.end() ? std::nullopt : std::optional{*twin};
}

void append_json(std::string& out, element e) {
  using type = simdjson::dom::element_type;
  switch (e.type()) {
    case type::OBJECT:
      append_json(out, e.get_object().value_unsafe());
      break;
    case type::ARRAY: {
      const array elements = e.get_array().value_unsafe();  // named: the loop below doesn't keep a temporary
      out += '[';
      bool first = true;
      for (const element each : elements) {
        if (!std::exchange(first, false)) {
          out += ',';
        }
        append_json(out, each);
      }
      out += ']';
      break;
    }
    case type::STRING:
      domain::append_json_string(out, e.get_string().value_unsafe());
      break;
    case type::INT64:
      append_number(out, e.get_int64().value_unsafe());
      break;
    case type::UINT64:
      append_number(out, e.get_uint64().value_unsafe());
      break;
    case type::DOUBLE:
      append_fraction(out, e.get_double().value_unsafe());
      break;
    case type::BOOL:
      out += e.get_bool().value_unsafe() ? "true" : "false";
      break;
    case type::NULL_VALUE:
      out += "null";
      break;
  }
}

void append_json(std::string& out, object o) {
  out += '{';
  bool first = true;
  for (const auto field : o) {
    if (!std::exchange(first, false)) {
      out += ',';
    }
    domain::append_json_string(out, field.key);
    out += ':';
    append_json(out, field.value);
  }
  out += '}';
}

std::string to_json(object o) {
  std::string out;
  append_json(out, o);
  return out;
}

std::string to_json(element e) {
  std::string out;
  append_json(out, e);
  return out;
}

std::optional<domain::timestamp> seconds_member(object o, std::string_view name) {
  return in_range(member_int(o, name), seconds_max, 1'000'000);
}

std::optional<domain::timestamp> milliseconds_member(object o, std::string_view name) {
  return in_range(member_int(o, name), milliseconds_max, 1'000);
}

}  // namespace switchboard::net::platforms
