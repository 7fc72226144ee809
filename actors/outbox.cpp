#include "actors/outbox.hpp"

#include "domain/saying.hpp"
#include "storage/codec.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::actors {

namespace {

using self_ptr = caf::stateful_actor<outbox_state>*;
using domain::event_type;

constexpr std::size_t records_at_once = 512;
constexpr std::size_t bytes_at_once = 4u << 20;
constexpr std::size_t scanned_at_once = 50'000;

stream_filter about_sending() {
  stream_filter f;
  f.all_brands = true;
  f.types = {event_type::message_queued, event_type::message_sent,   event_type::message_delivered,
             event_type::message_read,   event_type::message_failed, event_type::message_unknown,
             event_type::customer_erased};
  return f;
}

/// What comes in, besides: read only where some account's limits count it.
stream_filter about_sending_and_receiving() {
  auto f = about_sending();
  f.types.push_back(event_type::message_received);
  return f;
}

/// The owner of that application, which is begun where there is none yet.
const caf::actor& application_named(self_ptr self, outbox_links* links, const std::string& name) {
  auto& all = self->state.applications;
  const auto known = all.find(name);
  if (known != all.end()) return known->second;
  auto left = std::make_shared<std::vector<domain::kept_limit>>();
  if (auto kept = self->state.left.extract(name)) *left = std::move(kept.mapped());
  auto a = self->spawn(application, links, name, std::move(left));
  a->attach_functor([n = links->of](const caf::error& why) {
    if (why) n->on_fatal("the actor of an application's accounts ended: " + to_string(why));
  });
  return all.emplace(name, std::move(a)).first->second;
}

/// An account stays where it was first: what it took is known there. Another source in the config counts from the next start.
const caf::actor& owner_of(self_ptr self, outbox_links* links, const std::string& account,
                           domain::platform platform) {
  auto& accounts = self->state.accounts;
  const auto known = accounts.find(account);
  if (known != accounts.end()) return known->second;
  const auto name = application_of(*links->of->settings.load(), account, platform);
  if (std::ranges::any_of(links->client->quotas(platform), &domain::quota::tiered)) {
    self->state.heard.emplace(account, 0);
  }
  return accounts.emplace(account, application_named(self, links, name)).first->second;
}

/// To whom each limit belongs. What an account left that the config has no more is nobody's.
void sort_limits(self_ptr self, outbox_links* links, std::vector<domain::kept_limit>&& limits) {
#ifdef SWITCHBOARD_FAULT_FORGET_LIMITS  // planted, for tests/faults/limits_test.cpp
  limits.clear();
#endif
  const auto settings = links->of->settings.load();
  for (auto& k : limits) {
    auto name = k.whose;
    if (k.of != domain::quota::scope::application) {
      const auto* const a = settings->find_account(k.whose);
      if (a == nullptr) continue;
      name = application_of(*settings, k.whose, a->platform);
    }
    self->state.left[name].push_back(std::move(k));
  }
}

void tell_heard(self_ptr self, const std::string& account, std::uint64_t& many) {
  if (many == 0) return;
  const messages_heard heard{std::exchange(many, 0)};
  self->send(self->state.accounts.at(account), account, heard_ptr(std::make_shared<messages_heard>(heard)));
}

void want(self_ptr self, outbox_links* links, wanted&& w) {
  self->state.known[w.what->message.id] = w.what->conversation.account;
  const auto& c = w.what->conversation;
  const auto& owner = owner_of(self, links, c.account.value, c.platform);
  // What came in before it counts before it.
  const auto heard = self->state.heard.find(c.account.value);
  if (heard != self->state.heard.end()) tell_heard(self, heard->first, heard->second);
  self->send(owner, c.account.value, wanted_ptr(std::make_shared<wanted>(std::move(w))));
}

void settled(self_ptr self, const storage::record& r) {
  auto& known = self->state.known;
  const auto k = known.find(r.message);
  if (k == known.end()) return;
  if (r.type == event_type::message_unknown) {
    const auto m = storage::decode_message(r.part(r.message_json));
    if (m && domain::is_on_its_way(*m)) return;
  }
  const auto owner = self->state.accounts.find(k->second.value);
  if (owner != self->state.accounts.end()) {
    self->send(owner->second, owner->first,
               settled_ptr(std::make_shared<reply_settled>(reply_settled{r.message})));
  }
  known.erase(k);
}

void erased(self_ptr self, const storage::record& r) {
  if (r.conversation.ordinal == 0) return;
  auto& known = self->state.known;
  auto k = known.lower_bound({{r.conversation.thread, 0}, 0});
  while (k != known.end() && k->first.conversation.thread == r.conversation.thread &&
         k->first.conversation.ordinal <= r.conversation.ordinal) {
    k = known.erase(k);
  }
  const auto owner = self->state.accounts.find(r.account);
  if (owner == self->state.accounts.end()) return;
  self->send(owner->second, owner->first,
             forgotten_ptr(std::make_shared<thread_forgotten>(
                 thread_forgotten{r.conversation.thread, r.conversation.ordinal})));
}

void take(self_ptr self, outbox_links* links, const storage::record& r) {
  if (r.type == event_type::message_received) {
    const auto account = self->state.heard.find(r.account);
    if (account != self->state.heard.end()) ++account->second;
    return;
  }
  if (r.type == event_type::customer_erased) return erased(self, r);
  if (!r.erased_json.empty()) return;  // its customer is forgotten, and another event says so
  if (r.type != event_type::message_queued) return settled(self, r);
  auto e = storage::decode(r.bytes);
  if (!e || !e->conversation || !e->message) {
    return links->of->on_fatal("the log: a queued reply that can't be read, record " +
                               std::to_string(r.sequence));
  }
  auto what = std::make_shared<reply>(reply{.conversation = *std::move(e->conversation),
                                            .message = *std::move(e->message),
                                            .queued_by = r.sequence});
  if (links->wanted) links->wanted(*what);
  want(self, links, {.what = std::move(what)});
}

void follow(self_ptr self, outbox_links* links, const feed& log) {
  static const auto sending = about_sending(), receiving_too = about_sending_and_receiving();
  auto& position = self->state.position;
  for (bool more = true; more;) {
    const auto& filter = self->state.heard.empty() ? sending : receiving_too;
    const auto got = log.pull(position, filter, records_at_once, bytes_at_once, scanned_at_once);
    if (got.failed) return;  // the feed has told
    if (got.expired) return links->of->on_fatal("the outbox is behind what the journal keeps");
    for (const auto& r : got.records) take(self, links, *r);
    for (auto& [account, many] : self->state.heard) tell_heard(self, account, many);
    position = got.position;
    more = got.more;
  }
}

}  // namespace

