// Files of the tz database, and the rule at their end: what is read is a zone in which every wall time leads to an instant, and
// in which business time adds up.

#include "domain/business_time.hpp"
#include "domain/posix_tz.hpp"
#include "domain/tzif.hpp"
#include "tests/fuzz/targets.hpp"

#include <memory>

namespace switchboard::fuzz {
namespace {

using namespace std::chrono;

void check_table(const domain::zone& z) {
  const auto& periods = z.periods();
  hold(!periods.empty() && periods.size() <= domain::tzif_changes_max + 1'000,
       "a zone has its first period, and an end");
  for (std::size_t i = 1; i < periods.size(); ++i) hold(periods[i - 1].at < periods[i].at, "changes rise");
  for (const auto& p : periods) {
    hold(p.ahead < domain::zone::ahead_max && p.ahead > -domain::zone::ahead_max,
         "no offset is beyond a day");
    for (const auto around : {-90min, -1min, 0min, 1min, 90min}) {
      const domain::timestamp t = domain::timestamp{p.at} + around;
      const auto wall = z.wall_at(t);
      const auto first = z.to_utc(wall, domain::occurrence::first),
                 second = z.to_utc(wall, domain::occurrence::second);
      hold(first <= t && t <= second, "what is shown now was shown first before, and last after");
      hold(z.wall_at(first) == wall && z.wall_at(second) == wall, "and the same then");
    }
  }
}

/// Days over which clocks jump for hours, and again and again: nothing is counted twice or lost.
void check_calendar(const domain::zone& z) {
  domain::calendar_rules rules;
  rules.week.fill({{9h, 17h}, {22h, 6h}});
  rules.overrides = {{local_days{2026y / 12 / 25}}};
  const domain::calendar team(std::make_shared<const domain::zone>(z), rules);
  const auto from = domain::timestamp{sys_days{2026y / 1 / 1}};
  for (const auto amount : {1us, domain::business_duration{8h}, domain::business_duration{2000h}}) {
    const auto due = domain::add(team, from, amount);
    if (!due) continue;
    hold(domain::between(team, from, *due) == amount, "what was added is what lies between");
    const auto back = domain::sub(team, *due, amount);
    hold(back && *back >= from && domain::between(team, *back, *due) == amount, "and what can be taken off");
  }
}

}  // namespace

void run_zone(std::string_view bytes) {
  if (const auto rule = domain::parse_posix_tz(bytes); rule.has_value()) {
    const auto changes = domain::changes_of(*rule, 1970y, 2040y);
    for (std::size_t i = 1; i < changes.size(); ++i) {
      hold(changes[i - 1].at < changes[i].at && changes[i - 1].ahead != changes[i].ahead,
           "clocks are set, in order");
    }
  } else {
    hold(!rule.error().empty(), "a refusal has a reason");
  }
  const auto z = domain::parse_tzif(bytes);
  if (!z) return hold(!z.error().empty(), "a refusal has a reason");
  check_table(*z);
  check_calendar(*z);
}

}  // namespace switchboard::fuzz
