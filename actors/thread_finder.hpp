#pragma once
// Knows, for all threads, what domain/thread_finding must be told to find an event's thread, and remembers what it
// says is to be remembered. The rules are there; here are the places where the answers lie, and their locks.
//
// What an event told is in force in here at once, since the next event of the same body may need it; the event's own
// record makes it durable. Names beside the thread's own are as many as customers: the newest are in memory, the others
// in the views. Moves come once for each changed number or group (about 100 bytes each): all are in memory, for as long
// as the views keep them.

#include "actors/comment_index.hpp"
#include "domain/ids.hpp"
#include "domain/inbound.hpp"
#include "domain/thread_finding.hpp"
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

using domain::found_thread;

/// Thread-safe.
class thread_finder {
 public:
  /// `v` outlives it, and shows everything that is in the log. `on_failure`: the views can't be read; any thread.
  /// Throws views_failure.
  thread_finder(const storage::views& v, std::uint64_t hash_seed,
                std::function<void(std::string)> on_failure);

  /// `brand`: the account's. Where it is not known, nobody is the same customer (parent_if_same_customer).
  [[nodiscard]] found_thread find(const domain::account_id& account, const domain::inbound_event& e,
                                  const domain::brand_id& brand = {});
  /// A reply of ours is on its way, and may come back elsewhere.
  void expect_echo_of(const domain::conversation& c, const domain::message& m);
  /// May find() put an alias into force?
  [[nodiscard]] bool may_tell(const domain::account_id& account, const domain::inbound_event& e) const;
  /// The thread of direct messages that `key` meant `at` that time; nullopt: its own.
  [[nodiscard]] std::optional<domain::thread_id> led_to(const domain::account_id& account,
                                                        std::string_view key, domain::timestamp at) const;

 private:
  class facts;  ///< of one account

  [[nodiscard]] bool remember(const domain::account_id& account, const domain::inbound_event& e,
                              const domain::thread_finding& finding);
  void remember_alias(const domain::thread_alias& a);
  // -- where the index has what was remembered of a message, of a private answer, of who was asked for it, of whose a thread is, and
  //    of another event
  [[nodiscard]] std::uint64_t place_of_comment(const domain::account_id& account,
                                               std::string_view platform_message_id) const;
  [[nodiscard]] std::uint64_t place_of_asked(const domain::account_id& account,
                                             std::string_view platform_message_id) const;
  [[nodiscard]] std::uint64_t place_of_private_answer(const domain::account_id& account,
                                                      std::string_view customer_platform_id,
                                                      std::string_view words) const;
  [[nodiscard]] std::uint64_t place_of_customer(domain::thread_id t, const domain::customer_id& c) const;
  [[nodiscard]] std::uint64_t place_of_event(const domain::account_id& account,
                                             const domain::inbound_event& e) const;

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
