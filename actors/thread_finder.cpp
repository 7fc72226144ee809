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
  found_thread found{
      .thread = own, .unless_in = std::nullopt, .customer = {}, .other_name = false, .aliases = {}};
  found.customer = storage::customer_hash(
      hash_seed_, account.value, e.customer_platform_id.empty() ? e.thread_key : e.customer_platform_id);
  if (e.thread == domain::thread_kind::dm) follow_moves(e, found);
  if (!e.thread_parent.empty()) {
    found.thread = beside_parent(account, e, found.thread);
    return found;
  }
  if (e.thread == domain::thread_kind::dm) {
    follow_other_name(account, e, found);
    const auto told = domain::aliases_told_by(e, found.thread, found.customer, owner(account));
    for (const auto& a : told) {
      // A name that leads somewhere keeps leading there, or what came by it would have a second effect elsewhere.
      if (a.since || !known_by(a.key)) learn(found, a);
    }
    if (found.thread != own) found.unless_in = own;
  } else if (e.kind == domain::inbound_kind::message) {
    // It may have been withdrawn, by somebody whom the platform did not name, before it came.
    const auto known = thread_of_comment(account, e.platform_message_id);
    if (known && *known != own) found.unless_in = known;
  }
  remember_comment(account, e, found.thread);
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
  const bool may_be_sought = e.thread != domain::thread_kind::dm || e.thread_shared;
  if (!may_be_sought || e.platform_message_id.empty()) return;
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

// -- keys that mean another thread
// ----------------------------------------------------------------------------

domain::key_owner thread_finder::owner(const domain::account_id& account) const {
  return {[this, &account](std::string_view key) { return named(account, domain::thread_kind::dm, key); },
          [this, &account](std::string_view key) {
            return storage::customer_hash(hash_seed_, account.value, key);
          }};
}

void thread_finder::follow_moves(const domain::inbound_event& e, found_thread& found) const {
  auto move = move_of(found.thread, e.at);
  if (!move || move->thread == found.thread) return;
  found.thread = move->thread;
  if (e.customer_platform_id != e.thread_key) return;  // in a group others speak
  found.customer = std::move(move->customer);
  found.other_name = true;
}

/// The other name decides where both are known: it never changes hands.
void thread_finder::follow_other_name(const domain::account_id& account, const domain::inbound_event& e,
                                      found_thread& found) {
  // Receipts and echoes may lack it, where the thread has no other.
  const bool both = !e.thread_key_also.empty();
  if (!both && e.direction == domain::direction::inbound) return;
  const auto own = named(account, domain::thread_kind::dm, e.thread_key);
  const auto other = both ? named(account, domain::thread_kind::dm, e.thread_key_also) : own;
  auto known = others_.find(other.low);
  if (!known) {
    known = guarded([&] { return views_.find_alias(other); });
    // Only what becomes a record makes it durable, and what is remembered here is not told again.
    const bool tells = both && e.kind == domain::inbound_kind::message;
    if (!known && !tells) return;
    if (!known && was_given_to_another(found, other)) {
      const auto passed = domain::passed_on(e, false, owner(account));
      found.thread = passed.thread;
      found.customer = passed.customer;
      learn(found, passed);
    }
    const auto first = others_.remember_first(other.low, known.value_or(found.thread));
    if (!known && first == found.thread) {
      found.aliases.push_back({other, first, std::nullopt, {}});
      names_.remember(first.low, other);
    }
    known = first;
  }
  if (*known == found.thread) return;
  // Begun when only the other name was told: now the key leads there too, unless it was given to somebody else.
  if (other != own && found.thread == own && e.kind == domain::inbound_kind::message &&
      known_by(own) != known) {
    learn(found, {own, *known, std::nullopt, found.customer});
  }
  found.thread = *known;
  found.other_name = true;
}

/// A number is found beside a user id that nobody knows, in the thread of somebody with another one: numbers pass to
/// others without a word, user ids do not.
bool thread_finder::was_given_to_another(const found_thread& found, domain::thread_id other) const {
  auto name = names_.find(found.thread.low);
  if (!name) name = guarded([&] { return views_.other_name_of(found.thread); });
  return name && *name != other && found.thread != other;
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

std::optional<domain::thread_id> thread_finder::led_to(const domain::account_id& account,
                                                       std::string_view key, domain::timestamp at) const {
  const auto own = named(account, domain::thread_kind::dm, key);
  if (const auto move = move_of(own, at)) return move->thread;
  return known_by(own);
}

std::optional<domain::thread_id> thread_finder::known_by(domain::thread_id name) const {
  if (const auto known = others_.find(name.low)) return known;
  return guarded([&] { return views_.find_alias(name); });
}

bool thread_finder::may_tell(const domain::account_id& account, const domain::inbound_event& e) const {
  if (!e.thread_key_next.empty() || !e.thread_key_also_next.empty()) return true;
  return !e.thread_key_also.empty() &&
         !others_.find(named(account, domain::thread_kind::dm, e.thread_key_also).low);
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
