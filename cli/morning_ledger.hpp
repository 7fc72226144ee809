#pragma once
// What the stream of a morning says, put together: whose each conversation is, what came of each event, the figures at the end, and
// whether anything was as it must never be. Pure; fed with every event from the first on, in the stream's order.

#include "cli/histogram.hpp"
#include "cli/morning_event.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::cli {

/// A conversation as far as the stream has told.
struct morning_case {
  std::string id, brand = {}, platform = {}, kind = {}, customer = {}, customer_name = {};
  std::string text = {};  ///< what was said last
  std::string queue = {}, owner = {};
  std::uint64_t sequence = 0;  ///< of its last event
  std::string last_type = {};  ///< of its last event
  domain::timestamp came_at = {}, waits_since = {}, assigned_at = {};
  bool routed = false, solved = false, ever_assigned = false;
  std::vector<std::string> asked_early =
      {};  ///< agents: offers stand before conversation.queued, people read them behind it
};

/// What came of one event, for people.
enum class happening : std::uint8_t {
  nothing,  ///< that a person would want to read
  came,     ///< into its first queue
  asked,
  declined,
  missed,
  taken_back,  ///< an offer
  accepted,    ///< it is his: he was asked
  given,       ///< … he was not
  lost_agent,  ///< nobody's again
  waits_again,
  overflowed_full,    ///< to another queue at once
  overflowed_waited,  ///< … after a while
  handed_over,        ///< to another queue or to the same, from its agent
  handed_over_warm,   ///< … who keeps it for now
  solved,
  agent_came,
  agent_in_grace,
  agent_back,
  agent_gone,
  agent_set_away  ///< he missed too many
};
inline constexpr std::size_t happening_count = static_cast<std::size_t>(happening::agent_set_away) + 1;

struct told {
  happening what = happening::nothing;
  const morning_case* about = nullptr;  ///< null: of an agent. Valid until the next event
  std::string agent = {};
  std::string queue_before = {};
  std::chrono::milliseconds after{0};  ///< came until taken, taken until solved, queued until overflowed
};

/// One conversation.assigned, and where its reason is to be found.
struct morning_assignment {
  std::string conversation, brand = {}, agent = {};
  bool offered = false;
  std::uint64_t decision = 0;  ///< the router's number of the offer, or of the assignment
  std::uint64_t routed = 0;    ///< of the assignment
  std::uint64_t place = 0;     ///< in the stream
};

class morning_ledger {
 public:
  /// What came of it, in the order that a person would tell it; mostly one or none.
  [[nodiscard]] std::vector<told> take(const morning_event& e);

  [[nodiscard]] const std::map<std::string, morning_case>& cases() const { return cases_; }
  /// "": nobody's, or not known.
  [[nodiscard]] std::string owner_of(const std::string& conversation) const;
  /// His that are not solved.
  [[nodiscard]] std::vector<const morning_case*> work_of(std::string_view agent) const;
  [[nodiscard]] std::uint64_t count(happening what) const { return counts_[static_cast<std::size_t>(what)]; }
  [[nodiscard]] std::uint64_t unsolved() const;
  [[nodiscard]] const std::vector<morning_assignment>& assignments() const { return assignments_; }
  /// From the first time that it waited until somebody had it for the first time.
  [[nodiscard]] const histogram& waits() const { return waits_; }

  /// What must never be, each a sentence: a conversation with two owners, an event that is missing. Empty: none.
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
  /// Who had more than his hard cap, by the routers' order. `units`: what a conversation costs; `hard`: of an agent.
  [[nodiscard]] std::vector<std::string> over_cap(
      const std::function<std::uint32_t(const morning_case&)>& units,
      const std::function<std::uint32_t(const std::string&)>& hard) const;

 private:
  /// From when to when a conversation was somebody's, by its router's numbers.
  struct ownership {
    std::string brand, agent, conversation;
    std::uint64_t from = 0, to = UINT64_MAX;
    std::uint64_t place = 0;                  ///< in the stream, where it began
    std::uint64_t solved_place = UINT64_MAX;  ///< … where it was solved while it was his
  };
  told take_own(const morning_event& e);
  told take_offer(const morning_event& e);
  told take_agent(const morning_event& e);
  told take_assigned(const morning_event& e, morning_case& c);
  told take_moved(const morning_event& e, morning_case& c);
  told take_solved(const morning_event& e, morning_case& c);
  void follow(const morning_event& e, morning_case& c);
  void end_ownership(const morning_case& c, std::uint64_t routed);
  told say(happening what, const morning_case* about, std::string agent = {},
           std::chrono::milliseconds after = {});

  std::map<std::string, morning_case> cases_;
  std::map<std::pair<std::string, std::string>, std::uint64_t>
      accepted_;                                      ///< (conversation, agent) → offer's epoch
  std::set<std::string> here_, in_grace_, set_away_;  ///< agents
  std::vector<morning_assignment> assignments_;
  std::vector<ownership> ownerships_;
  std::map<std::string, std::size_t> living_;  ///< conversation → its last in ownerships_
  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(happening_count, 0);
  std::vector<std::string> faults_;
  histogram waits_;
  std::uint64_t place_ = 0;
};

/// Is there, among the decisions of a conversation (GET …/decisions), the one by which this agent got it, and can `explain` print it?
/// Empty: yes. Else what is wrong, as a sentence.
[[nodiscard]] std::string unexplained(const morning_assignment& a, std::string_view decisions);

}  // namespace switchboard::cli
