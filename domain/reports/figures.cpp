#include "domain/reports/figures.hpp"

#include <algorithm>

namespace switchboard::domain::reports {

clock_figures& figures::of(sla::metric what) {
  const auto at = std::lower_bound(clocks.begin(), clocks.end(), what,
                                   [](const clock_figures& c, sla::metric m) { return c.what < m; });
  if (at != clocks.end() && at->what == what) return *at;
  return *clocks.insert(at, clock_figures{.what = what});
}

void figures::add(const fact& f) {
  switch (f.kind) {
    case kind::created:
      ++created;
      return;
    case kind::reopened:
      ++reopened;
      return;
    case kind::resolved:
      ++resolved;
      return;
    case kind::breached:
      ++of(f.what).breached;
      return;
    case kind::cancelled:
      ++of(f.what).cancelled;
      return;
    case kind::met:
    case kind::missed:
      break;
  }
  auto& c = of(f.what);
  ++(f.kind == kind::met ? c.met : c.missed);
  if (f.again) ++c.again;
  if (f.by_bot) {
    ++c.by_bots;
  } else {
    c.times.add(static_cast<std::uint64_t>(std::max<std::int64_t>(f.elapsed.count(), 0)));
  }
}

void figures::merge(const figures& other) {
  created += other.created;
  reopened += other.reopened;
  resolved += other.resolved;
  for (const auto& o : other.clocks) {
    auto& c = of(o.what);
    c.met += o.met;
    c.missed += o.missed;
    c.breached += o.breached;
    c.cancelled += o.cancelled;
    c.by_bots += o.by_bots;
    c.again += o.again;
    c.times.merge(o.times);
  }
}

bool figures::may_hold(const figures& part) const {
  const auto holds = [&](const clock_figures& p) {
    const auto c = std::ranges::find(clocks, p.what, &clock_figures::what);
    return c != clocks.end() && p.met <= c->met && p.missed <= c->missed && p.breached <= c->breached &&
           p.cancelled <= c->cancelled && p.by_bots <= c->by_bots && p.again <= c->again &&
           p.times.count() <= c->times.count();
  };
  return part.created <= created && part.reopened <= reopened && part.resolved <= resolved &&
         std::ranges::all_of(part.clocks, holds);
}

}  // namespace switchboard::domain::reports
