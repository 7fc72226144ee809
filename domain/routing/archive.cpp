#include "domain/routing/archive.hpp"

#include "domain/routing/descriptions.hpp"

#include <algorithm>
#include <utility>
#include <variant>

// command  := version:u8 kind:u8 fields      kind: the place in router_command
// events   := version:u8 count:u32 event*
// presence := version:u8 fields
// config   := version:u8 fields              its own version as 0
// Version 2 of commands, configs and states (saving.cpp): what customers are told of their wait.

namespace switchboard::domain::routing {
namespace {

// 2: rules have names, channels an order, what no rule fits a queue, and queues may tell who waits.
constexpr std::uint8_t command_version = 2;
constexpr std::uint8_t events_version = 2;
constexpr std::uint8_t presence_version = 1;
constexpr std::uint8_t config_bytes_version = 2;

template <std::size_t I = 0>
void read_fields(byte_reader& in, std::uint8_t kind, router_command& c) {
  if constexpr (I < std::variant_size_v<router_command>) {
    if (kind != I) return read_fields<I + 1>(in, kind, c);
    in(c.emplace<I>());
  } else {
    in.fail(std::to_string(kind) + " is no command");
  }
}

/// A byte each is kept of every agent and skill.
constexpr std::size_t levels_max = std::size_t{1} << 28;

bool is_within(std::size_t index, std::size_t size) {
  return index < size;
}

std::optional<std::string> find_fault_of(const queue_rules& q, const router_config& c) {
  const auto name = "queue " + q.id.value;
  if (q.rings.empty()) return name + " has no ring";
  if (q.strategies.empty()) return name + " has no strategy";
  if (q.offers_at_once == 0) return name + " asks nobody";
  for (const auto& t : q.overflow.targets) {
    const bool to_queue = t.kind == overflow_target::to::queue;
    const bool to_agent = t.kind == overflow_target::to::agent;
    if ((to_queue && !is_within(t.index, c.queues.size())) ||
        (to_agent && !is_within(t.index, c.agents.size()))) {
      return name + " overflows to " + std::to_string(t.index) + ", which is not there";
    }
  }
  return std::nullopt;
}

std::optional<std::string> find_fault_of(const agent_rules& a, const router_config& c) {
  const auto name = "agent " + a.id.value;
  for (const auto& m : a.queues) {
    if (!is_within(m.queue, c.queues.size()))
      return name + " is in queue " + std::to_string(m.queue) + ", which is not there";
  }
  for (const auto& s : a.skills) {
    if (!is_within(s.skill, c.skills.size()))
      return name + " has skill " + std::to_string(s.skill) + ", which is not there";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_fault(const router_config& c) {
  if (c.channels.empty() || c.channels.size() > channels_max) {
    return std::to_string(c.channels.size()) + " channels, and there are 1 to " +
           std::to_string(channels_max);
  }
  if (c.queues.size() >= no_queue) return std::to_string(c.queues.size()) + " queues are too many";
  if (c.skills.size() > 0xffff || c.skills.size() * c.agents.size() > levels_max) {
    return std::to_string(c.skills.size()) + " skills of " + std::to_string(c.agents.size()) +
           " agents are too many";
  }
  if (c.rules.size() > no_rule) return std::to_string(c.rules.size()) + " rules are too many";
  for (const auto ch : c.channel_order) {
    if (!is_within(ch, c.channels.size())) return "channel " + std::to_string(ch) + " is not there";
  }
  if (c.default_queue != no_queue && !is_within(c.default_queue, c.queues.size()))
    return "queue " + std::to_string(c.default_queue) + ", the default, is not there";
  for (const auto& q : c.queues) {
    if (auto fault = find_fault_of(q, c)) return fault;
  }
  for (const auto& a : c.agents) {
    if (auto fault = find_fault_of(a, c)) return fault;
  }
  return std::nullopt;
}

std::string encode(const router_command& c) {
  std::string out;
  byte_writer write(out);
  write(command_version, static_cast<std::uint8_t>(c.index()));
  std::visit([&](const auto& command) { write(command); }, c);
  return out;
}

expected<router_command, std::string> decode_command(std::string_view bytes) {
  byte_reader in(bytes);
  in.version(command_version);
  std::uint8_t kind = 0;
  in(kind);
  router_command c;
  if (!in.failed()) read_fields(in, kind, c);
  const auto* const told = std::get_if<tell_conversation>(&c);
  if (told != nullptr && told->facts == nullptr) in.fail("a conversation without facts");
  const auto* const brings = std::get_if<tell_config>(&c);
  if (brings != nullptr && !in.failed()) {
    if (const auto fault = find_fault(*brings->config)) in.fail(*fault);
  }
  if (auto why = in.finish()) return unexpected("a router's command, " + *why);
  return c;
}

std::string encode(const std::vector<router_event>& events) {
  std::string out;
  byte_writer write(out);
  write(events_version, events);
  return out;
}

expected<std::vector<router_event>, std::string> decode_events(std::string_view bytes,
                                                               const config_ptr& told) {
  byte_reader in(bytes, told);
  in.version(events_version);
  std::vector<router_event> events;
  in(events);
  if (auto why = in.finish()) return unexpected("a router's events, " + *why);
  return events;
}

std::string encode(const agent_presence& p) {
  std::string out;
  byte_writer write(out);
  write(presence_version, p);
  return out;
}

expected<agent_presence, std::string> decode_presence(std::string_view bytes) {
  byte_reader in(bytes);
  in.version(presence_version);
  agent_presence p;
  in(p);
  if (auto why = in.finish()) return unexpected("an agent's presence, " + *why);
  return p;
}

std::string encode(const router_config& c) {
  auto of_no_version = c;
  of_no_version.version = 0;
  std::string out;
  byte_writer write(out);
  write(config_bytes_version, of_no_version);
  return out;
}

void append_canonical(std::string& out, const router_event& e) {
  byte_writer write(out, config_form::version);
  write(e);
}

void append_canonical(std::string& out, const router_command& c, timestamp now, std::uint64_t sequence,
                      std::uint64_t config_version) {
  byte_writer write(out, config_form::version);
  write(static_cast<std::uint8_t>(c.index()), now, sequence, config_version);
  std::visit([&](const auto& command) { write(command); }, c);
}

}  // namespace switchboard::domain::routing
