#pragma once
// An engine under load that is killed at any moment, started again, and held against the ledger of its clients.
// What the tests of this folder differ in is how it ends: killed, killed again while it recovers, or killed and
// its directory made what a disk could hold after the power went.

#include "power_supply.hpp"
#include "tests/e2e/load.hpp"
#include "tests/e2e/scratch.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::faults {

/// From the start of the process to its first 200.
inline constexpr std::chrono::seconds recovery_max{5};

/// SWITCHBOARD_SEED, or one that is drawn; printed where a loop begins.
[[nodiscard]] std::uint64_t seed();
/// SWITCHBOARD_CRASH_CYCLES, or what the form of the run says.
[[nodiscard]] std::uint64_t cycles(std::uint64_t in_short, std::uint64_t in_full);

/// Messages whose ids begin so are in no ledger: whoever sent them is erased again.
inline constexpr std::string_view id_of_erased = "wamid.erased.";

enum class crash { kill, power };

/// See shim/failing.hpp.
struct storage_fault {
  std::string operation, how;
  std::uint64_t first = 1;
  bool for_ever = false;
  [[nodiscard]] std::string text() const {
    return operation + ":" + how + ":" + std::to_string(first) + (for_ever ? ":ever" : ":once");
  }
};

/// What an engine did about it.
struct fault_outcome {
  std::string hit;                               ///< operation and path; empty: the fault was never met
  std::optional<e2e::ending> end;                ///< nullopt: it went on
  std::chrono::milliseconds ended_after{};       ///< from the failed call to the end of the process
  std::vector<std::string> acknowledged_behind;  ///< asked after the failed call, and answered 200
};

class crash_loop {
 public:
  /// Nothing runs yet, and there is no data directory. Where the journal is trimmed when the engine stops (always under
  /// crash::power), the log can't be compared as a whole.
  explicit crash_loop(crash how, const std::string& program = e2e::engine_binary(), bool trims = false);

  // Load, starting the engine where it doesn't run, and then its end.

  /// In the midst of it, once so many more were answered 200.
  void load_and_crash(unsigned at_least, unsigned at_most);
  /// Behind one operation on a file (crash::power only).
  void load_and_crash_at_an_operation();
  /// At the moment in which a large body is answered: whoever answers too early is in the midst
  /// of writing it.
  void load_and_crash_at_an_answer();
  /// A stop in good order, and then the power goes (crash::power only): trimming and last flushes too must
  /// be durable before anything relies on them.
  void load_and_stop();

  /// Load, until the fault is met and the engine ends of it; where it is one to go on with (`harmless`), until so many
  /// more were answered 200. Then the power goes (crash::power only).
  fault_outcome load_and_fail(const storage_fault& fault, bool harmless, unsigned answers);

  /// Load, a backup, an erasure and a stop, with `environment` set, until the engine has ended; then the power goes
  /// (crash::power only). What the engine said.
  std::string run_whole_life(const std::string& environment);

  // Load beside whatever else a test does to the engine, which runs.
  void begin_load(unsigned connections = 32);
  void end_load() { load_.stop(); }
  /// Until so many more were answered 200: false when the engine ended before; then `ended` says how.
  bool wait_for_answers(std::uint64_t more, std::optional<e2e::ending>& ended);
  /// Of the next starts.
  void configure(const e2e::setup& s) { engine_.configure(s.toml(engine_.data())); }
  void set_environment(std::vector<std::string> variables) { further_ = std::move(variables); }

  /// How the next power loss is; later ones are drawn again.
  void plan_next(cut_plan plan) { next_plan_ = plan; }

  /// Starts, and ends it again: before it is ready, or shortly after.
  void crash_while_starting();
  /// Starts, and the power goes behind its so-manieth operation on a file (crash::power only); once it is ready
  /// where there are fewer.
  void crash_at_operation(std::uint64_t number);
  /// How many the last whole start had (crash::power only).
  [[nodiscard]] std::uint64_t operations_of_start() const { return operations_of_start_; }
  /// Starts; returns how long it took from there to the first 200. Throws when the engine refuses to start.
  std::chrono::milliseconds recover();

  /// Takes what is new on the stream and compares.
  [[nodiscard]] e2e::findings check();
  /// The platform delivers again what it got no 200 for; with `percent`, also of what it did.
  void redeliver(unsigned percent);
  /// What REST shows is what the stream said.
  void compare_with_rest();
  /// The log from its beginning says what it said event by event.
  void compare_with_whole_log();
  void verify_offline();
  /// Whether the journal has forgotten its beginning, which only the views show then.
  [[nodiscard]] bool is_trimmed();

  [[nodiscard]] const e2e::load& clients() const { return load_; }
  [[nodiscard]] std::size_t messages() const { return account_.messages.size(); }
  [[nodiscard]] e2e::engine_process& engine() { return engine_; }
  [[nodiscard]] std::chrono::milliseconds slowest_recovery() const { return slowest_; }
  /// Of all cuts so far.
  [[nodiscard]] const cut_report& cut_away() const { return cut_away_; }
  [[nodiscard]] std::uint64_t overwrites() const { return overwrites_; }
  /// How it ended last, for the message of a failure.
  [[nodiscard]] const std::string& last_end() const { return last_end_; }

 private:
  /// Load, until so many more were answered 200 or the engine has ended.
  void load_until_answered(unsigned at_least, unsigned at_most);
  /// What the next process runs with.
  void connect(std::uint64_t die_at = 0, std::vector<std::string> further = {});
  [[nodiscard]] cut_plan draw_plan();
  /// SIGKILL, if it hasn't ended; then what the power's going does.
  void end();
  [[nodiscard]] std::uint64_t up_to(std::uint64_t most) { return random_() % (most + 1); }

  const crash how_;
  e2e::scratch scratch_;
  e2e::engine_process engine_;
  power_supply power_;
  e2e::ledger book_;
  e2e::load load_;
  std::mt19937_64 random_;
  std::uint64_t probes_ = 0, large_ = 0, lives_ = 0;
  std::uint64_t operations_of_start_ = 0;  ///< of the last whole one
  std::chrono::milliseconds last_start_{}, slowest_{};
  cut_report cut_away_;
  std::uint64_t overwrites_ = 0;
  std::vector<std::string> further_;  ///< of the environment
  std::optional<cut_plan> next_plan_;
  std::vector<cut_plan> plans_;  ///< not yet had, before each is had again
  std::string last_end_;
  std::string cursor_ = "earliest";
  e2e::account_of_engine account_;
};

}  // namespace switchboard::faults
