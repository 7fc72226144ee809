#pragma once
// What a brand promises, and to whom: the policies of the config, from the first on, and the first that fits a conversation is its
// own. A policy names for each clock how much business time it gives, by the conversation's priority, when to warn, and what is done
// then.

#include "domain/calendar.hpp"
#include "domain/model.hpp"
#include "domain/routing/first_match.hpp"
#include "domain/sla/metric.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain::sla {

/// Business time, or the end of a business day: 0 of the one that the clock starts in, 1 of the next …
struct target {
  milliseconds time{0};
  std::optional<std::uint32_t> business_days = {};
  bool operator==(const target&) const = default;
};

/// At a share of the target, or when only so much of it is left.
struct warning {
  std::optional<std::uint32_t> percent = {};  ///< 1 to 99 of the target …
  milliseconds remaining{0};                  ///< … else this
  std::vector<action> actions = {};
  bool operator==(const warning&) const = default;
};
/// What is left of a target of `all` when it warns.
[[nodiscard]] milliseconds left_at(const warning& w, milliseconds all);

struct clock_rule {
  std::array<std::optional<target>, 4> targets = {};  ///< by priority; nullopt: no such clock
  bool around_the_clock = false;                      ///< the policy's calendar counts not
  std::vector<warning> warnings = {};
  std::vector<action> on_breach = {};
  bool operator==(const clock_rule&) const = default;
};

/// When the first response's clock starts where a bot speaks first.
enum class start : std::uint8_t { message, handoff };
/// What a conversation that its customer opens again goes on with.
enum class reopening : std::uint8_t { resume, new_cycle };
/// What a change of calendar does to time that has passed.
enum class recalculation : std::uint8_t { frozen, retroactive };

struct policy {
  std::string id = {};
  /// Who has it: the tests of a routing rule, of which keywords are none, and the queue that it is in.
  routing::routing_rule who = {};
  std::vector<queue_id> queues = {};  ///< empty: any, or none

  std::string calendar_id = {};                ///< empty: around the clock
  std::shared_ptr<const calendar> hours = {};  ///< null: around the clock
  std::string zone = {};                       ///< its zone's name, for people
  std::array<std::optional<clock_rule>, metric_count> clocks = {};
  sla::start start = sla::start::message;
  std::vector<queue_id> bot_queues = {};  ///< where a bot has it, for start::handoff
  bool bots_fulfil = false;               ///< what a bot says is a response, too
  bool charge_ingest_lag = true;  ///< a message counts from when it was written, not from when it came here
  sla::reopening reopening = sla::reopening::resume;
  sla::recalculation recalculation = sla::recalculation::frozen;
  std::array<bool, 5> resolution_pauses = {};  ///< by conversation_status
  std::string spam_tag = "spam";               ///< who is tagged so waits for nothing; empty: none
  std::string no_reply_tag = "no-reply-needed";
  /// Of everything above, the calendar's hours and its zone's table: another number, another plan.
  std::uint64_t fingerprint = 0;
  std::uint64_t hours_fingerprint = 0;  ///< of the calendar alone; 0: none

  [[nodiscard]] const clock_rule* rule_of(metric m) const {
    const auto& r = clocks[static_cast<std::size_t>(m)];
    return r ? &*r : nullptr;
  }
  /// nullptr: that clock is none at this priority.
  [[nodiscard]] const target* target_of(metric m, priority p) const;
  /// The calendar that a clock goes by; nullptr: around the clock.
  [[nodiscard]] const calendar* hours_of(metric m) const;
};

/// Of one config, immutable, from any thread.
struct policies {
  std::vector<policy> all = {};
  /// Those that were in force before `since`, without theirs: what had counted by then, counted by them. null: not known.
  std::shared_ptr<const policies> before = {};
  timestamp since = {};

  /// nullptr: nothing is promised.
  [[nodiscard]] const policy* match(const conversation& c) const;
  [[nodiscard]] const policy* find(std::string_view id) const;
  /// The one by which a plan was made: this config's or the one before; nullptr: neither's.
  [[nodiscard]] const policy* planned_by(std::string_view id, std::uint64_t fingerprint) const;
};

}  // namespace switchboard::domain::sla
