#pragma once
// What the engine's log says of the messages that were sent to it, held against what it answered: nothing
// acknowledged may be missing, there twice or out of order. One line a message, so that millions can be checked.

#include "traffic.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace switchboard::load {

class account {
 public:
  account(std::string marker, std::uint32_t messages_per_body)
      : marker_(std::move(marker)), per_body_(messages_per_body) {}

  /// In the log's order. What is about no conversation is passed over.
  void take(std::string_view event_json);
  /// Sentences, the first few of each kind; none: all is well. `acks` in any order.
  [[nodiscard]] std::vector<std::string> compare(const std::vector<acknowledgement>& acks) const;
  [[nodiscard]] std::size_t messages() const { return messages_.size(); }

 private:
  struct message {
    std::uint64_t number;
    std::uint32_t conversation;
  };
  std::string marker_;
  std::uint32_t per_body_;
  std::unordered_map<std::string, std::uint32_t> index_;  ///< of conversations
  std::vector<std::uint64_t> last_sequence_;              ///< by conversation
  std::vector<message> messages_;                         ///< in the log's order
  std::vector<std::string> gaps_;
};

/// Reads the whole log of the engine from its beginning into the account. Throws where it can't.
void read_log_into(account& a, std::uint16_t port, std::string_view token);

/// The text between `opening` and the next of `ends`, in an event as the engine writes it.
[[nodiscard]] std::string_view between(std::string_view text, std::string_view opening,
                                       std::string_view ends);

}  // namespace switchboard::load
