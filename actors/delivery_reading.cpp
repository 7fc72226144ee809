#include "actors/delivery_reading.hpp"

#include <algorithm>
#include <array>

namespace switchboard::actors {
namespace {

using domain::event_type;

constexpr std::size_t any_bytes = 4u << 20;
/// What has actions (domain/sla).
constexpr std::array called_for{event_type::sla_warning, event_type::sla_breached};

}  // namespace

stream_filter webhook_filter(const config::webhook_settings& w) {
  stream_filter f;
  f.types = w.events;
  for (const auto type : called_for) {
    if (std::ranges::find(f.types, type) == f.types.end()) f.types.push_back(type);
  }
  f.brands = {w.brand.value};
  f.allowed_brands = f.brands;
  f.dead_letters = true;  // whoever writes the config may read all; only what it names is sent
  return f;
}

bool is_for(const config::webhook_settings& w, const storage::record& r) {
  if (std::ranges::find(w.events, r.type) != w.events.end()) return true;
  // An id has no letter that JSON escapes.
  return r.part(r.sla_json).find(R"({"do":"webhook","what":")" + w.id + R"("})") != std::string_view::npos;
}

bool is_withdrawn(const storage::record& r) {
  return !r.erased_json.empty() && r.type != event_type::customer_erased;
}

found_event find_event(const feed& log, const stream_filter& f, storage::log_sequence event) {
  const auto got = log.pull(event - 1, f, 1, any_bytes, 1);
  found_event found{.what = nullptr, .trimmed = got.expired, .failed = got.failed};
  // None: the webhook hears its type no more.
  if (!got.records.empty() && got.records.front()->sequence == event && !is_withdrawn(*got.records.front())) {
    found.what = got.records.front();
  }
  return found;
}

std::optional<storage::log_sequence> place_before(const feed& log, domain::timestamp t) {
  stream_filter every;
  every.all_brands = every.dead_letters = every.config = every.hidden = true;
  const auto first = log.position("earliest"), last = log.position("latest");
  if (!first || !last) return std::nullopt;
  auto from = *first, to = *last;
  while (from < to) {
    const auto middle = from + (to - from) / 2;
    const auto got = log.pull(middle, every, 1, any_bytes, 1);
    if (got.failed) return std::nullopt;
    if (!got.expired && !got.records.empty() && got.records.front()->at >= t) {
      to = middle;
    } else {
      from = middle + 1;
    }
  }
  return from;
}

}  // namespace switchboard::actors
