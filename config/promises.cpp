// What is promised, made of the settings.

#include "config/digest.hpp"
#include "config/reader.hpp"
#include "config/sla_section.hpp"

#include <charconv>

namespace switchboard::config {
namespace {

std::uint64_t number_of(std::string_view text) {
  std::uint64_t n = 0;
  const auto digits = sha256_hex(text).substr(0, 16);
  std::from_chars(digits.data(), digits.data() + digits.size(), n, 16);
  return n;
}

}  // namespace

std::shared_ptr<const domain::sla::policies> promises_of(const settings& s,
                                                         std::shared_ptr<const domain::sla::policies> before,
                                                         domain::timestamp since) {
  auto all = std::make_shared<domain::sla::policies>();
  all->since = since;
  for (const auto& of : s.promises) {
    auto p = of.policy;
    std::string text = effective_sla(of);
    if (const auto* const c = s.find_calendar(p.calendar_id)) {
      p.hours = c->calendar;
      p.zone = c->zone;
      const auto hours = effective_calendar(*c);
      p.hours_fingerprint = number_of(hours);
      text += hours;
    }
    p.fingerprint = number_of(text);
    all->all.push_back(std::move(p));
  }
  if (before == nullptr) return all;
  const auto same = [](const domain::sla::policy& a, const domain::sla::policy& b) {
    return a.id == b.id && a.fingerprint == b.fingerprint;
  };
  if (std::equal(all->all.begin(), all->all.end(), before->all.begin(), before->all.end(), same))
    return before;
  auto past = std::make_shared<domain::sla::policies>(*before);
  past->before = nullptr;  // one generation: who was not asked since two reloads ago goes by today's
  all->before = std::move(past);
  return all;
}

}  // namespace switchboard::config
