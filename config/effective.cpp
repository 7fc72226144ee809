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

std::string number(std::uint64_t n) {
  return std::to_string(n);
}

void add_queue(std::string& out, const queue_settings& q) {
  const auto& r = q.rules;
  add(out, {"queue", q.id.value, q.brand.value, literal(q.name), q.calendar.value, number(r.priority),
            to_word(r.order), to_word(r.mode), number(static_cast<std::uint64_t>(r.offer_timeout.count())),
            number(r.offers_at_once), number(static_cast<std::uint64_t>(r.delay.count()))});
  for (const auto strategy : r.strategies) add(out, {"strategy", to_word(strategy)});
  for (const auto& ring : r.rings) {
    add(out, {"ring", number(static_cast<std::uint64_t>(ring.opens_after.count())), number(ring.pool),
              number(ring.levels_lower), ring.preferred_required ? "preferred" : "",
              ring.skip_if_none_online ? "skip" : ""});
  }
  const auto& o = r.overflow;
  add(out, {"overflow", number(o.length_max), number(static_cast<std::uint64_t>(o.wait_max.count())),
            number(static_cast<std::uint64_t>(o.eta_max.count())), o.when_closed ? "closed" : ""});
  const auto ms = [](domain::routing::milliseconds m) {
    return number(static_cast<std::uint64_t>(m.count()));
  };
  add(out, {"told", literal(q.wait_text), literal(q.closed_text), literal(q.leave_message_text),
            ms(r.tell.after), ms(r.tell.notify_min), ms(r.tell.notify_gap), number(r.tell.ahead_max)});
  for (const auto k : q.told_kinds) add(out, {"told-kind", to_word(k)});
  for (const auto& t : q.overflow_targets)
    add(out, {"target", number(static_cast<std::uint64_t>(t.kind)), t.id});
}

void add_agent(std::string& out, const agent_settings& a) {
  add(out, {"agent", a.id.value, a.brand.value, literal(a.name), a.calendar.value, number(a.units),
            number(a.units_hard)});
  for (const auto& m : a.queues) add(out, {"member", m.queue.value, number(m.pool)});
  for (const auto& k : a.skills) add(out, {"skill", k.skill, number(k.level)});
}

/// A test of a rule: its name and all that it takes.
template <class List, class TextOf>
void add_test(std::string& out, std::string_view name, const List& list, TextOf text_of) {
  for (const auto& one : list) add(out, {"test", name, text_of(one)});
}

void add_tests(std::string& out, const domain::routing::routing_rule& rule) {
  const auto id = [](const auto& one) { return one.value; };
  const auto word = [](const auto& one) { return to_word(one); };
  add_test(out, "brand", rule.brands, id);
  add_test(out, "platform", rule.platforms, word);
  add_test(out, "account", rule.accounts, id);
  add_test(out, "source", rule.sources, id);
  add_test(out, "kind", rule.kinds, word);
  add_test(out, "language", rule.languages, literal);
  add_test(out, "tag", rule.tags, literal);
  add_test(out, "priority", rule.priorities, word);
  add_test(out, "attribute", rule.attributes,
           [](const auto& a) { return literal(a.name) + " " + literal(a.value); });
  add_test(out, "keyword", rule.keywords, literal);
}

void add_rule(std::string& out, const rule_settings& r) {
  const auto& rule = r.rule;
  add(out, {"rule", literal(rule.name), r.queue.value, rule.set_priority ? to_word(*rule.set_priority) : ""});
  add_tests(out, rule);
  for (const auto& k : r.required) add(out, {"required", k.skill, number(k.level)});
  for (const auto& k : r.preferred) add(out, {"preferred", k.skill, number(k.weight)});
}

std::string text_of(const domain::sla::target& t) {
  return t.business_days ? "eobd+" + number(*t.business_days)
                         : number(static_cast<std::uint64_t>(t.time.count()));
}

void add_actions(std::string& out, const std::vector<domain::sla::action>& actions) {
  for (const auto& a : actions) add(out, {"action", to_word(a.kind), literal(a.what)});
}

