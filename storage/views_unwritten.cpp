#include "storage/views_unwritten.hpp"

#include "storage/codec.hpp"
#include "storage/views_keys.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <tuple>

namespace switchboard::storage {
namespace {

/// take() lets readers in between so many records.
constexpr std::size_t taken_at_once = 128;
/// What a conversation costs beside its texts: the deque's share, the index's node and its bucket.
constexpr std::size_t overhead_bytes = 320;

rocksdb::Slice slice(std::string_view s) {
  return {s.data(), s.size()};
}

// RocksDB copies what it is given, so a failure could only be memory, which throws.
void check(const views_store& store, const rocksdb::Status& s) {
  if (!s.ok()) store.fail("a batch refused a row: " + s.ToString());
}

}  // namespace

void unwritten_conversations::take(std::span<const record_ptr> records, log_sequence reached) {
  while (!records.empty()) {
    const auto some = records.first(std::min(records.size(), taken_at_once));
    records = records.subspan(some.size());
    const std::unique_lock lock(mutex_);
    for (const auto& r : some) {
      if (!r->conversation_json.empty()) take(*r, reached);
    }
  }
}

void unwritten_conversations::take(const record& r, log_sequence reached) {
  const auto known = index_.find({r.brand, r.conversation});
  auto& c = known != index_.end() ? *known->second : begin_to_wait(r, reached);
  c.belongs = r.place;
  bytes_ -= c.value.capacity();
  c.value.clear();
  std::string scratch;
  append_inbox_facts(
      c.value, {r.platform, r.account, r.assignee, r.queue, r.text(r.customer, scratch), r.part(r.tags)});
  c.json_at = c.value.size();
  c.value += r.part(r.conversation_json);
  bytes_ += c.value.capacity();
}

unwritten_conversations::conversation& unwritten_conversations::begin_to_wait(const record& r,
                                                                              log_sequence reached) {
  std::optional<inbox_place> lies;
  if (r.has_previous) lies = r.previous;
  if (r.sequence <= reached || (!lies && r.conversation_sequence != 1)) {
    lies.reset();
    if (const auto row = store_.row(column::conversations, keys::conversation(r.brand, r.conversation))) {
      const auto c = decode_conversation(*row);
      if (!c) store_.fail("conversations: " + c.error().what);
      lies = inbox_place{c->status, c->priority, c->updated_at};
    }
  }
  auto& c = waiting_.emplace_back();
  c.brand = r.brand;
  c.id = r.conversation;
  c.first = r.sequence;
  c.begun = r.conversation_sequence == 1;
  c.in_inbox = lies.has_value();
  if (lies) c.lies = *lies;
  begun_ += c.begun ? 1 : 0;
  bytes_ += overhead_bytes + c.value.capacity();
  index_.emplace(name{c.brand, c.id}, &c);
  return c;
}

void unwritten_conversations::add_rows(std::size_t count, rocksdb::WriteBatch& batch) {
  // Each column in the order of its keys: neighbours are inserted beside one another.
  order_.resize(count);
  std::iota(order_.begin(), order_.end(), 0u);
  const auto sort_by = [&](auto key) {
    std::sort(order_.begin(), order_.end(),
              [&](auto a, auto b) { return key(waiting_[a]) < key(waiting_[b]); });
  };
  sort_by([](const conversation& c) { return c.id; });
  for (const auto i : order_) {
    const auto& c = waiting_[i];
    key_.clear();
    keys::append_name(key_, c.brand);
    keys::append_conversation(key_, c.id);
    static constexpr char version = row_version;
    const auto key = slice(key_);
    const std::array<rocksdb::Slice, 2> parts = {rocksdb::Slice(&version, 1),
                                                 slice(std::string_view(c.value).substr(c.json_at))};
    check(store_, batch.Put(store_.handle(column::conversations), rocksdb::SliceParts(&key, 1),
                            rocksdb::SliceParts(parts.data(), 2)));
  }
  const auto place_key = [&](const conversation& c, const inbox_place& at) {
    key_.clear();
    keys::append_inbox_range(key_, c.brand, at.status, at.priority);
    keys::append_newest_first(key_, at.updated_at);
    keys::append_conversation(key_, c.id);
    return slice(key_);
  };
  auto* const inbox = store_.handle(column::inbox);
  sort_by([](const conversation& c) { return std::tuple(c.lies.updated_at, c.id); });
  for (const auto i : order_) {
    const auto& c = waiting_[i];
    if (c.in_inbox && c.lies != c.belongs) check(store_, batch.Delete(inbox, place_key(c, c.lies)));
  }
  sort_by([](const conversation& c) { return std::tuple(c.belongs.updated_at, c.id); });
  for (const auto i : order_) {
    const auto& c = waiting_[i];
    check(store_,
          batch.Put(inbox, place_key(c, c.belongs), slice(std::string_view(c.value).substr(0, c.json_at))));
  }
}

void unwritten_conversations::written(std::size_t count) {
  const std::unique_lock lock(mutex_);
  for (; count > 0; --count) {
    const auto& c = waiting_.front();
    begun_ -= c.begun ? 1 : 0;
    bytes_ -= overhead_bytes + c.value.capacity();
    index_.erase({c.brand, c.id});
    waiting_.pop_front();
  }
}

log_sequence unwritten_conversations::complete(log_sequence applied, std::size_t count) const {
  return count < waiting_.size() ? waiting_[count].first - 1 : applied;
}

std::uint64_t unwritten_conversations::begun_after(std::size_t count) const {
  const auto behind = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  return begun_ - static_cast<std::uint64_t>(
                      std::count_if(waiting_.begin(), behind, [](const conversation& c) { return c.begun; }));
}

const unwritten_conversations::conversation* unwritten_conversations::find(std::string_view brand,
                                                                           domain::conversation_id c) const {
  const auto found = index_.find({brand, c});
  return found == index_.end() ? nullptr : found->second;
}

std::optional<std::string> unwritten_conversations::json(std::string_view brand,
                                                         domain::conversation_id c) const {
  const std::shared_lock lock(mutex_);
  const auto* const found = find(brand, c);
  if (found == nullptr) return std::nullopt;
  return found->value.substr(found->json_at);
}

bool unwritten_conversations::overtakes(std::string_view brand, domain::conversation_id c,
                                        log_sequence applied) const {
  const std::shared_lock lock(mutex_);
  const auto* const found = find(brand, c);
  return found != nullptr && found->first <= applied;
}

std::vector<unwritten_row> unwritten_conversations::list(const inbox_filter& filter, std::string_view after,
                                                         std::size_t limit) const {
  // Numbers in the order of the places: a place is written out only for those that are taken.
  using order = std::tuple<int, std::uint64_t, domain::conversation_id, const conversation*>;
  const auto place_of = [&](const conversation& c) {
    auto place = filter.rank(c.belongs.priority);
    keys::append_newest_first(place, c.belongs.updated_at);
    keys::append_conversation(place, c.id);
    return place;
  };
  const bool ranked = !filter.rank(domain::priority::low).empty();
  const std::shared_lock lock(mutex_);
  std::vector<order> found;
  for (const auto& c : waiting_) {
    if (!filter.wants(c.belongs.status) || !filter.wants_brand(c.brand)) continue;
    inbox_facts facts;
    if (!read_inbox_facts(std::string_view(c.value).substr(0, c.json_at), facts) || !filter.matches(facts)) {
      continue;
    }
    if (!after.empty() && place_of(c) <= after) continue;
    found.emplace_back(ranked ? -static_cast<int>(c.belongs.priority) : 0,
                       ~keys::milliseconds(c.belongs.updated_at), c.id, &c);
  }
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(limit, found.size()));
  std::partial_sort(found.begin(), end, found.end());
  std::vector<unwritten_row> rows;
  for (auto i = found.begin(); i != end; ++i) {
    const auto& c = *std::get<const conversation*>(*i);
    rows.push_back({place_of(c), c.value.substr(c.json_at), c.id});
  }
  return rows;
}

std::vector<std::string> unwritten_conversations::brands() const {
  const std::shared_lock lock(mutex_);
  std::vector<std::string> all;
  for (const auto& c : waiting_) {
    const auto at = std::lower_bound(all.begin(), all.end(), c.brand);
    if (at == all.end() || *at != c.brand) all.insert(at, c.brand);
  }
  return all;
}

}  // namespace switchboard::storage
