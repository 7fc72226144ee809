#pragma once
// `switchboard replay-routing`: are the rules of this program still those that a journal was written by? Every routing.turned is
// taken again on the state before it, and must say the same to the byte; and the hash of what it was given must be that of the
// decisions that stand behind it.

#include "domain/expected.hpp"
#include "domain/routing/router_state.hpp"
#include "storage/journal.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace switchboard::cli {

/// Fed with a journal's records in order; holds one router's state for each brand.
class routing_replay {
 public:
  /// Nullopt: the record is none of routing's, or says what comes of it now, too. Else what is another, in one line.
  [[nodiscard]] std::optional<std::string> take(const storage::record& r);

  [[nodiscard]] std::uint64_t turns() const { return turns_; }          ///< taken again
  [[nodiscard]] std::uint64_t decisions() const { return decisions_; }  ///< whose hash is that of its turn
  [[nodiscard]] std::size_t brands() const;                             ///< of which any was
  /// Turns whose state before them the journal has no more: of before the first whole save behind what was trimmed.
  [[nodiscard]] std::uint64_t passed_over() const { return passed_over_; }

 private:
  struct brand {
    std::optional<domain::routing::router_state> state = {};
    std::string loading = {};  ///< the parts of a save that were there
    std::uint32_t parts = 0;
    std::uint64_t turns = 0;
    std::string inputs = {};  ///< of the last turn; empty: there was none
  };
  [[nodiscard]] std::optional<std::string> take(brand& of, const domain::routing_turn& t);
  [[nodiscard]] static std::optional<std::string> take(brand& of, const domain::routing_save& part);
  [[nodiscard]] std::optional<std::string> take(const brand& of, const domain::routing_decision& d);

  std::map<std::string, brand> brands_;
  std::uint64_t turns_ = 0, decisions_ = 0, passed_over_ = 0;
};

struct replay_options {
  std::string data_dir;
};

/// One line on stdout, or the first difference on stderr. 1: there is one; 74: the journal is damaged.
[[nodiscard]] int run_replay_routing(const replay_options& options);

}  // namespace switchboard::cli