void add_clock(std::string& out, domain::sla::metric m, const domain::sla::clock_rule& r) {
  add(out, {"clock", to_word(m), r.around_the_clock ? "always" : "calendar"});
  for (std::size_t i = 0; i < r.targets.size(); ++i) {
    if (r.targets[i]) add(out, {"target", to_word(static_cast<domain::priority>(i)), text_of(*r.targets[i])});
  }
  for (const auto& w : r.warnings) {
    add(out, {"warn", w.percent ? number(*w.percent) + "%"
                                : number(static_cast<std::uint64_t>(w.remaining.count()))});
    add_actions(out, w.actions);
  }
  add(out, {"breach"});
  add_actions(out, r.on_breach);
}

void add_routing_lists(std::string& out, const routing_section& s) {
  for (const auto& c : s.router.channels) {
    add(out, {"channel", c.platform ? to_word(*c.platform) : "", c.kind ? to_word(*c.kind) : "",
              number(c.units), c.interruptible ? "interruptible" : "", number(c.at_once_max)});
  }
  const auto list = [&](std::string_view of, const auto& some) {
    if (!some) return;
    add(out, {"only", of});
    for (const auto one : *some) add(out, {"of", to_word(one)});
  };
  for (const auto& status : s.statuses) {
    add(out, {"status", status.name});
    list("platforms", status.platforms);
    list("kinds", status.kinds);
  }
  for (const auto& rule : s.rules) add_rule(out, rule);
}

}  // namespace

std::string effective_webhook(const webhook_settings& w) {
  std::string out;
  add(out, {"webhook", w.id, w.brand.value, literal(w.url), w.ordered ? "ordered" : "",
            w.enabled ? "" : "disabled", number(static_cast<std::uint64_t>(w.timeout.count())),
            number(static_cast<std::uint64_t>(w.give_up_after.count())), number(w.concurrency)});
  for (const auto type : w.events) add(out, {"event", to_word(type)});
  return out;
}

std::string effective_calendar(const calendar_settings& c) {
  std::string out;
  add_calendar(out, c);
  return out;
}

std::string effective_sla(const sla_settings& s) {
  const auto& p = s.policy;
  std::string out;
  add(out,
      {"sla", p.id, p.calendar_id, number(static_cast<std::uint64_t>(p.start)), p.bots_fulfil ? "bots" : "",
       p.charge_ingest_lag ? "written" : "come", number(static_cast<std::uint64_t>(p.reopening)),
       number(static_cast<std::uint64_t>(p.recalculation)), literal(p.spam_tag), literal(p.no_reply_tag)});
  add_tests(out, p.who);
  const auto id = [](const auto& one) { return one.value; };
  add_test(out, "queue", p.queues, id);
  add_test(out, "bot-queue", p.bot_queues, id);
  for (std::size_t i = 0; i < p.resolution_pauses.size(); ++i) {
    if (p.resolution_pauses[i]) add(out, {"pauses", to_word(static_cast<domain::conversation_status>(i))});
  }
  for (std::size_t m = 0; m < p.clocks.size(); ++m) {
    if (p.clocks[m]) add_clock(out, static_cast<domain::sla::metric>(m), *p.clocks[m]);
  }
  return out;
}

std::string effective_text(const settings& s) {
  std::string out;
  for (const property& p : properties()) {
    add(out, {p.section, p.name, to_toml(p.get(s), p.range.form)});
  }
  for (const brand_settings& b : s.brands) {
    const auto window = static_cast<std::uint64_t>(milliseconds(b.conversations.reopen_window).count());
    add(out, {"brand", b.id.value, literal(b.name), duration_text(window),
              b.conversations.redact_deleted ? "redact" : "keep", b.queue.value});
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
  for (const queue_settings& q : s.queues) add_queue(out, q);
  for (const agent_settings& a : s.agents) add_agent(out, a);
  add_routing_lists(out, s.routing);
  for (const sla_settings& p : s.promises) out += effective_sla(p);
  for (const webhook_settings& w : s.webhooks) out += effective_webhook(w);
  if (s.shadow) add(out, {"shadow", s.shadow->version});
  for (const token_settings& t : s.tokens) add(out, {"token", t.brand, to_word(t.role), t.agent.value});
  return out;
}

}  // namespace switchboard::config
