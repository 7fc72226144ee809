#include "storage/views_routing.hpp"

#include "storage/codec.hpp"
#include "storage/hash.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"
#include "storage/views_ranges.hpp"

#include <algorithm>

namespace switchboard::storage {
namespace {

rocksdb::Slice slice(std::string_view s) {
  return {s.data(), s.size()};
}

std::string encode_router(const router_row& row) {
  std::string value{row_version};
  for (const log_sequence n : {row.saved.first, row.saved.last, row.as_of, row.begun, row.sequence})
    keys::append_number(value, n);
  keys::append_number(value, row.next);
  for (const log_sequence n : {row.consumed, row.reading}) keys::append_number(value, n);
  return value;
}

/// `value` without its version.
router_row read_router(const views_store& store, std::string_view value) {
  router_row row;
  bool good = true;
  for (log_sequence* const n : {&row.saved.first, &row.saved.last, &row.as_of, &row.begun, &row.sequence})
    good = good && keys::take_number(value, *n);
  good = good && keys::take_number(value, row.next);
  // Rows of before there were these end here: all of the log is needed until the next save.
  if (good && !value.empty())
    good = keys::take_number(value, row.consumed) && keys::take_number(value, row.reading);
  if (!good || !value.empty()) store.damaged("routers: a row that is none");
  return row;
}

/// Behind the conversation's part of a key.
log_sequence read_decision_key(const views_store& store, std::string_view rest) {
  log_sequence at = 0;
  if (!keys::take_number(rest, at) || !rest.empty()) store.damaged("decisions: a key that is none");
  return at;
}

std::string_view without_version(const views_store& store, column c, const rocksdb::Iterator& row) {
  const auto value = row.value().ToStringView();
  if (value.empty() || value.front() != row_version) {
    store.damaged(std::string(to_word(c)) + ": a row of unknown version at key " +
                  keys::to_hex(row.key().ToStringView()));
  }
  return value.substr(1);
}

}  // namespace

routing_rows::routing_rows(const views_store& store) : store_(store) {
  const auto rows = store.rows(column::routers);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    auto key = rows->key().ToStringView();
    std::string_view brand;
    if (!keys::take_name(key, brand) || !key.empty()) store.damaged("routers: a key that is none");
    routers_.emplace(brand, read_router(store, without_version(store, column::routers, *rows)));
  }
  store.check(*rows, column::routers);
}

void routing_rows::begin() {
  decisions_.reset();
  known_.clear();
}

void routing_rows::take(const record& r, rocksdb::WriteBatch& batch) {
  if (!r.turn_json.empty()) {
    take_turn(r, batch);
  } else if (!r.decision_json.empty()) {
    take_decision(r, batch);
  } else if (!r.saved_json.empty()) {
    take_saved(r, batch);
  } else if (!r.noted_json.empty()) {
    const auto n = decode_noted(r.part(r.noted_json));
    if (!n) store_.damaged("the agent of record " + std::to_string(r.sequence) + ": " + n.error().what);
    put(column::agents, keys::agent(r.brand, n->agent.value), n->state, batch);
  }
}

/// Where there is a row, it is known already from where on.
void routing_rows::take_turn(const record& r, rocksdb::WriteBatch& batch) {
  const auto [row, is_new] = routers_.try_emplace(r.brand);
  if (!is_new) return;
  const auto t = decode_turn(r.part(r.turn_json));
  if (!t) store_.damaged("the turn of record " + std::to_string(r.sequence) + ": " + t.error().what);
  row->second.saved.first = row->second.as_of = r.sequence;
  row->second.consumed = t->consumed;
  put_router(r.brand, row->second, batch);
}

/// Its parts come in their order, and others' records between them. One that was broken off is begun again from part 0.
void routing_rows::take_saved(const record& r, rocksdb::WriteBatch& batch) {
  const auto s = decode_saved(r.part(r.saved_json));
  if (!s) store_.damaged("the router of record " + std::to_string(r.sequence) + ": " + s.error().what);
  router_row& row = routers_.try_emplace(r.brand).first->second;
  if (r.sequence <= row.as_of) return;
  if (row.saved.first == 0) {
    row.saved.first = r.sequence;
    row.consumed = s->consumed;
  }
  row.as_of = r.sequence;
  if (s->part == 0) {
    row.begun = r.sequence;
    row.sequence = s->sequence;
    row.reading = s->consumed;
    row.next = 0;
  }
  const bool goes_on = row.begun != 0 && row.sequence == s->sequence && row.next == s->part;
  if (!goes_on) {
    row.begun = 0;
  } else if (++row.next >= s->parts) {
    row.saved = {.first = row.begun, .last = r.sequence};
    row.consumed = row.reading;
    row.begun = 0;
  }
  put_router(r.brand, row, batch);
}

std::set<log_sequence>* routing_rows::decisions_of(const std::string& prefix,
                                                   const domain::conversation_id& c) {
  const auto known = known_.find(prefix);
  if (known != known_.end()) return &known->second;
  if (const auto erased = store_.row(column::erasures, keys::thread_erased(c.thread))) {
    std::string_view from = *erased;
    std::uint32_t up_to = 0;
    if (!keys::take_number(from, up_to)) store_.damaged("erasures: a thread without its ordinal");
    if (c.ordinal <= up_to) return nullptr;
  }
  std::set<log_sequence> found;
  if (!decisions_) decisions_ = store_.rows(column::decisions);
  auto& rows = *decisions_;
  for (rows.Seek(prefix); rows.Valid() && rows.key().ToStringView().starts_with(prefix); rows.Next())
    found.insert(read_decision_key(store_, rows.key().ToStringView().substr(prefix.size())));
  store_.check(rows, column::decisions);
  return &known_.emplace(prefix, std::move(found)).first->second;
}

