#include "actors/conversation.hpp"

#include "actors/conversation_past.hpp"
#include "domain/kill_point.hpp"
#include "domain/recalling.hpp"
#include "domain/sla/policy.hpp"
#include "domain/waking.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"

#include <algorithm>
#include <cassert>
#include <exception>
#include <new>
#include <utility>

namespace switchboard::actors {

namespace {

/// Redeliveries come soon or not at all: so many keys answer most of them without asking the views.
constexpr std::size_t recent_kept = 16;
/// And of so many more, 2 bytes each, it knows whether they may have been: most conversations' all.
constexpr std::size_t recent_tags = 512;
/// A thread that was read back asks the views about each event, so often; then it reads all that they would answer from,
/// which costs about as much. Most go again before.
constexpr std::uint8_t asked_before_learning = 8;

}  // namespace

conversation_owner::conversation_owner(node& n, domain::thread_id thread)
    : node_(n), state_{.id = thread, .current = std::nullopt}, recent_(recent_kept, recent_tags) {}

void conversation_owner::load(const std::string& brand) {
  // A thread is loaded under its brand; a command in another brand's name must not make it look new.
  if (loaded_ && (state_.current || last_submitted_ > 0)) return;
  if (auto row = node_.views->load_thread(brand, state_.id)) {
    state_.current = std::move(row->current);
    if (state_.current->sending > 0) state_.sending = node_.views->sending(brand, state_.id);
#ifndef SWITCHBOARD_FAULT_FORGET_SEEN  // planted in tests/faults: after a restart, whatever comes looks new
    recent_.starts_incomplete();
#endif
  }
  state_.erased = std::max(state_.erased, node_.views->erased_up_to(state_.id));
  if (state_.erased > 0) recent_.starts_incomplete();
  loaded_ = true;
}

/// Where the keys are more than it keeps tags of, it goes on to ask.
void conversation_owner::learn_the_past() {
  if (recent_.is_complete() || asked_ > asked_before_learning || ++asked_ <= asked_before_learning) return;
  if (const auto keys = node_.views->all_seen(state_.id, recent_tags)) recent_.learn(*keys);
}

// By value: the settings may be replaced, and freed, before the decision.
domain::conversation_policy conversation_owner::policy_of(const domain::brand_id& brand) const {
  const auto settings = node_.settings.load(std::memory_order_acquire);
  const auto* found = settings->find_brand(brand.value);
  auto policy = found ? found->conversations : domain::conversation_policy{};
  policy.promises = node_.promises.load(std::memory_order_acquire);
  if (policy.promises && !policy.promises->all.empty()) policy.even_now = node_.clock.now();
  return policy;
}

expected<conversation_owner::change, domain::refused> conversation_owner::decide(
    domain::command&& what, const domain::brand_id& brand, domain::timestamp now) {
  assert(loaded_);
  auto decided = domain::decide(state_, std::move(what), policy_of(brand), now);
  if (!decided) return unexpected{std::move(decided).error()};
  change c;
  c.events = std::move(*decided);
  c.records.reserve(c.events.size());
  const auto partition = storage::partition_of(state_.id, node_.partitions);
  for (const auto& e : c.events) {
    c.records.push_back(std::make_shared<storage::record>(storage::encode(e, node_.name)));
    c.records.back()->partition = partition;
  }
  return c;
}

// noexcept: half a change handed in is no state to go on from; the node ends and recovers from the journal.
void conversation_owner::submit(change&& c, completion done) noexcept {
  assert(c.events.size() == c.records.size());
  last_submitted_ = std::max(last_submitted_, node_.writer->submit(c.records, std::move(done)));
  const auto applied = node_.tail->applied();
  for (std::size_t i = 0; i < c.events.size(); ++i) {
    auto& e = c.events[i];
    const auto where = c.records[i]->sequence;
    assert(where == c.records.front()->sequence + i);  // nothing comes between the events of one decision
    if (e.message && !e.message->platform_message_id.empty()) {
      recent_.remember(message_key(node_, e.message->platform_message_id), where, applied);
    }
    if (e.origin && e.origin->kind != to_word(domain::inbound_kind::message)) {
      recent_.remember(event_key(node_, e.origin->kind, e.origin->id, e.origin->version), where, applied);
    }
    if (e.message && e.message->platform_message_id.empty() && !e.origin) {
      // That a reply failed: nothing else would lead to it before the views show it.
      recent_.remember(event_key(node_, "reply", to_text(e.message->id), {}), where, applied);
    }
    domain::apply(state_, std::move(e));
    SWITCHBOARD_KILL_POINT("applied");
  }
}

bool conversation_owner::passes_on(delivery& d) {
  if (!d.otherwise) return false;
  const auto thread = *std::exchange(d.otherwise, std::nullopt);
  try {
    load(d.what.brand.value);
    const conversation_past past{node_, state_.id, d.what.brand, recent_};
    if (domain::stays_here(d.what, state_, past)) return false;
    auto next = std::make_shared<delivery>(std::move(d));
    next->thread = thread;
    node_.forward(std::move(next));
  } catch (const storage::views_failure& e) {
    node_.on_fatal(std::string("views: ") + e.what());
    node_.writer->fail({.ticket = std::move(d.done), .then = {}});
  }
  return true;
}

void conversation_owner::deliver(delivery& d) {
  // In place, so that what a failed decision leaves of it (the brand, the times) can still be read.
  domain::command command{std::move(d.what)};
  auto& r = std::get<domain::receive>(command);
  change c;
  try {
    load(r.brand.value);
    learn_the_past();
    domain::recall(r, state_, conversation_past{node_, state_.id, r.brand, recent_});
    if (domain::is_another_brands(state_, r.brand))
      return quarantine(d, r, "its thread is still another brand's; replay this after a restart");
    const auto now = state_.current ? std::max(r.received_at, state_.current->updated_at) : r.received_at;
    if (auto decided = decide(std::move(command), r.brand, now)) c = std::move(*decided);
  } catch (const storage::views_failure& e) {
    // Nothing was changed: the platform delivers it again, to a node that can read its views.
    node_.on_fatal(std::string("views: ") + e.what());
    return node_.writer->fail({.ticket = std::move(d.done), .then = {}});
  } catch (const std::bad_alloc&) {
    // No fault of the event's: it is delivered again when there may be memory.
    node_.on_problem("an event of " + name() +
                     " could not be decided for lack of memory and is answered 503");
    return node_.writer->fail({.ticket = std::move(d.done), .then = {}});
  } catch (const std::exception& e) {
    return quarantine(d, r, e.what());
  } catch (...) {
    return quarantine(d, r, "an exception without a text");
  }
  if (c.events.empty()) node_.duplicates.fetch_add(1, std::memory_order_relaxed);
  submit(std::move(c), {.ticket = std::move(d.done), .then = {}});
}

// noexcept: where there is no memory for the letter either, the node ends, and the platform delivers again.
void conversation_owner::quarantine(delivery& d, const domain::receive& r, std::string_view why) noexcept {
  node_.on_problem("an event of " + name() +
                   " could not be decided and is kept as a dead letter: " + std::string(why));
  if (!d.done) return;
  auto q = std::make_shared<quarantined>();
  auto& letter = q->letter;
  letter.source = d.done->source();
  letter.reason = "undecidable";
  letter.raw = d.done->raw();
  // Of the body alone: however many of its events fail, and however often it comes, it is kept once.
  letter.id = storage::dead_letter_hash(node_.hash_seed, letter.source.value, letter.reason, letter.raw);
  if (d.done->one_brand()) letter.brand = r.brand;
  letter.detail = name() + ": " + std::string(why);
  letter.received_at = r.received_at;
  d.done->count_undecided();
  q->done.ticket = std::move(d.done);
  node_.quarantine(std::move(q));
}

std::string conversation_owner::name() const {
  const auto ordinal = state_.current ? state_.current->id.ordinal : 1;
  return "conversation " + to_text(domain::conversation_id{state_.id, ordinal});
}

void conversation_owner::execute(act& a) {
  change c;
  auto result = std::make_shared<command_result>();
  bool decided = false;
  try {
    decided = decide_act(a, c, *result);
  } catch (const storage::views_failure& e) {
    node_.on_fatal(std::string("views: ") + e.what());
    result->failed = true;
  } catch (const std::exception& e) {
    node_.on_problem("an act on " + name() + " could not be decided and is answered 500: " + e.what());
    result->undecided = true;
  }
  if (!decided) return a.reply(std::move(*result));
  submit(std::move(c), {.ticket = nullptr, .then = [result, reply = std::move(a.reply)](commit_state s) {
                          result->failed = s == commit_state::failed;
                          reply(std::move(*result));
                        }});
}

/// False: `result` says why nothing is to be done. Its texts are made here, for the journal's thread may run the
/// answer before submit() returns.
bool conversation_owner::decide_act(act& a, change& c, command_result& result) {
  load(a.brand);
  if (!state_.current || state_.current->brand.value != a.brand) {
    result.refused = {domain::refusal::not_found, "no such conversation"};
    return false;
  }
  recall(a.what, result);
  auto decided =
      decide(std::move(a.what), state_.current->brand, std::max(a.now, state_.current->updated_at));
  if (!decided) {
    result.refused = std::move(decided).error();
    return false;
  }
  c = std::move(*decided);
  if (!c.events.empty() && c.events.back().erased) return true;  // nothing is left to be shown
  const auto& after = c.events.empty() ? *state_.current : *c.events.back().conversation;
  storage::append_conversation(result.conversation, after);
  result.version = after.version;
  result.wake_at = domain::wake_at(after);
  result.ended = domain::is_over(after.status);
  for (const auto& e : c.events) {
    if (e.message) storage::append_message(result.messages.emplace_back(), *e.message, after.platform);
  }
  return true;
}

bool conversation_owner::can_send(const domain::account_id& account) const {
  const auto settings = node_.settings.load(std::memory_order_acquire);
  const auto* const found = settings->find_account(account.value);
  return found != nullptr && !found->access_token.empty();
}

/// What the rules must know of the past for an act; and where a key of POST …/messages comes again, what it has made.
void conversation_owner::recall(domain::command& what, command_result& result) const {
  const conversation_past past{node_, state_.id, state_.current->brand, recent_};
  if (auto* const say = std::get_if<domain::say>(&what)) {
    domain::recall(*say, state_, past);
    if (say->routed) say->account_can_send = can_send(state_.current->account);
    for (const auto& m : say->made) {
      storage::append_message(result.messages.emplace_back(), m, state_.current->platform);
    }
  } else if (auto* const settle = std::get_if<domain::settle_send>(&what)) {
    domain::recall(*settle, past);
  } else if (auto* const media = std::get_if<domain::settle_media>(&what)) {
    domain::recall(*media, past);
  }
}

caf::behavior conversation(caf::stateful_actor<conversation_state>* self, node* n, domain::thread_id thread,
                           caf::actor partition) {
  self->state.owner.emplace(*n, thread);
  return {
      [=](const delivery_ptr& d) {
        auto& owner = *self->state.owner;
        if (!owner.passes_on(*d)) owner.deliver(*d);
      },
      [=](const act_ptr& a) { self->state.owner->execute(*a); },
      [=](passivate_atom) {
        if (self->state.owner->may_leave()) {
          self->quit();
        } else {
          self->send(partition, still_busy{thread});
        }
      },
      [=](close_atom_t) { self->quit(); },
  };
}

}  // namespace switchboard::actors
