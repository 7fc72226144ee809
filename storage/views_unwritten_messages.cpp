#include "storage/views_unwritten_messages.hpp"

#include "domain/inbound.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"
#include "storage/views_keys.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <numeric>
#include <tuple>

namespace switchboard::storage {
namespace {

using domain::event_type;

/// take() lets readers in between so many records.
constexpr std::size_t taken_at_once = 128;
constexpr std::size_t block_bytes = 1 << 20;
/// What a row costs beside its text: itself, twice over while its vector grows, and its places in indexes.
constexpr std::size_t message_overhead = 140;
constexpr std::size_t seen_overhead = 190;

std::uint64_t hash_of(domain::conversation_id c) {
  return c.thread.low + c.ordinal * 0xc2b2ae3d27d4eb4full;
}
std::uint64_t hash_of(domain::message_id m) {
  return hash_of(m.conversation) + m.sequence * 0x9e3779b97f4a7c15ull;
}

}  // namespace

bool names_message(const record& r) {
  if (r.message.sequence == 0 || r.platform_message_id.empty()) return false;
  const bool appears =
      r.message.sequence == r.conversation_sequence && r.message.conversation == r.conversation;
  return appears || r.type == event_type::message_received || r.type == event_type::message_sent;
}

dedup_keys dedup_keys_of(const record& r, std::uint64_t seed) {
  dedup_keys known;
  std::string scratch, scratch_too;
  const bool named = names_message(r);
  if (named) known.reference = fingerprint(seed, "ref", r.text(r.platform_message_id, scratch), "");
  // A message is its own dedup key: its reference is found, and decide() sees that it is there.
  const auto kind = r.part(r.origin_kind);  // our own words: no escapes
  if (r.has_origin && !(named && kind == to_word(domain::inbound_kind::message))) {
    const auto id = r.text(r.origin_id, scratch);
    known.origin = fingerprint(seed, kind, id, r.text(r.origin_version, scratch_too));
  }
  return known;
}

void unwritten_messages::take(std::span<const record_ptr> records, fold_state before) {
  while (!records.empty()) {
    const auto some = records.first(std::min(records.size(), taken_at_once));
    records = records.subspan(some.size());
    const std::unique_lock lock(mutex_);
    for (const auto& r : some) {
      before.advance(keys::milliseconds(r->at));
      if (!r->conversation_json.empty()) {
        take(*r, before.latest_ms);
      } else if (!r->erased_json.empty()) {
        take_erased(*r, before.latest_ms);
      }
    }
  }
}

void unwritten_messages::take(const record& r, std::uint64_t at) {
  if (!r.message_json.empty()) take_message(r);
  const auto thread = r.conversation.thread;
  const auto known = dedup_keys_of(r, store_.options().hash_seed);
  if (known.reference) take_seen({thread, *known.reference, at, r.message, seen_reference});
  if (!known.origin) return;
  // What a key made is asked for again by the key.
  const bool made = r.type == event_type::message_queued && !r.origin_id.empty();
  if (made) {
    take_seen({thread, *known.origin, at, r.message, seen_reference});
  } else {
    take_seen({thread, *known.origin, at, {}, seen_origin});
  }
}

/// Its message is gone; that it was here is known for as long as it may be delivered again.
void unwritten_messages::take_erased(const record& r, std::uint64_t at) {
  const auto e = decode_erasure(r.part(r.erased_json));
  if (!e) store_.damaged("the erased event of record " + std::to_string(r.sequence) + ": " + e.error().what);
  for (const auto& key : {e->reference, e->origin}) {
    if (key) take_seen({r.conversation.thread, *key, at, {}, seen_origin});
  }
}

void unwritten_messages::take_message(const record& r) {
  const auto row = keep(r.part(r.message_json));
  const auto brand = brand_number(r.brand);
  const auto hash = hash_of(r.message);
  const auto same_id = [&](std::uint32_t i) {
    return messages_[i].id == r.message && messages_[i].brand == brand;
  };
  if (const auto* const known = by_id_.find(hash, same_id)) {
    messages_[*known].row = row;
    return;
  }
  const auto number = static_cast<std::uint32_t>(messages_.size());
  auto& m = messages_.emplace_back(message{r.message, row, brand, none});
  by_id_.add(hash, number);
  const auto& c = r.message.conversation;
  const auto same_conversation = [&](std::uint32_t i) {
    return messages_[i].id.conversation == c && messages_[i].brand == brand;
  };
  if (auto* const newest = newest_of_.find(hash_of(c), same_conversation)) {
    m.before = *newest;
    *newest = number;
  } else {
    newest_of_.add(hash_of(c), number);
  }
  bytes_ += message_overhead;
}

void unwritten_messages::take_seen(const seen_row& row) {
  const auto hash = row.thread.low + row.fingerprint;
  const auto same = [&](std::uint32_t i) {
    return seen_[i].fingerprint == row.fingerprint && seen_[i].thread == row.thread;
  };
  if (const auto* const known = seen_by_key_.find(hash, same)) {
    const auto before = seen_[*known].before;
    seen_[*known] = row;
    seen_[*known].before = before;
    return;
  }
  const auto number = static_cast<std::uint32_t>(seen_.size());
  seen_by_key_.add(hash, number);
  seen_.push_back(row);
  seen_.back().before = none;
  const auto same_thread = [&](std::uint32_t i) { return seen_[i].thread == row.thread; };
  if (auto* const newest = newest_seen_of_.find(row.thread.low, same_thread)) {
    seen_.back().before = *newest;
    *newest = number;
  } else {
    newest_seen_of_.add(row.thread.low, number);
  }
  bytes_ += seen_overhead;
}

std::uint32_t unwritten_messages::brand_number(std::string_view brand) {
  const auto at = std::find(brands_.begin(), brands_.end(), brand);
  const auto number = static_cast<std::uint32_t>(at - brands_.begin());
  if (at == brands_.end()) brands_.emplace_back(brand);
  return number;
}

std::string_view unwritten_messages::keep(std::string_view json) {
  const auto size = json.size() + 1;
  bytes_ += size;
  char* to = nullptr;
  if (size > block_bytes / 8) {
    to = long_texts_.emplace_back(std::make_unique<char[]>(size)).get();
  } else {
    if (block_used_ + size > block_bytes) {
      ++block_;
      block_used_ = 0;
    }
    if (block_ == blocks_.size()) blocks_.push_back(std::make_unique<char[]>(block_bytes));
    to = blocks_[block_].get() + block_used_;
    block_used_ += size;
  }
  to[0] = row_version;
  std::memcpy(to + 1, json.data(), json.size());
  return {to, size};
}

void unwritten_messages::add_tables(sorted_tables& tables) {
  add_messages(tables);
  add_seen(tables);
}

void unwritten_messages::add_messages(sorted_tables& tables) {
  std::vector<std::string> prefixes;
  for (const auto& brand : brands_) keys::append_name(prefixes.emplace_back(), brand);
  std::vector<std::uint32_t> order(messages_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) {
    const auto& x = messages_[a];
    const auto& y = messages_[b];
    if (x.brand != y.brand) return prefixes[x.brand] < prefixes[y.brand];
    return x.id < y.id;
  });
  tables.begin(column::messages);
  std::string key;
  for (const auto i : order) {
    const auto& m = messages_[i];
    key = prefixes[m.brand];
    keys::append_conversation(key, m.id.conversation);
    keys::append_number(key, m.id.sequence);
    tables.put(key, m.row);
  }
}

