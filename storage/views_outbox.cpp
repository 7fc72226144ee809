#include "storage/views_outbox.hpp"

#include "domain/saying.hpp"
#include "storage/codec.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"

namespace switchboard::storage {
namespace {

using domain::event_type;

/// What its key says: nullopt where that is none.
std::optional<sending_row> read_key(std::string_view key) {
  sending_row row;
  std::string_view brand;
  if (!keys::take_name(key, brand) || !keys::take_conversation(key, row.id.conversation) ||
      !keys::take_number(key, row.id.sequence) || !key.empty()) {
    return std::nullopt;
  }
  row.brand.value = brand;
  return row;
}

sending_row read_row(const views_store& store, std::string_view key, std::string_view value) {
  auto row = read_key(key);
  std::string_view account;
  const bool has_version = value.size() >= 2 && value.front() == row_version;
  if (!row || !has_version) store.damaged("outbox: a row that is none, at key " + keys::to_hex(key));
  row->begun = value[1] != 0;
  value.remove_prefix(2);
  if (!keys::take_name(value, account)) store.damaged("outbox: a row without its account");
  row->account.value = account;
  return *std::move(row);
}

[[nodiscard]] bool changes_delivery(event_type t) {
  return t == event_type::message_sent || t == event_type::message_delivered ||
         t == event_type::message_read || t == event_type::message_failed || t == event_type::message_unknown;
}

}  // namespace

outbox_rows::outbox_rows(const views_store& store) : store_(store), limits_(store) {
  const auto rows = store.rows(column::outbox);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const auto row = read_row(store, rows->key().ToStringView(), rows->value().ToStringView());
    keys_.emplace(row.id, rows->key().ToString());
  }
  store.check(*rows, column::outbox);
}

void outbox_rows::put(const std::string& key, std::string_view account, bool begun,
                      rocksdb::WriteBatch& batch) const {
  std::string value{row_version, begun ? '\1' : '\0'};
  keys::append_name(value, account);
  const auto done = batch.Put(store_.handle(column::outbox), key, value);
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

void outbox_rows::remove(std::map<domain::message_id, std::string>::iterator row,
                         rocksdb::WriteBatch& batch) {
  const auto done = batch.Delete(store_.handle(column::outbox), row->second);
  if (!done.ok()) store_.fail("a batch refused a row", done);
  keys_.erase(row);
}

void outbox_rows::take(const record& r, rocksdb::WriteBatch& batch) {
  if (r.type == event_type::message_queued && r.message.sequence != 0) {
    const auto row = keys_.insert_or_assign(r.message, keys::message(r.brand, r.message)).first;
    return put(row->second, r.account, false, batch);
  }
  if (!r.attempt_json.empty()) {
    const auto a = decode_attempt(r.part(r.attempt_json));
    if (!a) store_.damaged("the attempt of record " + std::to_string(r.sequence) + ": " + a.error().what);
    for (const auto& id : a->messages) {
      const auto row = keys_.find(id);
      if (row != keys_.end()) put(row->second, r.account, a->begun, batch);
    }
    return limits_.take(*a, r.at, batch);
  }
  if (keys_.empty()) return;
  if (!changes_delivery(r.type) || r.message_json.empty()) return;
  const auto row = keys_.find(r.message);
  if (row == keys_.end()) return;
  const auto m = decode_message(r.part(r.message_json));
  if (!m) store_.damaged("the message of record " + std::to_string(r.sequence) + ": " + m.error().what);
  if (!domain::is_on_its_way(*m)) remove(row, batch);
}

void outbox_rows::erase(domain::thread_id t, std::uint32_t up_to, rocksdb::WriteBatch& batch) {
  auto row = keys_.lower_bound({{t, 0}, 0});
  while (row != keys_.end() && row->first.conversation.thread == t &&
         row->first.conversation.ordinal <= up_to) {
    const auto next = std::next(row);
    remove(row, batch);
    row = next;
  }
}

// -- readers -------------------------------------------------------------------------------------------------

void views_on_disk::each_sending(const std::function<void(const sending_row&)>& each) const {
  const auto rows = store_->rows(column::outbox);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    each(read_row(*store_, rows->key().ToStringView(), rows->value().ToStringView()));
  }
  store_->check(*rows, column::outbox);
}

std::vector<domain::message> views_on_disk::sending(std::string_view brand, domain::thread_id t) const {
  std::string prefix;
  keys::append_name(prefix, brand);
  keys::append_thread(prefix, t);
  std::vector<domain::message> found;
  const auto rows = store_->rows(column::outbox);
  for (rows->Seek(prefix); rows->Valid() && rows->key().ToStringView().starts_with(prefix); rows->Next()) {
    const auto row = read_row(*store_, rows->key().ToStringView(), rows->value().ToStringView());
    auto m = find_message(brand, row.id);
    if (!m) store_->damaged("outbox: a reply that is no message, " + to_text(row.id));
    found.push_back(*std::move(m));
  }
  store_->check(*rows, column::outbox);
  return found;
}

}  // namespace switchboard::storage
