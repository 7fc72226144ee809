// The inbox: conversations by brand, status and priority, filtered, in one order over all of them.
#include "storage/views_inbox.hpp"

#include "domain/json.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"
#include "storage/views_ranges.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

namespace switchboard::storage {
namespace {

/// A page looks at so many conversations at most, whatever the filter leaves out; then the caller goes on.
constexpr std::size_t scan_max = 20'000;
/// A list over all brands opens a stretch per brand, status and priority.
constexpr std::size_t brands_max = 64;

constexpr std::array statuses = {domain::conversation_status::open, domain::conversation_status::pending,
                                 domain::conversation_status::snoozed, domain::conversation_status::resolved,
                                 domain::conversation_status::closed};
constexpr std::array priorities = {domain::priority::urgent, domain::priority::high, domain::priority::medium,
                                   domain::priority::low};

template <class List, class Value>
bool wanted(const List& list, const Value& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

/// Is one of `tags` (each as a JSON string) an element of the JSON array of strings?
bool has_tag(std::string_view array, const std::vector<std::string>& tags) {
  for (std::size_t at = array.find('"'); at != std::string_view::npos;) {
    auto end = at + 1;
    while (end < array.size() && array[end] != '"') end += array[end] == '\\' ? 2 : 1;
    if (end >= array.size()) return false;
    if (std::find(tags.begin(), tags.end(), array.substr(at, end + 1 - at)) != tags.end()) return true;
    at = array.find('"', end + 1);
  }
  return false;
}

/// All that decides which rows a query has and in which order; not its page.
std::uint64_t hash_of(const conversation_query& q) {
  std::string text = "inbox";
  const auto add = [&](const auto& list) {
    keys::append_number(text, static_cast<std::uint32_t>(list.size()));
    for (const auto& element : list) {
      if constexpr (requires { element.size(); }) {
        keys::append_name(text, element);
      } else {
        text += static_cast<char>(element);
      }
    }
  };
  add(q.brands);
  add(q.statuses);
  add(q.platforms);
  for (const auto* list : {&q.accounts, &q.assignees, &q.queues, &q.tags, &q.customers}) add(*list);
  text += static_cast<char>(q.sort);
  return checksum(text);
}

struct stretches {
  std::vector<key_range> ranges;
  std::vector<std::string> brands;  ///< of each range
};

stretches stretches_of(const inbox_filter& filter) {
  stretches s;
  for (const auto& brand : filter.brands) {
    for (const auto status : statuses) {
      if (!filter.wants(status)) continue;
      for (const auto priority : priorities) {
        const std::string rank(filter.ranked() ? 1 : 0, filter.rank(priority));
        s.ranges.push_back({keys::inbox_range(brand, status, priority), rank});
        s.brands.push_back(brand);
      }
    }
  }
  return s;
}

domain::conversation_id conversation_at(const views_store& store, std::string_view place) {
  constexpr std::size_t width = 20;  // thread and ordinal end the key
  domain::conversation_id c;
  auto from = place.size() < width ? std::string_view() : place.substr(place.size() - width);
  if (!keys::take_conversation(from, c)) store.damaged("inbox: a key that is none");
  return c;
}

}  // namespace

void append_inbox_facts(std::string& row, const inbox_facts& f) {
  row += row_version;
  row += static_cast<char>(f.platform);
  keys::append_name(row, f.account);
  keys::append_name(row, f.assignee);
  keys::append_name(row, f.queue);
  keys::append_name(row, f.customer);
  row += f.tags;
}

bool read_inbox_facts(std::string_view row, inbox_facts& f) {
  if (row.size() < 2 || row.front() != row_version) return false;
  f.platform = static_cast<domain::platform>(row[1]);
  row.remove_prefix(2);
  if (!keys::take_name(row, f.account) || !keys::take_name(row, f.assignee) ||
      !keys::take_name(row, f.queue) || !keys::take_name(row, f.customer)) {
    return false;
  }
  f.tags = row;
  return true;
}

inbox_filter::inbox_filter(const conversation_query& query, std::vector<std::string> among)
    : q(query), brands(std::move(among)) {
  std::sort(brands.begin(), brands.end());
  brands.erase(std::unique(brands.begin(), brands.end()), brands.end());
  for (const auto& tag : q.tags) domain::append_json_string(tags.emplace_back(), tag);
}

bool inbox_filter::wants_brand(std::string_view brand) const {
  return std::binary_search(brands.begin(), brands.end(), brand);
}

bool inbox_filter::wants(domain::conversation_status s) const {
  return wanted(q.statuses, s);
}

bool inbox_filter::matches(const inbox_facts& f) const {
  return wanted(q.platforms, f.platform) && wanted(q.accounts, f.account) &&
         wanted(q.assignees, f.assignee) && wanted(q.queues, f.queue) && wanted(q.customers, f.customer) &&
         (tags.empty() || has_tag(f.tags, tags));
}

bool inbox_filter::takes(const domain::conversation& c) const {
  if (!wants(c.status)) return false;
  std::string all_tags;
  for (const auto& tag : c.tags) domain::append_json_string(all_tags, tag);
  return matches({.platform = c.platform,
                  .account = c.account.value,
                  .assignee = c.assigned_to.value,
                  .queue = c.queue.value,
                  .customer = c.customer.value,
                  .tags = all_tags});
}

bool inbox_filter::needs_facts() const {
  return !(q.platforms.empty() && q.accounts.empty() && q.assignees.empty() && q.queues.empty() &&
           q.customers.empty() && tags.empty());
}

char inbox_filter::rank(domain::priority p) const {
  return ranked() ? static_cast<char>(static_cast<int>(domain::priority::urgent) - static_cast<int>(p))
                  : '\0';
}

std::optional<std::vector<std::string>> views_on_disk::brands_with_conversations() const {
  std::vector<std::string> brands;
  auto rows = store_->rows(column::inbox);
  for (rows->SeekToFirst(); rows->Valid();) {
    auto key = rows->key().ToStringView();
    std::string_view brand;
    if (!keys::take_name(key, brand)) store_->damaged("inbox: a key that is none");
    if (brands.size() == brands_max) return std::nullopt;
    brands.emplace_back(brand);
    std::string prefix;
    keys::append_name(prefix, brand);
    rows->Seek(keys::behind(std::move(prefix)));
  }
  store_->check(*rows, column::inbox);
  for (auto& brand : conversations_waiting_.brands()) {
    if (std::find(brands.begin(), brands.end(), brand) != brands.end()) continue;
    if (brands.size() == brands_max) return std::nullopt;
    brands.push_back(std::move(brand));
  }
  return brands;
}

expected<page, views_error> views_on_disk::list_conversations(const conversation_query& q) const {
  const auto query = hash_of(q);
  const auto after = token_place(query, q.after);
  if (!after) return unexpected{views_error{"the page token belongs to another query"}};
  auto brands = q.brands;
  if (brands.empty()) {
    auto all = brands_with_conversations();
    if (!all) return unexpected{views_error{"there are more than 64 brands: name the ones to list"}};
    brands = std::move(*all);
  }
  const inbox_filter filter(q, std::move(brands));
  if (filter.brands.size() > brands_max) {
    return unexpected{views_error{"at most 64 brands can be listed together"}};
  }
  // What is written while the rows are walked through is neither here nor there. A write takes seconds to
  // come again, far longer than a page.
  while (true) {
    const auto before = conversations_waiting_.times_written();
    page out;
    if (q.sort == conversation_query::order::deadline) {
      out = by_deadline(filter, query, *after);
    } else {
      auto found = inbox_page(filter, *after, page_rows(q.limit));
      out.rows = std::move(found.rows);
      if (found.more) out.next = page_token(query, found.last);
    }
    if (conversations_waiting_.times_written() == before) return out;
  }
}

inbox_rows views_on_disk::inbox_page(const inbox_filter& filter, std::string_view after,
                                     std::size_t limit) const {
  // Rows after what waits: a conversation written in between is then in both, and shown once.
  const auto as_of = applied();
  const auto waiting = conversations_waiting_.list(filter, after, limit + 1);
  auto s = stretches_of(filter);
  merged_ranges rows(*store_, column::inbox, std::move(s.ranges), after);
  inbox_rows out;
  std::set<domain::conversation_id> shown;
  std::size_t scanned = 0;
  auto row = rows.next();
  for (auto w = waiting.begin(); row || w != waiting.end();) {
    if (out.rows.size() == limit || scanned == scan_max) {
      out.more = true;
      break;
    }
    if (w != waiting.end() && (!row || w->place <= row->place)) {
      if (shown.insert(w->id).second) out.rows.push_back(w->json);
      out.last = w->place;
      ++w;
      continue;
    }
    ++scanned;
    inbox_facts facts;
    if (!read_inbox_facts(row->value, facts)) store_->damaged("inbox: a row that is none");
    const auto& brand = s.brands[row->range];
    const auto id = conversation_at(*store_, row->place);
    const bool is_elsewhere = filter.leaves_out_deadlines() && deadlines_.has(brand, id);
    if (!is_elsewhere && filter.matches(facts) && !conversations_waiting_.overtakes(brand, id, as_of) &&
        shown.insert(id).second) {
      // The row, not what waits: that may be of a moment after this page's, and no longer what was asked for.
      auto json = store_->row(column::conversations, keys::conversation(brand, id));
      if (json) out.rows.push_back(std::move(*json));
    }
    out.last = std::move(row->place);
    row = rows.next();
  }
  return out;
}

inbox_rows views_on_disk::deadlines_page(const inbox_filter& filter, std::string_view after,
                                         std::size_t limit) const {
  std::vector<key_range> ranges;
  for (const auto& brand : filter.brands) ranges.push_back({deadlines_of(brand), {}});
  merged_ranges rows(*store_, column::deadlines, std::move(ranges), after);
  inbox_rows out;
  std::size_t scanned = 0;
  for (auto row = rows.next(); row; row = rows.next()) {
    if (out.rows.size() == limit || scanned == scan_max) {
      out.more = true;
      break;
    }
    ++scanned;
    auto json = conversation_json(filter.brands[row->range], conversation_at(*store_, row->place));
    out.last = std::move(row->place);
    if (!json) continue;  // erased since the place was read
    const auto c = decode_conversation(*json);
    if (!c) store_->damaged("conversations: " + c.error().what);
    if (filter.takes(*c)) out.rows.push_back(std::move(*json));
  }
  return out;
}

page views_on_disk::by_deadline(const inbox_filter& filter, std::uint64_t query,
                                std::string_view after) const {
  constexpr char with = 'd', without = 'u';  // which of the two lists a token goes on in
  const auto limit = page_rows(filter.q.limit);
  page out;
  if (after.empty() || after.front() == with) {
    auto found = deadlines_page(filter, after.empty() ? after : after.substr(1), limit);
    out.rows = std::move(found.rows);
    if (found.more) {
      out.next = page_token(query, with + found.last);
      return out;
    }
    after = {};
    if (out.rows.size() == limit) {
      out.next = page_token(query, std::string(1, without));
      return out;
    }
  } else {
    after.remove_prefix(1);
  }
  auto found = inbox_page(filter, after, limit - out.rows.size());
  std::move(found.rows.begin(), found.rows.end(), std::back_inserter(out.rows));
  if (found.more) out.next = page_token(query, without + found.last);
  return out;
}

}  // namespace switchboard::storage
