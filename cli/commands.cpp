#include "cli/commands.hpp"

#include "cli/backup.hpp"
#include "cli/check_config.hpp"
#include "cli/command_line.hpp"
#include "cli/commands_bench.hpp"
#include "cli/dead_letters.hpp"
#include "cli/deliver.hpp"
#include "cli/events.hpp"
#include "cli/exit_code.hpp"
#include "cli/explain.hpp"
#include "cli/figures.hpp"
#include "cli/morning.hpp"
#include "cli/replay_routing.hpp"
#include "cli/route.hpp"
#include "cli/shadow.hpp"
#include "cli/usage.hpp"
#include "cli/verify.hpp"

#include <cstdio>

namespace switchboard::cli {

namespace {

/// What the parse found; the chosen command reads its own part.
struct arguments {
  serve_options serve;
  std::string check_file;
  bool check_secrets = false;
  deliver_options deliver;
  events_options events;
  dead_letters_options dead_letters;
  explain_options explain;
  shadow_options shadow;
  replay_options replay;
  route_options route;
  verify_options verify;
  backup_options backup;
  restore_options restore;
  bench_options bench;
  morning_options morning;
  std::string token;  ///< of events, dead-letters, explain and shadow
};

void add_engine_options(CLI::App* c, std::string& url, std::string& token) {
  c->add_option("--url", url, "Engine to ask (http://127.0.0.1:8080)")->type_name("URL");
  c->add_option("--token", token, "Bearer token (SWITCHBOARD_TOKEN, else the demo config's)")
      ->envname("SWITCHBOARD_TOKEN");
}

void add_serve(CLI::App& app, arguments& a) {
  auto* c =
      command(app, "serve", "Run the engine until SIGTERM",
              "  switchboard serve --config config/demo.toml\n"
              "  switchboard serve --config config/demo.toml --data-dir /tmp/try --listen 127.0.0.1:9000");
  c->add_option("--config", a.serve.config, "TOML file")->required()->type_name("FILE");
  c->add_option("--data-dir", a.serve.data_dir, "Instead of storage.data_dir")->type_name("DIR");
  c->add_option("--listen", a.serve.listen, "Instead of server.listen")->type_name("HOST:PORT");
  c->add_option("--admin-listen", a.serve.admin_listen, "Instead of server.admin_listen")
      ->type_name("HOST:PORT");
  c->add_flag("--accept-loss", a.serve.accept_loss,
              "Serve although less was recovered than had been acknowledged (after exit 74)");
}

void add_check_config(CLI::App& app, arguments& a) {
  auto* c = command(app, "check-config", "Print every error of a config file",
                    "  switchboard check-config config/demo.toml\n"
                    "  switchboard check-config /etc/switchboard.toml && systemctl reload switchboard");
  c->add_option("file", a.check_file, "TOML file")->required();
  c->add_flag("--secrets", a.check_secrets,
              "Secrets that env or file names must be readable here too; else their lack is a warning");
}

void add_deliver(CLI::App& app, arguments& a) {
  auto& o = a.deliver;
  auto* c =
      command(app, "deliver", "Sign recorded payloads as their platform would, and post them",
              "  switchboard deliver payloads/ --source meta --own --now\n"
              "  switchboard deliver capture.ndjson --source telegram --rate 50 --url http://127.0.0.1:8080");
  c->add_option("paths", o.paths, "Files, folders (*.json, *.ndjson) or NDJSON")
      ->required()
      ->type_name("PATH");
  c->add_option("--source", o.signing.source, "Source that the webhooks are for")
      ->required()
      ->type_name("ID");
  c->add_option("--url", o.signing.url, "Engine (the config's listener)")->type_name("URL");
  unit_option(c, "--rate", o.rate, typed_count, "Bodies a second in all; without: as fast as they are taken",
              "N");
  c->add_option("--repeat", o.repeat, "Deliver everything so often (1)")
      ->check(CLI::Range(1u, 1'000'000u))
      ->type_name("N");
  c->add_flag(
      "--now", o.now,
      "As if it were sent now: moves the times in it, so that what was recorded long ago can be answered");
  c->add_flag(
      "--own", o.own,
      "As if it were sent to the config's own account: writes over whose it is, so that recordings of any "
      "page, number or handle can be tried");
  c->add_option("--connections", o.connections,
                "Connections at once (1: bodies stay in their order; with more, e.g. 8, faster, but they "
                "overtake each other)")
      ->check(CLI::Range(1u, 256u))
      ->type_name("N");
  c->add_option_function<std::string>(
       "--config",
       [&o](const std::string& file) {
         o.signing.config = file;
         o.signing.config_given = true;
       },
       "Where the source's secret and its accounts stand (config/demo.toml)")
      ->type_name("FILE");
  c->add_option("--secret", o.signing.secret, "Instead of SWITCHBOARD_SECRET and of the config's")
      ->type_name("X");
  c->add_option("--kind", o.signing.kind, "Whose signature, where the config does not tell")
      ->check(CLI::IsMember({"meta", "telegram", "x", "linkedin", "bluesky"}));
}

void add_events(CLI::App& app, arguments& a) {
  auto& o = a.events;
  auto* c = command(app, "events", "Print the event stream as NDJSON",
                    "  switchboard events --follow\n"
                    "  switchboard events --from earliest --type message.received --brand acme");
  add_engine_options(c, o.url, a.token);
  c->add_option("--data-dir", o.data_dir, "Read this directory's journal instead")
      ->type_name("DIR")
      ->excludes("--url");
  c->add_option("--from", o.from, "earliest, latest or a cursor (earliest; latest with --follow)");
  const auto filter = [c](const char* name, std::vector<std::string>& values, const char* sentence) {
    c->add_option(name, values, sentence)->allow_extra_args(false);  // one value each, so none is swallowed
  };
  filter("--type", o.types, "Only these event types; repeatable");
  filter("--brand", o.brands, "Only these brands; repeatable");
  filter("--account", o.accounts, "Only these accounts; repeatable");
  filter("--conversation", o.conversations, "Only these conversations; repeatable");
  filter("--assignee", o.assignees, "Only these assignees; repeatable");
  filter("--queue", o.queues, "Only these queues; repeatable");
  c->add_option("--limit", o.limit, "End after so many")->type_name("N");
  c->add_flag("--follow", o.follow, "Go on with what happens next, also over reconnects");
}

void add_dead_letters(CLI::App& app, arguments& a) {
  auto& o = a.dead_letters;
  auto* c = command(app, "dead-letters", "What was signed but could not be understood",
                    "  switchboard dead-letters list\n"
                    "  switchboard dead-letters replay dl_01j3…");
  c->require_subcommand(1);
  using action = dead_letters_options::action;
  const auto add = [&](const char* name, action what, const char* sentence, bool one, const char* examples) {
    auto* s = command(*c, name, sentence, examples);
    add_engine_options(s, o.url, a.token);
    if (one) s->add_option("id", o.id, "As `list` shows it")->required();
    s->callback([&o, what] { o.what = what; });
  };
  add("list", action::list, "All that the token may see, newest first", false,
      "  switchboard dead-letters list\n  switchboard dead-letters list --url http://127.0.0.1:8080 | head "
      "-1");
  add("show", action::show, "One, with its raw bytes", true,
      "  switchboard dead-letters show dl_01j3…\n  switchboard dead-letters show dl_01j3… --token "
      "demo-admin");
  add("replay", action::replay, "Deliver it once more, e.g. after its account was configured", true,
      "  switchboard dead-letters replay dl_01j3…\n  switchboard dead-letters replay dl_01j3… --token "
      "demo-admin");
}

void add_explain(CLI::App& app, arguments& a) {
  auto& o = a.explain;
  auto* c = command(app, "explain", "Why a conversation went where it went, decision by decision",
                    "  switchboard explain c_01j3…-1\n"
                    "  switchboard explain c_01j3…-1 --json | tail -1");
  c->add_option("conversation", o.conversation, "Its id")->required();
  add_engine_options(c, o.url, a.token);
  c->add_flag("--json", o.json, "Each decision as it is kept, one a line");
}

void add_shadow(CLI::App& app, arguments& a) {
  auto& o = a.shadow;
  auto* c = command(app, "shadow", "Where the config of routing.shadow would have routed otherwise",
                    "  switchboard shadow --brand acme\n"
                    "  switchboard shadow --json | jq -r .outcome | sort | uniq -c");
  add_engine_options(c, o.url, a.token);
  c->add_option("--brand", o.brand, "Of this brand only")->type_name("ID");
  c->add_flag("--json", o.json, "Each difference as it is kept, one a line");
}

void add_replay_routing(CLI::App& app, arguments& a) {
  auto* c = command(app, "replay-routing", "Take every routing decision of a journal again, and compare",
                    "  switchboard replay-routing --data-dir data\n"
                    "  switchboard replay-routing --data-dir /mnt/monday || echo \"other rules\"");
  c->add_option("--data-dir", a.replay.data_dir, "The directory; its engine may be stopped, a backup will do")
      ->required()
      ->type_name("DIR");
}

void add_verify(CLI::App& app, arguments& a) {
  auto* c =
      command(app, "verify",
              "Check a data directory or a backup: checksums, gapless sequences, views against the journal",
              "  switchboard verify --data-dir data\n"
              "  switchboard verify --data-dir /mnt/monday || echo damaged");
  c->add_option("--data-dir", a.verify.data_dir, "The directory; refused while an engine runs on it")
      ->required()
      ->type_name("DIR");
  c->add_option("--scratch", a.verify.scratch_root,
                "Room for a second copy of the views (the temporary directory)")
      ->type_name("DIR");
}

void add_route(CLI::App& app, arguments& a) {
  auto& o = a.route;
  auto* c = command(app, "route", "Where a config's rules send a conversation, and why; asks no engine",
                    "  switchboard route --explain conversation.json\n"
                    "  switchboard route --explain - --config /etc/switchboard.toml --brand acme --json");
  c->add_option("--explain", o.file,
                "JSON: a conversation as the API shows it, with \"text\" and \"attributes\" beside it; - is "
                "standard input")
      ->required()
      ->type_name("FILE");
  c->add_option("--config", o.config, "TOML file (config/demo.toml)")->type_name("FILE");
  c->add_option("--brand", o.brand, "Instead of the conversation's")->type_name("ID");
  c->add_flag("--json", o.json, "One JSON object instead of text");
}

void add_morning(CLI::App& app, arguments& a) {
  auto& o = a.morning;
  auto* c = command(app, "morning", "Watch routing at work: 30 agents, 500 conversations, about a minute",
                    "  switchboard morning\n"
                    "  switchboard morning --conversations 1000 --pace 20 --seed 7 --exit");
  c->add_option("--config", o.config, "Its brands, agents and accounts (config/morning.toml)")
      ->type_name("FILE");
  c->add_option("--data-dir", o.data_dir,
                "Keep what the engine writes; without: a new directory, gone at the end")
      ->type_name("DIR");
  c->add_option("--listen", o.listen, "Of the engine (a free port)")->type_name("HOST:PORT");
  c->add_option("--conversations", o.plan.conversations, "Customers who write (500)")
      ->check(CLI::Range(20u, 100'000u))
      ->type_name("N");
  c->add_option("--pace", o.plan.pace, "Of them a second (12)")
      ->check(CLI::Range(0.1, 1'000.0))
      ->type_name("N");
  c->add_option("--seed", o.plan.seed, "Another morning: who writes what, who declines (1)")->type_name("N");
  c->add_flag("--exit", o.exit, "End behind the checks; without: the engine goes on until Ctrl-C");
}

void add_backup(CLI::App& app, arguments& a) {
  auto& o = a.backup;
  auto* c =
      command(app, "backup", "Copy everything, of a running engine or of a stopped one",
              "  switchboard backup --to monday                       # a folder of storage.backup_dir\n"
              "  switchboard backup --data-dir data --to /mnt/monday  # of a stopped engine");
  c->add_option(
       "--to", o.to,
       "New directory; of a running engine a folder of its storage.backup_dir, by its name or its path")
      ->required()
      ->type_name("DIR");
  c->add_option("--url", o.url, "The running engine's admin listener (http://127.0.0.1:8081)")
      ->type_name("URL");
  c->add_option("--data-dir", o.data_dir, "Of a stopped engine: its directory")
      ->type_name("DIR")
      ->excludes("--url");
}

void add_restore(CLI::App& app, arguments& a) {
  auto* c = command(app, "restore", "Make a data directory of a backup, each byte checked",
                    "  switchboard restore --from /mnt/monday --data-dir data\n"
                    "  switchboard restore --from /mnt/monday --data-dir /var/lib/switchboard");
  c->add_option("--from", a.restore.from, "The backup")->required()->type_name("DIR");
  c->add_option("--data-dir", a.restore.data_dir, "New or empty directory")->required()->type_name("DIR");
}

int dispatch(const CLI::App& app, arguments& a, const serve_function& serve) {
  const std::string name = app.get_subcommands().front()->get_name();
  a.events.token = a.dead_letters.token = a.explain.token = a.shadow.token =
      a.token.empty() ? "demo-admin" : a.token;
  if (name == "serve") return serve(a.serve);
  if (name == "check-config") return run_check_config(a.check_file, a.check_secrets);
  if (name == "deliver") return run_deliver(a.deliver);
  if (name == "events") return run_events(a.events);
  if (name == "dead-letters") return run_dead_letters(a.dead_letters);
  if (name == "route") return run_route(a.route);
  if (name == "morning") return run_morning(a.morning);
  if (name == "explain") return run_explain(a.explain);
  if (name == "shadow") return run_shadow(a.shadow);
  if (name == "replay-routing") return run_replay_routing(a.replay);
  if (name == "verify") return run_verify(a.verify);
  if (name == "backup") return run_backup(a.backup);
  if (name == "restore") return run_restore(a.restore);
  return run_bench(*app.get_subcommands().front(), a.bench);
}

}  // namespace

int run(int argc, const char* const* argv, const serve_function& serve) {
  arguments a;
  CLI::App app("Switchboard: ingestion and routing between the social platforms and support teams",
               "switchboard");
  app.set_version_flag("--version", "switchboard " SWITCHBOARD_VERSION);
  app.require_subcommand(1);
  app.footer("Examples:\n  switchboard serve --config config/demo.toml\n  switchboard events --follow");
  add_serve(app, a);
  add_check_config(app, a);
  add_deliver(app, a);
  add_events(app, a);
  add_dead_letters(app, a);
  add_route(app, a);
  add_explain(app, a);
  add_shadow(app, a);
  add_replay_routing(app, a);
  add_morning(app, a);
  add_verify(app, a);
  add_backup(app, a);
  add_restore(app, a);
  add_bench(app, a.bench);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    return app.exit(e) == 0 ? exit_ok : exit_failed;
  } catch (const CLI::ParseError& e) {
    std::fprintf(stderr, "%s\n", usage_error(app, argc, argv, e.what()).c_str());
    return exit_usage;
  }
  try {
    return dispatch(app, a, serve);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "switchboard: %s\n", e.what());
    return exit_failed;
  }
}

}  // namespace switchboard::cli
