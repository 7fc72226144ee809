#include "storage/erasing.hpp"

#include "domain/json.hpp"
#include "storage/codec.hpp"
#include "storage/codec_write.hpp"
#include "storage/counting.hpp"
#include "storage/cursor.hpp"
#include "storage/hash.hpp"
#include "storage/subjects.hpp"
#include "storage/views_unwritten_messages.hpp"

#include <charconv>

namespace switchboard::storage {
namespace {

constexpr std::string_view data_member = "\"data\":";

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
  if (auto counted = counted_of(r)) left.counted = *std::move(counted);
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

std::vector<std::uint64_t> erased_things::subjects() const {
  std::vector<std::uint64_t> all;
  all.reserve(things_.size());
  for (const auto& [id, what] : things_) all.push_back(subject_hash(id));
  return all;
}

bool erased_things::covers(std::string_view bytes, log_sequence at) const {
  std::string_view rest;
  const auto found = things_.find(subject_of(bytes, rest));
  if (found == things_.end() || at >= found->second.before) return false;
  if (found->first.size() > digits_of_subject) return true;
  std::uint32_t ordinal = 0;
  if (!rest.starts_with('-')) return false;
  const auto [end, bad] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), ordinal);
  return bad == std::errc{} && ordinal <= found->second.ordinal;
}

}  // namespace switchboard::storage
