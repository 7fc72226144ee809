#pragma once
// A thread's past made of plain values, which knows what it was asked (domain/recalling).

#include "domain/recalling.hpp"
#include "tests/domain/thread_fixture.hpp"

#include <optional>
#include <string>
#include <vector>

namespace switchboard::domain {

class plain_past final : public thread_past {
 public:
  [[nodiscard]] std::optional<message> find_message(const std::string& id) const override {
    asked.emplace_back("message");
    return id == "m" ? stored : std::nullopt;
  }
  [[nodiscard]] std::optional<message> find_own(const message_id& id) const override {
    asked.push_back("message " + to_text(id));
    return stored && stored->id == id ? stored : std::nullopt;
  }
  [[nodiscard]] std::vector<message> made_by(const std::string& key) const override {
    asked.push_back("made by " + key);
    return made;
  }
  [[nodiscard]] bool had_message(const std::string& id) const override {
    asked.emplace_back("had message");
    return id == "m" && (stored || gone);
  }
  [[nodiscard]] bool had_effect(const inbound_event&) const override {
    asked.emplace_back("effect");
    return effect;
  }
  [[nodiscard]] std::optional<customer> find_customer(const customer_id& id) const override {
    asked.push_back("customer " + id.value);
    return known;
  }
  [[nodiscard]] std::optional<timestamp> erased_at(const customer_id& id) const override {
    asked.push_back("erased " + id.value);
    return erased;
  }
  [[nodiscard]] bool may_have_arrived(const message_id& reply) const override {
    asked.push_back("may have arrived " + to_text(reply));
    return begun == reply;
  }
  [[nodiscard]] std::optional<std::string> last_inbound(const conversation_id& c) const override {
    asked.push_back("last inbound of " + std::to_string(c.ordinal));
    return last;
  }
  [[nodiscard]] std::vector<message> answers_to(const message& said,
                                                const conversation_id& newest) const override {
    asked.push_back("answers to " + said.platform_message_id + " up to " + std::to_string(newest.ordinal));
    return answers;
  }
  [[nodiscard]] std::vector<message> outbound_up_to(const conversation_id& c, timestamp up_to,
                                                    delivery_status below) const override {
    asked.push_back("outbound of " + std::to_string(c.ordinal) + " up to " +
                    std::to_string((up_to - epoch) / std::chrono::seconds{1}) + " below " +
                    std::string(to_word(below)));
    return outbound;
  }

  std::optional<message> stored;  ///< "m"
  bool gone = false;              ///< "m" was erased, and is found no more
  bool effect = false;
  std::optional<message_id> begun;  ///< the reply that may have arrived
  std::optional<customer> known;
  std::optional<timestamp> erased;
  std::optional<std::string> last;
  std::vector<message> answers;
  std::vector<message> outbound;
  std::vector<message> made;
  mutable std::vector<std::string> asked;
};

/// With something to lose: what would be known about another thread.
[[nodiscard]] inline receive told(inbound_event in) {
  receive r;
  r.inbound = std::move(in);
  r.brand = {"acme"};
  r.customer = {"k"};
  r.aliases = {thread_alias{}};
  r.other_name = true;
  return r;
}
[[nodiscard]] inline thread_state fresh() {
  return {the_thread, std::nullopt};
}
[[nodiscard]] inline thread_state with_conversation(std::uint32_t ordinal = 1, std::uint32_t erased = 0) {
  conversation c;
  c.id = {the_thread, ordinal};
  c.brand = {"acme"};
  return {the_thread, std::move(c), erased};
}
[[nodiscard]] inline thread_state all_erased(std::uint32_t up_to) {
  return {the_thread, std::nullopt, up_to};
}

/// A message "m" of the conversation with this ordinal.
[[nodiscard]] inline message stored_in(std::uint32_t ordinal) {
  message m;
  m.id = {{the_thread, ordinal}, 2};
  m.platform_message_id = "m";
  return m;
}
[[nodiscard]] inline message placeholder(bool deleted = false) {
  auto m = stored_in(1);
  m.placeholder = true;
  m.deleted = deleted;
  return m;
}

}  // namespace switchboard::domain
