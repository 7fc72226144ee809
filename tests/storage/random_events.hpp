#pragma once
// Events of every shape, from a seed: any() is hostile and unrelated, typical_message() is a plain WhatsApp
// text. For the codec's properties and the views' tests.

#include "domain/event.hpp"
#include "domain/sla/clocks.hpp"
#include "random_values.hpp"
#include "to_milliseconds.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::storage::testing {

using namespace std::chrono_literals;

class random_events : public random_values {
 public:
  using random_values::random_values;

  domain::conversation conversation() {
    domain::conversation c;
    c.id = {{engine_(), engine_()}, static_cast<std::uint32_t>(1 + below(maybe() ? 3 : 4'294'967'295))};
    c.brand.value = "b" + hostile();
    c.platform = one_of(domain::platform::telegram);
    c.account.value = hostile();
    c.customer.value = hostile();
    c.customer_name = hostile();
    c.customer_handle = hostile();
    c.customer_avatar_url = hostile();
    c.customer_platform_id = hostile();
    for (auto n = below(3); n > 0; --n) c.customer_attributes.push_back({hostile(), hostile()});
    if (maybe()) c.language = hostile();
    c.language_set = maybe();
    c.status = one_of(domain::conversation_status::closed);
    c.priority = one_of(domain::priority::urgent);
    if (maybe()) c.assigned_to.value = hostile();
    if (maybe()) c.queue.value = hostile();
    for (auto n = below(3); n > 0; --n) c.tags.push_back(hostile());
    c.kind = one_of(domain::thread_kind::review);
    c.thread_key = hostile();
    c.shared = maybe();
    c.post_id = hostile();
    c.post_url = hostile();
    c.previous_conversations = static_cast<std::uint32_t>(below(5));
    c.unread = static_cast<std::uint32_t>(below(4'294'967'296));
    c.version = big();
    if (maybe()) c.routed = big();
    if (maybe()) c.last_agent.value = hostile();
    c.created_at = time();
    c.updated_at = time();
    for (auto* t : {&c.first_response_at, &c.resolved_at, &c.snooze_until, &c.delivered_up_to, &c.read_up_to,
                    &c.last_inbound_at, &c.last_from_ad_at, &c.customer_since, &c.last_agent_at})
      *t = maybe_time();
    if (below(3) == 0) c.sla = domain::sla::kept_clocks(clocks());
    return c;
  }

  domain::timestamp instant() { return domain::sla::whole(time()); }
  std::optional<domain::timestamp> maybe_instant() {
    return maybe() ? std::optional(instant()) : std::nullopt;
  }
  domain::sla::milliseconds span() { return domain::sla::milliseconds{below(4'000'000'000)}; }

  domain::sla::clock clock() {
    domain::sla::clock k;
    k.what = one_of(domain::sla::metric::assignee_response);
    k.state = one_of(domain::sla::clock_state::cancelled);
    k.instance = static_cast<std::uint32_t>(1 + below(1000));
    k.cycle = static_cast<std::uint32_t>(1 + below(10));
    k.started = instant();
    k.target = span();
    if (below(4) == 0) k.business_days = static_cast<std::uint32_t>(below(30));
    if (maybe()) k.counted = span();
    k.from = maybe() ? k.started : instant();
    for (auto n = below(3); n > 0; --n) k.pauses.push_back({.from = instant(), .until = maybe_instant()});
    k.due = maybe_instant();
    k.never = below(5) == 0;
    k.breached = maybe();
    k.warned = static_cast<std::uint32_t>(below(256));
    k.next_warning = maybe_instant();
    k.ended = maybe_instant();
    if (k.ended) k.elapsed = span();
    if (maybe()) k.agent.value = hostile();
    return k;
  }
  domain::sla::clocks clocks() {
    domain::sla::clocks all;
    if (maybe()) all.policy = hostile();
    all.fingerprint = maybe() ? big() : 0;
    all.cycle = static_cast<std::uint32_t>(below(5));
    all.solved = maybe();
    all.answered = maybe();
    all.since = maybe_instant();
    all.unanswered = maybe_instant();
    all.with_bot = maybe();
    all.answer = maybe() ? big() : 0;
    all.answer_to = maybe_instant();
    for (auto n = below(4); n > 0; --n) all.all.push_back(clock());
    return all;
  }
  domain::sla::clock_note clock_note() {
    domain::sla::clock_note n;
    if (maybe()) n.policy = hostile();
    n.clock = clock();
    n.at = instant();
    n.elapsed = span();
    if (maybe()) n.reason = hostile();
    if (maybe()) n.by.value = hostile();
    if (maybe()) n.threshold = static_cast<std::uint32_t>(below(8));
    n.late_arrival = maybe();
    n.fired_late = maybe();
    for (auto many = below(3); many > 0; --many)
      n.actions.push_back({one_of(domain::sla::action_kind::webhook), hostile()});
    return n;
  }

  domain::message message(domain::conversation_id c) {
    domain::message m;
    m.id = {c, big()};
    m.direction = one_of(domain::direction::outbound);
    m.content = hostile();
    m.content_type = one_of(domain::content_type::attachment);
    for (auto n = below(3); n > 0; --n) {
      m.attachments.push_back({hostile(), hostile(), hostile(), maybe() ? std::optional(big()) : std::nullopt,
                               hostile(), hostile(), one_of(domain::media_state::expired)});
    }
    m.sender_id = hostile();
    m.sender_type = one_of(domain::sender_type::system);
    m.platform_message_id = hostile();
    m.reply_to = hostile();
    m.sent_at = time();
    m.received_at = time();
    if (maybe()) m.delivery = one_of(domain::delivery_status::unknown);
    if (below(4) == 0) m.error = domain::delivery_error{hostile(), hostile(), hostile()};
    for (auto n = below(3); n > 0; --n) m.reactions.push_back({hostile(), hostile(), maybe_time()});
    for (auto n = below(2); n > 0; --n) m.removed_reactions.push_back({hostile(), hostile(), maybe_time()});
    m.edited_at = maybe_time();
    m.deleted = maybe();
    m.note = maybe();
    m.placeholder = maybe();
    m.edit_version = hostile();
    static const std::vector<std::string> payloads = {
        "", "", "{}", "{\"a\":[1,{\"b\":null}],\"c\":\"\\u0000\\\"}\"}", "{ \"id\" : 9007199254740993 }"};
    m.payload = payloads[below(payloads.size())];
    return m;
  }

  std::vector<domain::thread_alias> aliases() {
    std::vector<domain::thread_alias> some;
    for (auto n = below(4) == 0 ? below(4) : 0; n > 0; --n)
      some.push_back({{engine_(), engine_()}, {engine_(), engine_()}, maybe_time(), {hostile()}});
    return some;
  }

  domain::customer customer() {
    return {{hostile()}, {hostile()}, one_of(domain::platform::telegram),
            {hostile()}, hostile(),   hostile(),
            hostile(),   hostile(),   time(),
            time()};
  }

  domain::dead_letter dead_letter() {
    auto raw = hostile();
    if (maybe()) raw += "\xff";
    return {{hostile()}, {hostile()}, {hostile()}, hostile(), hostile(), raw, time(), maybe_time(), maybe()};
  }

  domain::kept_limit limit() {
    domain::kept_limit k;
    k.of = one_of(domain::quota::scope::application);
    k.whose = hostile();
    k.limit = hostile();
    if (maybe()) k.thread = {engine_(), engine_()};
    for (auto n = below(4); n > 0; --n) k.level.held.push_back({big(), time()});
    if (maybe()) k.level.under_way = big();
    if (maybe()) k.level.under_way_until = time();
    if (maybe()) k.level.full_at = time();
    if (maybe()) k.level.closed_until = time();
    return k;
  }

  domain::erasure erasure() {
    domain::erasure e;
    e.brand.value = hostile();
    e.account.value = hostile();
    if (maybe()) e.conversation = conversation().id;
    if (maybe()) e.customer.value = hostile();
    if (maybe()) e.by = big();
    if (maybe()) e.reference = big();
    if (maybe()) e.origin = big();
    e.comment = maybe();
    e.aliases = aliases();
    if (maybe()) e.counted = fact();
    return e;
  }
  domain::reports::fact fact() {
    domain::reports::fact f;
    f.kind = one_of(domain::reports::kind::cancelled);
    f.platform = one_of(domain::platform::telegram);
    f.queue.value = hostile();
    f.agent.value = hostile();
    f.at = instant();
    if (!domain::reports::is_of_clock(f.kind)) return f;
    f.what = one_of(domain::sla::metric::assignee_response);
    f.elapsed = span();
    f.by_bot = maybe();
    f.again = maybe();
    return f;
  }

  /// What the codec takes for bytes: anything.
  std::string bytes() {
    std::string s = hostile();
    for (auto n = below(5); n > 0; --n) s += static_cast<char>(below(256));
    return s;
  }

  /// One of what routing leaves in the log.
  void routing(domain::event& e) {
    switch (below(6)) {
      case 0:
        e.offer = domain::offer{.id = hostile(),
                                .brand = {hostile()},
                                .conversation = conversation().id,
                                .agent = {hostile()},
                                .queue = {hostile()},
                                .epoch = big(),
                                .expires_at = time()};
        break;
      case 1:
        e.agent = domain::agent_shown{.id = {hostile()},
                                      .brand = {hostile()},
                                      .status = hostile(),
                                      .online = maybe(),
                                      .grace = maybe(),
                                      .away_by_itself = maybe(),
                                      .stays_online = maybe(),
                                      .on_shift = maybe(),
                                      .sessions = static_cast<std::uint32_t>(below(4'294'967'296)),
                                      .epoch = big(),
                                      .grace_until = maybe_time(),
                                      .wrap_up_until = maybe_time()};
        break;
      case 2:
        e.noted = domain::agent_note{.brand = {hostile()}, .agent = {hostile()}, .state = bytes()};
        break;
      case 3:
        e.turn = domain::routing_turn{.brand = {hostile()},
                                      .sequence = big(),
                                      .consumed = big(),
                                      .command = bytes(),
                                      .events = bytes()};
        break;
      case 4:
        e.saved = domain::routing_save{.brand = {hostile()},
                                       .sequence = big(),
                                       .consumed = big(),
                                       .part = static_cast<std::uint32_t>(below(4'294'967'296)),
                                       .parts = static_cast<std::uint32_t>(below(4'294'967'296)),
                                       .state = bytes()};
        break;
      default:
        static const std::vector<std::string> reasons = {"", "{}",
                                                         "{\"ring\":0,\"agents\":[{\"id\":\"a\"}]}"};
        e.decided = domain::routing_decision{
            .brand = {hostile()}, .conversation = conversation().id, .json = reasons[below(reasons.size())]};
    }
  }

  domain::webhooks::note delivery() {
    namespace webhooks = domain::webhooks;
    webhooks::note n{
        .brand = {hostile()}, .webhook = hostile(), .settled = big(), .gone = maybe(), .attempts = {}};
    for (auto i = below(4); i > 0; --i) {
      n.attempts.push_back({.event = 1 + below(1'000'000),
                            .type = static_cast<domain::event_type>(below(domain::public_event_type_count)),
                            .conversation = maybe() ? conversation().id : domain::conversation_id{},
                            .what = static_cast<webhooks::outcome>(below(webhooks::outcome_count)),
                            .tries = static_cast<std::uint32_t>(below(1'000)),
                            .status = static_cast<std::uint16_t>(below(600)),
                            .error = hostile(),
                            .first = time(),
                            .next = maybe() ? std::optional(time()) : std::nullopt});
    }
    return n;
  }

  domain::event any() {
    domain::event e;
    e.type = static_cast<domain::event_type>(below(domain::event_type_count));
    e.at = time();
    switch (below(12)) {
      case 11:
        e.delivery = delivery();
        break;
      case 10:
        routing(e);
        break;
      case 0:
        e.customer = customer();
        break;
      case 3:
        e.erased = erasure();
        if (e.erased->conversation.ordinal != 0) e.sequence = 1 + below(1'000'000);
        break;
      case 1:
        e.dead_letter = dead_letter();
        break;
      case 9:
        e.account = domain::account_health{
            .brand = {hostile()},
            .account = {hostile()},
            .platform = static_cast<domain::platform>(below(7)),
            .access = static_cast<domain::access_state>(below(3)),
            .refused_for = {},
            .subscription = static_cast<domain::subscription_state>(below(4)),
            .handshake = static_cast<domain::handshake_state>(below(3)),
            .subscription_note = hostile(),
            .revoked_at = maybe() ? std::optional(time()) : std::nullopt,
            .gap = maybe() ? std::optional(domain::feed_gap{hostile(), time(), time()}) : std::nullopt,
            .detail = hostile(),
            .since = time()};
        break;
      case 8:
        e.feed = domain::feed_position{{hostile()}, hostile(), hostile(), hostile()};
        break;
      case 4:
        e.attempt.emplace();
        e.attempt->brand.value = hostile();
        e.attempt->account.value = hostile();
        for (auto n = below(4); n > 0; --n) e.attempt->messages.push_back({conversation().id, big()});
        e.attempt->begun = maybe();
        for (auto n = below(3); n > 0; --n) e.attempt->limits.push_back(limit());
        break;
      case 2:
        e.config_version = "v" + hostile();
        break;
      default:
        e.conversation = conversation();
        e.sequence = big();
        if (maybe())
          e.previous = {one_of(domain::conversation_status::closed), one_of(domain::priority::urgent),
                        time()};
        if (maybe()) e.message = message(e.conversation->id);
        if (e.message && maybe()) e.reaction = domain::reaction{hostile(), hostile(), maybe_time()};
        if (below(4) == 0) e.customer = customer();
        if (maybe()) e.origin = domain::event_origin{hostile(), hostile(), hostile()};
        e.aliases = aliases();
        if (below(3) == 0) e.sla = clock_note();
    }
    return e;
  }

  /// The n-th message of a thread, of about the usual size.
  domain::event typical_message(domain::thread_id thread, std::uint64_t n, std::string brand = "acme") {
    domain::event e;
    e.type = domain::event_type::message_received;
    e.at = domain::timestamp{1'790'000'000s + std::chrono::microseconds{static_cast<std::int64_t>(n * 1001)}};
    e.sequence = n;
    auto& c = e.conversation.emplace();
    c.id = {thread, 1};
    c.brand.value = std::move(brand);
    c.platform = domain::platform::whatsapp;
    c.account.value = "acme-whatsapp";
    c.customer.value = "cu_7zzzzzzzzzzzzzzzzzzzzzzzzz";
    c.customer_name = "Ada Lovelace";
    c.customer_platform_id = "15551234567";
    c.thread_key = "15551234567";
    c.unread = static_cast<std::uint32_t>(n);
    c.version = n;
    c.created_at = c.updated_at = e.at;
    auto& m = e.message.emplace();
    m.id = {c.id, n};
    m.content = "Where is my order?";
    m.sender_id = "15551234567";
    m.platform_message_id = "wamid." + std::to_string(n);
    m.sent_at = m.received_at = e.at;
    e.origin = domain::event_origin{"message", m.platform_message_id, ""};
    return e;
  }
};

}  // namespace switchboard::storage::testing
