#include "storage/views_webhooks.hpp"

#include "storage/codec.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"

namespace switchboard::storage {
namespace {

namespace webhooks = domain::webhooks;

constexpr char state_row = 's';
constexpr char one_delivery = 'd';
constexpr char is_waiting = 0;
constexpr char is_delivered = 1;
constexpr char is_given_up = 2;

std::string prefix_of(std::string_view brand, std::string_view webhook) {
  std::string key;
  keys::append_name(key, brand);
  keys::append_name(key, webhook);
  return key;
}

/// The latest events first.
std::string delivery_key(std::string_view prefix, std::uint64_t event) {
  std::string key{prefix};
  key += one_delivery;
  keys::append_number(key, ~event);
  return key;
}

char state_of(const webhooks::attempt& a) {
  switch (a.what) {
    case webhooks::outcome::delivered:
      return is_delivered;
    case webhooks::outcome::given_up:
      return is_given_up;
    case webhooks::outcome::failed:
    case webhooks::outcome::waiting:
      break;
  }
  return is_waiting;
}

/// Behind the version: how it stands, and when it was written down; then JSON.
struct parts {
  char state = is_waiting;
  std::uint64_t at_ms = 0;
  std::string_view json;
};

parts parts_of(const views_store& store, const rocksdb::Iterator& row) {
  auto value = row.value().ToStringView();
  parts p;
  bool good =
      value.size() > 2 && value[0] == row_version && value[1] >= is_waiting && value[1] <= is_given_up;
  if (good) {
    p.state = value[1];
    value.remove_prefix(2);
    good = keys::take_number(value, p.at_ms);
    p.json = value;
  }
  if (!good)
    store.damaged("deliveries: a row that is none, at key " + keys::to_hex(row.key().ToStringView()));
  return p;
}

}  // namespace

webhook_rows::webhook_rows(const views_store& store) : store_(store) {
  const auto rows = store.rows(column::deliveries);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const auto whole = rows->key().ToStringView();
    auto rest = whole;
    std::string_view brand, webhook;
    const bool named = keys::take_name(rest, brand) && keys::take_name(rest, webhook) && !rest.empty();
    const auto prefix = whole.substr(0, whole.size() - rest.size());
    if (named && rest == std::string_view(&state_row, 1)) continue;
    std::uint64_t event = 0;
    if (named && rest.front() == one_delivery) rest.remove_prefix(1);
    if (!named || !keys::take_number(rest, event) || !rest.empty()) {
      store.damaged("deliveries: a key that is none, " + keys::to_hex(whole));
    }
    over_[std::string(prefix)].add(~event, parts_of(store, *rows).state);
  }
  store.check(*rows, column::deliveries);
}

void webhook_rows::take(const record& r, rocksdb::WriteBatch& batch) {
  if (r.delivery_json.empty()) return;
  const auto n = decode_delivery(r.part(r.delivery_json));
  if (!n) store_.damaged("the deliveries of record " + std::to_string(r.sequence) + ": " + n.error().what);
  const auto prefix = prefix_of(r.brand, n->webhook);
  std::string value(1, row_version);
  keys::append_number(value, n->settled);
  value += n->gone ? '\1' : '\0';
  put(prefix + state_row, value, batch);
  auto& over = over_[prefix];
  for (const auto& a : n->attempts) {
    value.assign(1, row_version);
    value += state_of(a);
    keys::append_number(value, keys::milliseconds(r.at));
    append_delivered(value, a);
    put(delivery_key(prefix, a.event), value, batch);
    over.add(a.event, state_of(a));
  }
  trim(prefix, over.delivered, deliveries_max, batch);
  trim(prefix, over.given_up, given_up_max, batch);
}

void webhook_rows::of_one::add(std::uint64_t event, char state) {
  delivered.erase(event);
  given_up.erase(event);
  if (state == is_delivered) delivered.insert(event);
  if (state == is_given_up) given_up.insert(event);
}

void webhook_rows::trim(std::string_view prefix, std::set<std::uint64_t>& over, std::size_t most,
                        rocksdb::WriteBatch& batch) const {
  for (; over.size() > most; over.erase(over.begin())) {
    const auto done = batch.Delete(store_.handle(column::deliveries), delivery_key(prefix, *over.begin()));
    if (!done.ok()) store_.fail("a batch refused a row", done);
  }
}

void webhook_rows::put(std::string_view key, std::string_view value, rocksdb::WriteBatch& batch) const {
  const auto done = batch.Put(store_.handle(column::deliveries), rocksdb::Slice(key.data(), key.size()),
                              rocksdb::Slice(value.data(), value.size()));
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

// -- readers -------------------------------------------------------------------------------------------------

std::optional<webhook_row> views_on_disk::webhook(std::string_view brand, std::string_view id) const {
  const auto row = store_->row(column::deliveries, prefix_of(brand, id) + state_row);
  if (!row) return std::nullopt;
  std::string_view from = *row;
  webhook_row found;
  if (!keys::take_number(from, found.settled) || from.size() != 1) {
    store_->damaged("deliveries: the state of a webhook that is none");
  }
  found.gone = from.front() != '\0';
  return found;
}

void views_on_disk::each_delivery(std::string_view brand, std::string_view id, log_sequence before,
                                  const std::function<bool(delivery_row&&)>& each) const {
  const auto prefix = prefix_of(brand, id) + one_delivery;
  const auto rows = store_->rows(column::deliveries);
  for (rows->Seek(delivery_key(prefix_of(brand, id), before - 1));
       rows->Valid() && rows->key().ToStringView().starts_with(prefix); rows->Next()) {
    const auto p = parts_of(*store_, *rows);
    auto last = decode_delivered(p.json);
    if (!last) store_->damaged("deliveries: a row that can't be read, " + last.error().what);
    if (!each({.last = *std::move(last), .at = keys::time_of(p.at_ms)})) return;
  }
  store_->check(*rows, column::deliveries);
}

}  // namespace switchboard::storage
