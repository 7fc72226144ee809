#pragma once
// What a client of the engine knows, kept where the engine cannot lose it: one line before the first byte of
// a request is sent, one after the whole answer came. Against it the engine's own account is held.
//
//   I <id> <customer> <connection> <n> <hash> <ms>   about to send; n counts the connection's new messages
//   A <id> <status> <ms>                             answered; 0: no answer came
//
// Sent again, a message has further I and A lines; its first I line says its place.

#include "cli/sockets.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::e2e {

[[nodiscard]] std::uint64_t hash_of(std::string_view text);

/// Writes; thread-safe, one write(2) a line.
class ledger {
 public:
  explicit ledger(std::filesystem::path file);
  void intend(std::string_view id, std::string_view customer, unsigned connection, std::uint64_t n,
              std::uint64_t hash) const;
  void answered(std::string_view id, int status) const;
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  void put(std::string line) const;
  std::filesystem::path file_;
  cli::file_descriptor fd_;
};

struct ledger_entry {
  std::string customer;
  unsigned connection = 0;
  std::uint64_t n = 0;
  std::uint64_t hash = 0;
  bool acknowledged = false;  ///< a 200 came, at least once
};
using ledger_entries = std::map<std::string, ledger_entry>;  ///< by message id
[[nodiscard]] ledger_entries read_ledger(const std::filesystem::path& file);

/// The engine's account: what its stream says, folded event by event.
class account_of_engine {
 public:
  struct message {
    std::string customer;
    std::string conversation;
    std::uint64_t sequence = 0;
    std::uint64_t hash = 0;
    unsigned times = 0;
  };
  /// Throws on what is no event.
  void take(std::string_view event_json);

  std::map<std::string, message> messages;  ///< by platformMessageId
  std::map<std::string, std::vector<std::string>>
      conversations;                                   ///< platformMessageIds in the stream's order
  std::map<std::string, std::uint64_t> last_sequence;  ///< by conversation
  std::vector<std::string> gaps;                       ///< sentences
};

struct findings {
  std::vector<std::string> lost, duplicated, phantom, altered, gaps, disordered;
  [[nodiscard]] bool none() const;
  /// Counts, and the first few of each.
  [[nodiscard]] std::string text() const;
};

/// Holds one against the other. A message without a 200 may be there or not.
[[nodiscard]] findings compare(const ledger_entries& ledger, const account_of_engine& engine);

}  // namespace switchboard::e2e
