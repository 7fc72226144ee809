#include "actors/shadow_feed.hpp"

#include "actors/routing_calls.hpp"
#include "config/routing.hpp"
#include "domain/json.hpp"
#include "domain/routing/archive.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::actors {

namespace {

namespace routing = domain::routing;

/// To begin costs the router one save of its state.
constexpr auto begins_apart = std::chrono::minutes{1};

bool has_queue(const config::settings& s, const std::string& brand) {
  return s.shadow != nullptr && std::any_of(s.shadow->queues.begin(), s.shadow->queues.end(),
                                            [&](const auto& q) { return q.brand.value == brand; });
}

}  // namespace

void shadow_feed::configure(const config::settings_ptr& s, send to, const routing::router_state& live,
                            domain::timestamp now) {
  if (s->version == seen_version_) return;
  seen_version_ = s->version;
  settings_ = to && has_queue(*s, board_->brand) ? s : nullptr;
  to_ = std::move(to);
  {
    const std::lock_guard lock{board_->mutex};
    board_->version = s->version;
    board_->compared = {};
    board_->differences.clear();
  }
  since_ = now;
  skipped_before_ = skipped_;
  if (is_on()) begin(live, now);
}

void shadow_feed::begin(const routing::router_state& live, domain::timestamp now) {
  begun_at_ = now;
  lost_ = false;
  board_->failed.store(false, std::memory_order_release);
  // Whatever is on its way is of before, and of no shadow any more: it goes by in order. This is not counted: there is one.
  auto run = [saved = routing::save(live), s = settings_, now](shadow_owner& o) { o.begin(saved, s, now); };
  to_(std::make_shared<shadow_task>(shadow_task{.board = board_, .cost = 0, .run = std::move(run)}));
}

bool shadow_feed::hand_over(std::uint64_t cost, std::function<void(shadow_owner&)> run) {
  if (board_->behind.load(std::memory_order_relaxed) + cost > settings_->routing.shadow_behind_max)
    return false;
  board_->behind.fetch_add(cost, std::memory_order_relaxed);
  to_(std::make_shared<shadow_task>(shadow_task{.board = board_, .cost = cost, .run = std::move(run)}));
  return true;
}

void shadow_feed::tell(routing::live_turn&& t, node& of) {
  if (lost_ || board_->failed.load(std::memory_order_acquire)) {
    ++skipped_;
    return;
  }
  const auto cost = 1 + t.events.size();
  auto shared = std::make_shared<const routing::live_turn>(std::move(t));
  if (hand_over(cost, [shared](shadow_owner& o) { o.follow(*shared); })) return;
  lost_ = true;
  ++skipped_;
  of.on_problem(
      "the shadow of brand " + board_->brand +
      "'s routing is behind by more than routing.shadow_behind_max events; it is left out, and begins anew");
}

void shadow_feed::tick(const routing::router_state& live, domain::timestamp now) {
  if (!is_on()) return;
  if (!lost_ && !board_->failed.load(std::memory_order_acquire)) {
    (void)hand_over(1, [now](shadow_owner& o) { o.pass_time(now); });  // another second comes
    return;
  }
  const bool idle = board_->behind.load(std::memory_order_relaxed) == 0;
  if (idle && now >= begun_at_ + begins_apart) begin(live, now);
}

std::string shadow_feed::row() const {
  std::string row;
  domain::json_object o{row};
  o.text("brand", board_->brand);
  o.number("configVersion", config::version_number(*settings_->shadow));
  o.boolean("following", !lost_ && !board_->failed.load(std::memory_order_acquire));
  o.text("since", domain::to_rfc3339(since_));
  std::string counts;
  std::string all = "[";
  {
    const std::lock_guard lock{board_->mutex};
    domain::json_object of_outcomes{counts};
    for (std::size_t n = 0; n < routing::shadow_outcomes; ++n) {
      of_outcomes.number(to_word(static_cast<routing::shadow_outcome>(n)), board_->compared[n]);
    }
    of_outcomes.end();
    for (const auto& d : board_->differences) all += (all.size() > 1 ? "," : "") + d;
  }
  o.raw("outcomes", counts);
  o.number("skipped", skipped_ - skipped_before_);
  o.raw("differences", all + ']');
  o.end();
  return row;
}

void shadow_feed::add_to(router_figures& f) const {
  f.has_shadow = is_on();
  for (std::size_t n = 0; n < routing::shadow_outcomes; ++n)
    f.shadow_outcomes[n] = board_->outcomes[n].load(std::memory_order_relaxed);
  f.shadow_skipped = skipped_;
  f.shadow_failures = board_->failures.load(std::memory_order_relaxed);
  f.shadow_behind = board_->behind.load(std::memory_order_relaxed);
}

}  // namespace switchboard::actors
