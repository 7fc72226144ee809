// Messages and dedup keys: those that wait to be written and those that are rows, as one. Layout: views.cpp.
#include "storage/codec.hpp"
#include "storage/hash.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"

#include <limits>

namespace switchboard::storage {
namespace {

/// outbound_up_to looks at so many messages of a conversation, newest first. Older ones that are still below
/// had no receipt for a thousand messages, and none will come.
constexpr std::size_t receipts_scan_max = 1000;

/// A conversation's messages in an order, at most `limit` of them.
class messages_in_order {
 public:
  /// `place`: the sequence behind which they begin.
  messages_in_order(const views_store& store, const unwritten_messages& unwritten, std::string_view brand,
                    domain::conversation_id c, message_order order, std::optional<std::uint64_t> place,
                    std::size_t limit)
      : store_(store),
        newest_(order == message_order::newest),
        prefix_(keys::message(brand, {c, 0})),
        // Before the rows: one that is written in between is then in both, and taken from here.
        waiting_(unwritten.list(brand, c, order, place, limit)),
        rows_(store.rows(column::messages)) {
    prefix_.resize(prefix_.size() - sizeof(std::uint64_t));
    const auto first = newest_ ? std::numeric_limits<std::uint64_t>::max() : 0;
    auto from = prefix_;
    keys::append_number(from, place.value_or(first));
    newest_ ? rows_->SeekForPrev(from) : rows_->Seek(from);
    if (place && on_row() && row_sequence() == *place) step();
  }

  [[nodiscard]] std::optional<numbered_message> next() {
    const bool on_row = this->on_row();
    if (!on_row) store_.check(*rows_, column::messages);
    if (at_ < waiting_.size()) {
      const auto n = waiting_[at_].sequence;
      if (on_row && row_sequence() == n)
        step();  // overtaken
      else if (on_row && (newest_ ? row_sequence() > n : row_sequence() < n))
        return take_row();
      return std::move(waiting_[at_++]);
    }
    if (!on_row) return std::nullopt;
    return take_row();
  }

 private:
  [[nodiscard]] bool on_row() const {
    return rows_->Valid() && rows_->key().ToStringView().starts_with(prefix_);
  }
  [[nodiscard]] std::uint64_t row_sequence() const {
    auto from = rows_->key().ToStringView().substr(prefix_.size());
    std::uint64_t n = 0;
    if (!keys::take_number(from, n)) store_.damaged("messages: a key that is none");
    return n;
  }
  void step() { newest_ ? rows_->Prev() : rows_->Next(); }
  numbered_message take_row() {
    const auto row = rows_->value().ToStringView();
    if (row.empty() || row.front() != row_version) store_.damaged("messages: a row of unknown version");
    numbered_message m{row_sequence(), std::string(row.substr(1))};
    step();
    return m;
  }

