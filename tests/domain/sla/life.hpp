#pragma once
// A conversation that something is promised in: what happens to it in few words, at times by the clock on the team's wall.

#include "domain/sla/measuring.hpp"
#include "domain/waking.hpp"
#include "tests/domain/calendar_fixture.hpp"
#include "tests/domain/thread_fixture.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::domain::sla {

using namespace std::chrono_literals;
using testing::utc;

[[nodiscard]] inline std::shared_ptr<const calendar> berlin_nine_to_five(
    std::vector<date_override> others = {}) {
  auto rules = testing::on_weekdays(std::chrono::Monday, std::chrono::Friday, {{9h, 17h}});
  rules.overrides = std::move(others);
  return std::make_shared<const calendar>(testing::team("Europe/Berlin", std::move(rules)));
}

/// The same target for all priorities.
[[nodiscard]] inline clock_rule within(milliseconds time, std::vector<warning> warnings = {}) {
  clock_rule r;
  r.targets.fill(target{.time = time});
  r.warnings = std::move(warnings);
  return r;
}

[[nodiscard]] inline policy promise(std::shared_ptr<const calendar> hours,
                                    const std::vector<std::pair<metric, clock_rule>>& clocks) {
  policy p;
  p.id = "standard";
  p.hours = std::move(hours);
  p.fingerprint = 1;
  p.hours_fingerprint = p.hours ? 1 : 0;
  for (const auto& [m, rule] : clocks) p.clocks[static_cast<std::size_t>(m)] = rule;
  return p;
}

class promised : public thread_test {
 public:
  using status = conversation_status;
  using thread_test::history;
  using thread_test::now;
  using thread_test::policy;
  using thread_test::state;

  void promises(sla::policy p) { promises(std::vector{std::move(p)}); }
  /// From `now` on; what was in force before is what had counted before.
  void promises(std::vector<sla::policy> all) {
    auto next = std::make_shared<policies>();
    next->all = std::move(all);
    next->since = now;
    if (this->policy.promises) {
      auto before = std::make_shared<policies>(*this->policy.promises);
      before->before = nullptr;
      next->before = std::move(before);
    }
    this->policy.promises = std::move(next);
  }

  /// "2026-06-01T16:50": in Berlin in summer. Whoever looks at the time sees to what is due.
  void at(const std::string& wall) {
    const auto t = utc((wall + (wall.size() == 16 ? ":00" : "") + "+02:00").c_str());
    while (const auto due = wake()) {
      if (*due > t) break;
      now = std::max(now, *due);
      run(domain::wake{.id = current().id});
    }
    now = t;
  }
  void start_over() {
    state = {the_thread, std::nullopt};
    history.clear();
    sequences.clear();
    messages.clear();
    policy.promises = {};
    now = {};
  }
  [[nodiscard]] deadline wake() const { return state.current ? wake_at(*state.current) : deadline{}; }

  event_list customer(std::optional<timestamp> written = {}) {
    auto in = text_message("c" + std::to_string(++said_));
    in.at = written.value_or(now);
    auto r = command_of(in);
    r.received_at = now;
    return run(r);
  }
  /// Typed in the platform's own app.
  event_list native_echo(timestamp written) {
    auto in = echo("e" + std::to_string(++said_));
    in.at = written;
    auto r = command_of(in);
    r.received_at = now;
    return run(r);
  }
  event_list reply(sender_type who = sender_type::agent, const std::string& by = "ann") {
    say s{.id = current().id, .parts = {{.content = "hello"}}, .sender = who, .sender_id = by};
    auto events = run(s);
    last_reply_ = events.front().message->id;
    return events;
  }
  event_list settle_reply(settle_send::end as) {
    return run(
        settle_send{.id = last_reply_, .what = as, .platform_message_id = "p" + std::to_string(++said_)});
  }
  event_list becomes(status s) {
    patch p = change();
    p.status = s;
    return run(p);
  }
  event_list prioritised(priority to) {
    patch p = change();
    p.priority = to;
    return run(p);
  }
  event_list tagged(std::vector<std::string> tags) {
    patch p = change();
    p.tags = std::move(tags);
    return run(p);
  }
  event_list queued(const std::string& queue) { return routed(event_type::conversation_queued, queue, ""); }
  event_list assigned(const std::string& queue, const std::string& agent) {
    return routed(event_type::conversation_assigned, queue, agent);
  }
  event_list routed(event_type type, const std::string& queue, const std::string& agent) {
    return run(route{.id = current().id,
                     .sequence = current().routed + 1,
                     .type = type,
                     .queue = {queue},
                     .agent = {agent}});
  }

  [[nodiscard]] const clock* of(metric m) const {
    return state.current && state.current->sla ? state.current->sla->find(m) : nullptr;
  }
  [[nodiscard]] std::string due(metric m) const {
    const auto* const k = of(m);
    return k == nullptr ? "none" : testing::shown(k->due);
  }
  [[nodiscard]] std::string state_of(metric m) const {
    const auto* const k = of(m);
    return k == nullptr ? "none" : std::string(to_word(k->state)) + (k->breached ? ", breached" : "");
  }

  /// "armed firstResponse/1 policy_change": what was said of clocks, in order.
  [[nodiscard]] static std::vector<std::string> told(const event_list& events) {
    std::vector<std::string> lines;
    for (const auto& e : events) {
      if (!e.sla) continue;
      const auto word = to_word(e.type);
      auto line = std::string(word.substr(word.find('.') + 1)) + " " +
                  std::string(to_word(e.sla->clock.what)) + "/" + std::to_string(e.sla->clock.instance);
      if (!e.sla->reason.empty()) line += " " + e.sla->reason;
      lines.push_back(std::move(line));
    }
    return lines;
  }
  /// Of all that happened.
  [[nodiscard]] std::vector<const event*> all_of(event_type t) const {
    std::vector<const event*> found;
    for (const auto& e : history) {
      if (e.type == t) found.push_back(&e);
    }
    return found;
  }

 private:
  int said_ = 0;
  message_id last_reply_;
};

}  // namespace switchboard::domain::sla
