// The account's owner, as far as it says or asks something else than messages: what became of one, that we read, that we type.

#include "actors/account.hpp"

#include <utility>

namespace switchboard::actors {

namespace {

using end = domain::settle_send::end;

/// A question waits so long where the platform's limit does not say.
constexpr std::chrono::seconds question_waits{1};

}  // namespace

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
  const auto question = question_about(r);
  const auto draws = links_.client->lookup_draws(question);
  const auto allowed = queue_.question_allowed(draws, now);
  if (!allowed || *allowed > now) return doubts_.postpone(id, allowed.value_or(now + question_waits));
  queue_.question_begun(draws, now);
  doubts_.asked(id);
  links_.client->look_up(question, [tell = self_.looked_up, id, draws](lookup_outcome o) {
    tell(std::make_shared<looked_up>(looked_up{.id = id, .outcome = std::move(o), .draws = draws}));
  });
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
  queue_.question_begun(*draws, now);
  links_.client->signal(std::move(order), [tell = self_.signalled, draws = *draws](bool told) {
    tell(std::make_shared<signalled>(signalled{.told = told, .draws = draws}));
  });
}

void account_owner::told(const signalled& s) {
  auto& f = *links_.figures;
  queue_.question_ended(s.draws, self_.now());
  (s.told ? f.signals_told : f.signals_failed).fetch_add(1, std::memory_order_relaxed);
}

}  // namespace switchboard::actors
