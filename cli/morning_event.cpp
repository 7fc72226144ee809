#include "cli/morning_event.hpp"

#include "cli/json_members.hpp"

namespace switchboard::cli {

namespace {

using simdjson::dom::object;

bool is_set(const object& o, std::string_view name) {
  bool b = false;
  return o.at_key(name).get(b) == simdjson::SUCCESS && b;
}

void read_conversation(const object& c, morning_event& e) {
  e.conversation = text_of(c, "id");
  e.platform = text_of(c, "platform");
  e.customer_name = text_of(c, "customerName");
  if (e.customer_name.empty()) e.customer_name = text_of(c, "customerHandle");
  e.queue = text_of(c, "queue");
  e.assigned_to = text_of(c, "assignedTo");
  object metadata;
  if (c.at_key("metadata").get(metadata) != simdjson::SUCCESS) return;
  e.kind = text_of(metadata, "source");
  e.customer = text_of(metadata, "customerPlatformId");
  e.routed = number_of(metadata, "routed");
}

void read_offer(const object& o, morning_event& e) {
  e.conversation = text_of(o, "conversationId");
  e.agent = text_of(o, "agentId");
  e.queue = text_of(o, "queue");
  e.epoch = number_of(o, "epoch");
}

void read_agent(const object& a, morning_event& e) {
  e.agent = text_of(a, "id");
  e.status = text_of(a, "status");
  e.online = is_set(a, "online");
  e.grace = is_set(a, "grace");
  e.away_by_itself = is_set(a, "awayByItself");
}

}  // namespace

std::optional<morning_event> read_morning_event(std::string_view json) {
  thread_local simdjson::dom::parser parser;
  object root, data, part;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  const auto at = domain::parse_rfc3339(text_of(root, "time"));
  if (!at || root.at_key("data").get(data) != simdjson::SUCCESS) return std::nullopt;
  morning_event e{.type = text_of(root, "type"), .at = *at};
  if (e.type.empty()) return std::nullopt;
  e.brand = text_of(root, "brand");
  e.sequence = number_of(root, "sequence");
  if (data.at_key("conversation").get(part) == simdjson::SUCCESS) read_conversation(part, e);
  if (data.at_key("message").get(part) == simdjson::SUCCESS) e.text = text_of(part, "content");
  if (data.at_key("offer").get(part) == simdjson::SUCCESS) read_offer(part, e);
  if (data.at_key("agent").get(part) == simdjson::SUCCESS) read_agent(part, e);
  return e;
}

}  // namespace switchboard::cli
