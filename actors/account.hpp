#pragma once
// The owner of an account's way out: its queue, its quotas, its attempts. What goes when is decided by domain::send_queue;
// this makes each attempt durable, calls the platform, and tells the thread what became of it.
//
//   queued ─► attempt durable ─► call ─► sent, refused      the thread hears of it (settle_send)
//                                   └──► later              durable that it is not under way; another attempt
//                                   └──► unknown            the thread hears; asked for, and listened for, until
//                                                           somebody knows or unknown_wait is over
//
// A crash anywhere leaves an attempt that was begun and not ended: the next start takes it for unknown.
//
// Messages
//   wanted_ptr     a reply is to be sent; in the order of the log
//   reply_settled  a reply was settled otherwise (echo, receipt), or needs no sending any more
//   thread_forgotten  nothing more is to be said in a thread
//   begun_ptr      the attempts are durable: call
//   ended          an attempt's outcome
//   looked_up      what the platform said of one whose end was unknown
//   signal_ptr     the customer is to see that we read or type
//   signalled      the platform was told
//   wake           time has passed
//   closeall       the node stops

#include "actors/conversation.hpp"
#include "actors/handed_over.hpp"
#include "actors/platform_client.hpp"
#include "domain/doubts.hpp"
#include "domain/send_queue.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace switchboard::actors {

/// Counted over all accounts, for the metrics. Any thread.
struct outbox_figures {
  std::atomic<std::uint64_t> attempts{0}, sent{0}, failed{0}, unknown{0}, unresolved{0}, retried{0};
  std::atomic<std::uint64_t> signals_waiting{0};  ///< handed over, and not looked at yet
  std::atomic<std::uint64_t> signals_told{0}, signals_failed{0}, signals_dropped{0};
  std::atomic<std::int64_t> waiting{0}, under_way{0};
};

/// What account actors are given; lives as long as the actor system.
struct outbox_links {
  node* of = nullptr;
  std::shared_ptr<platform_client> client;
  std::function<void(act_ptr)> to_thread;                    ///< to the owner of its thread; thread-safe
  std::function<void(domain::health_observation)> observed;  ///< thread-safe
  outbox_figures* figures = nullptr;
  handed_over* calls = nullptr;
  std::atomic<bool> draining{false};  ///< the node is to stop: nothing more is begun
};

struct wanted {
  reply_ptr what;
  bool begun = false;  ///< it was under way when the node ended
};
using wanted_ptr = std::shared_ptr<const wanted>;

struct reply_settled {
  domain::message_id id;
};
struct thread_forgotten {
  domain::thread_id thread;
  std::uint32_t up_to = 0;  ///< its conversations up to this ordinal
};
struct attempts_begun {
  std::vector<domain::message_id> ids;
  bool durable = false;
};
using begun_ptr = std::shared_ptr<const attempts_begun>;
struct attempt_ended {
  domain::message_id id;
  domain::attempt_outcome outcome;
};
using ended_ptr = std::shared_ptr<const attempt_ended>;
struct looked_up {
  domain::message_id id;
  lookup_outcome outcome;
  std::vector<domain::draw> draws;  ///< what the question took of the limits
};
using looked_up_ptr = std::shared_ptr<const looked_up>;

/// To the owner of the conversation's account.
struct wanted_signal {
  thread_signal what = thread_signal::read;
  domain::conversation conversation;
};
using signal_ptr = std::shared_ptr<const wanted_signal>;
struct signalled {
  bool told = false;
  std::vector<domain::draw> draws;  ///< what it took of the limits
};
using signalled_ptr = std::shared_ptr<const signalled>;

/// The account's state and what it does with it. On its actor's thread.
class account_owner {
 public:
  /// `self`: to send itself what comes later, and after how long.
  struct tools {
    std::function<void(begun_ptr)> begun;          ///< any thread
    std::function<void(ended_ptr)> ended;          ///< any thread
    std::function<void(looked_up_ptr)> looked_up;  ///< any thread
    std::function<void(signalled_ptr)> signalled;  ///< any thread
    std::function<void(std::chrono::microseconds)> wake_in;
    std::function<domain::timestamp()> now;  ///< of a clock that never goes back
  };
  account_owner(outbox_links& links, domain::brand_id brand, domain::account_id account,
                domain::platform platform, tools self);

  void want(const wanted& w);
  void settle(const domain::message_id& id);
  void forget(const thread_forgotten& f);
  void begun(const attempts_begun& b);
  void ended(const attempt_ended& e);
  void learned(const looked_up& l);
  /// Told if the account's limits allow it now; a signal that comes late says something else.
  void signal(const wanted_signal& s);
  void told(const signalled& s);
  /// Does what there is to do now, and asks to be woken for the rest.
  void pump();
  /// Takes back what it counted.
  void leave();

 private:
  struct on_its_way {
    reply_ptr what;
    std::string recipient_now = {};
    domain::timestamp begun_at = {};  ///< the latest attempt, by the wall clock
  };

  [[nodiscard]] send_order order_of(const on_its_way& r) const;
  [[nodiscard]] lookup_order question_about(const on_its_way& r) const;
  [[nodiscard]] std::vector<domain::message> latest_of(const domain::brand_id& brand,
                                                       const domain::conversation_id& c) const;
  [[nodiscard]] std::optional<domain::message> last_inbound_of(const domain::brand_id& brand,
                                                               const domain::conversation_id& c) const;
  [[nodiscard]] std::optional<domain::message> answered_by(const reply& r) const;
  [[nodiscard]] bool views_know_enough(const reply& r) const;
  void call(const domain::message_id& id);
  void call_early();
  void take_back(const domain::message_id& id);
  void tell_thread(const domain::message_id& id, domain::settle_send::end what, std::string platform_id = {},
                   domain::delivery_error error = {});
  void note_attempts(std::vector<domain::message_id> ids, bool begun);
  void ask_about_doubtful(domain::timestamp now);
  void ask_about(const domain::message_id& id, domain::timestamp now);
  void note_access(const domain::attempt_outcome& o);
  void drop(const domain::message_id& id);
  void wake_at(domain::timestamp t, domain::timestamp now);
  void count();
  [[nodiscard]] double chance();

  outbox_links& links_;
  const domain::brand_id brand_;
  const domain::account_id account_;
  const domain::platform platform_;
  tools self_;
  domain::send_queue queue_;
  std::map<domain::message_id, on_its_way> replies_;
  domain::doubts doubts_;
  std::vector<domain::message_id> early_;  ///< begun, and not called yet
  domain::timestamp wakes_at_{};
  std::mt19937_64 random_;
  std::int64_t counted_waiting_ = 0, counted_under_way_ = 0;
  std::optional<bool> told_without_access_;  ///< nullopt: nothing was sent since the start
};

struct account_state {
  static inline const char* name = "account";
  std::optional<account_owner> owner;
};

caf::behavior account(caf::stateful_actor<account_state>* self, outbox_links* links, domain::brand_id brand,
                      domain::account_id id, domain::platform platform);

}  // namespace switchboard::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::wanted_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::reply_settled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::thread_forgotten)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::begun_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::ended_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::looked_up_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::signal_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::signalled_ptr)
