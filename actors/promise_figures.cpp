#include "actors/promise_figures.hpp"

namespace switchboard::actors {

using domain::event_type;

void promise_figures::take(const storage::record& r) {
  const std::lock_guard lock{mutex_};
  if (r.sla_json.empty() && !at_risk_.contains(r.conversation)) return;
  if (r.type == event_type::sla_breached) {
    ++counts_[{r.brand, r.queue}].breached;
  } else if (r.type == event_type::sla_met &&
             r.part(r.sla_json).find("\"breached\":true") == std::string_view::npos) {
    ++counts_[{r.brand, r.queue}].met;  // what was missed and done late is a miss
  }
  change(r.conversation, r.brand, r.queue, r.at_risk);
}

void promise_figures::set_at_risk(const domain::conversation_id& id, std::string_view brand,
                                  std::string_view queue, std::uint32_t clocks) {
  const std::lock_guard lock{mutex_};
  change(id, brand, queue, clocks);
}

void promise_figures::change(const domain::conversation_id& id, std::string_view brand,
                             std::string_view queue, std::uint32_t clocks) {
  const auto known = at_risk_.find(id);
  if (known != at_risk_.end()) {
    counts_[known->second.where].at_risk -= known->second.clocks;
    if (clocks == 0) at_risk_.erase(known);
  }
  if (clocks == 0) return;
  risk now{.where = {std::string(brand), std::string(queue)}, .clocks = clocks};
  counts_[now.where].at_risk += clocks;
  at_risk_.insert_or_assign(id, std::move(now));
}

void promise_figures::forget(const domain::conversation_id& up_to) {
  const std::lock_guard lock{mutex_};
  auto at = at_risk_.lower_bound({up_to.thread, 0});
  while (at != at_risk_.end() && at->first.thread == up_to.thread && at->first.ordinal <= up_to.ordinal) {
    counts_[at->second.where].at_risk -= at->second.clocks;
    at = at_risk_.erase(at);
  }
}

std::vector<promise_count> promise_figures::read() const {
  const std::lock_guard lock{mutex_};
  std::vector<promise_count> all;
  all.reserve(counts_.size());
  for (const auto& [where, n] : counts_) {
    all.push_back({.brand = where.first,
                   .queue = where.second,
                   .met = n.met,
                   .breached = n.breached,
                   .at_risk = n.at_risk});
  }
  return all;
}

}  // namespace switchboard::actors
