#include "actors/deliverer.hpp"

#include "actors/delivery_reading.hpp"
#include "actors/journal_writer.hpp"
#include "actors/wall_clock.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <iterator>

namespace switchboard::actors {

std::vector<webhook_figures> delivery_figures::read() const {
  const std::lock_guard lock{mutex_};
  return all_;
}

void delivery_figures::tell(std::vector<webhook_figures>&& all) {
  const std::lock_guard lock{mutex_};
  all_ = std::move(all);
}

namespace {

using namespace std::chrono_literals;
using self_ptr = caf::stateful_actor<deliverer_state>*;
using hook = deliverer_state::hook;
using domain::event_type;
namespace webhooks = domain::webhooks;

constexpr std::size_t records_at_once = 512;
constexpr std::size_t bytes_at_once = 4u << 20;
constexpr std::size_t scanned_at_once = 50'000;
constexpr std::size_t attempts_of_note_max = 256;
/// What came of attempts is gathered for so long: a record for each would double the log.
constexpr auto flush_after = 50ms;
/// A start reads so much of the log again at most, if nothing was delivered in it.
constexpr storage::log_sequence settled_unnoted_max = 10'000;
/// Times of records rise, but for what waited in mailboxes, and where a clock was set.
constexpr auto times_apart_max = 10min;
/// One request for a replay looks at so much of the log; the next goes on.
constexpr std::size_t replay_scanned_max = 500'000;
/// What is not tried yet holds a start back so far; beyond, it is noted as waiting.
constexpr storage::log_sequence behind_max = 1'000;

webhooks::queue_rules rules_of(const config::webhook_settings& w, const node& of) {
  webhooks::queue_rules rules;
  rules.ordered = w.ordered;
  rules.concurrency = w.concurrency;
  rules.give_up_after = w.give_up_after;
  rules.seed = storage::fingerprint(of.hash_seed, "webhook", w.id, w.brand.value);
  return rules;
}

deliverer_state::key key_of(const config::webhook_settings& w) {
  return {w.brand.value, w.id};
}

hook hook_of(const config::webhook_settings& w, const deliverer_start::one& before, const node& of,
             storage::log_sequence end) {
  const auto settled = before.row ? before.row->settled : end;
  hook h{.settings = std::make_shared<const config::webhook_settings>(w),
         .filter = webhook_filter(w),
         .queue = webhooks::delivery_queue(rules_of(w, of), settled)};
  if (before.row) {
    h.settled_noted = settled;
    h.gone_noted =
        before.row->gone;  // it is asked once more: somebody may have seen to it, and started us again
  }
  h.over = before.over;
  for (const auto& a : before.waiting) h.queue.restore(a);
  return h;
}

deliverer_start::one read_one(const storage::views& views, const deliverer_state::key& k) {
  deliverer_start::one found;
  found.row = views.webhook(k.first, k.second);
  if (!found.row) return found;
  views.each_delivery(k.first, k.second, storage::every_delivery, [&](storage::delivery_row&& row) {
    using enum webhooks::outcome;
    if (row.last.what == failed || row.last.what == waiting) {
      found.waiting.push_back(std::move(row.last));
    } else if (row.last.event > found.row->settled) {
      found.over.insert(row.last.event);
    }
    return true;
  });
  return found;
}

void begin_flush(self_ptr self, domain::timestamp now) {
  if (!self->state.flush_at) self->state.flush_at = now + flush_after;
}

// -- what is to be delivered --------------------------------------------------------------------------------

/// False: the log can't be read, and it was told.
bool read_on(self_ptr self, deliverer_links* links, hook& h, domain::timestamp now) {
  const auto room = std::min(h.queue.room(), records_at_once);
  if (!h.more || room == 0) return true;
  const auto got = links->log->pull(h.queue.read(), h.filter, room, bytes_at_once, scanned_at_once);
  if (got.failed) return false;
  if (got.expired) {
    // Nothing else is missing: what waits by itself is known, and is looked for when its turn comes.
    const auto earliest = links->log->position("earliest");
    if (!earliest) return false;
    links->of->on_problem("webhook " + h.settings->id + " of brand " + h.settings->brand.value +
                          " is behind what the journal keeps: its events in records " +
                          std::to_string(h.queue.read() + 1) + " to " + std::to_string(*earliest) +
                          " are not delivered; keep more (storage.retention_age), or see to its receiver");
    h.queue.read_to(*earliest);
    return true;
  }
  for (const auto& r : got.records) {
    if (!is_for(*h.settings, *r) || h.over.contains(r->sequence)) continue;
    h.queue.add({.event = r->sequence, .type = r->type, .conversation = r->conversation}, now);
  }
  h.queue.read_to(got.position);
  h.over.erase(h.over.begin(), h.over.upper_bound(got.position));
  h.more = got.more;
  if (!got.records.empty()) begin_flush(self, now);
  return true;
}

/// The event as it is now, null: it is sent to nobody. nullopt: the log can't be read, and it was told.
std::optional<storage::record_ptr> event_at(const deliverer_links& links, const hook& h,
                                            storage::log_sequence event) {
  const auto found = find_event(*links.log, h.filter, event);
  if (found.failed) return std::nullopt;
  if (found.trimmed) {
    links.of->on_problem("webhook " + h.settings->id + " of brand " + h.settings->brand.value +
                         ": the event of record " + std::to_string(event) +
                         " is not delivered: the journal does not keep it any more");
  }
  return found.what;
}

bool send_due(self_ptr self, deliverer_links* links, hook& h, domain::timestamp now) {
  while (const auto what = h.queue.take(now)) {
    const auto record = event_at(*links, h, what->event);
    if (!record) return false;
    if (!*record || !is_for(*h.settings, **record)) {
      if (auto said = h.queue.forgotten(what->event,
                                        "withdrawn: its customer was erased, the journal keeps it "
                                        "no more, or the webhook hears its type no more")) {
        h.unnoted.push_back(*std::move(said));
      }
      begin_flush(self, now);
      continue;
    }
    auto one = std::make_shared<delivered>();
    one->brand = h.settings->brand.value;
    one->webhook = h.settings->id;
    one->event = what->event;
    links->figures->under_way.fetch_add(1, std::memory_order_relaxed);
    links->client->deliver({.to = h.settings, .what = *record, .now = wall_clock()},
                           [one, to = caf::actor_cast<caf::actor>(self)](delivery_outcome outcome) {
                             one->outcome = std::move(outcome);
                             caf::anon_send(to, one);
                           });
  }
  return true;
}

// -- what came of it ----------------------------------------------------------------------------------------

void submit(const deliverer_links& links, const hook& h, std::vector<webhooks::attempt>&& attempts,
            storage::log_sequence settled, std::function<void(commit_state)> then = nullptr) {
  domain::event e;
  e.type = event_type::webhook_noted;
  e.at = wall_clock();
  e.delivery = webhooks::note{.brand = h.settings->brand,
                              .webhook = h.settings->id,
                              .settled = settled,
                              .gone = h.queue.gone(),
                              .attempts = std::move(attempts)};
  const std::vector records{std::make_shared<storage::record>(storage::encode(e, links.of->name))};
  links.of->writer->submit(records, {.ticket = nullptr, .then = std::move(then)});
}

/// Writes down what is new of a webhook. `then`, if there is one, hears when all of it is durable.
void note(const deliverer_links& links, hook& h, std::function<void(commit_state)> then = nullptr) {
  auto& unnoted = h.unnoted;
  if (h.queue.read() - h.queue.settled() > behind_max) {
    auto parked = h.queue.parked(attempts_of_note_max);
    std::move(parked.begin(), parked.end(), std::back_inserter(unnoted));
  }
  const auto settled = h.queue.settled();
  const bool news = !unnoted.empty() || !h.settled_noted || h.gone_noted != h.queue.gone() ||
                    settled - *h.settled_noted >= settled_unnoted_max;
  if (!news && !then) return;
  // Only the last of several says how far all of them bring it.
  auto from = unnoted.begin();
  while (static_cast<std::size_t>(unnoted.end() - from) > attempts_of_note_max) {
    const auto to = from + static_cast<std::ptrdiff_t>(attempts_of_note_max);
    submit(links, h, {std::make_move_iterator(from), std::make_move_iterator(to)},
           h.settled_noted.value_or(0));
    from = to;
  }
  submit(links, h, {std::make_move_iterator(from), std::make_move_iterator(unnoted.end())}, settled,
         std::move(then));
  unnoted.clear();
  h.settled_noted = settled;
  h.gone_noted = h.queue.gone();
}

void tell_figures(self_ptr self, const deliverer_links& links) {
  std::vector<webhook_figures> all;
  for (auto& [k, h] : self->state.hooks) {
    auto& f = h.figures;
    f.id = h.settings->id;
    f.brand = h.settings->brand.value;
    f.enabled = h.settings->enabled;
    f.gone = h.queue.gone();
    f.failing = h.queue.circuit_open();
    f.settled = h.queue.settled();
    f.read = h.queue.read();
    f.waiting = h.queue.waiting();
    f.under_way = h.queue.under_way();
    f.oldest = h.queue.oldest();
    all.push_back(f);
  }
  links.figures->tell(std::move(all));
}

void flush(self_ptr self, deliverer_links* links) {
  self->state.flush_at.reset();
  for (auto& [k, h] : self->state.hooks) note(*links, h);
  tell_figures(self, *links);
}

void heard(self_ptr self, deliverer_links* links, const delivered& d) {
  links->figures->under_way.fetch_sub(1, std::memory_order_relaxed);
  const auto at = self->state.hooks.find({d.brand, d.webhook});
  if (at == self->state.hooks.end()) return;  // the config has it no more
  auto& h = at->second;
  if (!h.queue.is_under_way(d.event)) return;  // … or has it again: it is sent again
  const auto now = links->of->clock.now();
  if (d.outcome.cut_off) return h.queue.put_back(d.event);
  auto came = h.queue.answered(d.event, d.outcome.answer, d.outcome.error, now);
  auto& f = h.figures;
  f.last_status = came.status;
  f.last_error = came.error;
  f.last_at = now;
  if (came.what == webhooks::outcome::delivered) {
    ++f.delivered;
  } else {
    ++f.failed;
    if (came.what == webhooks::outcome::given_up) ++f.given_up;
  }
  h.unnoted.push_back(std::move(came));
  begin_flush(self, now);
}

// -- when ---------------------------------------------------------------------------------------------------

void sleep_until(self_ptr self, domain::timestamp due, domain::timestamp now) {
  if (const auto t = self->state.ticks.sleep_until(due, now)) {
    self->delayed_send(self, t->after, tick_atom::value, t->name);
  }
}

void go_on(self_ptr self, deliverer_links* links) {
  auto& s = self->state;
  const auto now = links->of->clock.now();
  if (s.flush_at && *s.flush_at <= now) flush(self, links);
  auto next = now + ticking::at_most;
  for (auto& [k, h] : s.hooks) {
    if (!h.settings->enabled || links->draining.load(std::memory_order_acquire)) continue;
    // Of each a little in turn: one that is far behind holds up no other.
    if (!read_on(self, links, h, now) || !send_due(self, links, h, now)) return;
    if (h.more && h.queue.room() > 0) next = now;
    if (const auto due = h.queue.next_due()) next = std::min(next, *due);
  }
  if (s.flush_at) next = std::min(next, *s.flush_at);
  sleep_until(self, next, now);
}

// -- another config, and once more --------------------------------------------------------------------------

bool is_as_before(const config::webhook_settings& a, const config::webhook_settings& b) {
  return a.url == b.url && a.keys == b.keys && a.events == b.events && a.ordered == b.ordered &&
         a.enabled == b.enabled && a.timeout == b.timeout && a.give_up_after == b.give_up_after &&
         a.concurrency == b.concurrency;
}

void apply_settings(self_ptr self, deliverer_links* links, storage::log_sequence end) {
  auto& hooks = self->state.hooks;
  const auto settings = links->of->settings.load();
  std::map<deliverer_state::key, hook> next;
  for (const auto& w : settings->webhooks) {
    auto known = hooks.extract(key_of(w));
    if (known.empty()) {
      const auto row = read_one(*links->of->views, key_of(w));
      next.emplace(key_of(w), hook_of(w, row, *links->of, end));
      continue;
    }
    auto& h = known.mapped();
    if (!is_as_before(*h.settings, w)) h.queue.revive();
    h.settings = std::make_shared<const config::webhook_settings>(w);
    h.filter = webhook_filter(w);
    h.queue.apply(rules_of(w, *links->of));
    next.insert(std::move(known));
  }
  for (auto& [k, h] : hooks) note(*links, h);  // those that the config has no more
  hooks = std::move(next);
  flush(self, links);
}

struct replaying {
  hook& h;
  domain::timestamp now;
  webhook_replayed done = {};

