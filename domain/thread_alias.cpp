#include "domain/thread_alias.hpp"

#include <algorithm>
#include <chrono>

namespace switchboard::domain {
namespace {

/// Telephone numbers are; chat ids are not.
bool is_given_to_others(platform p) {
  return p == platform::whatsapp;
}

}  // namespace

const thread_alias* move_at(std::span<const thread_alias> moves, timestamp at) {
  const thread_alias* latest = nullptr;
  for (const auto& m : moves) {
    if (m.since <= at && (latest == nullptr || latest->since <= m.since)) latest = &m;
  }
  return latest;
}

thread_alias passed_on(const inbound_event& e, bool excluded, const key_owner& owner) {
  timestamp since = std::chrono::floor<std::chrono::milliseconds>(e.at);  // as precise as it is kept
  if (excluded) since += std::chrono::milliseconds{1};
  const auto next = next_owner_key(e.thread_key, since);
  return {owner.thread(e.thread_key), owner.thread(next), since, owner.customer(next)};
}

std::vector<thread_alias> aliases_told_by(const inbound_event& e, thread_id thread,
                                          const customer_id& customer, const key_owner& owner) {
  std::vector<thread_alias> told;
  if (!e.thread_key_next.empty()) {
    const bool others = is_given_to_others(e.platform);
    const timestamp now = std::chrono::floor<std::chrono::milliseconds>(e.at);
    // A chat id is of this thread whatever the clocks of its first messages say.
    told.push_back({owner.thread(e.thread_key_next), thread, others ? now : timestamp{}, customer});
    // What was said in the moment of the change is the old owner's.
    if (others) told.push_back(passed_on(e, true, owner));
  }
  if (!e.thread_key_also_next.empty()) {
    told.push_back({owner.thread(e.thread_key_also_next), thread, std::nullopt, customer});
  }
  return told;
}

std::string next_owner_key(std::string_view key, timestamp since) {
  std::string text(key);
  text += '\n';  // no platform's key holds one
  text += std::to_string(std::chrono::floor<std::chrono::milliseconds>(since).time_since_epoch().count());
  return text;
}

}  // namespace switchboard::domain
