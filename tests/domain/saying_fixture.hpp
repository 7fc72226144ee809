#pragma once
// A thread that replies are said in.

#include "domain/saying.hpp"
#include "tests/domain/thread_fixture.hpp"

#include <string>
#include <utility>

namespace switchboard::domain {

class saying_test : public thread_test {
 protected:
  saying_test() : saying_test(text_message("1")) {}
  explicit saying_test(const inbound_event& first) { feed(first); }

  /// An echo from a platform that gives back no reference.
  [[nodiscard]] static inbound_event wordy_echo(std::string id, std::string words) {
    auto in = echo(std::move(id), std::move(words));
    in.platform = platform::instagram;
    return in;
  }

  [[nodiscard]] say reply(std::string text) const {
    say s;
    s.id = current().id;
    s.parts.push_back({.content = std::move(text)});
    s.sender_id = "agent-7";
    return s;
  }
  /// Queues one, and gives its id.
  message_id queued(std::string text = "blue or red?") {
    const auto events = run(reply(std::move(text)));
    return events.empty() ? message_id{} : events.back().message->id;
  }
  [[nodiscard]] settle_send settled(message_id id, settle_send::end what,
                                    std::string platform_id = {}) const {
    settle_send s{.id = id, .what = what, .platform_message_id = std::move(platform_id)};
    if (const auto known = by_platform_id.find(s.platform_message_id); known != by_platform_id.end()) {
      s.same_id = messages.at(known->second);
    }
    return s;
  }
  [[nodiscard]] const message& message_of(message_id id) const { return messages.at(id); }
  /// As recall() does it.
  event_list feed_about(message_id id, inbound_event in) {
    in.our_reference = to_text(id);
    auto r = command_of(in);
    if (!r.target && !is_on_its_way(state, id)) r.target = messages.at(id);
    return run(r);
  }

  using end = settle_send::end;
};

}  // namespace switchboard::domain
