// [[queue]] with its [[queue.ring]], [queue.overflow] and [queue.tell_wait], and [[agent]].

#include "config/record.hpp"
#include "config/units.hpp"
#include "domain/language.hpp"
#include "domain/routing/wait_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <map>

namespace switchboard::config {
namespace {

namespace routing = domain::routing;

constexpr std::size_t rings_max = 16;
constexpr std::size_t targets_max = 16;
constexpr std::size_t memberships_max = 1'000;
constexpr std::size_t skills_max = 1'000;  // of one agent or rule; of a brand: check_routing.cpp
constexpr std::size_t languages_max = 100;
// What is said to customers: one message on every platform. The tightest are Instagram's direct messages (1000 bytes)
// and posts on X (280 units, of which nothing has more than it has bytes).
constexpr std::size_t told_bytes_max = 900;
constexpr std::size_t told_public_bytes_max = 280;
constexpr std::array kinds{domain::thread_kind::dm, domain::thread_kind::comment,
                           domain::thread_kind::mention, domain::thread_kind::review};

constexpr std::array orders{routing::queue_order::aged, routing::queue_order::strict,
                            routing::queue_order::edf};
constexpr std::array strategies{routing::strategy::round_robin, routing::strategy::least_active,
                                routing::strategy::load_balanced, routing::strategy::skill_best};
constexpr std::array modes{routing::offer_mode::auto_accept, routing::offer_mode::offer,
                           routing::offer_mode::pull};

/// A ring asks more agents than the one before, never others: who is being asked already must not stop counting.
void check_growth(reader& r, const toml::table& table, const routing::ring& inner,
                  const routing::ring& ring) {
  const auto report = [&](std::string_view key, const std::string& what) {
    r.report(position_of(table, key), std::string(key) + what);
  };
  const auto time = [](milliseconds t) {
    return "\"" + duration_text(static_cast<std::uint64_t>(t.count())) + "\"";
  };
  if (ring.opens_after <= inner.opens_after) {
    report("opens_after",
           " = " + time(ring.opens_after) + " is not later than the ring before, which opens after " +
               time(inner.opens_after) + "; all are counted from when a conversation was queued");
  }
  const auto never_less = [&](std::string_view key, unsigned before, unsigned now) {
    if (now >= before) return;
    report(key, " = " + std::to_string(now) + " is less than the " + std::to_string(before) +
                    " of the ring before; rings only add agents");
  };
  never_less("pool", inner.pool, ring.pool);
  never_less("levels_lower", inner.levels_lower, ring.levels_lower);
  if (ring.preferred_required && !inner.preferred_required) {
    report("preferred_required", " = true asks for more than the ring before; rings only add agents");
  }
}

std::vector<routing::ring> read_rings(reader& r, const toml::table& queue) {
  std::vector<routing::ring> rings;
  each_below(r, queue, "queue", "ring", rings_max, [&](const toml::table& table) {
    const std::size_t before = r.reported();
    const record rec(r, "queue.ring", table);
    const bool first = rings.empty();
    routing::ring ring = first ? routing::ring{} : rings.back();
    ring.skip_if_none_online = false;
    if (!first) (void)rec.required("opens_after");
    rec.read("opens_after", ring.opens_after);
    rec.read("pool", ring.pool);
    rec.read("levels_lower", ring.levels_lower);
    rec.read("preferred_required", ring.preferred_required);
    rec.read("skip_if_none_online", ring.skip_if_none_online);
    if (r.reported() == before && first && ring.opens_after.count() > 0) {
      r.report(position_of(table, "opens_after"),
               "the first ring opens at once; leave opens_after out, or write \"0s\" (for nobody to be asked "
               "before, "
               "queue.delay)");
    } else if (r.reported() == before && !first) {
      check_growth(r, table, rings.back(), ring);
    }
    rings.push_back(ring);
  });
  if (rings.empty()) rings.emplace_back();
  return rings;
}

std::optional<named_target> target_of(std::string_view text) {
  using to = routing::overflow_target::to;
  constexpr std::string_view queue = "queue:", agent = "agent:";
  if (text == "leave-message") return named_target{to::leave_message};
  if (text.starts_with(queue) && text.size() > queue.size())
    return named_target{to::queue, std::string(text.substr(queue.size()))};
  if (text.starts_with(agent) && text.size() > agent.size())
    return named_target{to::agent, std::string(text.substr(agent.size()))};
  return std::nullopt;
}

/// The [queue.name] of a [[queue]]; nullptr: absent, or reported.
const toml::table* one_table(reader& r, const toml::table& queue, const std::string& name) {
  const toml::node* node = queue.get(name);
  if (node == nullptr) return nullptr;
  if (const toml::table* table = node->as_table()) return table;
  const std::string header = "[queue." + name + "]";
  r.report(node->source().begin,
           name + " is one table; write " + header + " behind the [[queue]], not " +
               (node->is_array_of_tables() ? "[" + header + "]" : std::string(type_word(*node))));
  return nullptr;
}

void read_overflow(reader& r, const toml::table& queue, queue_settings& q) {
  const toml::table* table = one_table(r, queue, "overflow");
  if (table == nullptr) return;
  const record rec(r, "queue.overflow", *table);
  auto& o = q.rules.overflow;
  rec.read("length_max", o.length_max);
  rec.read("wait_max", o.wait_max);
  rec.read("eta_max", o.eta_max);
  rec.read("when_closed", o.when_closed);
  constexpr std::string_view words = "leave_message_text";
  if (rec.has(words)) q.leave_message_text = rec.text(words, rec.optional(words), told_bytes_max);
  if (rec.required("targets") == nullptr) return;
  rec.each_of("targets", targets_max, [&](const toml::node& item) {
    const auto text = item.value_or(std::string_view{});
    const auto target = target_of(text);
    if (text == "bot") {
      r.report(item.source().begin,
               "\"bot\": this version has none of its own; one of yours is an [[agent]] whose token it uses: "
               "write \"agent:ID\", and it hands back by POST …/transfer");
    } else if (!target) {
      r.report(item.source().begin,
               shown(item) + " is no target; write \"queue:ID\", \"agent:ID\" or \"leave-message\"");
    }
    q.overflow_targets.push_back(target.value_or(named_target{}));
  });
  const bool asks = std::any_of(q.overflow_targets.begin(), q.overflow_targets.end(), [](const auto& t) {
    return t.kind == routing::overflow_target::to::leave_message;
  });
  if (asks && !rec.has(words)) (void)rec.required(words);
}

/// A text for customers, whose {names} stand for something.
std::string read_told(reader& r, const record& rec, std::string_view key, std::size_t bytes_max) {
  const toml::node* node = rec.optional(key);
  if (node == nullptr) return {};
  auto text = rec.text(key, node, bytes_max);
  if (const auto unknown = routing::find_unknown_name(text)) {
    r.report(node->source().begin,
             std::string(key) + ": " + *unknown + " stands for nothing; there are {position} and {minutes}");
  }
  return text;
}

void read_tell_wait(reader& r, const toml::table& queue, queue_settings& q) {
  const toml::table* table = one_table(r, queue, "tell_wait");
  if (table == nullptr) return;
  const record rec(r, "queue.tell_wait", *table);
  if (rec.has("kinds")) q.told_kinds = rec.words("kinds", kinds);
  const bool is_private = q.told_kinds == std::vector{domain::thread_kind::dm};
  const auto most = is_private ? told_bytes_max : told_public_bytes_max;
  if (rec.required("text") != nullptr) q.wait_text = read_told(r, rec, "text", most);
  q.closed_text = read_told(r, rec, "closed_text", most);
  auto& tell = q.rules.tell;
  rec.read("after", tell.after);
  rec.read("notify_min", tell.notify_min);
  rec.read("notify_gap", tell.notify_gap);
  rec.read("ahead_max", tell.ahead_max);
}

/// "billing:1"; nullopt: nothing before the colon, or no pool behind it.
std::optional<named_membership> membership_of(std::string_view text) {
  const auto colon = text.find(':');
  named_membership m{{std::string(text.substr(0, colon))}};
  if (m.queue.empty()) return std::nullopt;
  if (colon == std::string_view::npos) return m;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, m.pool);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return m;
}

bool is_skill(std::string_view name) {
  constexpr std::string_view language = "language:";
  if (name.starts_with(language)) return language_skill(name.substr(language.size())) == name;
  return is_id(name);
}

/// Who answers in pt-BR answers in pt, as a rule's "pt" fits pt-BR.
void add_language(std::map<std::string, std::uint8_t>& skills, const std::string& skill) {
  skills.try_emplace(skill, std::uint8_t{1});
  const auto dash = skill.find('-');
  if (dash != std::string::npos) skills.try_emplace(skill.substr(0, dash), std::uint8_t{1});
}

}  // namespace

