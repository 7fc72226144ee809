#include "storage/views_deadlines.hpp"

#include "storage/views_keys.hpp"

namespace switchboard::storage {
namespace {

using domain::event_type;

/// Places begin with the length of a brand's name, whose first byte is 0: no id is that long.
constexpr char by_conversation = 1;

std::string key_of(std::string_view brand, domain::conversation_id c) {
  return by_conversation + keys::conversation(brand, c);
}

std::string place_of(std::string_view brand, domain::conversation_id c, std::uint64_t due) {
  auto key = deadlines_of(brand);
  keys::append_number(key, due);
  keys::append_conversation(key, c);
  return key;
}

}  // namespace

std::string deadlines_of(std::string_view brand) {
  std::string key;
  keys::append_name(key, brand);
  return key;
}

void deadline_rows::take(const record& r, rocksdb::WriteBatch& batch) {
  if (r.conversation_json.empty()) return;
  // Of one that begins there is no place yet, or it is on disk ahead of the log and will be its place again: nothing is asked. (Where
  // something is promised, its first event shows the deadline that those behind it tell of.)
  if (r.conversation_sequence == 1 && r.due) moved_.emplace(key_of(r.brand, r.conversation), std::nullopt);
  // Nothing else moves a deadline: what clocks do is said.
  if (r.type < event_type::sla_armed || r.type > event_type::sla_cancelled) return;
  const auto key = key_of(r.brand, r.conversation);
  const auto known = moved_.find(key);
  const auto was = known != moved_.end() ? known->second : stored(key);
  const auto is = r.due ? place(keys::milliseconds(*r.due)) : std::nullopt;
  if (is == was) return;
  if (was) remove(place_of(r.brand, r.conversation, *was), batch);
  if (is) {
    put(place_of(r.brand, r.conversation, *is), {}, batch);
    std::string due;
    keys::append_number(due, *is);
    put(key, due, batch);
  } else {
    remove(key, batch);
  }
  moved_.insert_or_assign(key, is);
}

void deadline_rows::erase(std::string_view brand, domain::thread_id t, std::uint32_t up_to,
                          rocksdb::WriteBatch& batch) const {
  const auto last = key_of(brand, {t, up_to});
  const auto rows = store_.rows(column::deadlines);
  for (rows->Seek(key_of(brand, {t, 0})); rows->Valid() && rows->key().ToStringView() <= last; rows->Next()) {
    auto rest = rows->key().ToStringView().substr(1);
    std::string_view of;
    domain::conversation_id c;
    const auto due = stored(rows->key().ToStringView());
    if (!keys::take_name(rest, of) || !keys::take_conversation(rest, c) || !due) {
      store_.damaged("deadlines: a row that is none, at key " + keys::to_hex(rows->key().ToStringView()));
    }
    remove(place_of(brand, c, *due), batch);
    remove(rows->key().ToStringView(), batch);
  }
  store_.check(*rows, column::deadlines);
}

bool deadline_rows::has(std::string_view brand, domain::conversation_id c) const {
  return stored(key_of(brand, c)).has_value();
}

deadline_rows::place deadline_rows::stored(std::string_view key) const {
  const auto row = store_.row(column::deadlines, key);
  if (!row) return std::nullopt;
  std::string_view from = *row;
  std::uint64_t due = 0;
  if (!keys::take_number(from, due))
    store_.damaged("deadlines: a row that is none, at key " + keys::to_hex(key));
  return due;
}

void deadline_rows::put(std::string_view key, std::string_view value, rocksdb::WriteBatch& batch) const {
  std::string row(1, row_version);
  row += value;
  const auto done = batch.Put(store_.handle(column::deadlines), rocksdb::Slice(key.data(), key.size()), row);
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

void deadline_rows::remove(std::string_view key, rocksdb::WriteBatch& batch) const {
  const auto done = batch.Delete(store_.handle(column::deadlines), rocksdb::Slice(key.data(), key.size()));
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

}  // namespace switchboard::storage
