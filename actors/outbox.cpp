#include "actors/outbox.hpp"

#include "domain/saying.hpp"
#include "storage/codec.hpp"

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

const caf::actor& account_of(self_ptr self, outbox_links* links, const domain::conversation& c) {
  auto& accounts = self->state.accounts;
  const auto known = accounts.find(c.account.value);
  if (known != accounts.end()) return known->second;
  auto a = self->spawn(account, links, c.brand, c.account, c.platform);
  a->attach_functor([n = links->of](const caf::error& why) {
    if (why) n->on_fatal("the actor of an account ended: " + to_string(why));
  });
  return accounts.emplace(c.account.value, std::move(a)).first->second;
}

void want(self_ptr self, outbox_links* links, wanted&& w) {
  self->state.known[w.what->message.id] = w.what->conversation.account;
  const auto& owner = account_of(self, links, w.what->conversation);
  self->send(owner, wanted_ptr(std::make_shared<wanted>(std::move(w))));
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
  if (owner != self->state.accounts.end()) self->send(owner->second, reply_settled{r.message});
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
  self->send(owner->second, thread_forgotten{r.conversation.thread, r.conversation.ordinal});
}

void take(self_ptr self, outbox_links* links, const storage::record& r) {
  if (r.type == event_type::customer_erased) return erased(self, r);
  if (!r.erased_json.empty()) return;  // its customer is forgotten, and another event says so
  if (r.type != event_type::message_queued) return settled(self, r);
  auto e = storage::decode(r.bytes);
  if (!e || !e->conversation || !e->message) {
    return links->of->on_fatal("the log: a queued reply that can't be read, record " +
                               std::to_string(r.sequence));
  }
  want(self, links,
       {.what = std::make_shared<reply>(reply{.conversation = *std::move(e->conversation),
                                              .message = *std::move(e->message),
                                              .queued_by = r.sequence})});
}

void follow(self_ptr self, outbox_links* links, const feed& log) {
  static const auto filter = about_sending();
  auto& position = self->state.position;
  for (bool more = true; more;) {
    const auto got = log.pull(position, filter, records_at_once, bytes_at_once, scanned_at_once);
    if (got.failed) return;  // the feed has told
    if (got.expired) return links->of->on_fatal("the outbox is behind what the journal keeps");
    for (const auto& r : got.records) take(self, links, *r);
    position = got.position;
    more = got.more;
  }
}

}  // namespace

std::vector<wanted> replies_on_their_way(const storage::views& views) {
  std::vector<wanted> found;
  views.each_sending([&](const storage::sending_row& row) {
    auto thread = views.load_thread(row.brand.value, row.id.conversation.thread);
    auto message = views.find_message(row.brand.value, row.id);
    if (!thread || !message) {
      throw storage::views_failure({"a reply on its way without its conversation: " + to_text(row.id), true});
    }
    found.push_back({.what = std::make_shared<reply>(
                         reply{.conversation = std::move(thread->current), .message = *std::move(message)}),
                     .begun = row.begun});
  });
  return found;
}

caf::behavior outbox(caf::stateful_actor<outbox_state>* self, outbox_links* links, feed* log,
                     storage::log_sequence after, std::atomic<bool>* awake,
                     std::shared_ptr<std::vector<wanted>> first) {
  self->state.position = after;
  for (auto& w : *first) want(self, links, std::move(w));
  first.reset();
  return {
      [=](committed_atom) {
        awake->store(false, std::memory_order_release);
        follow(self, links, *log);
      },
      [=](const signal_ptr& s) { self->send(account_of(self, links, s->conversation), s); },
      [=](close_atom_t) {
        for (const auto& [id, a] : self->state.accounts) self->send(a, close_atom_t::value);
        self->quit();
      },
  };
}

}  // namespace switchboard::actors
