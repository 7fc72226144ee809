#include "storage/views_breaches.hpp"

#include "domain/json.hpp"
#include "domain/sla/note.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"
#include "storage/views_ranges.hpp"

#include <algorithm>

namespace switchboard::storage {
namespace {

constexpr char is_open = 0;
constexpr char is_over = 1;
constexpr std::size_t rows_looked_at_max = 20'000;

std::string range_of(std::string_view brand) {
  std::string prefix;
  keys::append_name(prefix, brand);
  return prefix;
}

/// Its deadline stays as it was missed, and so does the row's place.
std::string key_of(const record& r, const domain::sla::clock& k) {
  auto key = range_of(r.brand);
  keys::append_newest_first(key, *k.due);
  keys::append_conversation(key, r.conversation);
  keys::append_number(key, static_cast<std::uint8_t>(k.what));
  keys::append_number(key, k.cycle);
  keys::append_number(key, k.instance);
  return key;
}

/// Rows begin with the length of a brand's name, whose first byte is 0: no id is that long.
constexpr char by_conversation = 1;
constexpr std::size_t due_bytes = sizeof(std::uint64_t);
constexpr std::size_t case_bytes = 20;

/// Where the row with this key is found by its conversation: the two change places.
std::string other_key_of(std::string_view key, std::string_view range) {
  auto rest = key.substr(range.size());
  std::string other(1, by_conversation);
  other += range;
  other += rest.substr(due_bytes, case_bytes);
  other += rest.substr(0, due_bytes);
  other += rest.substr(due_bytes + case_bytes);
  return other;
}
std::string key_behind(std::string_view other_key, std::string_view range) {
  auto rest = other_key.substr(1 + range.size());
  std::string key(range);
  key += rest.substr(case_bytes, due_bytes);
  key += rest.substr(0, case_bytes);
  key += rest.substr(case_bytes + due_bytes);
  return key;
}

std::string json_of(const record& r) {
  std::string json;
  domain::json_object o{json};
  o.text("conversationId", domain::to_text(r.conversation));
  o.text("brand", r.brand);
  o.text("platform", domain::to_word(r.platform));
  o.text("accountId", r.account);
  o.text_if("assignedTo", r.assignee);
  o.text_if("queue", r.queue);
  o.key("sla");
  json += r.part(r.sla_json);
  o.end();
  return json;
}

struct breach {
  bool open = false;
  std::string_view queue, assignee, json;
};

std::optional<breach> breach_of(std::string_view value) {
  if (value.size() < 2 || value[0] != row_version || (value[1] != is_open && value[1] != is_over)) {
    return std::nullopt;
  }
  breach b{.open = value[1] == is_open, .queue = {}, .assignee = {}, .json = {}};
  value.remove_prefix(2);
  if (!keys::take_name(value, b.queue) || !keys::take_name(value, b.assignee)) return std::nullopt;
  b.json = value;
  return b;
}

bool any_of(const std::vector<std::string>& list, std::string_view value) {
  return list.empty() || std::ranges::find(list, value) != list.end();
}

bool matches(const breach_query& q, const breach& b) {
  return any_of(q.queues, b.queue) && any_of(q.assignees, b.assignee) && (!q.open || *q.open == b.open);
}

/// By what a page token is told from another query's. Times are not part of it: the place says where it goes on.
std::uint64_t checksum_of(const breach_query& q) {
  std::string all = "breaches";
  for (const auto* const list : {&q.brands, &q.queues, &q.assignees}) {
    keys::append_number(all, static_cast<std::uint32_t>(list->size()));
    for (const auto& word : *list) keys::append_name(all, word);
  }
  all += q.open ? (*q.open ? 'o' : 'c') : 'a';
  return checksum(all);
}

}  // namespace

void breach_rows::take(const record& r, rocksdb::WriteBatch& batch) {
  // Nearly all that clocks say is of such as are kept.
  if (r.sla_json.empty() || r.part(r.sla_json).find("\"breached\":true") == std::string_view::npos) return;
  const auto n = decode_clock_note(r.part(r.sla_json));
  if (!n) store_.damaged("the clock of record " + std::to_string(r.sequence) + ": " + n.error().what);
  const auto& k = n->clock;
  if (!k.breached || !k.due) return;
  forget_old(r, batch);
  if (*k.due < r.at - breaches_kept) return;
  std::string value(1, row_version);
  value += k.ended ? is_over : is_open;
  keys::append_name(value, r.queue);
  keys::append_name(value, r.assignee);
  value += json_of(r);
  const auto key = key_of(r, k);
  auto done = batch.Put(store_.handle(column::breaches), key, value);
  if (done.ok()) {
    done = batch.Put(store_.handle(column::breaches), other_key_of(key, range_of(r.brand)),
                     std::string(1, row_version));
  }
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

void breach_rows::erase(std::string_view brand, domain::thread_id t, std::uint32_t up_to,
                        rocksdb::WriteBatch& batch) const {
  const auto range = range_of(brand);
  const auto from = by_conversation + keys::conversation(brand, {t, 0});
  const auto behind = keys::behind(by_conversation + keys::conversation(brand, {t, up_to}));
  const auto rows = store_.rows(column::breaches);
  for (rows->Seek(from); rows->Valid() && rows->key().ToStringView() < behind; rows->Next()) {
    const auto key = rows->key().ToStringView();
    if (key.size() < 1 + range.size() + due_bytes + case_bytes) {
      store_.damaged("breaches: a key that is none, " + keys::to_hex(key));
    }
    remove(key_behind(key, range), batch);
    remove(key, batch);
  }
  store_.check(*rows, column::breaches);
}

void breach_rows::remove(std::string_view key, rocksdb::WriteBatch& batch) const {
  const auto done = batch.Delete(store_.handle(column::breaches), rocksdb::Slice(key.data(), key.size()));
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

/// Once for each day of the log.
void breach_rows::forget_old(const record& r, rocksdb::WriteBatch& batch) {
  const auto today = std::chrono::floor<std::chrono::days>(r.at);
  auto& swept = swept_[r.brand];
  if (swept >= today) return;
  swept = today;
  const auto range = range_of(r.brand);
  auto from = range;
  keys::append_newest_first(from, today - breaches_kept);
  const auto rows = store_.rows(column::breaches);
  for (rows->Seek(from); rows->Valid() && rows->key().ToStringView().starts_with(range); rows->Next()) {
    const auto key = rows->key().ToStringView();
    if (key.size() < range.size() + due_bytes + case_bytes) {
      store_.damaged("breaches: a key that is none, " + keys::to_hex(key));
    }
    remove(other_key_of(key, range), batch);
    remove(key, batch);
  }
  store_.check(*rows, column::breaches);
}

// -- readers -------------------------------------------------------------------------------------------------

expected<page, views_error> views_on_disk::list_breaches(const breach_query& q) const {
  const auto query = checksum_of(q);
  auto place = token_place(query, q.after);
  if (!place) return unexpected{foreign_cursor()};
  if (place->empty() && q.to) keys::append_newest_first(*place, *q.to);
  std::vector<key_range> ranges;
  for (const auto& brand : q.brands) ranges.push_back({range_of(brand), {}});
  merged_ranges rows(*store_, column::breaches, std::move(ranges), *place);
  page out;
  std::string last;
  std::size_t looked_at = 0;
  while (auto row = rows.next()) {
    if (out.rows.size() == page_rows(q.limit) || looked_at == rows_looked_at_max) {
      out.next = page_token(query, last);
      break;
    }
    ++looked_at;
    std::string_view rest = row->place;
    std::uint64_t newest_first = 0;
    domain::conversation_id c;
    const auto b = breach_of(row->value);
    if (!b || !keys::take_number(rest, newest_first) || !keys::take_conversation(rest, c)) {
      store_->damaged("breaches: a row that is none, at " + keys::to_hex(row->place));
    }
    if (q.from && ~newest_first < keys::milliseconds(*q.from)) break;
    // Whose conversation is erased, of him nothing is told; that he waited is in nobody's name.
    if (matches(q, *b) && erased_up_to(c.thread) < c.ordinal) out.rows.emplace_back(b->json);
    last = std::move(row->place);
  }
  return out;
}

}  // namespace switchboard::storage
