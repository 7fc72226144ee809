#include "domain/routing/router_protocol.hpp"

#include "domain/words.hpp"

#include <type_traits>

namespace switchboard::domain::routing {
namespace {

constexpr word_table<24> event_words{"configured",       "presence_told",  "calendar_told", "queued",
                                     "requeued",         "changed",        "left",          "ring_opened",
                                     "pressed",          "held",           "hold_ended",    "offer_made",
                                     "offer_accepted",   "offer_declined", "offer_expired", "offer_rescinded",
                                     "assigned",         "unassigned",     "transferred",   "overflowed",
                                     "capacity_changed", "auto_away",      "ramp_begun",    "ramp_eased"};
constexpr word_table<7> hold_words{"none", "sticky", "cooldown", "ramp", "delay", "closed", "pull"};
constexpr word_table<8> reject_words{"none",     "presence",    "queue", "skill",
                                     "excluded", "channel_cap", "units", "ramp"};
constexpr word_table<11> refusal_words{
    "offer_gone",   "over_hard_cap", "unknown_conversation", "unknown_agent", "unknown_queue", "not_queued",
    "not_assigned", "not_eligible",  "nothing_to_pull",      "router_full",   "bulk_too_large"};
static_assert(distinct(event_words) &&
              static_cast<std::size_t>(event_kind::ramp_eased) + 1 == event_words.size());
static_assert(distinct(hold_words) && static_cast<std::size_t>(hold::pull) + 1 == hold_words.size());
static_assert(distinct(reject_words) && static_cast<std::size_t>(reject::ramp) + 1 == reject_words.size());
static_assert(distinct(refusal_words) &&
              static_cast<std::size_t>(refusal::bulk_too_large) + 1 == refusal_words.size());

// -- canonical bytes -----------------------------------------------------------------------------------------

template <class T>
void put(std::string& out, T value) {
  auto bits = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i, bits >>= 8) out.push_back(static_cast<char>(bits & 0xff));
}
void put(std::string& out, timestamp t) {
  put(out, t.time_since_epoch().count());
}
void put(std::string& out, const conversation_id& id) {
  put(out, id.thread.high);
  put(out, id.thread.low);
  put(out, id.ordinal);
}
void put(std::string& out, const presence_facts& p) {
  put(out, p.agent);
  put(out, p.epoch);
  put(out, static_cast<std::uint8_t>(p.online | p.grace << 1 | p.scheduled << 2));
  put(out, p.channels);
}
void put(std::string& out, const conversation_facts& f) {
  put(out, f.id);
  put(out, f.version);
  put(out, f.queue);
  put(out, f.channel);
  put(out, static_cast<std::uint8_t>(f.priority));
  put(out, static_cast<std::uint32_t>(f.required.size()));
  for (const auto& r : f.required) {
    put(out, r.skill);
    put(out, r.level);
  }
  put(out, static_cast<std::uint32_t>(f.preferred.size()));
  for (const auto& p : f.preferred) {
    put(out, p.skill);
    put(out, p.weight);
  }
  put(out, f.due);
  put(out, f.waiting_since);
  put(out, f.answered);
  put(out, f.last_agent);
  put(out, f.last_agent_at);
}

void put(std::string&, const tick&) {}
void put(std::string& out, const tell_conversation& c) {
  put(out, *c.facts);
}
void put(std::string& out, const tell_left& c) {
  put(out, c.id);
  put(out, c.version);
}
void put(std::string& out, const tell_presence& c) {
  put(out, c.presence);
}
void put(std::string& out, const tell_calendar& c) {
  put(out, c.queue);
  put(out, c.open);
}
void put(std::string& out, const tell_config& c) {
  put(out, c.config->version);
}
void put_answer(std::string& out, const conversation_id& id, agent_index agent, std::uint64_t epoch) {
  put(out, id);
  put(out, agent);
  put(out, epoch);
}
void put(std::string& out, const accept_offer& c) {
  put_answer(out, c.id, c.agent, c.epoch);
}
void put(std::string& out, const decline_offer& c) {
  put_answer(out, c.id, c.agent, c.epoch);
}
void put(std::string& out, const pull& c) {
  put(out, c.agent);
  put(out, c.id.has_value());
  if (c.id) put(out, *c.id);
}
void put(std::string& out, const assign& c) {
  put(out, c.id);
  put(out, c.agent);
  put(out, c.force);
}
void put(std::string& out, const unassign& c) {
  put(out, c.id);
}
void put(std::string& out, const transfer& c) {
  put(out, c.id);
  put(out, c.queue);
  put(out, c.agent);
  put(out, static_cast<std::uint8_t>(c.warm | c.force << 1));
}
void put(std::string& out, const reassign_all& c) {
  put(out, c.agent);
  put(out, c.queue);
}

}  // namespace

std::string_view to_word(event_kind k) {
  return word_of(event_words, k);
}
std::string_view to_word(hold h) {
  return word_of(hold_words, h);
}
std::string_view to_word(reject r) {
  return word_of(reject_words, r);
}
std::string_view to_word(refusal r) {
  return word_of(refusal_words, r);
}

void append_canonical(std::string& out, const router_event& e) {
  put(out, static_cast<std::uint8_t>(e.kind));
  put(out, e.at);
  put(out, e.conversation);
  put(out, e.agent);
  put(out, e.queue);
  put(out, e.ring);
  put(out, static_cast<std::uint8_t>(e.hold));
  put(out, e.flag);
  put(out, e.units);
  put(out, e.epoch);
  put(out, e.until);
  put(out, e.key);
  put(out, static_cast<std::uint8_t>(e.target.kind));
  put(out, e.target.index);
  put(out, e.presence);
  put(out, e.facts != nullptr);
  if (e.facts != nullptr) put(out, *e.facts);
  put(out, e.config == nullptr ? std::uint64_t{0} : e.config->version);
}

void append_canonical(std::string& out, const router_command& c, timestamp now, std::uint64_t sequence,
                      std::uint64_t config_version) {
  put(out, static_cast<std::uint8_t>(c.index()));
  put(out, now);
  put(out, sequence);
  put(out, config_version);
  std::visit([&](const auto& command) { put(out, command); }, c);
}

}  // namespace switchboard::domain::routing
