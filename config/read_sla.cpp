// [[sla]] with its [[sla.clock]].

#include "config/record.hpp"
#include "config/units.hpp"
#include "domain/conversation.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace switchboard::config {

namespace sla = domain::sla;

namespace {

constexpr std::size_t queues_max = 100;

constexpr std::array<std::string_view, sla::metric_count> clock_words{
    "first_response", "next_response", "update",     "pausable_update",  "requester_wait",
    "agent_work",     "resolution",    "queue_wait", "assignee_response"};

/// The words of one key, in the order of its enum.
template <class Enum, std::size_t N>
Enum choice(reader& r, const record& rec, std::string_view key, const std::array<std::string_view, N>& words,
            Enum standard) {
  if (!rec.has(key)) return standard;
  const toml::node* node = rec.optional(key);
  const auto text = rec.text(key, node, name_bytes_max);
  if (text.empty()) return standard;
  const auto found = std::find(words.begin(), words.end(), text);
  if (found != words.end()) return static_cast<Enum>(found - words.begin());
  r.report(node->source().begin,
           std::string(key) + " = " + shown(*node) + r.suggest(text, words, " is none of " + listed(words)));
  return standard;
}

std::optional<sla::target> target_at(reader& r, const toml::node& node) {
  const auto* const text = node.as_string();
  const auto parsed = text ? parse_business_target(text->get())
                           : expected<business_target, std::string>(
                                 unexpected<std::string>{"write it as a string, like \"8h\" or \"eobd+1\""});
  if (!parsed) {
    r.report(node.source().begin, "target " + shown(node) + ": " + parsed.error());
    return std::nullopt;
  }
  if (const auto* days = std::get_if<end_of_business_day>(&*parsed))
    return sla::target{.business_days = days->days};
  return sla::target{.time = std::get<milliseconds>(*parsed)};
}

void read_targets(reader& r, const record& rec, sla::clock_rule& rule) {
  const toml::node* node = rec.required("target");
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) {
    if (const auto t = target_at(r, *node)) rule.targets.fill(*t);
    return;
  }
  if (table->empty())
    r.report(node->source().begin, "target names no priority; name one, or leave the clock out");
  for (auto&& [name, value] : *table) {
    const auto priority = domain::from_word<domain::priority>(name.str());
    if (!priority) {
      r.report(name.source().begin,
               in_quotes(name.str()) + " is no priority; they are low, medium, high, urgent");
    } else {
      rule.targets[static_cast<std::size_t>(*priority)] = target_at(r, value);
    }
  }
}

/// "add_tag:late"
std::optional<sla::action> action_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto kind = sla::action_kind_from_word(text.substr(0, colon));
  const auto what = text.substr(colon + 1);
  if (!kind || what.empty() || what.size() > domain::tag_bytes_max) return std::nullopt;
  if (*kind == sla::action_kind::raise_priority && !domain::from_word<domain::priority>(what))
    return std::nullopt;
  return sla::action{*kind, std::string(what)};
}

std::vector<sla::action> read_actions(reader& r, std::string_view key, const toml::node& node) {
  std::vector<sla::action> actions;
  const toml::array* list = node.as_array();
  if (list == nullptr || list->size() > sla::actions_max) {
    r.report(node.source().begin,
             in_quotes(key) + " must be a list of up to " + std::to_string(sla::actions_max) +
                 " actions, like [\"notify:assignee\"]" + (list ? "" : ", not " + shown(node)));
    return actions;
  }
  for (const toml::node& item : *list) {
    if (auto a = action_of(item.value_or(std::string_view{}))) {
      actions.push_back(*std::move(a));
    } else {
      r.report(item.source().begin,
               shown(item) +
                   " is no action; write \"raise_priority:urgent\", \"add_tag:TAG\", \"move_queue:QUEUE\", "
                   "\"notify:assignee\" or \"webhook:ID\"");
    }
  }
  return actions;
}

