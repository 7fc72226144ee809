#include "actors/thread_finder.hpp"

#include "storage/hash.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace switchboard::actors {

thread_finder::thread_finder(const storage::views& v, std::uint64_t hash_seed,
                             std::function<void(std::string)> on_failure)
    : views_(v), hash_seed_(hash_seed), on_failure_(std::move(on_failure)) {
  views_.each_move([this](const domain::thread_alias& a) { moves_[a.key].push_back(a); });
  any_moves_ = !moves_.empty();
}

found_thread thread_finder::find(const domain::account_id& account, const domain::inbound_event& e) {
  const auto own = named(account, e.thread, e.thread_key);
  found_thread found{.thread = own, .customer = {}, .other_name = false, .aliases = {}};
  found.customer = storage::customer_hash(
      hash_seed_, account.value, e.customer_platform_id.empty() ? e.thread_key : e.customer_platform_id);
  if (!e.thread_parent.empty()) {
    found.thread = beside_parent(account, e, own);
  } else if (e.thread == domain::thread_kind::dm) {
    follow(account, e, own, found);
  } else {
    remember_comment(account, e, own);
  }
  return found;
}

domain::thread_id thread_finder::named(const domain::account_id& account, domain::thread_kind kind,
                                       std::string_view key) const {
  return storage::thread_hash(hash_seed_, account.value, kind, key);
}

template <class Read>
auto thread_finder::guarded(Read&& read) const -> decltype(read()) {
  try {
    return read();
  } catch (const storage::views_failure& why) {
    on_failure_(std::string("views: ") + why.what());  // from here on nothing is committed
    return {};
  }
}

// -- comments
// -------------------------------------------------------------------------------------------------

/// What names a parent lies with the parent, or by its key where it came while the parent was unknown: there it is
/// still known when it comes again.
domain::thread_id thread_finder::beside_parent(const domain::account_id& account,
                                               const domain::inbound_event& e, domain::thread_id by_key) {
  if (e.kind == domain::inbound_kind::message) {
    const auto known = thread_of_comment(account, e.platform_message_id);
    const auto thread = known ? *known : thread_of_comment(account, e.thread_parent).value_or(by_key);
    remember_comment(account, e, thread);
    return thread;
  }
  const auto place = storage::fingerprint(hash_seed_, account.value + " " + std::string(to_word(e.kind)),
                                          e.platform_message_id, e.version);
  const auto parents = thread_of_comment(account, e.thread_parent);
  if (parents) return lies_in(by_key, place, e) ? by_key : *parents;
  comments_.remember(place, by_key);
  remember_comment(account, e, by_key);
  return by_key;
}

/// Answers too: what names one of them may come before the views know it.
void thread_finder::remember_comment(const domain::account_id& account, const domain::inbound_event& e,
                                     domain::thread_id t) {
  if (e.thread == domain::thread_kind::dm || e.platform_message_id.empty()) return;
  comments_.remember(storage::fingerprint(hash_seed_, account.value, e.platform_message_id, ""), t);
}

std::optional<domain::thread_id> thread_finder::thread_of_comment(const domain::account_id& account,
                                                                  std::string_view comment) {
  if (comment.empty()) return std::nullopt;
  if (const auto found = comments_.find(storage::fingerprint(hash_seed_, account.value, comment, ""))) {
    return found;
  }
  return guarded([&] { return views_.find_thread(account.value, comment); });
}

/// Was this event taken in by that thread, as far as the views or the index know?
bool thread_finder::lies_in(domain::thread_id t, std::uint64_t place, const domain::inbound_event& e) {
  if (comments_.find(place) == t) return true;
  return guarded([&] {
    return views_.seen(t,
                       storage::fingerprint(hash_seed_, to_word(e.kind), e.platform_message_id, e.version));
  });
}

// -- direct messages
// ------------------------------------------------------------------------------------------

