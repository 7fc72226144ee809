#pragma once
// A document written anew with some of its values changed: what `deliver` does to a recording that is to look as if it were
// sent now, or to somebody else. All else keeps its order and its value; only white space is lost.

#include "domain/json.hpp"
#include "net/platforms/json.hpp"

#include <string>
#include <string_view>

namespace switchboard::cli {

/// Where a value stands. Elements of an array stand where it does.
struct json_place {
  std::string_view holder;  ///< the member whose object this is in; empty: the document's own
  std::string_view name;    ///< the member whose value it is
};

/// Rules: `bool rewrite(std::string& out, json_place, element) const` appends another value and says so, or does nothing;
/// `std::string_view key(json_place) const` is the name to be written for a member. Depth is the parser's to bound.
template <class Rules>
void append_rewritten(std::string& out, net::platforms::element e, json_place at, const Rules& rules) {
  if (rules.rewrite(out, at, e)) return;
  net::platforms::object o;
  net::platforms::array list;
  if (e.get(o) == simdjson::SUCCESS) {
    out += '{';
    for (const auto member : o) {
      if (out.back() != '{') out += ',';
      const json_place inside{at.name, member.key};
      domain::append_json_string(out, rules.key(inside));
      out += ':';
      append_rewritten(out, member.value, inside, rules);
    }
    out += '}';
  } else if (e.get(list) == simdjson::SUCCESS) {
    out += '[';
    for (const auto each : list) {
      if (out.back() != '[') out += ',';
      append_rewritten(out, each, at, rules);
    }
    out += ']';
  } else {
    net::platforms::append_json(out, e);
  }
}

}  // namespace switchboard::cli
