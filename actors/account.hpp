#pragma once
// An account's way out: its queue, its quotas, its attempts. What goes when is decided by domain::send_queue; this makes each
// attempt durable, calls the platform, and tells the thread what became of it. It belongs to the owner of the account's
// application (application.hpp), with whose accounts it shares some of the limits.
//
//   queued ─► attempt durable ─► call ─► sent, refused      the thread hears of it (settle_send)
//                                   └──► later              durable that it is not under way; another attempt
//                                   └──► unknown            the thread hears; asked for, and listened for, until
//                                                           somebody knows or unknown_wait is over
//
// A crash anywhere leaves an attempt that was begun and not ended: the next start takes it for unknown. What it took of the
// limits is durable with it, as is whatever else is asked of the platform, before it is asked.

#include "actors/account_protocol.hpp"
#include "domain/doubts.hpp"
#include "domain/send_queue.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace switchboard::actors {

/// The account's state and what it does with it. On the thread of its application's actor.
class account_owner {
 public:
  /// Whose limits it shares.
  struct application {
    std::string name;
    std::shared_ptr<domain::application_limits> limits;
  };
  /// `self`: to send itself what comes later, and after how long.
  struct tools {
    std::function<void(begun_ptr)> begun;          ///< any thread
    std::function<void(ended_ptr)> ended;          ///< any thread
    std::function<void(question_ptr)> kept;        ///< any thread
    std::function<void(returned_ptr)> returned;    ///< any thread
    std::function<void(looked_up_ptr)> looked_up;  ///< any thread
    std::function<void(signalled_ptr)> signalled;  ///< any thread
    std::function<void(std::chrono::microseconds)> wake_in;
    std::function<domain::timestamp()> now;  ///< of a clock that never goes back
  };
  account_owner(outbox_links& links, domain::brand_id brand, domain::account_id account,
                domain::platform platform, application of, tools self);

  /// What a node before this one kept of its limits; before anything else.
  void resume(const std::vector<domain::kept_limit>& left);
  void want(const wanted& w);
  void settle(const domain::message_id& id);
  void forget(const thread_forgotten& f);
  void begun(const attempts_begun& b);
  void ended(const attempt_ended& e);
  void ask(const question_kept& q);
  void draw(const wanted_draw& w);
  void take_back(const draws_returned& r);
  void heard(const messages_heard& h);
  void learned(const looked_up& l);
  /// Told if the account's limits allow it now; a signal that comes late says something else.
  void signal(const wanted_signal& s);
  void told(const signalled& s);

  // A turn: begun, as many steps as there are and as its application lets it take, ended.
  void begin_turn();
  /// In which lane is the next step? nullopt: there is none now.
  [[nodiscard]] std::optional<domain::lane> next_lane();
  void step();
  /// Makes durable what was begun, and asks to be woken for the rest.
  void end_turn();
  /// Takes back what it counted, and leaves what it knows of the limits.
  void leave();

  [[nodiscard]] const domain::account_id& id() const { return account_; }
  std::uint64_t latest_turn = 0;  ///< its application's: who had his turn longest ago is next

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
  void note_limits(domain::timestamp now);
  void keep_then_ask(question&& q);
  [[nodiscard]] std::vector<domain::kept_limit> limits_to_keep(domain::timestamp now);
  void submit(domain::outbox_attempt&& what, completion&& done);
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
  const std::string application_;
  tools self_;
  domain::send_queue queue_;
  std::map<domain::message_id, on_its_way> replies_;
  domain::doubts doubts_;
  std::vector<domain::message_id> early_;      ///< begun, and not called yet
  std::vector<domain::message_id> beginning_;  ///< in this turn
  domain::timestamp limits_noted_at_{};
  domain::timestamp wakes_at_{};
  std::mt19937_64 random_;
  std::atomic<std::int64_t>& waiting_of_brand_;
  std::int64_t counted_waiting_ = 0, counted_of_brand_ = 0, counted_under_way_ = 0;
  std::optional<bool> told_without_access_;  ///< nullopt: nothing was sent since the start
};

}  // namespace switchboard::actors
