#include "cli/morning.hpp"

#include "cli/child_engine.hpp"
#include "cli/exit_code.hpp"
#include "cli/interrupt.hpp"
#include "cli/morning_summary.hpp"
#include "config/load.hpp"
#include "config/routing.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace switchboard::cli {

namespace {

int fail(const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "switchboard morning: %s\n", what.c_str());
  return exit_failed;
}

/// Accounts and agents that the script needs. Empty: the config has them.
std::string lacks(const config::settings& s, const morning_script& script) {
  for (const auto& a : script.arrivals) {
    if (s.find_account(a.account) == nullptr) return "account " + a.account;
  }
  for (const auto& a : script.acts) {
    if (s.find_agent(a.agent) == nullptr) return "agent " + a.agent;
    if (!a.to.empty() && s.find_queue(a.to) == nullptr) return "queue " + a.to;
  }
  return {};
}

std::vector<cast_member> cast_of(const config::settings& s) {
  std::vector<cast_member> cast;
  for (const auto& a : s.agents)
    cast.push_back({a.id.value, a.queues.empty() ? std::string() : a.queues.front().queue.value});
  return cast;
}

timeline_style style_of(const config::settings& s) {
  const auto name = [](const auto* found, const std::string& id) {
    return found == nullptr || found->name.empty() ? id : found->name;
  };
  return {.colours = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr,
          .agent = [&s, name](const std::string& id) { return name(s.find_agent(id), id); },
          .queue = [&s, name](const std::string& id) { return name(s.find_queue(id), id); },
          .customer = {}};
}

void print_line(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

std::vector<std::string> over_caps(const config::settings& s, const morning_ledger& ledger) {
  const auto router = config::routing_of(s, s.brands.front().id).router;  // what things cost all brands share
  const auto units = [&](const morning_case& c) {
    const auto on = domain::from_word<domain::platform>(c.platform);
    const auto kind = domain::from_word<domain::thread_kind>(c.kind);
    return on && kind ? router.channels[domain::routing::channel_of(router, *on, *kind)].units : 0u;
  };
  const auto hard = [&](const std::string& agent) {
    const auto* const found = s.find_agent(agent);
    return found == nullptr ? 0u : found->units_hard;
  };
  return ledger.over_cap(units, hard);
}

/// False: one of them failed.
bool print_checks(const morning_facts& facts, bool colours) {
  bool good = true;
  std::printf("\nthe morning in figures\n%s\nchecked\n", morning_summary(facts).c_str());
  for (const auto& c : check_morning(facts)) {
    const bool holds = c.faults.empty();
    good = good && holds;
    const char* const mark = holds ? (colours ? "\x1b[32mok\x1b[0m    " : "ok    ")
                                   : (colours ? "\x1b[31mFAILED\x1b[0m" : "FAILED");
    std::printf("  %s  %s\n", mark, c.says.c_str());
    for (const auto& f : c.faults) std::printf("          %s\n", f.c_str());
  }
  std::fflush(stdout);
  return good;
}

/// Of those with most to tell: who was asked more than once.
std::string worth_explaining(const morning_ledger& ledger) {
  std::map<std::string, std::size_t> times;
  std::string best;
  for (const auto& a : ledger.assignments()) {
    const auto n = ++times[a.conversation] * 2 + (a.offered ? 1 : 0);
    if (best.empty() || n > times[best] * 2 + 1) best = a.conversation;
  }
  return best;
}

void print_what_next(const child_engine& engine, const morning_options& o, const morning_ledger& ledger) {
  const auto url = engine.url();
  std::printf(
      "\nThe engine goes on at %s, and its agents with it, until Ctrl-C. In another terminal:\n"
      "  why somebody got a conversation\n"
      "    ./run explain %s --url %s --token morning-boss\n"
      "  who waits, who works\n"
      "    curl -s -H 'Authorization: Bearer morning-boss' %s/v1/queues\n"
      "    curl -s -H 'Authorization: Bearer morning-boss' %s/v1/agents\n"
      "  one more customer, for the same agents\n"
      "    ./run deliver examples/meta --source meta --own --now --config %s --url %s\n"
      "  every decision once more, from the journal: the same to the byte\n"
      "    ./run replay-routing --data-dir %s\n\n",
      url.c_str(), worth_explaining(ledger).c_str(), url.c_str(), url.c_str(), url.c_str(), o.config.c_str(),
      url.c_str(), engine.data_dir().c_str());
  std::fflush(stdout);
}

}  // namespace

int run_morning(const morning_options& options) {
  catch_interrupts();
  const auto loaded = config::load_file(options.config);
  if (!loaded) return fail(config::to_text(loaded.error().front()) + "; name the config with --config");
  const auto& settings = **loaded;
  const morning_script script(options.plan, cast_of(settings));
  if (const auto what = lacks(settings, script); !what.empty())
    return fail(options.config + " has no " + what + ", which the script needs; see config/morning.toml");
  std::fprintf(stderr, "switchboard morning: starting an engine of its own\n");
  auto engine =
      child_engine::serve({.config = options.config, .data_dir = options.data_dir, .listen = options.listen});
  if (!engine) return fail(engine.error());
  const auto where = parse_url((*engine)->url());
  if (!where) return fail(where.error());
  const auto style = style_of(settings);
  morning_stage stage(*where);
  morning_director director(stage, settings, script, options.plan, style, print_line);
  if (auto opened = stage.open("morning-boss"); !opened) return fail(opened.error());
  int code = exit_failed;
  if (director.play() && director.explain_all()) {
    const auto caps = over_caps(settings, director.ledger());
    const morning_facts facts{director.ledger(), director.deeds(), director.faults(), caps,
                              script.arrivals.size()};
    const bool good = print_checks(facts, style.colours);
    code = good ? exit_ok : exit_failed;
    if (!options.exit) {
      print_what_next(**engine, options, director.ledger());
      director.stay();
    }
    if (!good) (void)fail("a check failed; see above");
  } else if (interrupted().load()) {
    (void)fail("interrupted before the end of the script: nothing was checked");
  }
  stage.expect_end();
  engine->reset();  // its stream ends, and with it the stage's threads
  stage.close();
  return code;
}

}  // namespace switchboard::cli
