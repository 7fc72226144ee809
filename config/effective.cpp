// What a config amounts to, as text: two files that mean the same have the same version.

#include "config/reader.hpp"
#include "config/units.hpp"

namespace switchboard::config {
namespace {

/// Any string is one line and ends where it ends.
std::string literal(const std::string& text) {
  return to_toml(value(text), form::path);
}

void add(std::string& out, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) {
    out += part;
    out += ' ';
  }
  out.back() = '\n';
}

void add_windows(std::string& out, std::string_view of, const std::vector<domain::wall_window>& windows,
                 const std::string& name) {
  add(out, {"hours", of, literal(name)});
  for (const auto& w : windows)
    add(out, {"window", std::to_string(w.open.count()), std::to_string(w.close.count())});
}

void add_calendar(std::string& out, const calendar_settings& c) {
  add(out, {"calendar", c.id.value, c.zone, c.zone_digest});
  const auto& rules = c.calendar->rules();
  for (std::size_t i = 0; i < rules.week.size(); ++i) add_windows(out, std::to_string(i), rules.week[i], {});
  for (const auto& o : rules.overrides) {
    add_windows(out, std::to_string(o.date.time_since_epoch().count()), o.windows, o.name);
  }
}

}  // namespace

std::string effective_text(const settings& s) {
  std::string out;
  for (const property& p : properties()) {
    add(out, {p.section, p.name, to_toml(p.get(s), p.range.form)});
  }
  for (const brand_settings& b : s.brands) {
    const auto window = static_cast<std::uint64_t>(milliseconds(b.conversations.reopen_window).count());
    add(out, {"brand", b.id.value, literal(b.name), duration_text(window),
              b.conversations.redact_deleted ? "redact" : "keep"});
  }
  for (const source_settings& c : s.sources) {
    add(out, {"source", c.id.value, to_word(c.kind), c.jetstream_url, literal(c.public_url),
              literal(c.app_id), literal(c.consumer_key), std::to_string(c.handshakes_apart_max.count())});
    for (const application_settings& a : c.applications) add(out, {"application", literal(a.id)});
  }
  for (const account_settings& a : s.accounts) {
    add(out,
        {"account", a.id.value, a.brand.value, a.source.value, to_word(a.platform), literal(a.platform_id),
         a.api_url, a.api_version, a.page_id, a.business_id, literal(a.subscriber),
         a.human_agent_tag ? "human-agent" : "", a.read_receipts ? "read-receipts" : "",
         a.split_long_texts ? "split" : "refuse", std::to_string(a.messages_per_second)});
    for (const std::string& host : a.media_hosts) add(out, {"media-host", host});
  }
  for (const calendar_settings& c : s.calendars) add_calendar(out, c);
  for (const token_settings& t : s.tokens) add(out, {"token", t.brand, to_word(t.role), t.agent.value});
  return out;
}

}  // namespace switchboard::config
