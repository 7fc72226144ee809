#include "domain/sla/policy.hpp"

#include <algorithm>

namespace switchboard::domain::sla {
namespace {

template <class T>
[[nodiscard]] bool has(const std::vector<T>& list, const T& what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}

/// What rules look at, of a conversation as it is. (No text: a promise does not hang on a word.)
[[nodiscard]] routing::subject subject_of(const conversation& c) {
  routing::subject s{.brand = c.brand,
                     .platform = c.platform,
                     .account = c.account,
                     .kind = c.kind,
                     .language = c.language,
                     .tags = c.tags,
                     .priority = c.priority};
  for (const auto& a : c.customer_attributes) s.attributes.emplace(a.name, a.value);
  return s;
}

}  // namespace

milliseconds left_at(const warning& w, milliseconds all) {
  return w.percent ? all - all * static_cast<std::int64_t>(*w.percent) / 100 : w.remaining;
}

const target* policy::target_of(metric m, priority p) const {
  const auto* const rule = rule_of(m);
  if (rule == nullptr) return nullptr;
  const auto& t = rule->targets[static_cast<std::size_t>(p)];
  return t ? &*t : nullptr;
}

const calendar* policy::hours_of(metric m) const {
  const auto* const rule = rule_of(m);
  return rule == nullptr || rule->around_the_clock ? nullptr : hours.get();
}

const policy* policies::match(const conversation& c) const {
  std::optional<routing::subject> subject;  // costs copies: only where a policy of the brand's asks
  for (const auto& p : all) {
    if (!p.who.brands.empty() && !has(p.who.brands, c.brand)) continue;
    if (!p.queues.empty() && !has(p.queues, c.queue)) continue;
    if (!subject) subject = subject_of(c);
    if (routing::test_rule(p.who, *subject) == routing::mismatch::none) return &p;
  }
  return nullptr;
}

const policy* policies::find(std::string_view id) const {
  const auto found = std::find_if(all.begin(), all.end(), [&](const policy& p) { return p.id == id; });
  return found == all.end() ? nullptr : &*found;
}

const policy* policies::planned_by(std::string_view id, std::uint64_t fingerprint) const {
  for (const auto* const from : {this, before.get()}) {
    const auto* const p = from == nullptr ? nullptr : from->find(id);
    if (p != nullptr && p->fingerprint == fingerprint) return p;
  }
  return nullptr;
}

}  // namespace switchboard::domain::sla