void thread_finder::follow(const domain::account_id& account, const domain::inbound_event& e,
                           domain::thread_id own, found_thread& found) {
  follow_moves(account, e, own, found);
  if (!e.thread_key_also.empty()) follow_other_name(account, e, own, found);
  const auto told = domain::aliases_told_by(
      e, found.thread, [&](std::string_view key) { return named(account, domain::thread_kind::dm, key); });
  for (const auto& a : told) learn(found, a);
}

void thread_finder::follow_moves(const domain::account_id& account, const domain::inbound_event& e,
                                 domain::thread_id own, found_thread& found) {
  const auto move = move_of(own, e.at);
  if (!move || move->thread == own) return;
  if (took_in(own, e)) return;  // before the move was known, or about what was said then
  found.thread = move->thread;
  // Whoever was given the key is not who had it: another customer, too.
  const auto next_owner = domain::next_owner_key(e.thread_key, *move->since);
  if (named(account, domain::thread_kind::dm, next_owner) == move->thread) {
    found.customer = storage::customer_hash(hash_seed_, account.value, next_owner);
  } else {
    found.other_name = e.customer_platform_id == e.thread_key;  // in a group others speak
  }
}

/// The other name decides where both are known: it never changes hands.
void thread_finder::follow_other_name(const domain::account_id& account, const domain::inbound_event& e,
                                      domain::thread_id own, found_thread& found) {
  const auto other = named(account, domain::thread_kind::dm, e.thread_key_also);
  auto known = others_.find(other.low);
  if (!known) {
    const auto stored = guarded([&] { return views_.find_alias(other); });
    // Only what becomes a record makes it durable, and what is remembered here is not told again.
    if (!stored && e.kind != domain::inbound_kind::message) return;
    known = others_.remember_first(other.low, stored.value_or(found.thread));
    if (!stored && *known == found.thread) found.aliases.push_back({other, found.thread, std::nullopt});
  }
  if (*known == found.thread) return;
  // Begun when only the other name was told: now the key leads there too, unless it was given to somebody else.
  if (other != own && found.thread == own && e.kind == domain::inbound_kind::message) {
    learn(found, {own, *known, std::chrono::floor<std::chrono::milliseconds>(e.at)});
  }
  found.thread = *known;
  found.other_name = true;
}

/// Does that thread have what the event says, or what it is about?
bool thread_finder::took_in(domain::thread_id t, const domain::inbound_event& e) {
  return guarded([&] {
    return (!e.platform_message_id.empty() &&
            views_.seen(t, storage::fingerprint(hash_seed_, "ref", e.platform_message_id, ""))) ||
           views_.seen(t,
                       storage::fingerprint(hash_seed_, to_word(e.kind), e.platform_message_id, e.version));
  });
}

std::optional<domain::thread_alias> thread_finder::move_of(domain::thread_id own,
                                                           domain::timestamp at) const {
  if (!any_moves_.load(std::memory_order_acquire)) return std::nullopt;
  const std::shared_lock lock{moves_mutex_};
  const auto moves = moves_.find(own);
  if (moves == moves_.end()) return std::nullopt;
  const auto* const latest = domain::move_at(moves->second, at);
  return latest != nullptr ? std::optional(*latest) : std::nullopt;
}

domain::thread_id thread_finder::thread_of(const domain::account_id& account, std::string_view key,
                                           domain::timestamp at) const {
  const auto own = named(account, domain::thread_kind::dm, key);
  if (const auto move = move_of(own, at)) return move->thread;
  if (const auto other = others_.find(own.low)) return *other;
  return guarded([&] { return views_.find_alias(own); }).value_or(own);
}

void thread_finder::learn(found_thread& found, const domain::thread_alias& a) {
  found.aliases.push_back(a);
  if (!a.since) {
    others_.remember(a.key.low, a.thread);
    return;
  }
  const std::lock_guard lock{moves_mutex_};
  auto& moves = moves_[a.key];
  std::erase_if(moves, [&](const domain::thread_alias& old) { return old.since == a.since; });
  moves.push_back(a);
  any_moves_.store(true, std::memory_order_release);
}

}  // namespace switchboard::actors
