#include "domain/erasing.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::domain {
namespace {

/// No platform's id is longer.
constexpr std::size_t id_bytes_max = 512;

[[nodiscard]] bool ends_an_id(char c) {
  constexpr std::string_view ends = "\"'`,;{}[]()<>=&?#|\\";
  return static_cast<unsigned char>(c) <= ' ' || ends.find(c) != std::string_view::npos;
}

/// The word as it is, without colons around it (`"id":123`), and what stands between colons and slashes.
[[nodiscard]] bool word_names(std::string_view word, const std::function<bool(std::string_view)>& is_his) {
  while (!word.empty() && word.front() == ':') word.remove_prefix(1);
  while (!word.empty() && word.back() == ':') word.remove_suffix(1);
  if (word.empty() || word.size() > id_bytes_max) return false;
  if (is_his(word)) return true;
  if (word.find_first_of(":/") == std::string_view::npos) return false;
  while (!word.empty()) {
    const auto end = std::min(word.find_first_of(":/"), word.size());
    if (end > 0 && is_his(word.substr(0, end))) return true;
    word.remove_prefix(std::min(end + 1, word.size()));
  }
  return false;
}

}  // namespace

expected<std::vector<event>, refused> decide_erase(const thread_state& state, const erase& what,
                                                   timestamp now) {
  if (!state.current || state.current->customer != what.customer) return std::vector<event>{};
  const conversation& c = *state.current;
  event e;
  e.type = event_type::customer_erased;
  e.at = now;
  e.sequence = c.version + 1;
  e.erased = erasure{.brand = c.brand,
                     .account = c.account,
                     .conversation = c.id,
                     .customer = c.customer,
                     .by = what.by,
                     .reference = std::nullopt,
                     .origin = std::nullopt,
                     .aliases = {}};
  std::vector<event> events;
  events.push_back(std::move(e));
  return events;
}

bool apply_erased(thread_state& state, const event& e) {
  if (!e.erased) return false;
  const auto& c = e.erased->conversation;
  const bool ends_it = e.type == event_type::customer_erased && c.thread == state.id;
  if (ends_it && c.ordinal > state.erased) {
    state.erased = c.ordinal;
    if (state.current && state.current->id.ordinal <= c.ordinal) state.current.reset();
    state.last_inbound.clear();
    std::erase_if(state.sending, [&](const message& m) { return m.id.conversation.ordinal <= c.ordinal; });
  }
  return true;
}

event erase_customer(const customer& who, timestamp now) {
  event e;
  e.type = event_type::customer_erased;
  e.at = now;
  customer& left = e.customer.emplace();
  left.id = who.id;
  left.brand = who.brand;
  left.platform = who.platform;
  left.account = who.account;
  left.created_at = left.updated_at = now;
  return e;
}

event erase_letter(dead_letter what, timestamp now) {
  event e;
  e.type = event_type::customer_erased;
  e.at = now;
  what.raw.clear();
  what.detail.clear();
  what.erased = true;
  e.dead_letter = std::move(what);
  return e;
}

bool names(std::string_view raw, const std::function<bool(std::string_view)>& is_his) {
  while (!raw.empty()) {
    const auto end = static_cast<std::size_t>(std::find_if(raw.begin(), raw.end(), ends_an_id) - raw.begin());
    if (word_names(raw.substr(0, end), is_his)) return true;
    raw.remove_prefix(std::min(end + 1, raw.size()));
  }
  return false;
}

}  // namespace switchboard::domain
