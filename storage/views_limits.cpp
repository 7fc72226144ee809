#include "storage/views_limits.hpp"

#include "storage/codec.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"

namespace switchboard::storage {
namespace {

domain::kept_limit read_row(const views_store& store, std::string_view key, std::string_view value) {
  if (value.empty() || value.front() != row_version)
    store.damaged("limits: a row that is none, at key " + keys::to_hex(key));
  auto k = decode_limit(value.substr(1));
  if (!k) store.damaged("limits: " + k.error().what);
  return *std::move(k);
}

}  // namespace

limit_rows::limit_rows(const views_store& store) : store_(store) {
  const auto rows = store.rows(column::limits);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const auto k = read_row(store, rows->key().ToStringView(), rows->value().ToStringView());
    const auto over = keys::milliseconds(over_at(k.level));
    over_at_.emplace(rows->key().ToString(), over);
    by_end_.emplace(over, rows->key().ToString());
  }
  store.check(*rows, column::limits);
}

void limit_rows::forget(const std::string& key) {
  const auto known = over_at_.find(key);
  if (known == over_at_.end()) return;
  by_end_.erase({known->second, key});
  over_at_.erase(known);
}

void limit_rows::remove(const std::string& key, rocksdb::WriteBatch& batch) const {
  const auto done = batch.Delete(store_.handle(column::limits), key);
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

void limit_rows::put(const domain::kept_limit& k, over_at_ms now, rocksdb::WriteBatch& batch) {
  const auto key = keys::limit(k);
  const auto over = keys::milliseconds(over_at(k.level));
  forget(key);
  if (over <= now) return remove(key, batch);
  std::string value{row_version};
  append_limit(value, k);
  const auto done = batch.Put(store_.handle(column::limits), key, value);
  if (!done.ok()) store_.fail("a batch refused a row", done);
  over_at_.emplace(key, over);
  by_end_.emplace(over, key);
}

void limit_rows::take(const domain::outbox_attempt& a, domain::timestamp at, rocksdb::WriteBatch& batch) {
  if (a.limits.empty()) return;
  const auto now = keys::milliseconds(at);
  for (const auto& k : a.limits) put(k, now, batch);
  while (!by_end_.empty() && by_end_.begin()->first <= now) {
    const std::string key = by_end_.begin()->second;
    remove(key, batch);
    forget(key);
  }
}

// -- readers -------------------------------------------------------------------------------------------------

void views_on_disk::each_limit(const std::function<void(domain::kept_limit&&)>& each) const {
  const auto rows = store_->rows(column::limits);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    each(read_row(*store_, rows->key().ToStringView(), rows->value().ToStringView()));
  }
  store_->check(*rows, column::limits);
}

}  // namespace switchboard::storage
