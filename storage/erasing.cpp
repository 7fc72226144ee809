#include "storage/erasing.hpp"

#include "domain/json.hpp"
#include "storage/codec.hpp"
#include "storage/codec_write.hpp"
#include "storage/cursor.hpp"
#include "storage/hash.hpp"
#include "storage/views_unwritten_messages.hpp"

#include <charconv>

namespace switchboard::storage {
namespace {

/// As encode() begins every event.
constexpr std::string_view event_begins = "{\"specversion\":\"1.0\",\"id\":\"e_";
constexpr std::size_t digits_of_hash = 26;
constexpr std::size_t prefix_of_id = 3;  ///< "cu_", "dl_"
constexpr std::string_view data_member = "\"data\":";

/// What the event is about, of the bytes behind event_begins; `rest` begins behind it.
std::string_view subject_of(std::string_view& rest) {
  const bool is_thread = rest.size() <= prefix_of_id || rest[prefix_of_id - 1] != '_';
  const auto size = is_thread ? digits_of_hash : prefix_of_id + digits_of_hash;
  const auto id = rest.substr(0, size);
  rest.remove_prefix(id.size());
  return id;
}

}  // namespace

std::optional<std::string> emptied(const record& r, std::uint64_t seed) {
  if (!r.erased_json.empty() || r.type == domain::event_type::customer_erased) return std::nullopt;
  domain::erasure left;
  left.brand.value = r.brand;
  left.account.value = r.account;
  left.conversation = r.conversation;
  if (!r.aliases_json.empty()) {
    // Keyed hashes, like those below: whose a key is from then on concerns others too.
    if (auto aliases = decode_aliases(r.part(r.aliases_json))) left.aliases = std::move(*aliases);
  }
  if (!r.conversation_json.empty()) {
    const auto known = dedup_keys_of(r, seed);
    left.reference = known.reference;
    left.origin = known.origin;
    left.comment = known.reference && is_found_by_messages(r);
  }
  const auto data = r.bytes.find(data_member, r.cursor_at + cursor_width);
  std::string bytes = r.bytes.substr(0, data);
  bytes += data_member;
  bytes += "{\"erased\":";
  codec::write_erasure(bytes, left);
  bytes += "}}";
  return bytes;
}

void erased_things::add_thread(domain::thread_id t, std::uint32_t ordinal, log_sequence by) {
  std::string digits;
  domain::append_base32(digits, t);
  auto& known = things_[digits];
  if (known.by <= by) known = {.by = by, .ordinal = ordinal};
}

void erased_things::add_customer(const domain::customer_id& c, log_sequence by) {
  auto& known = things_[c.value];
  if (known.by <= by) known = {.by = by, .before = by};
}

void erased_things::add_letter(const domain::dead_letter_id& d, log_sequence by) {
  things_.try_emplace(d.value, thing{.by = by});
}

erased_things erased_things::behind(log_sequence done) const {
  erased_things rest;
  for (const auto& [id, what] : things_) {
    if (what.by > done) rest.things_.emplace(id, what);
  }
  return rest;
}

bool erased_things::covers(std::string_view bytes, log_sequence at) const {
  if (!bytes.starts_with(event_begins)) return false;
  auto rest = bytes.substr(event_begins.size());
  const auto found = things_.find(subject_of(rest));
  if (found == things_.end() || at >= found->second.before) return false;
  if (found->first.size() > digits_of_hash) return true;
  std::uint32_t ordinal = 0;
  if (!rest.starts_with('-')) return false;
  const auto [end, bad] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), ordinal);
  return bad == std::errc{} && ordinal <= found->second.ordinal;
}

}  // namespace switchboard::storage