  /// False: there is no room for it.
  bool add(const storage::record& r) {
    if (h.queue.room() == 0 && !h.queue.knows(r.sequence)) {
      done.more = r.sequence - 1;
      return false;
    }
    auto said = h.queue.replay({.event = r.sequence, .type = r.type, .conversation = r.conversation}, now);
    if (!said) return true;  // it is under way, or comes by itself
    h.unnoted.push_back(*std::move(said));
    ++done.events;
    return true;
  }
};

/// False: the log can't be read, and it was told.
bool replay_these(const deliverer_links& links, const webhook_replay& what, replaying& to) {
  for (const auto event : what.events) {
    if (event <= what.after) continue;
    const auto record = event_at(links, to.h, event);
    if (!record) return false;
    if (*record && is_for(*to.h.settings, **record) && !to.add(**record)) break;
  }
  return true;
}

bool replay_of_time(const deliverer_links& links, const webhook_replay& what, replaying& to) {
  const auto begin = place_before(*links.log, what.from - times_apart_max);
  if (!begin) return false;
  auto position = std::max(*begin, what.after);
  const auto end = to.h.queue.read();
  for (std::size_t scanned = 0; position < end && scanned < replay_scanned_max; scanned += scanned_at_once) {
    const auto got = links.log->pull(position, to.h.filter, records_at_once, bytes_at_once, scanned_at_once);
    if (got.failed) return false;
    for (const auto& r : got.records) {
      if (r->sequence > end || r->at - times_apart_max > what.to) return true;
      if (r->at < what.from || r->at > what.to) continue;
      if (is_for(*to.h.settings, *r) && !is_withdrawn(*r) && !to.add(*r)) return true;
    }
    if (got.expired) {  // what lies before is gone for everybody
      const auto earliest = links.log->position("earliest");
      if (!earliest) return false;
      position = std::max(*earliest, position + 1);
      continue;
    }
    position = got.position;
    if (!got.more) return true;
  }
  if (position < end) to.done.more = position;
  return true;
}

/// Whoever asks for it has seen to the receiver.
void replay(self_ptr self, deliverer_links* links, wanted_replay& asked) {
  const auto& what = asked.what;
  const auto at = self->state.hooks.find({what.brand, what.webhook});
  if (at == self->state.hooks.end() || !at->second.settings->enabled) {
    return asked.then({.what = webhook_replayed::end::no_webhook});
  }
  auto& h = at->second;
  h.queue.revive();
  replaying to{.h = h, .now = links->of->clock.now()};
  const bool read = what.events.empty() ? replay_of_time(*links, what, to) : replay_these(*links, what, to);
  if (!read) return asked.then({.what = webhook_replayed::end::failed});
  note(*links, h, [done = to.done, then = std::move(asked.then)](commit_state s) mutable {
    if (s != commit_state::durable) done.what = webhook_replayed::end::failed;
    then(std::move(done));
  });
}

/// A start reads nothing again.
void close(self_ptr self, deliverer_links* links) {
  for (auto& [k, h] : self->state.hooks) {
    auto parked = h.queue.parked(h.queue.waiting());
    std::move(parked.begin(), parked.end(), std::back_inserter(h.unnoted));
  }
  flush(self, links);
  self->quit();
}

}  // namespace

deliverer_start read_deliveries(const storage::views& views, const config::settings& settings,
                                storage::log_sequence after) {
  deliverer_start start{.after = after};
  for (const auto& w : settings.webhooks) start.hooks.emplace(key_of(w), read_one(views, key_of(w)));
  return start;
}

caf::behavior deliverer(caf::stateful_actor<deliverer_state>* self, deliverer_links* links,
                        std::shared_ptr<deliverer_start> first) {
  const auto settings = links->of->settings.load();
  for (const auto& w : settings->webhooks) {
    self->state.hooks.emplace(key_of(w), hook_of(w, first->hooks[key_of(w)], *links->of, first->after));
  }
  first.reset();
  flush(self, links);  // a new one is known from now on
  go_on(self, links);
  return {
      [=](committed_atom) {
        if (self->state.hooks.empty())
          return;  // `awake` stays: nobody says so again until there is a webhook
        links->awake.store(false, std::memory_order_release);
        for (auto& [k, h] : self->state.hooks) h.more = true;
        go_on(self, links);
      },
      [=](tick_atom, std::int64_t name) {
        if (!self->state.ticks.heard(name)) return;
        tell_figures(self, *links);
        go_on(self, links);
      },
      [=](const delivered_ptr& d) {
        heard(self, links, *d);
        go_on(self, links);
      },
      [=](changed_atom, storage::log_sequence end) {
        links->awake.store(false, std::memory_order_release);
        apply_settings(self, links, end);
        go_on(self, links);
      },
      [=](const replay_ptr& r) {
        replay(self, links, *r);
        go_on(self, links);
      },
      [=](close_atom_t) { close(self, links); },
  };
}

}  // namespace switchboard::actors
