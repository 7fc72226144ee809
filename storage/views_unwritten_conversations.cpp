#include "storage/views_unwritten_conversations.hpp"

#include "storage/codec.hpp"
#include "storage/views_keys.hpp"

#include <algorithm>
#include <mutex>
#include <tuple>
#include <utility>

namespace switchboard::storage {
namespace {

/// take() lets readers in between so many records.
constexpr std::size_t taken_at_once = 128;
/// What a conversation costs beside its texts: the deque's share, the index's node and its bucket.
constexpr std::size_t overhead_bytes = 320;

}  // namespace

void unwritten_conversations::take(std::span<const record_ptr> records, log_sequence reached) {
  while (!records.empty()) {
    const auto some = records.first(std::min(records.size(), taken_at_once));
    records = records.subspan(some.size());
    const std::unique_lock lock(mutex_);
    for (const auto& r : some) {
      // What is shown to nobody leaves its conversation as it is.
      if (!r->conversation_json.empty() && domain::is_public(r->type)) take(*r, reached);
    }
  }
}

void unwritten_conversations::take(const record& r, log_sequence reached) {
  const auto known = index_.find({r.brand, r.conversation});
  auto& c = known != index_.end() ? *known->second : begin_to_wait(r, reached);
  c.belongs = r.place;
  c.has_deadline = r.due.has_value();
  bytes_ -= c.rows.capacity();
  c.rows.clear();
  append_inbox_facts(
      c.rows, {r.platform, r.account, r.assignee, r.queue, r.text(r.customer, scratch_), r.part(r.tags)});
  c.row_at = c.rows.size();
  c.rows += row_version;
  c.rows += r.part(r.conversation_json);
  bytes_ += c.rows.capacity();
}

unwritten_conversations::conversation& unwritten_conversations::begin_to_wait(const record& r,
                                                                              log_sequence reached) {
  std::optional<inbox_place> lies;
  if (r.has_previous) lies = r.previous;
  if (r.sequence <= reached || (!lies && r.conversation_sequence != 1)) {
    lies.reset();
    if (const auto row = store_.row(column::conversations, keys::conversation(r.brand, r.conversation))) {
      const auto c = decode_conversation(*row);
      if (!c) store_.damaged("conversations: " + c.error().what);
      lies = inbox_place{c->status, c->priority, c->updated_at};
    }
  }
  auto& c = waiting_.emplace_back();
  c.brand = r.brand;
  c.id = r.conversation;
  c.first = r.sequence;
  c.in_inbox = lies.has_value();
  if (lies) c.lies = *lies;
  bytes_ += overhead_bytes + c.rows.capacity();
  index_.emplace(name{c.brand, c.id}, &c);
  return c;
}

void unwritten_conversations::add_tables(sorted_tables& tables) const {
  using keyed = std::pair<std::string, const conversation*>;
  std::vector<keyed> rows;
  rows.reserve(waiting_.size());
  for (const auto& c : waiting_) rows.emplace_back(keys::conversation(c.brand, c.id), &c);
  std::sort(rows.begin(), rows.end());
  tables.begin(column::conversations);
  for (const auto& [key, c] : rows) tables.put(key, c->row());

  rows.clear();
  const auto place_key = [](const conversation& c, const inbox_place& at) {
    std::string key;
    keys::append_inbox_range(key, c.brand, at.status, at.priority);
    keys::append_newest_first(key, at.updated_at);
    keys::append_conversation(key, c.id);
    return key;
  };
  for (const auto& c : waiting_) {
    if (c.in_inbox && c.lies != c.belongs) rows.emplace_back(place_key(c, c.lies), nullptr);  // to be removed
    rows.emplace_back(place_key(c, c.belongs), &c);
  }
  std::sort(rows.begin(), rows.end());
  tables.begin(column::inbox);
  for (const auto& [key, c] : rows) {
    if (c == nullptr) {
      tables.remove(key);
    } else {
      tables.put(key, c->inbox_row());
    }
  }
}

void unwritten_conversations::clear() {
  const std::unique_lock lock(mutex_);
  times_written_.fetch_add(1, std::memory_order_acq_rel);
  index_.clear();
  waiting_.clear();
  bytes_ = 0;
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
  return std::string(found->row().substr(1));
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
  using order = std::tuple<int, std::uint64_t, domain::conversation_id>;
  const auto place_of = [&](const order& o) {
    std::string place;
    if (filter.ranked()) place += static_cast<char>(std::get<0>(o));
    keys::append_number(place, std::get<1>(o));
    keys::append_conversation(place, std::get<2>(o));
    return place;
  };
  std::vector<std::pair<order, const conversation*>> found;
  const std::shared_lock lock(mutex_);
  for (const auto& c : waiting_) {
    if (!filter.wants(c.belongs.status) || !filter.wants_brand(c.brand)) continue;
    if (filter.leaves_out_deadlines() && c.has_deadline) continue;
    inbox_facts facts;
    if (filter.needs_facts() && !(read_inbox_facts(c.inbox_row(), facts) && filter.matches(facts))) continue;
    found.emplace_back(
        order(filter.rank(c.belongs.priority), ~keys::milliseconds(c.belongs.updated_at), c.id), &c);
  }
  if (!after.empty()) {
    order last;
    auto from = after;
    auto& [rank, time, id] = last;
    if (filter.ranked() && !from.empty()) {
      rank = from.front();
      from.remove_prefix(1);
    }
    if (!keys::take_number(from, time) || !keys::take_conversation(from, id)) return {};  // behind all places
    std::erase_if(found, [&](const auto& f) { return f.first <= last; });
  }
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(limit, found.size()));
  std::partial_sort(found.begin(), end, found.end());
  std::vector<unwritten_row> rows;
  for (auto i = found.begin(); i != end; ++i) {
    rows.push_back({place_of(i->first), std::string(i->second->row().substr(1)), i->second->id});
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
