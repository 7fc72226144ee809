#pragma once
// Which thread a platform's event belongs to, and whose it is. Nearly always the hash of its key says so. What needs
// more: answers that name only a comment (thread_parent), and keys that mean another thread than their own
// (domain/thread_alias.hpp).
//
// An alias is in force in here as soon as an event told it, since the next event of the same body may need it; the
// event's own record makes it durable. Names beside the thread's own are as many as customers: the newest are in
// memory, the others in the views. Moves are few (about 100 bytes each): all are in memory.

#include "actors/comment_index.hpp"
#include "domain/ids.hpp"
#include "domain/inbound.hpp"
#include "domain/thread_alias.hpp"
#include "storage/views.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace switchboard::actors {

struct found_thread {
  domain::thread_id thread;
  /// The thread of the event's own key, where that is another one: what it has already stays there. Only its owner knows
  /// for sure, so that it is asked first.
  std::optional<domain::thread_id> unless_in;
  domain::customer_id customer;               ///< who begins it, if the event does
  bool other_name = false;                    ///< domain::receive
  std::vector<domain::thread_alias> aliases;  ///< domain::receive
};

/// Thread-safe.
class thread_finder {
 public:
  /// `v` outlives it, and shows everything that is in the log. `on_failure`: the views can't be read; any thread.
  /// Throws views_failure.
  thread_finder(const storage::views& v, std::uint64_t hash_seed,
                std::function<void(std::string)> on_failure);

  [[nodiscard]] found_thread find(const domain::account_id& account, const domain::inbound_event& e);
  /// May find() put an alias into force?
  [[nodiscard]] bool may_tell(const domain::account_id& account, const domain::inbound_event& e) const;
  /// The thread of direct messages that `key` meant `at` that time; nullopt: its own.
  [[nodiscard]] std::optional<domain::thread_id> led_to(const domain::account_id& account,
                                                        std::string_view key, domain::timestamp at) const;

 private:
  [[nodiscard]] domain::thread_id named(const domain::account_id& account, domain::thread_kind kind,
                                        std::string_view key) const;
  // -- comments
  [[nodiscard]] domain::thread_id beside_parent(const domain::account_id& account,
                                                const domain::inbound_event& e, domain::thread_id by_key);
  [[nodiscard]] std::optional<domain::thread_id> thread_of_comment(const domain::account_id& account,
                                                                   std::string_view comment);
  void remember_comment(const domain::account_id& account, const domain::inbound_event& e,
                        domain::thread_id t);
  [[nodiscard]] bool lies_in(domain::thread_id t, std::uint64_t place, const domain::inbound_event& e);
  // -- keys that mean another thread
  void follow_moves(const domain::inbound_event& e, found_thread& found) const;
  void follow_other_name(const domain::account_id& account, const domain::inbound_event& e,
                         found_thread& found);
  [[nodiscard]] std::optional<domain::thread_id> known_by(domain::thread_id name) const;
  [[nodiscard]] bool was_given_to_another(const found_thread& found, domain::thread_id other) const;
  [[nodiscard]] std::optional<domain::thread_alias> move_of(domain::thread_id own,
                                                            domain::timestamp at) const;
  void learn(found_thread& found, const domain::thread_alias& a);
  [[nodiscard]] domain::key_owner owner(const domain::account_id& account) const;

  /// What `read` gives; on a failure, which ends the node, what it would give for nothing there.
  template <class Read>
  auto guarded(Read&& read) const -> decltype(read());

  const storage::views& views_;
  const std::uint64_t hash_seed_;
  const std::function<void(std::string)> on_failure_;
  comment_index comments_;
  comment_index others_;  ///< the thread of another name, by the name's low half
  comment_index names_;   ///< the other name of a thread, by the thread's low half
  std::atomic<bool> any_moves_{false};
  mutable std::shared_mutex moves_mutex_;
  std::unordered_map<domain::thread_id, std::vector<domain::thread_alias>> moves_;
};

}  // namespace switchboard::actors