/// "80%" or "15m"
std::optional<sla::warning> warning_at(std::string_view text) {
  if (text.ends_with('%')) {
    std::uint32_t percent = 0;
    const auto* const end = text.data() + text.size() - 1;
    const auto [stop, error] = std::from_chars(text.data(), end, percent);
    if (error != std::errc{} || stop != end || percent < 1 || percent > 99) return std::nullopt;
    return sla::warning{.percent = percent};
  }
  const auto parsed = parse_business_target(text);
  if (!parsed || !std::holds_alternative<milliseconds>(*parsed)) return std::nullopt;
  return sla::warning{.remaining = std::get<milliseconds>(*parsed)};
}

void read_warnings(reader& r, const record& rec, sla::clock_rule& rule) {
  const toml::node* node = rec.optional("warn");
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr || table->empty() || table->size() > sla::warnings_max) {
    r.report(node->source().begin, "warn must be a table of 1 to " + std::to_string(sla::warnings_max) +
                                       ", like { \"80%\" = [\"notify:assignee\"] }" +
                                       (table ? "" : ", not " + shown(*node)));
    return;
  }
  for (auto&& [name, value] : *table) {
    auto w = warning_at(name.str());
    if (!w) {
      r.report(name.source().begin,
               in_quotes(name.str()) +
                   " is no time to warn at; write a share of the target, \"1%\" to \"99%\", or "
                   "how much of it is left, like \"15m\"");
      continue;
    }
    w->actions = read_actions(r, name.str(), value);
    rule.warnings.push_back(*std::move(w));
  }
}

void read_clock(reader& r, const toml::table& table, sla::policy& p) {
  const record rec(r, "sla.clock", table);
  sla::clock_rule rule;
  const toml::node* node = rec.required("clock");
  const auto which = node == nullptr ? sla::metric::first_response
                                     : choice(r, rec, "clock", clock_words, sla::metric::first_response);
  read_targets(r, rec, rule);
  rec.read("around_the_clock", rule.around_the_clock);
  read_warnings(r, rec, rule);
  if (const toml::node* actions = rec.optional("on_breach"))
    rule.on_breach = read_actions(r, "on_breach", *actions);
  auto& place = p.clocks[static_cast<std::size_t>(which)];
  if (place && node != nullptr) {
    r.report(node->source().begin,
             "clock " + shown(*node) + " stands twice in this [[sla]]; keep one of them");
  }
  place = std::move(rule);
}

void read_pauses(const record& rec, sla::policy& p) {
  constexpr std::array states{domain::conversation_status::pending, domain::conversation_status::snoozed};
  for (const auto s : rec.words("resolution_pauses", states))
    p.resolution_pauses[static_cast<std::size_t>(s)] = true;
}

}  // namespace

sla_settings read_sla(reader& r, const toml::table& table) {
  const record rec(r, "sla", table);
  sla_settings s;
  auto& p = s.policy;
  p.id = rec.id("id", rec.required("id"));
  p.who = read_tests(r, rec);
  p.who.name = p.id;
  for (auto& id : rec.texts("queues", queues_max)) p.queues.push_back({std::move(id)});
  if (rec.has("calendar")) p.calendar_id = rec.id("calendar", rec.optional("calendar"));
  p.start = choice(r, rec, "start", std::array<std::string_view, 2>{"message", "handoff"}, p.start);
  for (auto& id : rec.texts("bot_queues", queues_max)) p.bot_queues.push_back({std::move(id)});
  rec.read("bots_fulfil", p.bots_fulfil);
  rec.read("charge_ingest_lag", p.charge_ingest_lag);
  p.reopening =
      choice(r, rec, "reopening", std::array<std::string_view, 2>{"resume", "new_cycle"}, p.reopening);
  p.recalculation = choice(r, rec, "calendar_change",
                           std::array<std::string_view, 2>{"frozen", "retroactive"}, p.recalculation);
  read_pauses(rec, p);
  if (rec.has("spam_tag")) p.spam_tag = rec.text("spam_tag", rec.optional("spam_tag"), domain::tag_bytes_max);
  if (rec.has("no_reply_tag"))
    p.no_reply_tag = rec.text("no_reply_tag", rec.optional("no_reply_tag"), domain::tag_bytes_max);
  each_below(r, table, "sla", "clock", sla::metric_count,
             [&](const toml::table& clock) { read_clock(r, clock, p); });
  return s;
}

}  // namespace switchboard::config