std::optional<std::string> language_skill(std::string_view tag) {
  const auto spelled = domain::language_tag(tag);
  if (spelled.empty()) return std::nullopt;
  std::string skill = "language:";
  for (const char c : spelled) skill += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return skill;
}

std::vector<std::pair<std::string, std::uint64_t>> read_skills(reader& r, const record& rec,
                                                               std::string_view section,
                                                               std::string_view key) {
  std::vector<std::pair<std::string, std::uint64_t>> skills;
  const toml::node* node = rec.optional(key);
  if (node == nullptr) return skills;
  const toml::table* table = node->as_table();
  const record_key* row = find_record_key(section, key);
  if (table == nullptr || table->size() > skills_max) {
    r.report(node->source().begin, std::string(key) + " must be a table of up to " +
                                       std::to_string(skills_max) + ", like " + std::string(row->example) +
                                       (table ? "" : ", not " + shown(*node)));
    return skills;
  }
  for (auto&& [name, worth] : *table) {
    if (!is_skill(name.str())) {
      r.report(name.source().begin,
               in_quotes(name.str()) +
                   " is no name of a skill: 1 to 64 of a-z 0-9 _ -, a letter or digit first, or a "
                   "language like \"language:pt-br\"");
      continue;
    }
    if (const auto v = read_value(r, name.str(), worth, row->range, 1, std::uint64_t{5}))
      skills.emplace_back(std::string(name.str()), std::get<std::uint64_t>(*v));
  }
  return skills;
}