  const views_store& store_;
  bool newest_;
  std::string prefix_;
  std::vector<numbered_message> waiting_;
  std::size_t at_ = 0;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

}  // namespace

bool views_on_disk::seen(domain::thread_id t, std::uint64_t fingerprint) const {
  if (messages_waiting_.seen(t, fingerprint)) return true;
  rocksdb::PinnableSlice value;
  return store_->get(column::seen, keys::seen(t, fingerprint), value);
}

std::optional<std::vector<std::uint64_t>> views_on_disk::all_seen(domain::thread_id t,
                                                                  std::size_t limit) const {
  // Before the rows: one that is written in between is then in both.
  auto found = messages_waiting_.all_seen(t);
  std::string prefix;
  keys::append_thread(prefix, t);
  auto rows = store_->rows(column::seen);
  for (rows->Seek(prefix); rows->Valid() && rows->key().ToStringView().starts_with(prefix); rows->Next()) {
    auto from = rows->key().ToStringView().substr(prefix.size());
    std::uint64_t fingerprint = 0;
    if (!keys::take_number(from, fingerprint)) store_->damaged("seen: a key that is none");
    if (found.size() >= limit) return std::nullopt;
    found.push_back(fingerprint);
  }
  store_->check(*rows, column::seen);
  if (found.size() > limit) return std::nullopt;
  return found;
}

std::optional<domain::message> views_on_disk::find_message(std::string_view brand, domain::thread_id t,
                                                           std::string_view platform_message_id) const {
  return message_behind(brand, t, fingerprint(store_->options().hash_seed, "ref", platform_message_id, ""));
}

std::optional<domain::message> views_on_disk::find_said(std::string_view brand, domain::thread_id t,
                                                        std::string_view key, std::size_t n) const {
  return message_behind(brand, t,
                        fingerprint(store_->options().hash_seed, "command", key, std::to_string(n)));
}

std::optional<domain::message> views_on_disk::message_behind(std::string_view brand, domain::thread_id t,
                                                             std::uint64_t reference) const {
  auto value = messages_waiting_.seen(t, reference);
  if (!value) {
    rocksdb::PinnableSlice row;
    if (!store_->get(column::seen, keys::seen(t, reference), row)) return std::nullopt;
    value = row.ToString();
  }
  std::string_view from = *value;
  if (!from.empty() && from.front() == seen_origin) return std::nullopt;  // it was erased
  std::uint64_t at = 0;
  domain::message_id id{{t, 0}, 0};
  const bool is_reference = !from.empty() && from.front() == seen_reference;
  if (is_reference) from.remove_prefix(1);
  if (!is_reference || !keys::take_number(from, at) || !keys::take_number(from, id.conversation.ordinal) ||
      !keys::take_number(from, id.sequence)) {
    store_->damaged("seen: a reference that is none");
  }
  return find_message(brand, id);  // none: another brand's
}

std::optional<domain::message> views_on_disk::find_message(std::string_view brand,
                                                           domain::message_id id) const {
  auto json = messages_waiting_.json(brand, id);
  if (!json) json = store_->row(column::messages, keys::message(brand, id));
  if (!json) return std::nullopt;
  auto m = decode_message(*json);
  if (!m) store_->damaged("messages: " + m.error().what);
  return std::move(*m);
}

std::vector<domain::message> views_on_disk::outbound_up_to(std::string_view brand, domain::conversation_id c,
                                                           domain::timestamp t, domain::delivery_status below,
                                                           std::size_t limit) const {
  std::vector<domain::message> found;
  messages_in_order rows(*store_, messages_waiting_, brand, c, message_order::newest, std::nullopt,
                         receipts_scan_max);
  for (std::size_t looked = 0; found.size() < limit && looked < receipts_scan_max; ++looked) {
    const auto row = rows.next();
    if (!row) break;
    auto m = decode_message(row->json);
    if (!m) store_->damaged("messages: " + m.error().what);
    if (m->direction != domain::direction::outbound || m->note || m->sent_at > t) continue;
    if (domain::moves_forward(m->delivery, below)) found.push_back(std::move(*m));
  }
  return found;
}

expected<page, views_error> views_on_disk::list_messages(std::string_view brand, domain::conversation_id c,
                                                         std::size_t limit, std::string_view after,
                                                         message_order order) const {
  const bool newest = order == message_order::newest;
  const auto query = checksum(keys::conversation(brand, c) + (newest ? "messages backwards" : "messages"));
  const auto token = token_place(query, after);
  if (!token) return unexpected{foreign_cursor()};
  std::optional<std::uint64_t> place;
  if (std::string_view from = *token; !from.empty()) {
    if (std::uint64_t n = 0; keys::take_number(from, n)) place = n;
    if (!place || !from.empty()) return unexpected{foreign_cursor()};
  }
  page out;
  limit = page_rows(limit);
  messages_in_order rows(*store_, messages_waiting_, brand, c, order, place, limit + 1);
  std::uint64_t last = 0;
  while (auto row = rows.next()) {
    if (out.rows.size() == limit) {
      std::string next;
      keys::append_number(next, last);
      out.next = page_token(query, next);
      break;
    }
    last = row->sequence;
    out.rows.push_back(std::move(row->json));
  }
  return out;
}

}  // namespace switchboard::storage