outbox_start read_outbox(const storage::views& views) {
  outbox_start found;
  views.each_limit([&](domain::kept_limit&& k) { found.limits.push_back(std::move(k)); });
  views.each_sending([&](const storage::sending_row& row) {
    auto thread = views.load_thread(row.brand.value, row.id.conversation.thread);
    auto message = views.find_message(row.brand.value, row.id);
    if (!thread || !message) {
      throw storage::views_failure({"a reply on its way without its conversation: " + to_text(row.id), true});
    }
    found.replies.push_back({.what = std::make_shared<reply>(reply{.conversation = std::move(thread->current),
                                                                   .message = *std::move(message)}),
                             .begun = row.begun});
  });
  return found;
}

caf::behavior outbox(caf::stateful_actor<outbox_state>* self, outbox_links* links, feed* log,
                     storage::log_sequence after, std::atomic<bool>* awake,
                     std::shared_ptr<outbox_start> first) {
  self->state.position = after;
  sort_limits(self, links, std::move(first->limits));
  for (auto& w : first->replies) want(self, links, std::move(w));
  first.reset();
  return {
      [=](committed_atom) {
        awake->store(false, std::memory_order_release);
        follow(self, links, *log);
      },
      [=](const signal_ptr& s) {
        const auto& c = s->conversation;
        self->send(owner_of(self, links, c.account.value, c.platform), c.account.value, s);
      },
      [=](const draw_ptr& d) {
        const auto& account = d->what.account.value;
        self->send(owner_of(self, links, account, d->what.platform), account, d);
      },
      [=](close_atom_t) {
        for (const auto& [id, a] : self->state.applications) self->send(a, close_atom_t::value);
        self->quit();
      },
  };
}

}  // namespace switchboard::actors
