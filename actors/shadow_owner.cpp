#include "actors/shadow_owner.hpp"

#include "config/routing.hpp"
#include "domain/business_time.hpp"

#include <utility>

namespace switchboard::actors {

namespace {

namespace routing = domain::routing;

/// Queues whose hours are not those of the live one with their id.
std::vector<domain::queue_id> own_hours(const config::settings& s, const std::string& brand) {
  std::vector<domain::queue_id> own;
  for (const auto& q : s.shadow->queues) {
    const auto* const live = s.find_queue(q.id.value);
    if (q.brand.value == brand && (live == nullptr || live->calendar != q.calendar)) own.push_back(q.id);
  }
  return own;
}

}  // namespace

void shadow_owner::begin(std::string_view saved, config::settings_ptr s, domain::timestamp now) {
  shadow_.reset();
  settings_ = std::move(s);
  auto written = config::routing_of(*settings_->shadow, {board_->brand});
  auto begun = routing::begin_shadow(saved,
                                     {.router = std::move(written.router),
                                      .rules = std::move(written.rules),
                                      .default_queue = written.default_queue,
                                      .own_hours = own_hours(*settings_, board_->brand)},
                                     now);
  if (!begun) return fail(begun.error());
  shadow_.emplace(*std::move(begun));
  pass_time(now);
}

void shadow_owner::follow(const routing::live_turn& t) {
  if (!shadow_) return;
  auto found = routing::follow_turn(*shadow_, t);
  if (!found) return fail(found.error());
  keep(*std::move(found));
}

void shadow_owner::pass_time(domain::timestamp now) {
  if (!shadow_) return;
  keep(routing::pass_time(*shadow_, now));
  const auto& queues = shadow_->own.config->queues;
  for (std::size_t q = 0; q < queues.size(); ++q) {
    if (!shadow_->own_hours[q]) continue;
    const auto* const of = settings_->shadow->find_queue(queues[q].id.value);
    const auto* const hours = of == nullptr || of->calendar.empty()
                                  ? nullptr
                                  : settings_->shadow->find_calendar(of->calendar.value);
    const bool open = hours == nullptr || domain::is_open(*hours->calendar, now);
    keep(routing::open_queue(*shadow_, queues[q].id, open, now));
  }
}

void shadow_owner::fail(const std::string& why) {
  shadow_.reset();
  board_->failures.fetch_add(1, std::memory_order_relaxed);
  board_->failed.store(true, std::memory_order_release);
  of_.on_problem("the shadow of brand " + board_->brand +
                 "'s routing ended, and begins anew within a minute: " + why);
}

void shadow_owner::keep(routing::shadow_findings&& found) {
  for (std::size_t o = 0; o < found.outcomes.size(); ++o)
    board_->outcomes[o].fetch_add(found.outcomes[o], std::memory_order_relaxed);
  const std::lock_guard lock{board_->mutex};
  if (board_->version != settings_->version) return;  // nobody asks any more how those differed
  for (std::size_t o = 0; o < found.outcomes.size(); ++o) board_->compared[o] += found.outcomes[o];
  auto& all = board_->differences;
  for (auto& d : found.differences) all.push_back(std::move(d));
  while (all.size() > settings_->routing.shadow_kept) all.pop_front();
}

}  // namespace switchboard::actors
