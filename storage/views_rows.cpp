// Single rows: what a waking actor and a GET by id ask for. Layout: views.cpp.
#include "storage/codec.hpp"
#include "storage/hash.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"

#include <algorithm>

namespace switchboard::storage {
namespace {

/// outbound_up_to looks at so many messages of a conversation, newest first. Older ones that are still below
/// had no receipt for a thousand messages, and none will come.
constexpr std::size_t receipts_scan_max = 1000;

}  // namespace

std::optional<thread_row> views_on_disk::load_thread(std::string_view brand, domain::thread_id t) const {
  // Most threads are new or in their first case: look-ups that bloom filters answer, before any seek.
  auto newest = conversation_json(brand, {t, 1});
  if (!newest) return std::nullopt;
  std::uint32_t ordinal = 1;
  if (conversation_json(brand, {t, 2})) {
    ordinal = std::max(2u, newest_row(brand, t));
    newest = conversation_json(brand, {t, ordinal});
  }
  while (auto next = conversation_json(brand, {t, ordinal + 1})) {
    newest = std::move(next);
    ++ordinal;
  }
  auto c = decode_conversation(*newest);
  if (!c) store_->fail("conversations: " + c.error().what);
  return thread_row{std::move(*c)};
}

std::uint32_t views_on_disk::newest_row(std::string_view brand, domain::thread_id t) const {
  const auto last = keys::conversation(brand, {t, ~std::uint32_t{0}});
  auto rows = store_->rows(column::conversations);
  rows->SeekForPrev(last);
  store_->check(*rows, column::conversations);
  std::uint32_t ordinal = 0;
  const auto prefix = std::string_view(last).substr(0, last.size() - sizeof ordinal);
  if (!rows->Valid() || !rows->key().ToStringView().starts_with(prefix)) return 0;
  auto from = rows->key().ToStringView().substr(prefix.size());
  if (!keys::take_number(from, ordinal)) store_->fail("conversations: a key that is none");
  return ordinal;
}

bool views_on_disk::seen(domain::thread_id t, std::uint64_t fingerprint) const {
  rocksdb::PinnableSlice value;
  return store_->get(column::seen, keys::seen(t, fingerprint), value);
}

std::optional<domain::message> views_on_disk::find_message(std::string_view brand, domain::thread_id t,
                                                           std::string_view platform_message_id) const {
  rocksdb::PinnableSlice value;
  const auto reference = fingerprint(store_->options().hash_seed, "ref", platform_message_id, "");
  if (!store_->get(column::seen, keys::seen(t, reference), value)) return std::nullopt;
  auto from = value.ToStringView();
  std::uint64_t at = 0;
  domain::message_id id{{t, 0}, 0};
  const bool is_reference = !from.empty() && from.front() == seen_reference;
  if (is_reference) from.remove_prefix(1);
  if (!is_reference || !keys::take_number(from, at) || !keys::take_number(from, id.conversation.ordinal) ||
      !keys::take_number(from, id.sequence)) {
    store_->fail("seen: a reference that is none");
  }
  const auto json = store_->row(column::messages, keys::message(brand, id));
  if (!json) return std::nullopt;  // another brand's
  auto m = decode_message(*json);
  if (!m) store_->fail("messages: " + m.error().what);
  return std::move(*m);
}

std::optional<domain::thread_id> views_on_disk::find_thread(std::string_view account,
                                                            std::string_view platform_message_id) const {
  const auto value = store_->row(column::comment_threads, keys::comment_thread(account, platform_message_id));
  if (!value) return std::nullopt;
  std::string_view from = *value;
  domain::thread_id t;
  if (!keys::take_thread(from, t)) store_->fail("comment_threads: a row without a thread");
  return t;
}

std::vector<domain::message> views_on_disk::outbound_up_to(std::string_view brand, domain::conversation_id c,
                                                           domain::timestamp t, domain::delivery_status below,
                                                           std::size_t limit) const {
  std::vector<domain::message> found;
  const auto last = keys::message(brand, {c, ~std::uint64_t{0}});
  const auto prefix = std::string_view(last).substr(0, last.size() - sizeof(std::uint64_t));
  auto rows = store_->rows(column::messages);
  std::size_t looked = 0;
  for (rows->SeekForPrev(last); rows->Valid() && found.size() < limit && looked < receipts_scan_max;
       rows->Prev()) {
    if (!rows->key().ToStringView().starts_with(prefix)) break;
    ++looked;
    auto m = decode_message(rows->value().ToStringView().substr(1));
    if (!m) store_->fail("messages: " + m.error().what);
    if (m->direction != domain::direction::outbound || m->note || m->sent_at > t) continue;
    if (domain::moves_forward(m->delivery, below)) found.push_back(std::move(*m));
  }
  store_->check(*rows, column::messages);
  return found;
}

std::optional<std::string> views_on_disk::conversation_json(std::string_view brand,
                                                            domain::conversation_id c) const {
  if (auto waits = unwritten_.json(brand, c)) return waits;
  return store_->row(column::conversations, keys::conversation(brand, c));
}

std::optional<std::string> views_on_disk::customer_json(std::string_view brand,
                                                        std::string_view customer) const {
  return store_->row(column::customers, keys::customer(brand, customer));
}

std::optional<domain::dead_letter> views_on_disk::find_dead_letter(std::string_view id) const {
  std::string key(1, letter_row);
  keys::append_name(key, id);
  const auto json = store_->row(column::dead_letters, key);
  if (!json) return std::nullopt;
  auto d = decode_dead_letter(*json);
  if (!d) store_->fail("dead_letters: " + d.error().what);
  return std::move(*d);
}

}  // namespace switchboard::storage
