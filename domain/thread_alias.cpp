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

std::vector<thread_alias> aliases_told_by(const inbound_event& e, thread_id thread,
                                          const thread_of_key& named) {
  std::vector<thread_alias> told;
  if (!e.thread_key_next.empty()) {
    const bool others = is_given_to_others(e.platform);
    const auto now = std::chrono::floor<std::chrono::milliseconds>(e.at);  // as precise as it is kept
    // A chat id is of this thread whatever the clocks of its first messages say.
    told.push_back({named(e.thread_key_next), thread, others ? timestamp{now} : timestamp{}});
    if (others) {
      // What was said in the moment of the change is the old owner's.
      const timestamp since = now + std::chrono::milliseconds{1};
      told.push_back({named(e.thread_key), named(next_owner_key(e.thread_key, since)), since});
    }
  }
  if (!e.thread_key_also_next.empty()) {
    told.push_back({named(e.thread_key_also_next), thread, std::nullopt});
  }
  std::erase_if(told, [](const thread_alias& a) { return a.key == a.thread && !a.since; });
  return told;
}

std::string next_owner_key(std::string_view key, timestamp since) {
  std::string text(key);
  text += '\n';  // no platform's key holds one
  text += std::to_string(std::chrono::floor<std::chrono::milliseconds>(since).time_since_epoch().count());
  return text;
}

}  // namespace switchboard::domain
