#include "actors/account.hpp"

#include "actors/wall_clock.hpp"
#include "domain/kill_point.hpp"
#include "domain/saying.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::actors {

namespace {

using namespace std::chrono_literals;
using end = domain::settle_send::end;

#ifdef SWITCHBOARD_FAULT_SEND_AGAIN  // planted, for tests/faults/replies_test.cpp
constexpr bool begun_may_have_arrived = false;
#else
constexpr bool begun_may_have_arrived = true;
#endif
/// Whether the views have caught up is looked at so often.
constexpr auto views_look_again = 2ms;
constexpr auto sleeps_at_most = 1s;
/// That all calls have ended is noted so often at most; a start that does not know it holds back for longer.
constexpr auto ends_noted_apart = 1s;
/// So many of a conversation's latest messages are searched for what is answered.
constexpr std::size_t looked_through = 50;

domain::sending_policy policy_of(const config::settings& s, const domain::account_id& id) {
  const auto& l = s.limits;
  const auto* const a = s.find_account(id.value);
  return {.attempts_max = l.send_attempts_max,
          .give_up_after = l.send_give_up_after,
          .in_flight_max = l.send_in_flight_max,
          .backoff = l.send_backoff,
          .backoff_max = l.send_backoff_max,
          .breaker_after = l.send_breaker_after,
          .access_retry = l.send_access_retry,
          .tier = a == nullptr ? 0 : a->messages_per_second};
}

}  // namespace

account_owner::account_owner(outbox_links& links, domain::brand_id brand, domain::account_id account,
                             domain::platform platform, application of, tools self)
    : links_(links),
      brand_(std::move(brand)),
      account_(std::move(account)),
      platform_(platform),
      application_(std::move(of.name)),
      self_(std::move(self)),
      queue_(links.client->quotas(platform), policy_of(*links.of->settings.load(), account_),
             std::move(of.limits)),
      random_(std::random_device{}()),
      waiting_of_brand_(links.figures->by_brand.of(brand_.value)) {}

double account_owner::chance() {
  return std::uniform_real_distribution<double>(0, 1)(random_);
}

void account_owner::want(const wanted& w) {
  const auto now = self_.now();
  const auto& m = w.what->message;
  const auto age = std::max(wall_clock() - m.sent_at, domain::timestamp::duration::zero());
  replies_.emplace(m.id, on_its_way{.what = w.what, .begun_at = m.sent_at});
  queue_.add({.id = m.id,
              .lane = domain::lane_of(m.sender_type),
              .queued_at = now - age,
              .draws = links_.client->draws(*w.what),
              .unknown = w.begun && begun_may_have_arrived},
             now);
  if (!w.begun || !begun_may_have_arrived) return;
  tell_thread(m.id, end::unknown);
  doubts_.add(m.id, now);
}

void account_owner::drop(const domain::message_id& id) {
  replies_.erase(id);
  doubts_.forget(id);
}

void account_owner::settle(const domain::message_id& id) {
  queue_.forget(id, self_.now());
  links_.calls->remove(id);
  drop(id);
}

void account_owner::forget(const thread_forgotten& f) {
  auto r = replies_.lower_bound({{f.thread, 0}, 0});
  while (r != replies_.end() && r->first.conversation.thread == f.thread &&
         r->first.conversation.ordinal <= f.up_to) {
    const auto id = (r++)->first;
    settle(id);
  }
}

// -- what the platform must be told beside the reply itself ----------------------------------------------------

std::vector<domain::message> account_owner::latest_of(const domain::brand_id& brand,
                                                      const domain::conversation_id& c) const {
  std::vector<domain::message> latest;
  const auto page =
      links_.of->views->list_messages(brand.value, c, looked_through, {}, storage::message_order::newest);
  if (!page) return latest;
  for (const auto& row : page->rows) {
    if (auto m = storage::decode_message(row)) latest.push_back(*std::move(m));
  }
  return latest;
}

/// Of a direct message nobody asks: it goes to the customer, whatever it answers.
std::optional<domain::message> account_owner::answered_by(const reply& r) const {
  if (r.conversation.kind == domain::thread_kind::dm) return std::nullopt;
  const auto& thread = r.conversation.id.thread;
  if (!r.message.reply_to.empty()) {
    if (auto m = links_.of->views->find_message(r.conversation.brand.value, thread, r.message.reply_to))
      return m;
  }
  return last_inbound_of(r.conversation.brand, r.conversation.id);
}

std::optional<domain::message> account_owner::last_inbound_of(const domain::brand_id& brand,
                                                              const domain::conversation_id& c) const {
  for (auto& m : latest_of(brand, c)) {
    if (m.direction == domain::direction::inbound && !m.placeholder) return std::move(m);
  }
  return std::nullopt;
}

/// Answers below comments go by what the comment's message knows, and that is only in the views once they have it.
bool account_owner::views_know_enough(const reply& r) const {
  return r.conversation.kind == domain::thread_kind::dm || links_.of->tail->applied() >= r.queued_by;
}

