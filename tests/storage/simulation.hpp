#pragma once
// Threads of several brands living by the domain's own rules, from a seed: a log for the views to fold, and a
// naive model of what they must show, kept in maps.

#include "domain/conversation.hpp"
#include "random_events.hpp"
#include "storage/codec.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace switchboard::storage::testing {

class simulation {
 public:
  explicit simulation(std::uint64_t seed, std::size_t threads = 12) : random_(seed) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back().id = {i * 0x9e3779b97f4a7c15ull, i};
  }

  /// Goes on until there are `n` records more.
  void run(std::size_t n) {
    const auto end = log.size() + n;
    while (log.size() < end) step();
  }

  std::vector<record_ptr> log;
  std::map<domain::conversation_id, domain::conversation> conversations;
  std::map<domain::message_id, domain::message> messages;
  std::map<std::pair<domain::thread_id, std::string>, domain::message_id> references;
  std::map<std::tuple<domain::thread_id, std::string, std::string, std::string>, domain::timestamp> seen;
  std::map<std::string, domain::dead_letter> letters;

  static std::string brand_of(domain::thread_id t) { return brands()[t.low % brands().size()]; }
  static const std::vector<std::string>& brands() {
    static const std::vector<std::string> all = {"acme", "acme2", std::string("a\0c", 3), "a/c"};
    return all;
  }

 private:
  void add(const domain::event& e) {
    auto r = std::make_shared<record>(encode(e, "/switchboard"));
    r->sequence = log.size() + 1;
    log.push_back(r);
    const auto kept = to_milliseconds(e);
    if (kept.conversation) conversations[kept.conversation->id] = *kept.conversation;
    if (kept.dead_letter) letters[kept.dead_letter->id.value] = *kept.dead_letter;
    if (!kept.message) return;
    const auto& m = *kept.message;
    messages[m.id] = m;
    if (!m.platform_message_id.empty() &&
        (m.id.sequence == e.sequence || e.type == domain::event_type::message_received ||
         e.type == domain::event_type::message_sent)) {
      references[{e.conversation->id.thread, m.platform_message_id}] = m.id;
    }
    if (e.origin && e.origin->kind != "message") {
      seen[{e.conversation->id.thread, e.origin->kind, e.origin->id, e.origin->version}] = kept.at;
    }
  }

  domain::command act(const domain::thread_state& t) {
    const auto& c = *t.current;
    if (random_.below(3) == 0) return domain::mark_read{c.id};
    if (random_.below(3) == 0) return look(t.id);
    if (random_.below(3) == 0) return domain::add_note{c.id, "note", "ann"};
    domain::patch p;
    p.id = c.id;
    if (random_.maybe()) p.priority = random_.one_of(domain::priority::urgent);
    if (random_.maybe()) p.tags = std::vector<std::string>{random_.maybe() ? "vip" : ",", "a\"b"};
    if (random_.maybe()) p.status = random_.one_of(domain::conversation_status::closed);
    if (p.status == domain::conversation_status::snoozed) p.snooze_until = now_ + std::chrono::hours(1);
    return p;
  }

  /// At the attachment of some message of the thread.
  domain::command look(domain::thread_id t) {
    domain::settle_media what;
    const auto from = messages.lower_bound({{t, 0}, 0});
    for (auto m = from; m != messages.end() && m->first.conversation.thread == t; ++m) {
      if (m->second.attachments.empty() || (what.target && random_.maybe())) continue;
      what.id = m->first;
      what.target = m->second;
      what.fetched = m->second.attachments.front();
    }
    what.to = random_.one_of(domain::media_state::expired);
    return what;
  }

  domain::command hear(const domain::thread_state& t) {
    domain::receive r;
    auto& in = r.inbound;
    static constexpr domain::inbound_kind kinds[] = {
        domain::inbound_kind::message,          domain::inbound_kind::message,
        domain::inbound_kind::message,          domain::inbound_kind::edit,
        domain::inbound_kind::deletion,         domain::inbound_kind::reaction_added,
        domain::inbound_kind::reaction_removed, domain::inbound_kind::status};
    in.kind = kinds[random_.below(std::size(kinds))];
    in.platform = t.id.low % 2 == 0 ? domain::platform::whatsapp : domain::platform::instagram;
    in.thread = t.id.low % 3 == 0 ? domain::thread_kind::comment : domain::thread_kind::dm;
    in.thread_key = "thread " + std::to_string(t.id.low);
    in.customer_platform_id = in.sender_id = "person " + std::to_string(t.id.low % 5);
    if (random_.maybe()) in.customer_name = "Ada";
    if (random_.below(4) == 0) in.direction = domain::direction::outbound;
    in.platform_message_id = "p\"" + std::to_string(random_.below(8));
    in.version = std::to_string(random_.below(3));
    in.content = random_.hostile();
    if (random_.maybe()) in.attachments.emplace_back().url = random_.hostile();
    in.reaction_emoji = "👍";
    if (in.kind == domain::inbound_kind::status) in.status = random_.one_of(domain::delivery_status::failed);
    in.at = now_;
    r.received_at = now_;
    r.brand.value = brand_of(t.id);
    r.account.value = "account " + std::to_string(t.id.low % 3);
    r.customer.value = "cu_" + in.customer_platform_id;
    const auto known = references.find({t.id, in.platform_message_id});
    if (known != references.end()) r.target = messages[known->second];
    r.seen = in.kind != domain::inbound_kind::message &&
             seen.contains({t.id, std::string(to_word(in.kind)), in.platform_message_id, in.version});
    return r;
  }

  void step() {
    now_ += std::chrono::microseconds(
        static_cast<std::int64_t>(1 + random_.below(random_.below(20) == 0 ? 100'000'000'000 : 3000)));
    if (random_.below(30) == 0) return add_letter();
    auto& t = threads_[random_.below(threads_.size())];
    if (t.current && random_.below(12) == 0) add_routing(*t.current);
    const auto what = t.current && random_.below(3) == 0 ? act(t) : hear(t);
    auto decided = domain::decide(t, what, {}, now_);
    if (!decided) return;
    for (auto& e : *decided) {
      add(e);
      domain::apply(t, std::move(e));
    }
  }

  void add_letter() {
    domain::event e;
    e.type = domain::event_type::deadletter_added;
    e.at = now_;
    e.dead_letter = random_.dead_letter();
    e.dead_letter->id.value = "dl_" + std::to_string(random_.below(10));
    e.dead_letter->brand.value = random_.maybe() ? "" : brands()[random_.below(brands().size())];
    add(e);
  }

  /// A turn of the brand's router about the conversation, and what comes of it beside the conversation's own events.
  void add_routing(const domain::conversation& c) {
    const domain::agent_id agent{random_.maybe() ? "ann" : "bob"};
    auto& sequence = routers_[c.brand.value];
    const auto of_type = [&](domain::event_type t) {
      domain::event e;
      e.type = t;
      e.at = now_;
      return e;
    };
    auto turned = of_type(domain::event_type::routing_turned);
    turned.turn = {c.brand, sequence++, log.size(), random_.bytes(), random_.bytes()};
    add(turned);
    auto made = of_type(domain::event_type::offer_made);
    made.offer = {"of_" + agent.value, c.brand, c.id, agent, {"sales"}, sequence, now_};
    add(made);
    auto decided = of_type(domain::event_type::routing_decided);
    decided.decided = {c.brand, c.id, "{\"winner\":\"" + agent.value + "\"}"};
    add(decided);
    auto noted = of_type(domain::event_type::agent_noted);
    noted.noted = {c.brand, agent, random_.bytes()};
    add(noted);
    if (sequence % 4 != 0) return;
    auto saved = of_type(domain::event_type::routing_saved);
    saved.saved = {c.brand, sequence, log.size(), 0, 1, random_.bytes()};
    add(saved);
  }

  random_events random_;
  std::map<std::string, std::uint64_t> routers_;  ///< by brand, how many events they have had
  std::vector<domain::thread_state> threads_;
  domain::timestamp now_{std::chrono::seconds(1'790'000'000)};
};

}  // namespace switchboard::storage::testing