queue_settings read_queue(reader& r, const toml::table& table) {
  const record rec(r, "queue", table);
  queue_settings q;
  q.id.value = rec.id("id", rec.required("id"));
  q.brand.value = rec.text("brand", rec.required("brand"), name_bytes_max);
  q.name = rec.has("name") ? rec.text("name", rec.optional("name"), name_bytes_max) : q.id.value;
  auto& rules = q.rules;
  rec.read("priority", rules.priority);
  if (rec.has("order")) rules.order = rec.word("order", orders).value_or(rules.order);
  if (rec.has("strategies")) rules.strategies = rec.words("strategies", strategies);
  if (rec.has("mode")) rules.mode = rec.word("mode", modes).value_or(rules.mode);
  rec.read("offer_timeout", rules.offer_timeout);
  rec.read("offers_at_once", rules.offers_at_once);
  rec.read("delay", rules.delay);
  if (rec.has("calendar")) q.calendar.value = rec.id("calendar", rec.optional("calendar"));
  rules.rings = read_rings(r, table);
  read_overflow(r, table, q);
  read_tell_wait(r, table, q);
  return q;
}

agent_settings read_agent(reader& r, const toml::table& table) {
  const record rec(r, "agent", table);
  agent_settings a;
  a.id.value = rec.id("id", rec.required("id"));
  a.brand.value = rec.text("brand", rec.required("brand"), name_bytes_max);
  a.name = rec.has("name") ? rec.text("name", rec.optional("name"), name_bytes_max) : a.id.value;
  if (rec.has("calendar")) a.calendar.value = rec.id("calendar", rec.optional("calendar"));
  const std::size_t before = r.reported();
  rec.read("units", a.units);
  a.units_hard = a.units + a.units / 5;
  rec.read("units_hard", a.units_hard);
  if (r.reported() == before && a.units_hard < a.units) {
    r.report(position_of(table, "units_hard"),
             "units_hard = " + std::to_string(a.units_hard) + " is less than units = " +
                 std::to_string(a.units) + "; nothing at all goes beyond it, so make it as much at least");
  }
  rec.each_of("queues", memberships_max, [&](const toml::node& item) {
    const auto m = membership_of(item.value_or(std::string_view{}));
    if (!m) {
      r.report(item.source().begin,
               shown(item) +
                   " is no queue; write its id, like \"support\", or with a pool from 0 to 255, like "
                   "\"support:1\"");
    }
    a.queues.push_back(m.value_or(named_membership{}));
  });
  std::map<std::string, std::uint8_t> skills;
  for (const auto& [name, level] : read_skills(r, rec, "agent", "skills"))
    skills[name] = static_cast<std::uint8_t>(level);
  rec.each_of("languages", languages_max, [&](const toml::node& item) {
    const auto skill = language_skill(item.value_or(std::string_view{}));
    if (!skill) {
      r.report(item.source().begin, shown(item) + " is no language; write it like \"de\" or \"pt-BR\"");
    } else {
      add_language(skills, *skill);
    }
  });
  for (const auto& [name, level] : skills) a.skills.push_back({name, level});
  return a;
}

}  // namespace switchboard::config
