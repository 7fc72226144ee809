#include "storage/views_fold.hpp"

#include "domain/customer.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_unwritten_messages.hpp"

#include <algorithm>
#include <array>

namespace switchboard::storage {
namespace {

using domain::event_type;

rocksdb::Slice slice(std::string_view s) {
  return {s.data(), s.size()};
}

std::string letter_key(char which, std::string_view brand, domain::timestamp at, std::string_view id) {
  std::string key(1, which);
  if (which == letter_by_brand) keys::append_name(key, brand);
  if (which != letter_row) keys::append_newest_first(key, at);
  keys::append_name(key, id);
  return key;
}

}  // namespace

rocksdb::WriteBatch& views_fold::fold(std::span<const record_ptr> records, fold_state& state) {
  batch_.Clear();
  letters_.clear();
  customers_.clear();
  routing_.begin();
  deadlines_.begin();
  for (const auto& r : records) add(*r, state);
  return batch_;
}

void views_fold::add(const record& r, fold_state& state) {
  const bool condemned = !condemned_.empty() && condemned_.contains(r.conversation.thread);
  if (!r.erased_json.empty()) {
    add_erased(r, state);
  } else if (!r.conversation_json.empty()) {
    if (r.conversation_sequence == 1) ++state.conversations;
    const bool tells_whose = r.conversation_sequence == 1 || r.type == event_type::customer_updated;
    if (tells_whose && !condemned) add_customer_conversation(r);
    if (is_found_by_messages(r) && names_message(r)) add_comment_thread(r);
  }
  if (!r.aliases_json.empty()) {
    const auto aliases = decode_aliases(r.part(r.aliases_json));
    if (!aliases)
      store_.damaged("the aliases of record " + std::to_string(r.sequence) + ": " + aliases.error().what);
    add_aliases(*aliases);
  }
  if (!r.customer_json.empty() && !condemned) add_customer(r);
  if (!r.dead_letter_json.empty()) add_dead_letter(r);
  if (!r.feed_json.empty()) add_feed(r);
  if (!r.account_json.empty()) add_account(r);
  outbox_.take(r, batch_);
  routing_.take(r, batch_);
  if (!condemned) {
    wakes_.take(r, batch_);
    breaches_.take(r, batch_);
    deadlines_.take(r, batch_);
  }
  webhooks_.take(r, batch_);
  reports_.take(r);
  state.applied = r.sequence;
  state.advance(keys::milliseconds(r.at));
}

/// What was said is gone; what began is still counted, and answers to what was said still find their thread.
void views_fold::add_erased(const record& r, fold_state& state) {
  if (r.conversation_sequence == 1) ++state.conversations;
  const auto e = decode_erasure(r.part(r.erased_json));
  if (!e) store_.damaged("the erased event of record " + std::to_string(r.sequence) + ": " + e.error().what);
  if (e->comment && e->reference) put_comment_thread(r.account, *e->reference, r.conversation.thread);
  add_aliases(e->aliases);
}

void views_fold::add_aliases(std::span<const domain::thread_alias> aliases) {
  for (const auto& a : aliases) {
    key_ = keys::alias(a);
    value_.clear();
    keys::append_thread(value_, a.thread);
    if (a.since) keys::append_name(value_, a.customer.value);
    put_row(column::comment_threads, value_);
    // Only what a message told beside the key says who the key's owner is.
    if (a.since || !a.customer.empty()) continue;
    key_ = keys::other_name_of(a.thread);
    value_.clear();
    keys::append_thread(value_, a.key);
    put_row(column::comment_threads, value_);
  }
}

void views_fold::add_comment_thread(const record& r) {
  const auto id = r.text(r.platform_message_id, scratch_);
  put_comment_thread(r.account, fingerprint(store_.options().hash_seed, "ref", id, ""),
                     r.conversation.thread);
}

void views_fold::put_comment_thread(std::string_view account, std::uint64_t reference, domain::thread_id t) {
  key_ = keys::comment_thread(account, reference);
  value_.clear();
  keys::append_thread(value_, t);
  put_row(column::comment_threads, value_);
}

/// A customer may have several threads, each of which knows only what it saw itself: a second comment thread
/// must not move the customer's first day, nor erase a name that it was not told.
void views_fold::add_customer(const record& r) {
  const auto json = r.part(r.customer_json);
  auto c = decode_customer(json);
  if (!c) store_.damaged("the customer of record " + std::to_string(r.sequence) + ": " + c.error().what);
  key_.clear();
  keys::append_name(key_, r.brand);
  keys::append_name(key_, c->id.value);
  auto known = customers_.find(key_);
  if (known == customers_.end()) {
    if (const auto stored = store_.row(column::customers, key_)) {
      auto before = decode_customer(*stored);
      if (!before) store_.damaged("customers: " + before.error().what);
      known = customers_.emplace(key_, std::move(*before)).first;
    }
  }
  if (known != customers_.end()) *c = domain::seen_again(known->second, std::move(*c));
  value_.clear();
  append_customer(value_, *c);
  put_row(column::customers, value_);
  customers_.insert_or_assign(key_, std::move(*c));
}

/// Under the time of its beginning, which never changes, so that the index is written once.
void views_fold::add_customer_conversation(const record& r) {
  if (r.customer.empty()) return;
  const auto c = decode_conversation(r.part(r.conversation_json));
  if (!c) store_.damaged("the conversation of record " + std::to_string(r.sequence) + ": " + c.error().what);
  key_.clear();
  keys::append_name(key_, r.brand);
  keys::append_name(key_, c->customer.value);
  keys::append_newest_first(key_, c->created_at);
  keys::append_conversation(key_, r.conversation);
  put_row(column::customer_conversations, {});
}

void views_fold::add_dead_letter(const record& r) {
  const auto d = decode_dead_letter(r.part(r.dead_letter_json));
  if (!d) store_.damaged("the dead letter of record " + std::to_string(r.sequence) + ": " + d.error().what);
  const auto& id = d->id.value;
  auto known = letters_.find(id);
  if (known == letters_.end()) {
    const auto stored = store_.row(column::dead_letters, letter_key(letter_row, {}, {}, id));
    if (stored) {
      if (const auto before = decode_dead_letter(*stored)) {
        known = letters_.emplace(id, std::pair(before->brand.value, before->received_at)).first;
      }
    }
  }
  if (known != letters_.end()) {  // the same letter again, or replayed: its old places in the indexes
    const auto& [brand, at] = known->second;
    for (const char which : {letter_by_brand, letter_by_time}) {
      key_ = letter_key(which, brand, at, id);
      remove(column::dead_letters);
    }
  }
  letters_.insert_or_assign(id, std::pair(d->brand.value, d->received_at));
  for (const char which : {letter_by_brand, letter_by_time}) {
    key_ = letter_key(which, d->brand.value, d->received_at, id);
    put_row(column::dead_letters, {});
  }
  key_ = letter_key(letter_row, {}, {}, id);
  put_row(column::dead_letters, r.part(r.dead_letter_json));
}

void views_fold::add_feed(const record& r) {
  const auto f = decode_feed(r.part(r.feed_json));
  if (!f) store_.damaged("the position of record " + std::to_string(r.sequence) + ": " + f.error().what);
  key_ = keys::feed(f->reader, f->feed);
  put_row(column::feeds, f->position);
}

void views_fold::add_account(const record& r) {
  key_ = keys::account(r.account);
  put_row(column::accounts, r.part(r.account_json));
}

// RocksDB copies what it is given, so a failure here could only be memory, which throws.
void views_fold::put(column c, std::string_view value) {
  const auto done = batch_.Put(store_.handle(c), slice(key_), slice(value));
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

void views_fold::put_row(column c, std::string_view value) {
  static constexpr char version = row_version;
  const rocksdb::Slice key = slice(key_);
  const std::array<rocksdb::Slice, 2> parts = {rocksdb::Slice(&version, 1), slice(value)};
  const auto done =
      batch_.Put(store_.handle(c), rocksdb::SliceParts(&key, 1), rocksdb::SliceParts(parts.data(), 2));
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

void views_fold::remove(column c) {
  const auto done = batch_.Delete(store_.handle(c), slice(key_));
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

}  // namespace switchboard::storage
