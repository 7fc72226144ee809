#include "cli/route.hpp"

#include "cli/exit_code.hpp"
#include "cli/figures.hpp"
#include "config/load.hpp"
#include "config/routing.hpp"
#include "domain/json.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace switchboard::cli {

namespace {

namespace routing = domain::routing;
using routing::mismatch;
using routing::subject;

// As much as a message may have, many times over.
constexpr std::size_t conversation_bytes_max = 4 << 20;

std::string in_quotes(std::string_view text) {
  std::string out;
  domain::append_json_string(out, text);
  return out;
}

/// "a", "b"; after so many "…".
template <class List, class TextOf>
std::string listed(const List& list, TextOf text_of) {
  constexpr std::size_t shown_max = 5;
  std::string out;
  for (std::size_t i = 0; i < std::min(list.size(), shown_max); ++i)
    out += (i == 0 ? "" : ", ") + in_quotes(text_of(list[i]));
  return list.size() > shown_max ? out + ", …" : out;
}

/// What it is, and what was asked for: of the test that fails.
std::string why_not(const routing::routing_rule& r, const subject& s, mismatch failed) {
  const auto id = [](const auto& one) -> std::string_view { return one.value; };
  const auto word = [](const auto& one) { return to_word(one); };
  const auto same = [](const auto& one) -> std::string_view { return one; };
  const auto is = [](std::string_view what) {
    return "is " + (what.empty() ? std::string("not known") : in_quotes(what));
  };
  const std::string wanted = ", wanted ";
  switch (failed) {
    case mismatch::none:
      return {};
    case mismatch::brand:
      return is(s.brand.value) + wanted + listed(r.brands, id);
    case mismatch::platform:
      return is(to_word(s.platform)) + wanted + listed(r.platforms, word);
    case mismatch::account:
      return is(s.account.value) + wanted + listed(r.accounts, id);
    case mismatch::source:
      return is(s.source.value) + wanted + listed(r.sources, id);
    case mismatch::kind:
      return is(to_word(s.kind)) + wanted + listed(r.kinds, word);
    case mismatch::language:
      return is(s.language) + wanted + listed(r.languages, same);
    case mismatch::tag:
      return "has " + (s.tags.empty() ? std::string("none") : listed(s.tags, same)) + wanted +
             listed(r.tags, same);
    case mismatch::priority:
      return is(to_word(s.priority)) + wanted + listed(r.priorities, word);
    case mismatch::attribute:
      for (const auto& a : r.attributes) {
        const auto found = s.attributes.find(a.name);
        if (found != s.attributes.end() && found->second == a.value) continue;
        return in_quotes(a.name) + " " + is(found == s.attributes.end() ? "" : found->second) + wanted +
               in_quotes(a.value);
      }
      return {};
    case mismatch::keyword:
      return "the text has none of " + listed(r.keywords, same);
  }
  return {};
}

/// Each skill with its level or weight.
template <class Skills, class WorthOf>
std::string skills_json(const Skills& skills, const routing::router_config& c, WorthOf worth_of) {
  std::string out;
  domain::json_object o{out};
  for (const auto& k : skills) o.number(c.skills[k.skill], worth_of(k));
  o.end();
  return out;
}

/// What came of it, for either form.
struct outcome {
  const config::settings& s;
  const subject& about;
  config::routing_settings routing;
  routing::first_match_result found;

