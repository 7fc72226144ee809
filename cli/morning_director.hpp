#pragma once
// Plays the morning: lets customers write and agents work, by the script, on what the stream says. One thread.

#include "cli/morning_ledger.hpp"
#include "cli/morning_script.hpp"
#include "cli/morning_stage.hpp"
#include "cli/morning_timeline.hpp"
#include "config/settings.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace switchboard::cli {

/// What came of the script's own acts; of everything else the ledger knows.
struct morning_deeds {
  std::uint64_t pulled = 0, cold = 0, warm = 0, reassigned = 0;
  std::uint64_t too_late = 0;  ///< answers to offers that were gone (409)
  std::uint64_t explained = 0;
};

class morning_director {
 public:
  using print = std::function<void(const std::string& line)>;
  morning_director(morning_stage& stage, const config::settings& settings, const morning_script& script,
                   const morning_plan& plan, timeline_style style, print line);

  /// Until every customer has written and every conversation is solved; or something makes that impossible, which faults() says.
  /// False: interrupted.
  [[nodiscard]] bool play();
  /// Asks for the reasons of all assignments so far. False: interrupted.
  [[nodiscard]] bool explain_all();
  /// Agents go on working, on whatever else comes, until interrupted.
  void stay();

  [[nodiscard]] const morning_ledger& ledger() const { return ledger_; }
  [[nodiscard]] const morning_deeds& deeds() const { return deeds_; }
  /// Calls that were not answered as they had to be; who was over a cap by the engine's own word; assignments without a reason.
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }

 private:
  using clock = std::chrono::steady_clock;
  struct agent_state {
    const config::agent_settings* settings = nullptr;
    std::string session = {};  ///< empty: none
    bool silent = false;       ///< his connection is lost
    bool left = false;         ///< his shift is over
    bool pulls = false;
    std::uint32_t asked = 0;
  };
  using on_answer = std::function<void(const stage_answer&)>;

  void run_until(const std::function<bool()>& done);
  void take(const morning_event& e);
  void in(milliseconds after, std::function<void()> what);
  void ask(const std::string& who, std::string method, std::string target, std::string body, on_answer then);
  void fault(std::string what);
  void expect(const stage_answer& a, int status, const std::string& doing);
  void say(const std::string& what);

  // customers
  void writes(const arrival& a, std::uint32_t attempt);
  // agents
  void log_in(const std::string& agent);
  void beat(const std::string& agent, const std::string& session);
  void offered(const morning_event& e);
  void answer(const morning_event& offer, bool accept);
  void solve(const std::string& conversation, const std::string& agent);
  void pull(const std::string& agent);
  /// His that nobody is about to solve.
  [[nodiscard]] std::vector<const morning_case*> spare_work(const std::string& agent) const;
  void look_at_agents();
  // the script's acts
  void perform(const act& a);
  void blink(const act& a);
  void drop_out(const act& a);
  void hand_over(const act& a);
  void end_shift(const act& a);

  morning_stage& stage_;
  const config::settings& settings_;
  const morning_script& script_;
  morning_plan plan_;
  timeline_style style_;
  print print_;
  morning_ledger ledger_;
  morning_deeds deeds_;
  std::vector<std::string> faults_;
  std::map<std::string, agent_state> agents_;
  std::set<std::string> kept_;     ///< conversations that are being handed over: not to be solved meanwhile
  std::set<std::string> solving_;  ///< … that are being solved: not to be handed over
  std::map<std::string, std::string> names_;  ///< of customers, by their platform's id
  std::multimap<clock::time_point, std::function<void()>> agenda_;
  std::unordered_map<std::uint64_t, on_answer> awaited_;
  std::uint64_t next_tag_ = 1;
  std::size_t to_write_ = 0, to_perform_ = 0;
  clock::time_point began_ = clock::now(), last_event_ = began_;
  domain::timestamp began_at_ = {};
  std::string run_;  ///< part of every customer's id, so that two mornings on one directory share none
  bool ended_ = false, staying_ = false;
};

}  // namespace switchboard::cli
