#pragma once
// simdjson as the normalisers use it: the whole document is validated (DOM, never lazy On-Demand), depth is
// bounded, ids keep their source token, duplicate id fields are found.

#include "domain/expected.hpp"
#include "domain/time.hpp"
#include "net/platforms/platform.hpp"

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

/// A validated document; lives until the next parse() on the same thread.
struct document {
  element root;
};
struct json_problem {
  std::string reason;  ///< rejected_part::reason: invalid-json, too-deep
  std::string detail;
};

/// Parses with this thread's parser. Refuses anything after the document, a BOM, invalid UTF-8, nesting
/// beyond limits.depth_max.
[[nodiscard]] expected<document, json_problem> parse(std::string_view body, const parse_limits& limits);

// Members: nullopt / empty where absent, null, or of another type.
[[nodiscard]] std::optional<object> member_object(object o, std::string_view name);
[[nodiscard]] std::optional<array> member_array(object o, std::string_view name);
[[nodiscard]] std::string_view member_text(object o, std::string_view name);
[[nodiscard]] std::optional<std::int64_t> member_int(
    object o, std::string_view name);                             ///< number, or digits in a string
[[nodiscard]] bool member_bool(object o, std::string_view name);  ///< true or "true"
[[nodiscard]] bool has_member(object o, std::string_view name);   ///< present, even null
/// An id, whether it came as a string or as an integer, as text. Empty: absent, null, a fraction, an object.
[[nodiscard]] std::string member_id(object o, std::string_view name);
/// Does a name stand twice in the object? simdjson returns the first, others the last: such an id is not one.
[[nodiscard]] bool has_duplicate(object o, std::string_view name);
/// The name of some member that stands twice; it may be the empty one. nullopt: none does.
[[nodiscard]] std::optional<std::string_view> duplicate_member(object o);
/// The element as compact JSON, for payloads and rejected parts.
[[nodiscard]] std::string to_json(element e);
[[nodiscard]] std::string to_json(object o);
void append_json(std::string& out, element e);
void append_json(std::string& out, object o);
/// JSON inside a string (nfm_reply.response_json): its compact form if `text` is a valid object, else nullopt.
/// Has a parser of its own, so that the document that the text came from stays valid.
[[nodiscard]] std::optional<std::string> nested_object(std::string_view text, const parse_limits& limits);

// Units of time, each path its own; nullopt: absent, or outside years 1970-9999.
[[nodiscard]] std::optional<domain::timestamp> seconds_member(object o, std::string_view name);
[[nodiscard]] std::optional<domain::timestamp> milliseconds_member(object o, std::string_view name);

}  // namespace switchboard::net::platforms