void unwritten_messages::add_seen(sorted_tables& tables) {
  std::vector<std::uint32_t> order(seen_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) {
    return std::tie(seen_[a].thread, seen_[a].fingerprint) < std::tie(seen_[b].thread, seen_[b].fingerprint);
  });
  tables.begin(column::seen);
  std::string key, value;
  for (const auto i : order) {
    const auto& s = seen_[i];
    key.clear();
    keys::append_thread(key, s.thread);
    keys::append_number(key, s.fingerprint);
    value.clear();
    append_seen_value(value, s);
    tables.put(key, value);
  }
}

void unwritten_messages::append_seen_value(std::string& value, const seen_row& s) {
  value += s.kind;
  keys::append_number(value, s.time_ms);
  if (s.kind != seen_reference) return;
  keys::append_number(value, s.message.conversation.ordinal);
  keys::append_number(value, s.message.sequence);
}

void unwritten_messages::clear() {
  const std::unique_lock lock(mutex_);
  brands_.clear();
  messages_.clear();
  seen_.clear();
  by_id_.clear();
  newest_of_.clear();
  seen_by_key_.clear();
  newest_seen_of_.clear();
  long_texts_.clear();
  block_ = 0;
  block_used_ = 0;
  bytes_ = 0;
}

std::optional<std::string> unwritten_messages::json(std::string_view brand, domain::message_id m) const {
  const std::shared_lock lock(mutex_);
  const auto* const found = by_id_.find(hash_of(m), [&](std::uint32_t i) {
    return messages_[i].id == m && brands_[messages_[i].brand] == brand;
  });
  if (found == nullptr) return std::nullopt;
  return std::string(messages_[*found].row.substr(1));
}

std::optional<std::string> unwritten_messages::seen(domain::thread_id t, std::uint64_t fingerprint) const {
  const std::shared_lock lock(mutex_);
  const auto* const found = seen_by_key_.find(t.low + fingerprint, [&](std::uint32_t i) {
    return seen_[i].fingerprint == fingerprint && seen_[i].thread == t;
  });
  if (found == nullptr) return std::nullopt;
  std::string value;
  append_seen_value(value, seen_[*found]);
  return value;
}

std::vector<std::uint64_t> unwritten_messages::all_seen(domain::thread_id t) const {
  std::vector<std::uint64_t> found;
  const std::shared_lock lock(mutex_);
  const auto* const last = newest_seen_of_.find(t.low, [&](std::uint32_t i) { return seen_[i].thread == t; });
  for (auto i = last == nullptr ? none : *last; i != none; i = seen_[i].before) {
    found.push_back(seen_[i].fingerprint);
  }
  return found;
}

std::vector<numbered_message> unwritten_messages::list(std::string_view brand, domain::conversation_id c,
                                                       message_order order,
                                                       std::optional<std::uint64_t> place,
                                                       std::size_t limit) const {
  const bool newest = order == message_order::newest;
  const std::shared_lock lock(mutex_);
  std::vector<const message*> found;
  const auto* const last = newest_of_.find(hash_of(c), [&](std::uint32_t i) {
    return messages_[i].id.conversation == c && brands_[messages_[i].brand] == brand;
  });
  for (auto i = last == nullptr ? none : *last; i != none; i = messages_[i].before) {
    const auto n = messages_[i].id.sequence;
    if (!place || (newest ? n < *place : n > *place)) found.push_back(&messages_[i]);
  }
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(limit, found.size()));
  std::partial_sort(found.begin(), end, found.end(), [&](const message* a, const message* b) {
    return newest ? a->id.sequence > b->id.sequence : a->id.sequence < b->id.sequence;
  });
  std::vector<numbered_message> rows;
  for (auto i = found.begin(); i != end; ++i) {
    rows.push_back({(*i)->id.sequence, std::string((*i)->row.substr(1))});
  }
  return rows;
}

}  // namespace switchboard::storage
