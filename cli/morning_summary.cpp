#include "cli/morning_summary.hpp"

#include "cli/figures.hpp"

#include <map>
#include <string_view>
#include <utility>

namespace switchboard::cli {

namespace {

std::string by_platform(const morning_ledger& ledger) {
  std::map<std::string, std::uint64_t> of;
  for (const auto& [id, c] : ledger.cases()) ++of[c.platform];
  std::string out;
  for (const auto& [platform, n] : of) out += (out.empty() ? "" : ", ") + format_count(n) + ' ' + platform;
  return out;
}

std::string line(std::string_view name, const std::string& what) {
  return format("  %-14s", std::string(name).c_str()) + what + '\n';
}

/// What the script is there to show, each by its name; and whether it was to be seen.
std::vector<std::string> not_seen(const morning_facts& f) {
  const auto seen = [&](happening what) { return f.ledger.count(what) > 0; };
  const std::pair<const char*, bool> all[]{
      {"an offer accepted", seen(happening::accepted)},
      {"an offer declined", seen(happening::declined)},
      {"an offer missed", seen(happening::missed)},
      {"an assignment without being asked", seen(happening::given)},
      {"a pull", f.deeds.pulled > 0},
      {"an overflow of a full queue", seen(happening::overflowed_full)},
      {"an overflow of who waited too long", seen(happening::overflowed_waited)},
      {"an agent back within the grace", seen(happening::agent_back)},
      {"an agent gone behind it", seen(happening::agent_gone)},
      {"a requeue", seen(happening::waits_again)},
      {"a cold transfer", f.deeds.cold > 0},
      {"a warm transfer", f.deeds.warm > 0 && seen(happening::handed_over_warm)},
      {"work handed back at a shift's end", f.deeds.reassigned > 0}};
  std::vector<std::string> missing;
  for (const auto& [what, was] : all) {
    if (!was) missing.push_back(std::string(what) + " was not to be seen; is the morning too short?");
  }
  return missing;
}

}  // namespace

std::vector<morning_check> check_morning(const morning_facts& f) {
  const auto assignments = f.ledger.assignments().size();
  morning_check explained{.says = "each of " + format_count(assignments) +
                                  " assignments has its decision, which explain can print"};
  if (f.deeds.explained != assignments) {
    explained.faults.push_back("of " + format_count(assignments) + " assignments " +
                               format_count(f.deeds.explained) + " can be explained");
  }
  morning_check solved{.says = "each of " + format_count(f.expected) + " customers came and was helped"};
  const auto came = f.ledger.count(happening::came);
  if (came < f.expected) {
    solved.faults.push_back("of " + format_count(f.expected) + " customers " + format_count(came) +
                            " came into a queue");
  }
  if (f.ledger.unsolved() > 0)
    solved.faults.push_back(format_count(f.ledger.unsolved()) + " conversations were not solved");
  return {std::move(solved),
          std::move(explained),
          {.says = "nobody was over a hard cap", .faults = f.over_caps},
          {.says = "no conversation had two owners, and the stream lacks no event of any",
           .faults = f.ledger.faults()},
          {.says = "the engine answered every call as it should", .faults = f.faults},
          {.says = "everything that the script has was to be seen", .faults = not_seen(f)}};
}

std::string morning_summary(const morning_facts& f) {
  const auto n = [&](happening what) { return format_count(f.ledger.count(what)); };
  const auto given = f.ledger.count(happening::given);
  const auto pulled = std::min(f.deeds.pulled, given);
  std::string out = line("conversations", n(happening::came) + ": " + by_platform(f.ledger));
  out += line("assignments", format_count(f.ledger.assignments().size()) + ": " + n(happening::accepted) +
                                 " accepted, " + format_count(given - pulled) + " at once, " +
                                 format_count(pulled) + " pulled");
  out += line("offers", n(happening::asked) + ": " + n(happening::accepted) + " accepted, " +
                            n(happening::declined) + " declined, " + n(happening::missed) + " missed, " +
                            n(happening::taken_back) + " taken back; " + format_count(f.deeds.too_late) +
                            " answers too late");
  out += line("transfers", format_count(f.deeds.cold) + " cold, " + format_count(f.deeds.warm) + " warm; " +
                               format_count(f.deeds.reassigned) + " handed back at a shift's end");
  out += line("overflows", n(happening::overflowed_full) + " of full queues, " +
                               n(happening::overflowed_waited) + " of who waited too long");
  out += line("requeues", n(happening::waits_again));
  out += line("wait", "p50 " + format_duration(f.ledger.waits().at(0.5)) + "  p99 " +
                          format_duration(f.ledger.waits().at(0.99)) + "  max " +
                          format_duration(f.ledger.waits().max()));
  return out;
}

}  // namespace switchboard::cli