  [[nodiscard]] const std::string& queue() const { return routing.router.queues[found.queue].id.value; }
};

std::string as_json(const outcome& o) {
  std::string rules = "[";
  for (std::size_t i = 0; i < o.found.tried.size(); ++i) {
    const auto failed = o.found.tried[i];
    if (i > 0) rules += ',';
    domain::json_object rule{rules};
    rule.text("name", o.routing.rules[i].name);
    rule.boolean("fits", failed == mismatch::none);
    if (failed != mismatch::none) {
      rule.text("failed", to_word(failed));
      rule.text("why", why_not(o.routing.rules[i], o.about, failed));
    }
    rule.end();
  }
  rules += ']';
  std::string out;
  domain::json_object all{out};
  all.text("config", o.s.version);
  all.text("brand", o.about.brand.value);
  all.raw("tried", rules);
  all.number("rules", o.routing.rules.size());
  if (o.found.rule) all.text("rule", o.routing.rules[*o.found.rule].name);
  all.text("queue", o.queue());
  all.text("priority", to_word(o.found.priority));
  all.raw("required", skills_json(o.found.required, o.routing.router, [](const auto& k) { return k.level; }));
  all.raw("preferred",
          skills_json(o.found.preferred, o.routing.router, [](const auto& k) { return k.weight; }));
  all.end();
  return out + '\n';
}

template <class Skills, class TextOf>
std::string skills_text(std::string_view what, const Skills& skills, const routing::router_config& c,
                        TextOf text_of) {
  std::string out;
  for (const auto& k : skills)
    out += (out.empty() ? ", " + std::string(what) + " " : ", ") + c.skills[k.skill] + text_of(k);
  return out;
}

std::string as_text(const outcome& o) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < o.found.tried.size(); ++i)
    width = std::max(width, o.routing.rules[i].name.size());
  std::string out;
  for (std::size_t i = 0; i < o.found.tried.size(); ++i) {
    const auto& rule = o.routing.rules[i];
    const auto failed = o.found.tried[i];
    out += format("%3zu %-*s  ", i + 1, static_cast<int>(width), rule.name.c_str());
    out += failed == mismatch::none ? "fits\n"
                                    : "does not fit  " + std::string(to_word(failed)) + ": " +
                                          why_not(rule, o.about, failed) + '\n';
  }
  if (!o.found.rule) {
    out += o.routing.rules.empty() ? "no rules\n" : "no rule fits\n";
  } else if (*o.found.rule + 1 < o.routing.rules.size()) {
    out += format("    (%zu behind it not asked)\n", o.routing.rules.size() - *o.found.rule - 1);
  }
  const bool by_rule = o.found.rule && o.routing.rules[*o.found.rule].queue;
  out += "=> queue " + o.queue() + (by_rule ? "" : ", the brand's") + ", priority " +
         std::string(to_word(o.found.priority));
  if (o.found.priority != o.about.priority) out += " instead of " + std::string(to_word(o.about.priority));
  out += skills_text("requires", o.found.required, o.routing.router,
                     [](const auto& k) { return " from level " + std::to_string(k.level); });
  out += skills_text("prefers", o.found.preferred, o.routing.router,
                     [](const auto& k) { return " by " + std::to_string(k.weight); });
  return out + "\nconfig " + o.s.version + '\n';
}

expected<std::string, std::string> read_input(const std::string& file) {
  const bool standard = file == "-";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened{
      standard ? nullptr : std::fopen(file.c_str(), "rb"),
      [](std::FILE* f) { return f ? std::fclose(f) : 0; }};
  std::FILE* in = standard ? stdin : opened.get();
  if (in == nullptr) return unexpected{std::string("cannot be read: ") + std::strerror(errno)};
  std::string text;
  char piece[64 << 10];
  for (std::size_t n;
       text.size() <= conversation_bytes_max && (n = std::fread(piece, 1, sizeof piece, in)) > 0;)
    text.append(piece, n);
  if (std::ferror(in)) return unexpected{std::string("cannot be read: ") + std::strerror(errno)};
  if (text.size() > conversation_bytes_max)
    return unexpected{std::string("is larger than 4 MiB: no conversation")};
  return text;
}

int fail(const std::string& what) {
  std::fprintf(stderr, "switchboard route: %s\n", what.c_str());
  return exit_failed;
}

}  // namespace

std::string explain_route(const config::settings& s, const subject& about, bool json) {
  outcome o{s, about, config::routing_of(s, about.brand), {}};
  if (o.routing.default_queue == routing::no_queue) {
    if (!json)
      return "brand " + about.brand.value + " has no [[queue]], so nothing of it is routed\nconfig " +
             s.version + '\n';
    std::string out;
    domain::json_object none{out};
    none.text("config", s.version);
    none.text("brand", about.brand.value);
    none.end();
    return out + '\n';
  }
  o.found = routing::first_match(o.routing.rules, about, o.routing.default_queue);
  return json ? as_json(o) : as_text(o);
}

int run_route(const route_options& o) {
  const auto loaded = config::load_file(o.config);
  if (!loaded) {
    bool wrong = false;
    for (const auto& p : loaded.error()) wrong = wrong || !p.elsewhere;
    for (const auto& p : loaded.error()) std::fprintf(stderr, "%s\n", config::to_text(p).c_str());
    return fail(wrong ? "the config can't be read; see above"
                      : "the config names secrets that are not here; run it where the engine runs");
  }
  const auto text = read_input(o.file);
  if (!text) return fail((o.file == "-" ? "standard input" : o.file) + " " + text.error());
  const auto about = read_subject(*text, **loaded, o.brand);
  if (!about) return fail((o.file == "-" ? "standard input" : o.file) + ": " + about.error());
  std::fputs(explain_route(**loaded, *about, o.json).c_str(), stdout);
  return exit_ok;
}

}  // namespace switchboard::cli
