#pragma once
// Sends the table of hostile webhooks to a running engine and says what was not as it should be.

#include "hostile.hpp"
#include "tests/e2e/engine_process.hpp"
#include "tests/e2e/wire.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace switchboard::attacks {

/// An engine of its own, plain or TLS, and as many connections as it takes to try many splits at once. Each request
/// has a canary behind it on the same connection: a handshake with a challenge that is in no other. It must be
/// answered, as itself and once, behind what the attack is answered; and never behind what ends the connection.
class hostile_round {
 public:
  hostile_round(const std::filesystem::path& directory, bool tls,
                const std::string& program = e2e::engine_binary());
  ~hostile_round();
  hostile_round(const hostile_round&) = delete;
  hostile_round& operator=(const hostile_round&) = delete;

  /// In one piece, then cut at each of `cuts` (bytes before the cut), all of which together must have the effect of
  /// one; then, where the row says so, with a wrong signature in one piece and in two.
  void strike(const hostile& row, std::span<const std::size_t> cuts);
  /// The same bytes so many times.
  void repeat(const hostile& row, std::size_t times);
  /// What only the end can tell: every canary ran that should, no other did, and the other brands saw nothing.
  void conclude();

  /// "H96 mid twice, cut at 71: …"
  [[nodiscard]] const std::vector<std::string>& findings() const { return findings_; }
  [[nodiscard]] std::size_t requests() const { return requests_; }

 private:
  struct figures {
    std::uint64_t bytes_in = 0, refusals = 0, handshakes = 0;
  };
  [[nodiscard]] figures read_figures();
  void send_cut(const hostile& row, std::span<const std::size_t> cuts);
  void await_received(const figures& before, std::uint64_t bytes);
  void check_answers(const hostile& row, std::size_t lane, std::size_t cut, const std::string& challenge);
  void check_effect(const hostile& row);
  void check_letter(const hostile& row, const std::string& event);
  /// That a platform of ours asked who we are: of each account once, and only behind a question that was answered.
  [[nodiscard]] bool tells_of_a_handshake(const std::string& event) const;
  [[nodiscard]] std::vector<std::string> new_events();
  [[nodiscard]] e2e::answer ask(const std::string& target, std::string_view token);
  void find(const hostile& row, const std::string& what);

  e2e::engine_process engine_;
  e2e::wire_options wires_;
  std::vector<std::unique_ptr<e2e::http_connection>> lanes_;
  std::unique_ptr<e2e::http_connection> reader_, admin_;
  std::string cursor_ = "earliest";
  std::uint64_t canaries_ = 0, canaries_due_ = 0, handshakes_due_ = 0, handshakes_before_ = 0;
  std::size_t requests_ = 0;
  std::set<std::string> asked_by_;  ///< sources whose handshake was answered with 200
  std::set<std::string> told_of_;   ///< accounts
  std::vector<std::string> findings_;
};

/// Every place where the request can be cut in two if it has up to `bytes_max`; of longer ones a sample: around the
/// ends of the lines and of the head, at the powers of two, at the end.
[[nodiscard]] std::vector<std::size_t> cuts_of(const hostile& row, std::size_t bytes_max);

}  // namespace switchboard::attacks
