#include "domain/routing/reason.hpp"

#include "domain/words.hpp"

#include <string_view>
#include <vector>

namespace switchboard::domain::routing {
namespace {

constexpr word_table<3> decider_words{"strategy", "hand", "overflow"};
static_assert(distinct(decider_words) &&
              static_cast<std::size_t>(decider::overflow) + 1 == decider_words.size());

/// As key_of_agent() puts them.
std::vector<std::string_view> words_of_keys(const std::vector<strategy>& chain) {
  std::vector<std::string_view> words;
  for (const auto how : chain) {
    if (how == strategy::round_robin) break;
    words.push_back(to_word(how));
    if (how == strategy::skill_best) words.push_back(to_word(strategy::load_balanced));
  }
  words.push_back("last_assigned");
  words.push_back("rank");
  return words;
}

/// f(out, element) writes one.
template <class List, class F>
std::string array_of(const List& list, F&& f) {
  std::string out = "[";
  for (const auto& one : list) {
    if (out.size() > 1) out += ',';
    f(out, one);
  }
  return out + ']';
}

void append_key(std::string& out, const key_element& e) {
  out += '[';
  append_json_number(out, e.over);
  out += ',';
  append_json_number(out, e.under);
  out += ']';
}

std::string_view agent_name(const router_state& s, agent_index a) {
  return s.config->agents[a].id.value;
}

void append_candidate(std::string& out, const candidate& c, const router_state& s) {
  json_object o{out};
  o.text("agent", agent_name(s, c.agent));
  if (c.why != reject::none) {
    o.text("reject", to_word(c.why));
  } else {
    o.raw("key", array_of(c.key, append_key));
    if (c.hold != hold::none) o.text("hold", to_word(c.hold));
  }
  o.end();
}

std::string counts_of(const explanation& x) {
  std::string out;
  json_object o{out};
  for (std::size_t why = 1; why < reject_count; ++why) {
    if (x.rejected[why] > 0) o.number(to_word(static_cast<reject>(why)), x.rejected[why]);
  }
  o.end();
  return out;
}

}  // namespace

std::string_view to_word(decider d) {
  return word_of(decider_words, d);
}

void add_needs(json_object& o, const item_needs& needs, const router_state& s) {
  const auto append = [&](std::string& out, skill_index skill, std::string_view how, std::uint64_t much) {
    json_object one{out};
    one.text("skill", s.config->skills[skill]);
    one.number(how, much);
    one.end();
  };
  if (!needs.required.empty()) {
    o.raw("requires", array_of(needs.required,
                               [&](auto& out, const auto& n) { append(out, n.skill, "level", n.level); }));
  }
  if (!needs.preferred.empty()) {
    o.raw("prefers", array_of(needs.preferred,
                              [&](auto& out, const auto& n) { append(out, n.skill, "weight", n.weight); }));
  }
}

std::string_view decided_by(const explanation& x, const router_state& s) {
  if (x.winner == no_agent || !x.decided_by) return {};
  const auto words = words_of_keys(s.rules(x.queue).strategies);
  return *x.decided_by < words.size() ? words[*x.decided_by] : std::string_view{};
}

void add_explanation(json_object& o, const explanation& x, const router_state& s) {
  const auto words = words_of_keys(s.rules(x.queue).strategies);
  o.text("queue", s.rules(x.queue).id.value);
  if (x.rule != no_rule) o.text("rule", s.config->rules[x.rule]);
  o.number("ring", x.ring);
  if (x.hold != hold::none) o.text("hold", to_word(x.hold));
  add_needs(o, x.needs, s);
  o.raw("keys", array_of(words, append_json_string));
  if (x.winner != no_agent) o.text("best", agent_name(s, x.winner));
  o.text_if("decidedBy", decided_by(x, s));
  o.raw("candidates", array_of(x.candidates, [&](auto& to, const auto& c) { append_candidate(to, c, s); }));
  o.number("eligible", x.eligible);
  o.raw("rejected", counts_of(x));
}

std::string to_json(const reason& r, const router_state& s) {
  const auto& x = r.explained;
  std::string out;
  json_object o{out};
  o.text("conversation", to_text(r.conversation));
  o.text("event", to_word(r.kind));
  o.number("sequence", r.sequence);
  o.text("at", to_rfc3339(r.at));
  o.number("configVersion", x.config_version);
  o.text_if("inputs", r.inputs);
  if (r.winner != no_agent) {
    o.text("agent", agent_name(s, r.winner));
    o.text("by", to_word(r.by));
  }
  add_explanation(o, x, s);
  o.end();
  return out;
}

}  // namespace switchboard::domain::routing
