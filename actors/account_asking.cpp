// The account's owner, as far as it is about something else than messages: what is left of its limits, what became of a
// message, that we read, that we type.

#include "actors/account.hpp"
#include "actors/wall_clock.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace switchboard::actors {

namespace {

using end = domain::settle_send::end;

/// A question waits so long where the platform's limit does not say.
constexpr std::chrono::seconds question_waits{1};

}  // namespace

// -- limits --------------------------------------------------------------------------------------------------

void account_owner::resume(const std::vector<domain::kept_limit>& left) {
  const auto now = self_.now();
  const auto ahead = now - wall_clock();
  for (auto k : left) {
    k.level = shifted(std::move(k.level), ahead);
    queue_.resume(k, now);
  }
}

/// By the wall clock, and with whose they are.
std::vector<domain::kept_limit> account_owner::limits_to_keep(domain::timestamp now) {
  limits_noted_at_ = now;
  const auto ahead = wall_clock() - now;
  auto changed = queue_.changes(now);
  for (auto& k : changed) {
    k.whose = k.of == domain::quota::scope::application ? application_ : account_.value;
    k.level = shifted(std::move(k.level), ahead);
  }
  return changed;
}

void account_owner::note_limits(domain::timestamp now) {
  submit({.brand = brand_, .account = account_, .messages = {}, .limits = limits_to_keep(now)}, {});
}

/// The limits are drawn from before it is durable, as for messages: what is asked meanwhile must see it.
void account_owner::keep_then_ask(question&& q) {
  const auto now = self_.now();
  if (q.draws.empty()) return q.ask();
  queue_.question_begun(q.draws, now);
  submit({.brand = brand_, .account = account_, .messages = {}, .limits = limits_to_keep(now)},
         {.ticket = nullptr, .then = [tell = self_.kept, q = std::move(q)](commit_state s) mutable {
            tell(std::make_shared<question_kept>(
                question_kept{.what = std::move(q), .durable = s == commit_state::durable}));
          }});
}

void account_owner::ask(const question_kept& q) {
  if (q.durable && !links_.draining.load(std::memory_order_acquire)) return q.what.ask();
  queue_.question_ended(q.what.draws, self_.now());
  if (q.what.leave) q.what.leave();
}

void account_owner::draw(const wanted_draw& w) {
  const auto now = self_.now();
  const auto& draws = w.what.draws;
  const auto allowed = queue_.question_allowed(draws, now, w.what.for_messages);
  if (!allowed || *allowed > now || links_.draining.load(std::memory_order_acquire)) {
    const auto wait =
        std::chrono::ceil<std::chrono::milliseconds>(allowed.value_or(now + question_waits) - now);
    return w.then(unexpected{std::max(wait, std::chrono::milliseconds{1})});
  }
  keep_then_ask({.draws = draws,
                 .ask =
                     [then = w.then, draws, tell = self_.returned] {
                       then(std::shared_ptr<const void>(nullptr, [tell, draws](const void*) {
                         if (!draws.empty()) tell(std::make_shared<draws_returned>(draws_returned{draws}));
                       }));
                     },
                 .leave = [then = w.then] { then(unexpected{std::chrono::milliseconds(question_waits)}); }});
}

void account_owner::take_back(const draws_returned& r) {
  queue_.question_ended(r.draws, self_.now());
}

void account_owner::heard(const messages_heard& h) {
  queue_.heard(h.many, self_.now());
}

// -- whose end is unknown ------------------------------------------------------------------------------------

void account_owner::ask_about_doubtful(domain::timestamp now) {
  using kind = domain::doubts::step::kind;
  const auto wait = links_.of->settings.load()->limits.send_unknown_wait;
  while (const auto step = doubts_.next(now, wait)) {
    const auto id = step->id;
    if (step->what == kind::ask) {
      ask_about(id, now);
      continue;
    }
    tell_thread(
        id, end::unresolved, {},
        {.code = "no-answer",
         .title = "It is not known whether this arrived",
         .detail = "the platform did not answer, and has not spoken of it since; it is not sent again"});
    settle(id);
  }
}

void account_owner::ask_about(const domain::message_id& id, domain::timestamp now) {
  const auto& r = replies_.at(id);
  // Queued by a version that settled only at the call below what it goes: where to look is not known any more.
  const auto& what = *r.what;
  if (what.conversation.kind != domain::thread_kind::dm && what.message.reply_to.empty())
    return doubts_.unclear(id, now);
  const auto about = question_about(r);
  const auto draws = links_.client->lookup_draws(about);
  const auto allowed = queue_.question_allowed(draws, now);
  if (!allowed || *allowed > now) return doubts_.postpone(id, allowed.value_or(now + question_waits));
  doubts_.asked(id);
  keep_then_ask(
      {.draws = draws, .ask = [client = links_.client, about, tell = self_.looked_up, id, draws] {
         client->look_up(about, [tell, id, draws](lookup_outcome o) {
           tell(std::make_shared<looked_up>(looked_up{.id = id, .outcome = std::move(o), .draws = draws}));
         });
       }});
}

void account_owner::learned(const looked_up& l) {
  const auto now = self_.now();
  queue_.question_ended(l.draws, now);
  if (!doubts_.has(l.id)) return;  // settled meanwhile
  using kind = lookup_outcome::kind;
  if (l.outcome.what == kind::found) {
    tell_thread(l.id, end::sent, l.outcome.platform_message_id);
    return settle(l.id);
  }
  if (l.outcome.what == kind::unclear) return doubts_.unclear(l.id, now);
  if (!doubts_.absent(l.id, now)) return;
  note_attempts({l.id}, false);
  queue_.absent(l.id, now, chance());
}

// -- what the customer may see of us ---------------------------------------------------------------------------

void account_owner::signal(const wanted_signal& s) {
  auto& f = *links_.figures;
  f.signals_waiting.fetch_sub(1, std::memory_order_relaxed);
  if (links_.draining.load(std::memory_order_acquire)) return;
  const auto now = self_.now();
  signal_order order{.settings = links_.of->settings.load(std::memory_order_acquire),
                     .what = s.what,
                     .conversation = s.conversation,
                     .last_inbound = last_inbound_of(s.conversation.brand, s.conversation.id)};
  auto draws = links_.client->signal_draws(order);
  if (!draws) return;  // the platform has no such thing
  if (!queue_.has_access() || queue_.question_allowed(*draws, now) != now) {
    f.signals_dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  keep_then_ask(
      {.draws = *draws,
       .ask = [client = links_.client, order = std::move(order), tell = self_.signalled, draws = *draws] {
         client->signal(order, [tell, draws](bool told) {
           tell(std::make_shared<signalled>(signalled{.told = told, .draws = draws}));
         });
       }});
}

void account_owner::told(const signalled& s) {
  auto& f = *links_.figures;
  queue_.question_ended(s.draws, self_.now());
  (s.told ? f.signals_told : f.signals_failed).fetch_add(1, std::memory_order_relaxed);
}

}  // namespace switchboard::actors
