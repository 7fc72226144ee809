#pragma once
// A small world in which people write, are erased and come back, by the domain's own rules: its log, as it was decided.

#include "domain/conversation.hpp"
#include "domain/erasing.hpp"
#include "storage/codec.hpp"
#include "storage/cursor.hpp"
#include "storage/erasing.hpp"
#include "storage/hash.hpp"
#include "storage/views.hpp"
#include "tests/canary.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::storage::testing {

class erasing_world {
 public:
  explicit erasing_world(std::uint64_t hash_seed) : seed(hash_seed) {}

  const std::uint64_t seed;
  std::vector<record_ptr> log;
  log_sequence first = 1;  ///< the sequence of log.front()

  static domain::brand_id brand() { return {"acme"}; }
  static domain::account_id account() { return {"acme-page"}; }
  [[nodiscard]] domain::customer_id customer(const std::string& person) const {
    return customer_hash(seed, account().value, person);
  }
  [[nodiscard]] domain::thread_id thread(const std::string& person, int n) const {
    return thread_hash(seed, account().value, kind(n), person + "/" + std::to_string(n));
  }
  static domain::thread_kind kind(int n) {
    return n % 2 == 0 ? domain::thread_kind::dm : domain::thread_kind::comment;
  }

  domain::inbound_event inbound(const std::string& person, int n, const std::string& id) const {
    domain::inbound_event in;
    in.platform = domain::platform::facebook;
    in.thread = kind(n);
    in.thread_key = person + "/" + std::to_string(n);
    in.customer_platform_id = in.sender_id = person;
    in.customer_name = "Name " + person;
    in.customer_handle = "@" + person;
    in.customer_avatar_url = "https://cdn.example/" + person + ".jpg";
    in.platform_message_id = id;
    in.content = "says " + person;
    in.attachments.emplace_back().url = "https://cdn.example/a/" + person;
    in.payload = "{\"referral\":\"" + person + "\"}";
    in.at = now;
    return in;
  }
  /// The person writes in the n-th of his threads, and somebody looks at the picture.
  void says(const std::string& person, int n, const std::string& id) {
    hears(person, n, inbound(person, n, id), {}, false);
    looks_at(person, n);
  }
  /// At the picture of the last message.
  void looks_at(const std::string& person, int n) {
    const auto last = decode(log.back()->bytes);
    if (!last || !last->message || last->message->attachments.empty()) return;
    decide(thread(person, n), domain::settle_media{.id = last->message->id,
                                                   .fetched = last->message->attachments.front(),
                                                   .to = domain::media_state::ready,
                                                   .target = last->message});
  }
  void hears(const std::string& person, int n, domain::inbound_event in,
             std::optional<domain::message> target, bool seen) {
    domain::receive r;
    r.inbound = std::move(in);
    r.brand = brand();
    r.account = account();
    r.customer = customer(person);
    r.received_at = now;
    r.target = std::move(target);
    r.seen = seen;
    r.aliases = {{thread(person + "'s other name", n), thread(person, n), std::nullopt, {}},
                 {thread(person + "'s next name", n), thread(person, n), now, customer(person)}};
    decide(thread(person, n), std::move(r));
  }
  /// Somebody is asked whether he takes the person's conversation, and why is noted.
  void asks_about(const std::string& person, int n, std::uint32_t ordinal) {
    domain::event e;
    e.type = domain::event_type::offer_made;
    e.at = now;
    e.offer = domain::offer{.id = "of_1",
                            .brand = brand(),
                            .conversation = {thread(person, n), ordinal},
                            .agent = {"ann"},
                            .queue = {"sales"},
                            .epoch = log.size(),
                            .expires_at = now};
    add(e);
    e.offer.reset();
    e.type = domain::event_type::routing_decided;
    e.decided = domain::routing_decision{
        .brand = brand(), .conversation = {thread(person, n), ordinal}, .json = "{\"winner\":\"ann\"}"};
    add(e);
  }
  void tags(const std::string& person, int n, std::string tag) {
    domain::patch p;
    p.id = states.at(thread(person, n)).current->id;
    p.tags = std::vector<std::string>{std::move(tag)};
    p.priority = domain::priority::high;
    decide(thread(person, n), std::move(p));
  }
  void resolves(const std::string& person, int n) {
    domain::patch p;
    p.id = states.at(thread(person, n)).current->id;
    p.status = domain::conversation_status::closed;
    decide(thread(person, n), std::move(p));
  }
  /// The promise; its place in the log.
  log_sequence promises(const std::string& person) {
    domain::customer c;
    c.id = customer(person);
    c.brand = brand();
    c.account = account();
    c.name = person;
    add(domain::erase_customer(c, now));
    return log.back()->sequence;
  }
  void erases(const std::string& person, int n, log_sequence by) {
    decide(thread(person, n), domain::erase{.customer = customer(person), .by = by});
  }
  domain::dead_letter letter(const std::string& named) {
    domain::event e;
    e.type = domain::event_type::deadletter_added;
    e.at = now;
    auto& d = e.dead_letter.emplace();
    d.source.value = "meta";
    d.brand = brand();
    d.reason = "malformed";
    d.raw = "{\"from\":\"" + named + "\",\"text\":\"of " + named + "\"}";
    d.detail = "/from: " + named;
    d.id = dead_letter_hash(seed, d.source.value, d.detail, d.raw);
    d.received_at = now;
    add(e);
    return d;
  }
  void withdraws(const domain::dead_letter& d) { add(domain::erase_letter(d, now)); }

  void decide(domain::thread_id t, domain::command what) {
    now += std::chrono::seconds(1);
    auto& state = states.try_emplace(t, domain::thread_state{.id = t, .current = {}}).first->second;
    auto decided = domain::decide(state, std::move(what), {}, now);
    if (!decided) throw std::runtime_error(decided.error().detail);
    for (auto& e : *decided) {
      add(e);
      domain::apply(state, std::move(e));
    }
  }
  void add(const domain::event& e) {
    auto r = std::make_shared<record>(encode(e, "/switchboard"));
    r->sequence = first + log.size();
    r->partition = static_cast<std::uint16_t>(r->sequence % 7);
    cursors.write(r->bytes.data() + r->cursor_at, r->sequence);
    log.push_back(std::move(r));
  }

  std::map<domain::thread_id, domain::thread_state> states;
  cursor_codec cursors;
  domain::timestamp now{std::chrono::seconds(1'795'248'000)};
};

/// `log` as it is once what the views call erased is emptied; `only`: of each record, whether it may be.
inline std::vector<record_ptr> emptied_log(const std::vector<record_ptr>& log, const erased_things& what,
                                           std::uint64_t seed,
                                           const std::function<bool(log_sequence)>& only = {}) {
  std::vector<record_ptr> out;
  for (const auto& r : log) {
    auto bytes = what.covers(r->bytes, r->sequence) && (!only || only(r->sequence))
                     ? emptied(*r, seed)
                     : std::optional<std::string>();
    if (!bytes) {
      out.push_back(r);
      continue;
    }
    auto decoded = decode_record(*std::move(bytes));
    if (!decoded) throw std::runtime_error(decoded.error().what);
    decoded->sequence = r->sequence;
    decoded->partition = r->partition;
    out.push_back(std::make_shared<const record>(*std::move(decoded)));
  }
  return out;
}

}  // namespace switchboard::storage::testing
