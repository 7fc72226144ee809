// Pages of a customer's conversations, of dead letters. Layout: views.cpp.
#include "storage/codec.hpp"
#include "storage/hash.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"
#include "storage/views_ranges.hpp"

#include <algorithm>

namespace switchboard::storage {
std::string page_token(std::uint64_t query, std::string_view place) {
  std::string bytes;
  keys::append_number(bytes, query);
  bytes += place;
  return keys::to_hex(bytes);
}

views_error foreign_cursor() {
  return {"the cursor is not of a page of this list"};
}

std::optional<std::string> token_place(std::uint64_t query, std::string_view token) {
  if (token.empty()) return std::string();
  const auto bytes = keys::from_hex(token);
  if (!bytes) return std::nullopt;
  std::string_view from = *bytes;
  std::uint64_t of = 0;
  if (!keys::take_number(from, of) || of != query || from.empty()) return std::nullopt;
  return std::string(from);
}

expected<page, views_error> views_on_disk::list_customer_conversations(std::string_view brand,
                                                                       std::string_view customer,
                                                                       std::size_t limit,
                                                                       std::string_view after) const {
  page out;
  const auto prefix = keys::customer(brand, customer);
  const auto query = checksum(prefix + "conversations");
  const auto place = token_place(query, after);
  if (!place) return unexpected{foreign_cursor()};
  merged_ranges rows(*store_, column::customer_conversations, {{prefix, {}}}, *place);
  std::string last;
  while (auto row = rows.next()) {
    if (out.rows.size() == page_rows(limit)) {
      out.next = page_token(query, last);
      break;
    }
    std::string_view rest = row->place;
    std::uint64_t created = 0;
    domain::conversation_id c;
    if (!keys::take_number(rest, created) || !keys::take_conversation(rest, c)) {
      store_->damaged("customer_conversations: a key that is none");
    }
    if (auto json = conversation_json(brand, c)) out.rows.push_back(std::move(*json));
    last = std::move(row->place);
  }
  return out;
}

expected<page, views_error> views_on_disk::list_dead_letters(std::span<const std::string> brands,
                                                             std::size_t limit,
                                                             std::string_view after) const {
  page out;
  std::vector<key_range> ranges;
  std::string all = "letters";
  for (const auto& brand : brands) {
    std::string prefix(1, letter_by_brand);
    keys::append_name(prefix, brand);
    all += prefix;
    ranges.push_back({std::move(prefix), {}});
  }
  if (brands.empty()) ranges.push_back({std::string(1, letter_by_time), {}});
  const auto query = checksum(all);
  const auto place = token_place(query, after);
  if (!place) return unexpected{foreign_cursor()};
  merged_ranges rows(*store_, column::dead_letters, std::move(ranges), *place);
  std::string last;
  while (auto row = rows.next()) {
    if (out.rows.size() == page_rows(limit)) {
      out.next = page_token(query, last);
      break;
    }
    std::string_view rest = row->place;
    std::uint64_t received = 0;
    std::string_view id;
    if (!keys::take_number(rest, received) || !keys::take_name(rest, id)) {
      store_->damaged("dead_letters: a key that is none");
    }
    if (const auto letter = find_dead_letter(id)) append_dead_letter(out.rows.emplace_back(), *letter, false);
    last = std::move(row->place);
  }
  return out;
}

}  // namespace switchboard::storage