send_order account_owner::order_of(const on_its_way& r) const {
  const auto& queued = r.what->conversation;
  const auto thread = links_.of->views->load_thread(queued.brand.value, queued.id.thread);
  return {.settings = links_.of->settings.load(std::memory_order_acquire),
          .account = account_,
          .what = r.what,
          .now = wall_clock(),
          .last_inbound_at = thread ? std::max(thread->current.last_inbound_at, queued.last_inbound_at)
                                    : queued.last_inbound_at,
          .last_from_ad_at = thread ? thread->current.last_from_ad_at : std::nullopt,
          .answered = answered_by(*r.what),
          .recipient_now = r.recipient_now};
}

lookup_order account_owner::question_about(const on_its_way& r) const {
  lookup_order q{.sent = order_of(r)};
  q.sent.now = r.begun_at;
  for (const auto& m : latest_of(r.what->conversation.brand, r.what->conversation.id)) {
    if (!m.platform_message_id.empty()) q.known_ids.push_back(m.platform_message_id);
  }
  return q;
}

void account_owner::tell_thread(const domain::message_id& id, end what, std::string platform_id,
                                domain::delivery_error error) {
  auto& f = *links_.figures;
  if (what == end::sent) f.sent.fetch_add(1, std::memory_order_relaxed);
  if (what == end::failed) f.failed.fetch_add(1, std::memory_order_relaxed);
  if (what == end::unknown) f.unknown.fetch_add(1, std::memory_order_relaxed);
  if (what == end::unresolved) f.unresolved.fetch_add(1, std::memory_order_relaxed);
  auto a = std::make_shared<act>();
  a->thread = id.conversation.thread;
  const auto r = replies_.find(id);
  a->brand = r == replies_.end() ? brand_.value : r->second.what->conversation.brand.value;
  a->what = domain::settle_send{.id = id,
                                .what = what,
                                .platform_message_id = std::move(platform_id),
                                .error = std::move(error),
                                .same_id = std::nullopt};
  a->now = wall_clock();
  // What fails with the journal is taken up by the next start, as is what the thread could not decide.
  a->reply = [n = links_.of, id](command_result&& done) {
    SWITCHBOARD_KILL_POINT("attempt-settled");
    if (done.undecided || done.refused) {
      n->on_problem("what became of reply " + to_text(id) +
                    " could not be told to its conversation; the next start "
                    "asks for it again");
    }
  };
  links_.to_thread(std::move(a));
}

void account_owner::submit(domain::outbox_attempt&& what, completion&& done) {
  domain::event e;
  e.type = domain::event_type::outbox_attempted;
  e.at = wall_clock();
  e.attempt = std::move(what);
  const node& n = *links_.of;
  const std::vector records{std::make_shared<storage::record>(storage::encode(e, n.name))};
  const auto key = storage::fingerprint(n.hash_seed, "account", account_.value, "");
  records.front()->partition = storage::partition_of({0, key}, n.partitions);
  n.writer->submit(records, std::move(done));
}

/// Only what is durable is begun: a crash must not forget a call that may have been made.
void account_owner::note_attempts(std::vector<domain::message_id> ids, bool begun) {
  for (const auto& id : ids) begun ? links_.calls->add(id) : links_.calls->remove(id);
  domain::outbox_attempt what{.brand = brand_,
                              .account = account_,
                              .messages = ids,
                              .begun = begun,
                              .limits = limits_to_keep(self_.now())};
  completion done;
  if (begun) {
    done.then = [tell = self_.begun, ids = std::move(ids)](commit_state s) mutable {
      tell(std::make_shared<attempts_begun>(
          attempts_begun{.ids = std::move(ids), .durable = s == commit_state::durable}));
    };
  }
  submit(std::move(what), std::move(done));
}

void account_owner::begun(const attempts_begun& b) {
  if (!b.durable) return;  // the node is ending
  for (const auto& id : b.ids) {
    const auto r = replies_.find(id);
    if (r == replies_.end() || links_.draining.load(std::memory_order_acquire)) {
      take_back(id);
      continue;
    }
    SWITCHBOARD_KILL_POINT("attempt-durable");
    if (views_know_enough(*r->second.what)) {
      call(id);
    } else {
      early_.push_back(id);
    }
  }
}

/// Durable as begun, and not called: settled meanwhile, or the node is to stop.
void account_owner::take_back(const domain::message_id& id) {
  queue_.withdrawn(id, self_.now());
  if (replies_.contains(id)) note_attempts({id}, false);
}

void account_owner::call(const domain::message_id& id) {
  auto& r = replies_.at(id);
  links_.figures->attempts.fetch_add(1, std::memory_order_relaxed);
  r.begun_at = wall_clock();
  links_.client->send(order_of(r), [tell = self_.ended, id](domain::attempt_outcome o) {
    SWITCHBOARD_KILL_POINT("attempt-answered");
    tell(std::make_shared<attempt_ended>(attempt_ended{.id = id, .outcome = std::move(o)}));
  });
  SWITCHBOARD_KILL_POINT("attempt-called");
}

