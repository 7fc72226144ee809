// The format, as far as it is needed; all numbers are big-endian:
//
//   file    := block(32-bit times) block(64-bit times) "\n" rule "\n"
//   block   := header time* type-of-time(1 byte)* type* names leap* is-standard(1)* is-utc(1)*
//   header  := "TZif" version(1) reserved(15) utc-count(4) standard-count(4) leap-count(4) time-count(4) type-count(4)
//              names-bytes(4)
//   type    := offset(4, signed) is-daylight(1) index-of-name(1)
//   leap    := time, and 4 bytes
//   rule    := empty, or as in posix_tz.hpp

#include "domain/tzif.hpp"

#include "domain/posix_tz.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace switchboard::domain {
namespace {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::size_t header_bytes = 44;
constexpr std::size_t type_bytes = 6;
constexpr std::size_t types_max = 256;
constexpr sys_seconds earliest = sys_days{std::chrono::year{0} / 1 / 1};
constexpr sys_seconds latest = sys_days{(tzif_last_year + std::chrono::years{1}) / 1 / 1};
/// A rule without any change before it goes back for so long; nobody asks about earlier.
constexpr std::chrono::year first_year_of_rule{1900};

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t n = 0;
  for (const char c : bytes) n = n << 8 | static_cast<unsigned char>(c);
  return n;
}

struct header {
  char version = 0;
  std::uint64_t utc = 0, standard = 0, leaps = 0, times = 0, types = 0, names = 0;

  /// Of the whole block behind it. Six counts of 32 bits: it does not overflow.
  [[nodiscard]] std::uint64_t bytes(std::size_t time_bytes) const {
    return times * (time_bytes + 1) + types * type_bytes + names + leaps * (time_bytes + 4) + standard + utc;
  }
};

using failure = unexpected<std::string>;

expected<header, std::string> take_header(std::string_view& rest) {
  if (rest.size() < header_bytes) return failure{"it ends in the middle of a header"};
  if (!rest.starts_with("TZif")) return failure{"it is no TZif file"};
  const auto count = [&](std::size_t i) { return big_endian(rest.substr(20 + 4 * i, 4)); };
  const header h{rest[4], count(0), count(1), count(2), count(3), count(4), count(5)};
  rest.remove_prefix(header_bytes);
  return h;
}

/// What a block says, before the rule behind it goes on.
struct table {
  seconds at_first{0};
  std::vector<clock_change> changes;
};

expected<std::vector<seconds>, std::string> read_types(std::string_view bytes, const header& h) {
  std::vector<seconds> types;
  for (std::size_t i = 0; i < h.types; ++i) {
    const auto type = bytes.substr(i * type_bytes, type_bytes);
    const seconds ahead{static_cast<std::int32_t>(big_endian(type.substr(0, 4)))};
    if (ahead <= -zone::ahead_max || ahead >= zone::ahead_max) {
      return failure{"an offset of it is more than 26 hours from UTC"};
    }
    if (static_cast<unsigned char>(type[4]) > 1)
      return failure{"a type of it is neither daylight time nor not"};
    if (static_cast<unsigned char>(type[5]) >= h.names)
      return failure{"a type of it has a name behind the names"};
    types.push_back(ahead);
  }
  return types;
}

/// Precondition: `block` has as many bytes as the header says.
expected<table, std::string> read_table(std::string_view block, const header& h) {
  const auto times = block.substr(0, h.times * 8);
  const auto kinds = block.substr(times.size(), h.times);
  const auto types = read_types(block.substr(times.size() + kinds.size(), h.types * type_bytes), h);
  if (!types) return failure{types.error()};
  table t;
  t.at_first = types->front();
  std::int64_t before = 0;
  for (std::size_t i = 0; i < h.times; ++i) {
    const auto at = static_cast<std::int64_t>(big_endian(times.substr(i * 8, 8)));
    if (i > 0 && at <= before) return failure{"its changes are not in order"};
    before = at;
    const auto kind = static_cast<unsigned char>(kinds[i]);
    if (kind >= types->size()) return failure{"a change of it is to a type that it does not have"};
    const clock_change change{sys_seconds{seconds{at}}, (*types)[kind]};
    if (change.at < earliest) {
      t.at_first = change.ahead;
    } else if (change.at < latest) {
      t.changes.push_back(change);
    }
  }
  return t;
}

/// Nothing where they agree.
std::string disagreement(const posix_tz& rule, const clock_change& last, std::chrono::year year) {
  const zone by_rule(rule.ahead,
                     changes_of(rule, year - std::chrono::years{1}, year + std::chrono::years{1}));
  if (by_rule.offset_at(last.at) == last.ahead) return {};
  return "its rule for the future contradicts its last change";
}

expected<zone, std::string> go_on(table t, std::string_view rule_text) {
  if (rule_text.empty()) return zone(t.at_first, t.changes);
  const auto rule = parse_posix_tz(rule_text);
  if (!rule) return failure{"its rule for the future " + rule.error()};
  if (t.changes.empty()) return zone(rule->ahead, changes_of(*rule, first_year_of_rule, tzif_last_year));
  const clock_change last = t.changes.back();
  const auto year = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(last.at)}.year();
  if (auto what = disagreement(*rule, last, year); !what.empty()) return failure{std::move(what)};
  for (const auto& c : changes_of(*rule, year, tzif_last_year)) {
    if (c.at > last.at && c.ahead != t.changes.back().ahead) t.changes.push_back(c);
  }
  return zone(t.at_first, t.changes);
}

/// What the counts may be together.
std::string flaw_in(const header& h) {
  if (h.types == 0 || h.types > types_max) return "it has no types, or more than 256";
  if (h.names == 0) return "its types have no names";
  if (h.times > tzif_changes_max) return "it has more than 4,096 changes";
  if ((h.utc != 0 && h.utc != h.types) || (h.standard != 0 && h.standard != h.types)) {
    return "its counts contradict each other";
  }
  if (h.leaps != 0) return "it counts leap seconds; take the zone that does not (without right/)";
  return {};
}

}  // namespace

expected<zone, std::string> parse_tzif(std::string_view bytes) {
  if (bytes.size() > tzif_bytes_max) return failure{"it has more than 256 KiB"};
  std::string_view rest = bytes;
  const auto old = take_header(rest);
  if (!old) return failure{old.error()};
  if (old->version < '2') return failure{"it is of version 1, which ends in 2038"};
  if (old->bytes(4) > rest.size()) return failure{"it ends in the middle of its first block"};
  rest.remove_prefix(old->bytes(4));

  const auto h = take_header(rest);
  if (!h) return failure{h.error()};
  if (auto flaw = flaw_in(*h); !flaw.empty()) return failure{std::move(flaw)};
  if (h->bytes(8) > rest.size()) return failure{"it ends in the middle of its second block"};
  auto t = read_table(rest.substr(0, h->bytes(8)), *h);
  if (!t) return failure{t.error()};
  rest.remove_prefix(h->bytes(8));

  const bool framed = rest.size() >= 2 && rest.front() == '\n' && rest.find('\n', 1) == rest.size() - 1;
  if (!framed) return failure{"it does not end with a rule in a line of its own"};
  return go_on(std::move(*t), rest.substr(1, rest.size() - 2));
}

}  // namespace switchboard::domain
