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

void want(self_ptr self, outbox_links* links, reply&& what, bool begun) {
  self->state.known[what.message.id] = what.conversation.account;
  const auto& owner = account_of(self, links, what.conversation);
  self->send(owner, wanted_ptr(std::make_shared<wanted>(
                        wanted{.what = std::make_shared<reply>(std::move(what)), .begun = begun})));
}

/// What was on its way when the node ended.
void begin(self_ptr self, outbox_links* links) {
  const auto& views = *links->of->views;
  views.each_sending([&](const storage::sending_row& row) {
    auto thread = views.load_thread(row.brand.value, row.id.conversation.thread);
    auto message = views.find_message(row.brand.value, row.id);
    if (!thread || !message) {
      return links->of->on_fatal("views: a reply on its way without its conversation: " + to_text(row.id));
    }
    want(self, links, {.conversation = std::move(thread->current), .message = *std::move(message)},
         row.begun);
  });
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
  if (r.type != event_type::message_queued) return settled(self, r);
  auto e = storage::decode(r.bytes);
  if (!e || !e->conversation || !e->message) {
    return links->of->on_fatal("the log: a queued reply that can't be read, record " +
                               std::to_string(r.sequence));
  }
  want(self, links,
       {.conversation = *std::move(e->conversation),
        .message = *std::move(e->message),
        .queued_by = r.sequence},
       false);
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

caf::behavior outbox(caf::stateful_actor<outbox_state>* self, outbox_links* links, feed* log,
                     storage::log_sequence after, std::atomic<bool>* awake) {
  self->state.position = after;
  try {
    begin(self, links);
  } catch (const storage::views_failure& e) {
    links->of->on_fatal(std::string("views: ") + e.what());
  }
  return {
      [=](committed_atom) {
        awake->store(false, std::memory_order_release);
        follow(self, links, *log);
      },
      [=](close_atom_t) {
        for (const auto& [id, a] : self->state.accounts) self->send(a, close_atom_t::value);
        self->quit();
      },
  };
}

}  // namespace switchboard::actors