/// Those that waited for the views.
void account_owner::call_early() {
  for (const auto& id : std::exchange(early_, {})) {
    const auto r = replies_.find(id);
    if (r == replies_.end() || links_.draining.load(std::memory_order_acquire)) {
      take_back(id);
    } else if (views_know_enough(*r->second.what)) {
      call(id);
    } else {
      early_.push_back(id);
    }
  }
}

/// Whoever watches over the accounts hears of a token that was refused, and of its being good again.
void account_owner::note_access(const domain::attempt_outcome& o) {
  using domain::attempt_end;
  const bool without = o.end == attempt_end::no_access;
  const bool says_so = without || o.end == attempt_end::sent || o.end == attempt_end::refused;
  if (!says_so || without == told_without_access_) return;
  told_without_access_ = without;
  const auto& why = o.error;
  std::string detail = without ? "the platform refuses the account's access_token"
                               : "the platform takes the access_token again";
  if (without && !why.code.empty()) detail += ": " + why.code + (why.title.empty() ? "" : ' ' + why.title);
  links_.observed({.brand = brand_,
                   .account = account_,
                   .platform = platform_,
                   .access = without ? domain::access_state::refused : domain::access_state::good,
                   .detail = std::move(detail)});
}

void account_owner::ended(const attempt_ended& e) {
  using domain::send_verdict;
  const auto verdict = queue_.ended(e.id, e.outcome, self_.now(), chance());
  note_access(e.outcome);
  const auto r = replies_.find(e.id);
  if (r == replies_.end()) return;  // settled otherwise
  if (!e.outcome.recipient_now.empty()) r->second.recipient_now = e.outcome.recipient_now;
  switch (verdict) {
    case send_verdict::settled: {
      const bool sent = e.outcome.end == domain::attempt_end::sent;
      tell_thread(e.id, sent ? end::sent : end::failed, e.outcome.platform_message_id, e.outcome.error);
      return drop(e.id);
    }
    case send_verdict::give_up:
      tell_thread(e.id, end::failed, {}, e.outcome.error);
      return drop(e.id);
    case send_verdict::retry:
      links_.figures->retried.fetch_add(1, std::memory_order_relaxed);
      return note_attempts({e.id}, false);
    case send_verdict::ask:
      tell_thread(e.id, end::unknown);
      return doubts_.add(e.id, self_.now());
  }
}

// -- the turn ------------------------------------------------------------------------------------------------

void account_owner::begin_turn() {
  call_early();
  queue_.follow(policy_of(*links_.of->settings.load(), account_));
}

std::optional<domain::lane> account_owner::next_lane() {
  if (links_.draining.load(std::memory_order_acquire)) return std::nullopt;
  return queue_.next_lane(self_.now());
}

void account_owner::step() {
  auto step = queue_.next(self_.now());
  if (!step) return;
  if (step->what == domain::send_step::kind::attempt) return beginning_.push_back(step->id);
  tell_thread(step->id, end::failed, {}, std::move(step->error));
  drop(step->id);
}

void account_owner::end_turn() {
  const auto now = self_.now();
  if (!beginning_.empty()) note_attempts(std::exchange(beginning_, {}), true);
  ask_about_doubtful(now);
  auto wake = queue_.wake_at(now);
  const auto sooner = [&wake](domain::timestamp t) { wake = std::min(wake.value_or(t), t); };
  if (const auto ask = doubts_.wake_at()) sooner(*ask);
  if (queue_.owes_what_was_told() || (queue_.owes_ends() && now >= limits_noted_at_ + ends_noted_apart)) {
    note_limits(now);
  } else if (queue_.owes_ends()) {
    sooner(limits_noted_at_ + ends_noted_apart);
  }
  if (!early_.empty()) sooner(now + views_look_again);
  if (wake) wake_at(std::max(*wake, now + 1ms), now);
  count();
}

/// Timers that were overtaken by an earlier one are not taken back: none is for longer than this, so that they stay few.
void account_owner::wake_at(domain::timestamp t, domain::timestamp now) {
  t = std::min<domain::timestamp>(t, now + sleeps_at_most);
  if (wakes_at_ > now && wakes_at_ <= t) return;
  wakes_at_ = t;
  self_.wake_in(t - now);
}

void account_owner::count() {
  auto& f = *links_.figures;
  const auto follow = [](std::atomic<std::int64_t>& figure, std::int64_t& counted, std::size_t now) {
    const auto is = static_cast<std::int64_t>(now);
    figure.fetch_add(is - counted, std::memory_order_relaxed);
    counted = is;
  };
  const auto waiting = queue_.waiting() + queue_.unknown();
  follow(f.waiting, counted_waiting_, waiting);
  follow(waiting_of_brand_, counted_of_brand_, waiting + queue_.under_way());
  follow(f.under_way, counted_under_way_, queue_.under_way());
}

void account_owner::leave() {
  if (queue_.owes_what_was_told() || queue_.owes_ends()) note_limits(self_.now());
  auto& f = *links_.figures;
  waiting_of_brand_.fetch_sub(counted_of_brand_, std::memory_order_relaxed);
  f.waiting.fetch_sub(counted_waiting_, std::memory_order_relaxed);
  f.under_way.fetch_sub(counted_under_way_, std::memory_order_relaxed);
}

}  // namespace switchboard::actors
