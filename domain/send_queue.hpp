#pragma once
// Which message of an account goes out next, and when: the account actor's whole state, as a pure machine. Time comes in,
// from a clock that never goes back, and so does chance.
//
//   order     of one thread strictly as queued: nothing overtakes a message, also not while its end is unknown
//   lanes     agents before bots before bulk; a thread goes by the best lane that waits in it
//   limits    the platform's quotas (rate_limit.hpp). A message that lacks one kind of quota holds up none that doesn't
//   trouble   a failed attempt is repeated later each time, with jitter; enough of them in a row and the account rests
//             (the breaker), then tries with one. Retry-After is obeyed as it is
//   unknown   handed over, and no answer: never repeated until the platform is known not to have it
//   the end   too many attempts, or too old: given up, with the platform's last reason
//   restarts  how full the limits are is given out to be kept (changes()), and taken back (resume())
//
// What the caller does, for each step that next() gives: makes the attempt durable, calls the platform, and says ended().

#include "domain/application_limits.hpp"
#include "domain/outgoing.hpp"
#include "domain/rate_limit.hpp"
#include "domain/sending.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace switchboard::domain {

struct sending_policy {
  std::uint32_t attempts_max = 8;                              ///< of one message
  std::chrono::seconds give_up_after{std::chrono::hours{24}};  ///< since it was queued
  std::uint32_t in_flight_max = 64;                            ///< calls of one account at a time
  std::chrono::milliseconds backoff{1'000};  ///< before the second attempt; doubles with each
  std::chrono::milliseconds backoff_max{300'000};
  std::uint32_t breaker_after = 5;                 ///< failed attempts of the account in a row
  std::chrono::milliseconds access_retry{60'000};  ///< between attempts with a token that was refused
  std::uint32_t tier = 0;  ///< units of the quota that is not the same for all accounts; 0: as it is given
};

/// A message that waits to be sent.
struct queued_send {
  message_id id;
  domain::lane lane = lane::agent;
  timestamp queued_at;
  std::vector<draw> draws = {};
  std::uint32_t attempts = 0;      ///< that were begun
  delivery_error last_error = {};  ///< of the last one
  bool unknown =
      false;  ///< handed over, and its end is not known: it keeps its place, and holds up its thread
};

/// What is to be done now.
struct send_step {
  enum class kind : std::uint8_t {
    attempt,  ///< call the platform
    give_up   ///< it is too old: failed, for `error`
  } what = kind::attempt;
  message_id id;
  delivery_error error = {};
};

/// What follows from an attempt.
enum class send_verdict : std::uint8_t {
  settled,  ///< sent or refused: the outcome is its end
  retry,    ///< it waits for another attempt
  give_up,  ///< failed, for the outcome's reason: there were enough attempts
  ask       ///< unknown: the platform must be asked, or heard, before anything else of its thread
};

class send_queue {
 public:
  static constexpr std::size_t quotas_max = 32;

  /// `quotas`: as the draws' indexes have it, at most quotas_max; copied. Those of scope application are drawn from `shared`.
  send_queue(std::span<const quota> quotas, sending_policy policy,
             std::shared_ptr<application_limits> shared = std::make_shared<application_limits>());
  void follow(const sending_policy& policy);
  /// So many messages came in.
  void heard(std::uint64_t messages, timestamp now);

  /// In the order of the log; with `unknown` where it was under way when the node ended.
  void add(queued_send&& s, timestamp now);
  /// It is settled otherwise (an echo, a receipt, its customer erased). Unknown ids are ignored.
  void forget(const message_id& id, timestamp now);

  /// What is to be done now: ask until there is nothing. An attempt is under way from here on.
  [[nodiscard]] std::optional<send_step> next(timestamp now);
  /// Has next() something now, and in which lane? (To give up a message is nobody's turn: the agents'.)
  [[nodiscard]] std::optional<lane> next_lane(timestamp now);
  /// When next() may have something without anything else happening; nullopt: not before that.
  [[nodiscard]] std::optional<timestamp> wake_at(timestamp now);

  /// Of an attempt that is under way. `chance`: 0 … 1.
  [[nodiscard]] send_verdict ended(const message_id& id, const attempt_outcome& o, timestamp now,
                                   double chance);
  /// Nothing was handed over after all: as if the attempt had not begun (the node could not make it durable).
  void withdrawn(const message_id& id, timestamp now);
  /// Of one whose end was unknown: the platform has not got it, and it waits again.
  void absent(const message_id& id, timestamp now, double chance);

  /// Of a call that is no message of the queue, a question about one: when the account's limits allow it, and leave something
  /// to messages. nullopt: not before a call that is under way has ended. Draws of a recipient's limits are not looked at.
  /// `for_messages`: they need it themselves.
  [[nodiscard]] std::optional<timestamp> question_allowed(std::span<const draw> draws, timestamp now,
                                                          bool for_messages = false);
  void question_begun(std::span<const draw> draws, timestamp now);
  void question_ended(std::span<const draw> draws, timestamp now);

  /// The limits that have changed since this was asked last, without `whose`; in the clock of `now`. To be durable before what
  /// next() or question_begun() gave is called.
  [[nodiscard]] std::vector<kept_limit> changes(timestamp now);
  /// Some should be kept though nothing is to be called: the platform said something, or all has come to its end.
  [[nodiscard]] bool owes_what_was_told() const;
  [[nodiscard]] bool owes_ends() const;
  /// What a process before this one kept; in the clock of `now`. Before anything else of it is used.
  void resume(const kept_limit& left, timestamp now);

  [[nodiscard]] std::size_t waiting() const { return known_.size() - under_way_.size() - unknown_; }
  [[nodiscard]] std::size_t under_way() const { return under_way_.size(); }
  [[nodiscard]] std::size_t unknown() const { return unknown_; }
  [[nodiscard]] bool has_access() const { return !no_access_; }
  [[nodiscard]] bool is_resting(timestamp now) const { return std::max(told_until(), breaker_until_) > now; }

 private:
  using ready_key = std::tuple<domain::lane, timestamp, thread_id>;
  using quota_group = std::uint32_t;  ///< a bit for each of the account's quotas that a message draws from
  struct placed {
    quota_group group = 0;
    ready_key key;
  };
  struct line {  ///< everything of one thread
    std::deque<queued_send> sends;
    bool busy = false;  ///< the first is under way
    timestamp not_before{};
    bool told = false;  ///< … said the platform, and it was not given out since
    std::vector<std::pair<std::uint8_t, rate_limit>> limits;  ///< of the recipient
    std::optional<timestamp> rests_at;                        ///< its place in resting_
    std::optional<placed> ready;                              ///< its place in ready_
  };

  void place(const thread_id& t, timestamp now);
  void unplace(const thread_id& t, line& l);
  using place_in_line = std::deque<queued_send>::iterator;
  [[nodiscard]] static place_in_line find(const message_id& id, line& l);
  void drop(line& l, place_in_line s);
  [[nodiscard]] line* end_attempt(const message_id& id, timestamp now, bool& forgotten);
  [[nodiscard]] send_verdict judge(line& l, const attempt_outcome& o, timestamp now, double chance);
  [[nodiscard]] timestamp recipient_allows(line& l, timestamp now);
  [[nodiscard]] std::optional<timestamp> account_allows(std::span<const draw> draws, timestamp now,
                                                        bool leaves_reserve = false);
  [[nodiscard]] const ready_key* best_of_ready(timestamp now);
  [[nodiscard]] std::optional<send_step> oldest_too_old(timestamp now);
  void trouble(timestamp now, double chance);
  void heed(const attempt_outcome& o, timestamp now);
  [[nodiscard]] std::chrono::milliseconds backoff(std::uint32_t attempts, double chance) const;
  [[nodiscard]] rate_limit& limit_of(line& l, std::uint8_t quota);
  /// Of the account or its application.
  [[nodiscard]] rate_limit& limit(std::size_t quota) {
    return common_[quota] != nullptr ? *common_[quota] : limits_[quota];
  }
  [[nodiscard]] timestamp told_until() const { return std::max(told_until_, shared_->told_until); }
  void tell(timestamp until, bool whole_application);
  void add_changes(const thread_id& t, line& l, timestamp now, std::vector<kept_limit>& found);
  [[nodiscard]] std::size_t in_flight_max() const { return probing_ ? 1 : policy_.in_flight_max; }

  std::vector<quota> quotas_;
  std::vector<rate_limit> limits_;  ///< of the account, by index; the others are unused
  std::shared_ptr<application_limits> shared_;
  std::vector<rate_limit*> common_;    ///< those of the application, by index; else null
  std::vector<thread_id> to_be_kept_;  ///< their recipients' limits have changed
  sending_policy policy_;
  std::unordered_map<thread_id, line> lines_;
  std::set<message_id> known_;                         ///< all that are not settled
  std::set<std::pair<timestamp, message_id>> by_age_;  ///< of those that wait
  std::map<message_id, bool> under_way_;               ///< true: forgotten meanwhile
  std::map<quota_group, std::set<ready_key>> ready_;
  std::set<std::pair<timestamp, thread_id>> resting_;
  std::size_t unknown_ = 0;
  std::uint32_t troubles_ = 0;  ///< in a row
  bool probing_ = false;        ///< one at a time, until one succeeds
  bool no_access_ = false;
  timestamp told_until_{};     ///< nothing before, the platform said
  bool told_ = false;          ///< … and it was not given out since
  timestamp breaker_until_{};  ///< nothing before, we say; until something succeeds
};

}  // namespace switchboard::domain
