// Single rows: what a waking actor and a GET by id ask for. Layout: views.cpp.
#include "storage/codec.hpp"
#include "storage/hash.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"

#include <algorithm>

namespace switchboard::storage {
std::optional<thread_row> views_on_disk::load_thread(std::string_view brand, domain::thread_id t) const {
  // Most threads are new or in their first case: look-ups that bloom filters answer, before any seek. One that isn't
  // over is the newest: to look for the next would ask all filters again.
  auto newest = read_conversation(brand, {t, erased_up_to(t) + 1});
  if (!newest) return std::nullopt;
  const auto next_to = [&](const domain::conversation& c) {
    return domain::is_over(c.status) ? read_conversation(brand, {t, c.id.ordinal + 1}) : std::nullopt;
  };
  if (auto second = next_to(*newest)) {
    newest = std::move(second);
    const auto last = newest_row(brand, t);
    if (last > newest->id.ordinal) {
      if (auto c = read_conversation(brand, {t, last})) newest = std::move(c);
    }
  }
  while (auto next = next_to(*newest)) newest = std::move(next);
  return thread_row{*std::move(newest)};
}

std::optional<domain::conversation> views_on_disk::read_conversation(std::string_view brand,
                                                                     domain::conversation_id id) const {
  const auto json = conversation_json(brand, id);
  if (!json) return std::nullopt;
  auto c = decode_conversation(*json);
  if (!c) store_->damaged("conversations: " + c.error().what);
  return std::move(*c);
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
  if (!keys::take_number(from, ordinal)) store_->damaged("conversations: a key that is none");
  return ordinal;
}

std::optional<domain::thread_id> views_on_disk::find_thread(std::string_view account,
                                                            std::string_view platform_message_id) const {
  const auto reference = fingerprint(store_->options().hash_seed, "ref", platform_message_id, "");
  return thread_row_of(keys::comment_thread(account, reference));
}

std::optional<domain::thread_id> views_on_disk::thread_row_of(const std::string& key) const {
  const auto value = store_->row(column::comment_threads, key);
  if (!value) return std::nullopt;
  std::string_view from = *value;
  domain::thread_id t;
  if (!keys::take_thread(from, t)) store_->damaged("comment_threads: a row without a thread");
  return t;
}

std::optional<domain::thread_id> views_on_disk::find_alias(domain::thread_id key) const {
  return thread_row_of(keys::alias({key, {}, std::nullopt, {}}));
}

std::optional<domain::thread_id> views_on_disk::other_name_of(domain::thread_id t) const {
  return thread_row_of(keys::other_name_of(t));
}

void views_on_disk::each_move(const std::function<void(const domain::thread_alias&)>& each) const {
  const std::string prefix(1, keys::moved);
  auto rows = store_->rows(column::comment_threads);
  for (rows->Seek(prefix); rows->Valid() && rows->key().ToStringView().starts_with(prefix); rows->Next()) {
    auto key = rows->key().ToStringView().substr(prefix.size());
    auto value = rows->value().ToStringView();
    value.remove_prefix(std::min<std::size_t>(1, value.size()));
    domain::thread_alias a;
    std::uint64_t since = 0;
    std::string_view customer;
    if (!keys::take_thread(key, a.key) || !keys::take_number(key, since) ||
        !keys::take_thread(value, a.thread) || !keys::take_name(value, customer)) {
      store_->damaged("comment_threads: a move that is none");
    }
    a.customer.value = customer;
    a.since = keys::time_of(since);
    each(a);
  }
  store_->check(*rows, column::comment_threads);
}

std::optional<std::string> views_on_disk::conversation_json(std::string_view brand,
                                                            domain::conversation_id c) const {
  if (auto waits = conversations_waiting_.json(brand, c)) return waits;
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
  if (!d) store_->damaged("dead_letters: " + d.error().what);
  return std::move(*d);
}

std::string views_on_disk::account_health(std::string_view account) const {
  return store_->row(column::accounts, keys::account(account)).value_or(std::string{});
}

std::string views_on_disk::feed_position(std::string_view reader, std::string_view feed) const {
  return store_->row(column::feeds, keys::feed(reader, feed)).value_or(std::string{});
}

}  // namespace switchboard::storage