void routing_rows::take_decision(const record& r, rocksdb::WriteBatch& batch) {
  const auto d = decode_decision(r.part(r.decision_json));
  if (!d) store_.damaged("the decision of record " + std::to_string(r.sequence) + ": " + d.error().what);
  const auto prefix = keys::conversation(r.brand, d->conversation);
  auto* const kept = decisions_of(prefix, d->conversation);
  if (kept == nullptr) return;
  put(column::decisions, keys::decision(r.brand, d->conversation, r.sequence), d->json, batch);
  kept->insert(r.sequence);
  while (kept->size() > decisions_max) {
    remove(column::decisions, keys::decision(r.brand, d->conversation, *kept->begin()), batch);
    kept->erase(kept->begin());
  }
}

void routing_rows::erase(std::string_view brand, domain::thread_id t, std::uint32_t up_to,
                         rocksdb::WriteBatch& batch) const {
  const auto behind = keys::conversation(brand, {t, up_to + 1});
  const auto rows = store_.rows(column::decisions);
  for (rows->Seek(keys::conversation(brand, {t, 0})); rows->Valid() && rows->key().ToStringView() < behind;
       rows->Next()) {
    remove(column::decisions, rows->key().ToStringView(), batch);
  }
  store_.check(*rows, column::decisions);
}

log_sequence routing_rows::need() const {
  log_sequence first = 0;
  for (const auto& [brand, row] : routers_) {
    const auto needed = std::min(row.saved.first, row.consumed + 1);
    if (first == 0 || needed < first) first = needed;
  }
  return first;
}

void routing_rows::put(column c, std::string_view key, std::string_view value,
                       rocksdb::WriteBatch& batch) const {
  std::string row(1, row_version);
  row += value;
  const auto done = batch.Put(store_.handle(c), slice(key), row);
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

void routing_rows::put_router(std::string_view brand, const router_row& row,
                              rocksdb::WriteBatch& batch) const {
  const auto done = batch.Put(store_.handle(column::routers), keys::router(brand), encode_router(row));
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

void routing_rows::remove(column c, std::string_view key, rocksdb::WriteBatch& batch) const {
  const auto done = batch.Delete(store_.handle(c), slice(key));
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

// -- readers -------------------------------------------------------------------------------------------------

std::vector<agent_row> views_on_disk::agents(std::string_view brand) const {
  std::string prefix;
  keys::append_name(prefix, brand);
  std::vector<agent_row> found;
  const auto rows = store_->rows(column::agents);
  for (rows->Seek(prefix); rows->Valid() && rows->key().ToStringView().starts_with(prefix); rows->Next()) {
    auto rest = rows->key().ToStringView().substr(prefix.size());
    std::string_view id;
    if (!keys::take_name(rest, id) || !rest.empty()) store_->damaged("agents: a key that is none");
    auto& row = found.emplace_back();
    row.id.value = id;
    row.state = without_version(*store_, column::agents, *rows);
  }
  store_->check(*rows, column::agents);
  std::ranges::sort(found, {}, [](const agent_row& a) -> const std::string& { return a.id.value; });
  return found;
}

std::optional<router_saved_row> views_on_disk::router_saved(std::string_view brand) const {
  const auto row = store_->row(column::routers, keys::router(brand));
  if (!row) return std::nullopt;
  return read_router(*store_, *row).saved;
}

std::vector<std::string> views_on_disk::routed_brands() const {
  std::vector<std::string> found;
  const auto rows = store_->rows(column::routers);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    auto key = rows->key().ToStringView();
    std::string_view brand;
    if (!keys::take_name(key, brand) || !key.empty()) store_->damaged("routers: a key that is none");
    found.emplace_back(brand);
  }
  store_->check(*rows, column::routers);
  return found;
}

std::optional<log_sequence> views_on_disk::routers_need() const {
  const auto first = routers_need_.load(std::memory_order_acquire);
  if (first == 0) return std::nullopt;
  return first;
}

expected<page, views_error> views_on_disk::list_decisions(std::string_view brand, domain::conversation_id c,
                                                          std::size_t limit, std::string_view after) const {
  page out;
  const auto prefix = keys::conversation(brand, c);
  const auto query = checksum(prefix + "decisions");
  const auto place = token_place(query, after);
  if (!place) return unexpected{foreign_cursor()};
  merged_ranges rows(*store_, column::decisions, {{prefix, {}}}, *place);
  std::string last;
  while (auto row = rows.next()) {
    if (out.rows.size() == page_rows(limit)) {
      out.next = page_token(query, last);
      break;
    }
    if (row->value.empty() || row->value.front() != row_version)
      store_->damaged("decisions: a row of unknown version");
    out.rows.push_back(row->value.substr(1));
    last = std::move(row->place);
  }
  return out;
}

}  // namespace switchboard::storage
