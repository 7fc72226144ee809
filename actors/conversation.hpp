#pragma once
// The owner of one thread: all its conversations, one after the other, decided one command at a time. Loads
// its state from the views when woken, leaves memory when asked (partition.hpp has the protocol).
//
// Messages
//   delivery_ptr    decide what a platform's event changes; the ticket settles when that is durable
//   act_ptr         decide an agent's act; the reply follows when that is durable
//   passivate       leave memory if the views show everything, else answer still_busy
//   closeall        the node stops: quit

#include "actors/even_clock.hpp"
#include "actors/messages.hpp"
#include "actors/recent.hpp"
#include "actors/tail.hpp"
#include "storage/views.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::actors {

class handed_over;

/// What every actor of the node is given. Lives as long as the actor system.
struct node {
  storage::views* views = nullptr;
  actors::tail* tail = nullptr;
  journal_writer* writer = nullptr;
  std::uint64_t hash_seed = 0;
  std::uint16_t partitions = 64;
  std::string name = "/switchboard";  ///< CloudEvents source
  std::atomic<std::shared_ptr<const config::settings>> settings;
  /// What these settings promise (config::promises_of); never null once it has some.
  std::atomic<std::shared_ptr<const domain::sla::policies>> promises;
  mutable even_clock clock;            ///< by which that is measured
  const handed_over* calls = nullptr;  ///< null: this node sends nothing, and knows nothing of who does
  std::function<void(delivery_ptr)> forward;        ///< to the owner of its thread; thread-safe
  std::function<void(quarantined_ptr)> quarantine;  ///< to the owner of the dead letters; thread-safe
  std::function<void(std::string)> on_fatal = [](const std::string&) {};    ///< storage failed; thread-safe
  std::function<void(std::string)> on_problem = [](const std::string&) {};  ///< to be logged; thread-safe

  std::atomic<std::uint64_t> resident{0}, woken{0}, passivated{0}, duplicates{0}, dead_letters{0};
};

/// The thread's state and what it does with it, without CAF: commands in, records submitted.
class conversation_owner {
 public:
  conversation_owner(node& n, domain::thread_id thread);

  /// An event that can't be decided changes nothing and becomes a dead letter: answered 503 it would come again
  /// for days, and hold up its whole batch each time.
  void deliver(delivery& d);
  /// Where the delivery is for another thread unless this one has it: hands it on, and leaves `d` empty. False: it is
  /// to be delivered here.
  [[nodiscard]] bool passes_on(delivery& d);
  void execute(act& a);
  /// May it leave memory? Only once the views show its last event.
  [[nodiscard]] bool may_leave() const { return last_submitted_ <= node_.tail->applied(); }
  [[nodiscard]] const domain::thread_state& state() const { return state_; }

 private:
  void load(const std::string& brand);
  void learn_the_past();
  [[nodiscard]] domain::conversation_policy policy_of(const domain::brand_id& brand) const;
  /// Events and their records. All that can throw happens before anything is changed or handed in.
  struct change {
    std::vector<domain::event> events;
    std::vector<std::shared_ptr<storage::record>> records;
  };
  [[nodiscard]] expected<change, domain::refused> decide(domain::command&& what,
                                                         const domain::brand_id& brand,
                                                         domain::timestamp now);
  [[nodiscard]] bool decide_act(act& a, change& c, command_result& result);
  void recall(domain::command& what, command_result& result) const;
  void submit(change&& c, completion done) noexcept;
  void quarantine(delivery& d, const domain::receive& r, std::string_view why) noexcept;
  [[nodiscard]] bool can_send(const domain::account_id& account) const;
  [[nodiscard]] std::string name() const;

  node& node_;
  domain::thread_state state_;
  recent recent_;
  storage::log_sequence last_submitted_ = 0;
  bool loaded_ = false;
  std::uint8_t asked_ = 0;  ///< how often the views were asked whether an event is known
};

struct conversation_state {
  static inline const char* name = "conversation";
  std::optional<conversation_owner> owner;
};

caf::behavior conversation(caf::stateful_actor<conversation_state>* self, node* n, domain::thread_id thread,
                           caf::actor partition);

}  // namespace switchboard::actors
