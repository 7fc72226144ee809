// Forgetting a customer: what customer.erased does to the rows, and how the files get rid of them. Layout: views.cpp.
//
// About the customer (condemn): his row goes, and his conversations leave the index by customer; each of his threads is
// condemned to erase itself, which the engine asks of it. About a conversation (erase_thread): its rows go, those of
// the thread's earlier conversations, and their messages. That a message was here stays known as an old dedup key, so
// that a redelivery brings nobody back. About a dead letter: an ordinary row takes the place of the old one
// (views_fold.cpp).
#include "storage/codec.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"
#include "storage/views_rewriting.hpp"

#include <rocksdb/options.h>

#include <algorithm>

namespace switchboard::storage {
namespace {

/// Beyond so many ranges a column is compacted as a whole.
constexpr std::size_t ranges_max = 64;

std::string with_version(std::string_view value) {
  std::string row(1, row_version);
  row += value;
  return row;
}

std::string number_row(auto number) {
  std::string row(1, row_version);
  keys::append_number(row, number);
  return row;
}

bool read_erasure(std::string_view value, erasure_row& row) {
  std::uint64_t at = 0;
  std::string_view brand, customer, account;
  if (!keys::take_number(value, at) || !keys::take_name(value, brand) || !keys::take_name(value, customer) ||
      !keys::take_name(value, account)) {
    return false;
  }
  row.at = domain::timestamp(std::chrono::milliseconds(static_cast<std::int64_t>(at)));
  row.brand.value = brand;
  row.customer.value = customer;
  row.account.value = account;
  return true;
}

}  // namespace

// -- folding
// ---------------------------------------------------------------------------------------------------

/// Of one moment with the state: no crash leaves half of it, nor anything later without it.
void views_on_disk::erase(const record& r) {
  write_everything(level0_tables_of_erasures_max);
  rocksdb::WriteBatch batch;
  if (!r.customer_json.empty()) {
    condemn(r, batch);
  } else if (r.conversation.ordinal != 0) {
    erase_thread(r, batch);
  }
  state_.applied = r.sequence;
  state_.advance(keys::milliseconds(r.at));
  written_ = state_;
  add_state(batch, state_.applied);
  write(batch);
  store_->set_latest(state_.latest_ms);
}

void views_on_disk::condemn(const record& r, rocksdb::WriteBatch& batch) {
  const auto c = decode_customer(r.part(r.customer_json));
  if (!c) store_->damaged("the customer of record " + std::to_string(r.sequence) + ": " + c.error().what);
  const auto prefix = keys::customer(r.brand, c->id.value);
  batch.Delete(store_->handle(column::customers), prefix);
  auto rows = store_->rows(column::customer_conversations);
  for (rows->Seek(prefix); rows->Valid() && rows->key().ToStringView().starts_with(prefix); rows->Next()) {
    auto from = rows->key().ToStringView().substr(prefix.size());
    std::uint64_t created = 0;
    domain::conversation_id id;
    if (!keys::take_number(from, created) || !keys::take_conversation(from, id)) {
      store_->damaged("customer_conversations: a key that is none");
    }
    batch.Delete(store_->handle(column::customer_conversations), rows->key());
    if (!condemned_.insert(id.thread).second) continue;
    batch.Put(store_->handle(column::erasures), keys::thread_erased_by(r.sequence, id.thread),
              number_row(std::uint32_t{0}));
  }
  store_->check(*rows, column::customer_conversations);
  std::string value;
  const auto since = std::chrono::floor<std::chrono::milliseconds>(r.at).time_since_epoch().count();
  keys::append_number(value, static_cast<std::uint64_t>(since));
  for (const auto name :
       {std::string_view(r.brand), std::string_view(c->id.value), std::string_view(r.account)})
    keys::append_name(value, name);
  batch.Put(store_->handle(column::erasures), keys::erasure(r.sequence), with_version(value));
  batch.Put(store_->handle(column::erasures), keys::customer_erased(r.brand, c->id.value),
            number_row(r.sequence));
}

void views_on_disk::erase_thread(const record& r, rocksdb::WriteBatch& batch) {
  const auto e = decode_erasure(r.part(r.erased_json));
  if (!e) store_->damaged("the erasure of record " + std::to_string(r.sequence) + ": " + e.error().what);
  const auto thread = r.conversation.thread;
  const auto up_to = r.conversation.ordinal;
  erase_conversations(r.brand, thread, up_to, batch);
  outbox_.erase(thread, up_to, batch);
  routing_.erase(r.brand, thread, up_to, batch);
  wakes_.erase(r.brand, thread, up_to, batch);
  deadlines_.erase(r.brand, thread, up_to, batch);
  breaches_.erase(r.brand, thread, up_to, batch);
  forget_references(thread, up_to, batch);
  batch.Put(store_->handle(column::erasures), keys::thread_erased(thread), number_row(up_to));
  if (e->by != 0) {
    batch.Put(store_->handle(column::erasures), keys::thread_erased_by(e->by, thread), number_row(up_to));
  }
  any_erased_.store(true, std::memory_order_release);
  condemned_.erase(thread);
}

void views_on_disk::erase_conversations(std::string_view brand, domain::thread_id t, std::uint32_t up_to,
                                        rocksdb::WriteBatch& batch) const {
  const auto first = keys::conversation(brand, {t, 0});
  const auto last = keys::conversation(brand, {t, up_to});
  auto rows = store_->rows(column::conversations);
  for (rows->Seek(first); rows->Valid() && rows->key().ToStringView() <= last; rows->Next()) {
    const auto row = rows->value().ToStringView();
    const auto c = decode_conversation(row.substr(std::min<std::size_t>(1, row.size())));
    if (!c) store_->damaged("conversations: " + c.error().what);
    std::string place;
    keys::append_inbox_range(place, brand, c->status, c->priority);
    keys::append_newest_first(place, c->updated_at);
    keys::append_conversation(place, c->id);
    batch.Delete(store_->handle(column::inbox), place);
    batch.Delete(store_->handle(column::conversations), rows->key());
  }
  store_->check(*rows, column::conversations);
  // One by one: where ranges are deleted RocksDB 7.8 passes over damage (views_store::rows).
  const auto behind = keys::conversation(brand, {t, up_to + 1});
  auto said = store_->rows(column::messages);
  for (said->Seek(first); said->Valid() && said->key().ToStringView() < behind; said->Next()) {
    batch.Delete(store_->handle(column::messages), said->key());
  }
  store_->check(*said, column::messages);
}

/// A reference leads to a message that is gone. It becomes a dedup key of its age, and goes when that is over.
void views_on_disk::forget_references(domain::thread_id t, std::uint32_t up_to,
                                      rocksdb::WriteBatch& batch) const {
  std::string prefix;
  keys::append_thread(prefix, t);
  auto rows = store_->rows(column::seen);
  for (rows->Seek(prefix); rows->Valid() && rows->key().ToStringView().starts_with(prefix); rows->Next()) {
    auto from = rows->value().ToStringView();
    if (from.empty() || from.front() != seen_reference) continue;
    from.remove_prefix(1);
    std::uint64_t at = 0;
    std::uint32_t ordinal = 0;
    if (!keys::take_number(from, at) || !keys::take_number(from, ordinal)) {
      store_->damaged("seen: a reference that is none");
    }
    if (ordinal > up_to) continue;
    std::string value(1, seen_origin);
    keys::append_number(value, at);
    batch.Put(store_->handle(column::seen), rows->key(), value);
  }
  store_->check(*rows, column::seen);
}

void views_on_disk::recall_erasures() {
  auto rows = store_->rows(column::erasures);
  const std::string threads(1, keys::erased_thread);
  rows->Seek(threads);
  any_erased_ = rows->Valid() && rows->key().ToStringView().starts_with(threads);
  const std::string by(1, keys::erased_by);
  for (rows->Seek(by); rows->Valid() && rows->key().ToStringView().starts_with(by); rows->Next()) {
    auto key = rows->key().ToStringView().substr(1 + sizeof(log_sequence));
    auto value = rows->value().ToStringView().substr(1);
    domain::thread_id t;
    std::uint32_t up_to = 0;
    if (keys::take_thread(key, t) && keys::take_number(value, up_to) && up_to == 0) condemned_.insert(t);
  }
}

// -- reading
// ---------------------------------------------------------------------------------------------------

std::uint32_t views_on_disk::erased_up_to(domain::thread_id t) const {
  if (!any_erased_.load(std::memory_order_acquire)) return 0;
  const auto row = store_->row(column::erasures, keys::thread_erased(t));
  if (!row) return 0;
  std::string_view from = *row;
  std::uint32_t ordinal = 0;
  if (!keys::take_number(from, ordinal)) store_->damaged("erasures: a thread without its ordinal");
  return ordinal;
}

std::optional<erasure_row> views_on_disk::find_erasure(std::string_view brand,
                                                       std::string_view customer) const {
  const auto row = store_->row(column::erasures, keys::customer_erased(brand, customer));
  if (!row) return std::nullopt;
  std::string_view from = *row;
  erasure_row found;
  if (!keys::take_number(from, found.by)) store_->damaged("erasures: a customer without a place");
  const auto about = store_->row(column::erasures, keys::erasure(found.by));
  if (!about || !read_erasure(*about, found)) store_->damaged("erasures: a place without its customer");
  return found;
}

std::vector<erasure_row> views_on_disk::erasures_behind(log_sequence done, std::size_t limit) const {
  std::vector<erasure_row> found;
  auto rows = store_->rows(column::erasures);
  for (rows->Seek(keys::erasure(done + 1)); rows->Valid() && found.size() < limit; rows->Next()) {
    auto key = rows->key().ToStringView();
    if (key.front() != keys::erased_at) break;
    key.remove_prefix(1);
    erasure_row row;
    const auto value = rows->value().ToStringView();
    if (value.empty() || !keys::take_number(key, row.by) || !read_erasure(value.substr(1), row)) {
      store_->damaged("erasures: a row that is none");
    }
    found.push_back(std::move(row));
  }
  store_->check(*rows, column::erasures);
  return found;
}

std::vector<erased_thread> views_on_disk::threads_erased_by(log_sequence by) const {
  std::vector<erased_thread> found;
  const auto prefix = keys::thread_erased_by(by);
  auto rows = store_->rows(column::erasures);
  for (rows->Seek(prefix); rows->Valid() && rows->key().ToStringView().starts_with(prefix); rows->Next()) {
    auto key = rows->key().ToStringView().substr(prefix.size());
    auto value = rows->value().ToStringView();
    value.remove_prefix(std::min<std::size_t>(1, value.size()));
    erased_thread t;
    if (!keys::take_thread(key, t.thread) || !keys::take_number(value, t.up_to)) {
      store_->damaged("erasures: a thread that is none");
    }
    found.push_back(t);
  }
  store_->check(*rows, column::erasures);
  return found;
}

void views_on_disk::each_dead_letter(const std::function<void(const domain::dead_letter&)>& each) const {
  const std::string prefix(1, letter_row);
  auto rows = store_->rows(column::dead_letters);
  for (rows->Seek(prefix); rows->Valid() && rows->key().ToStringView().starts_with(prefix); rows->Next()) {
    const auto row = rows->value().ToStringView();
    const auto d = decode_dead_letter(row.substr(std::min<std::size_t>(1, row.size())));
    if (!d) store_->damaged("dead_letters: " + d.error().what);
    each(*d);
  }
  store_->check(*rows, column::dead_letters);
}

// -- the disk
// --------------------------------------------------------------------------------------------------

expected<void, views_error> views_on_disk::reclaim(std::span<const erasure_row> what,
                                                   std::span<const domain::dead_letter_id> letters,
                                                   std::atomic<bool>& cancelled) {
  using ranges = std::vector<key_range>;
  ranges conversations, inbox, customers, messages, received, decisions;
  const auto add = [](ranges& to, std::string prefix) {
    auto end = keys::behind(prefix);
    to.emplace_back(std::move(prefix), std::move(end));
  };
  try {
    for (const auto& e : what) {
      add(customers, keys::customer(e.brand.value, e.customer.value));
      std::string brand;
      keys::append_name(brand, e.brand.value);
      add(inbox, brand);  // where in it the conversations were is not known any more
      for (const auto& t : threads_erased_by(e.by)) {
        auto thread = brand;
        keys::append_thread(thread, t.thread);
        add(conversations, thread);
        add(messages, thread);
        add(decisions, thread);
      }
    }
    for (const auto& id : letters) {
      std::string key(1, letter_row);
      keys::append_name(key, id.value);
      add(received, key);
    }
    flush_memtables();
    rocksdb::CompactRangeOptions how;
    how.exclusive_manual_compaction = false;  // the others go on
    how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    how.canceled = &cancelled;
    const auto compact = [&](column c, ranges& of) {
      std::sort(of.begin(), of.end());
      of.erase(std::unique(of.begin(), of.end()), of.end());
      if (of.size() > ranges_max) of = {{of.front().first, of.back().second}};
      for (const auto& [from, to] : of) {
        const rocksdb::Slice begin(from), end(to);
        const auto done =
            store_->db().CompactRange(how, store_->handle(c), &begin, to.empty() ? nullptr : &end);
        if (cancelled.load(std::memory_order_acquire)) return;
        if (!done.ok()) store_->fail(std::string(to_word(c)) + ": compaction", done);
      }
    };
    compact(column::conversations, conversations);
    compact(column::inbox, inbox);
    compact(column::customers, customers);
    compact(column::dead_letters, received);
    compact(column::decisions, decisions);
    // The largest by far, and of the style that CompactRange rewrites whole.
    const bool few = messages.size() <= ranges_max;
    if (!few || !rewrite_tables(*store_, column::messages, messages, cancelled)) {
      if (!cancelled.load(std::memory_order_acquire)) compact(column::messages, messages);
    }
  } catch (const views_failure& e) {
    return unexpected{views_error{e.what(), e.damaged}};
  }
  return {};
}

}  // namespace switchboard::storage
