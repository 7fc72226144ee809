#include "cli/commands.hpp"

#include "cli/backup.hpp"
#include "cli/bench.hpp"
#include "cli/check_config.hpp"
#include "cli/dead_letters.hpp"
#include "cli/deliver.hpp"
#include "cli/events.hpp"
#include "cli/exit_code.hpp"
#include "cli/explain.hpp"
#include "cli/figures.hpp"
#include "cli/replay_routing.hpp"
#include "cli/route.hpp"
#include "cli/shadow.hpp"
#include "cli/usage.hpp"
#include "cli/verify.hpp"

#include <CLI/CLI.hpp>

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
  std::string token;  ///< of events, dead-letters, explain and shadow
};

CLI::App* command(CLI::App& parent, const std::string& name, const std::string& sentence,
                  const std::string& examples) {
  auto* c = parent.add_subcommand(name, sentence);
  c->footer("Examples:\n" + examples);
  return c;
}

/// An option whose text is a number with a unit; the member is set while parsing.
template <class T, class Parse>
void unit_option(CLI::App* app, const std::string& names, T& value, Parse parse, const std::string& sentence,
                 const char* kind) {
  app->add_option_function<std::string>(
         names,
         [&value, parse, names](const std::string& text) {
           const auto parsed = parse(text);
           if (!parsed) throw CLI::ValidationError(names, "\"" + text + "\" is not like 250ms, 10s or 20k");
           value = static_cast<T>(*parsed);
         },
         sentence)
      ->type_name(kind);
}

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

void add_load_options(CLI::App* c, bench_options& o) {
  c->add_option("--url", o.url, "Measure this engine; without: one of its own, on a new data directory")
      ->type_name("URL");
  c->add_option("--data-root", o.data_root,
                "Where the own engine's data directory is made (the temporary directory)")
      ->type_name("DIR");
  c->add_option("--path", o.path, "Target of the requests (/webhooks/meta)");
  c->add_option("--secret", o.secret, "The source's secret (demo-secret)");
  c->add_option("--phone-number-id", o.phone_number_id, "The account that the messages are for");
  c->add_option("--connections", o.connections, "Keep-alive connections")
      ->check(CLI::Range(1u, 100'000u))
      ->type_name("N");
  c->add_option("--threads", o.threads, "Generator threads (1)")->check(CLI::Range(1u, 64u))->type_name("N");
  unit_option(c, "--customers", o.customers, typed_count, "Senders (50k)", "N");
  c->add_option("--messages-per-body", o.messages_per_body, "Messages in each webhook (1)")
      ->check(CLI::Range(1u, 1'000u))
      ->type_name("N");
  unit_option(c, "--warm-up", o.warm_up, typed_duration, "Sent before, and not counted (2s)", "TIME");
  unit_option(c, "--duration", o.duration, typed_duration, "Measured time (10s)", "TIME");
  unit_option(c, "--wait", o.wait, typed_duration, "Wait so long for the URL to answer", "TIME");
  c->add_flag("--json", o.json, "One JSON object instead of text");
}

void add_subscriber_options(CLI::App* c, bench_options& o, const char* subscribers) {
  c->add_option("--subscribers", o.subscribers, subscribers)->check(CLI::Range(1u, 100'000u))->type_name("N");
  c->add_option("--token", o.token, "Bearer token of the subscribers (demo-admin)")
      ->envname("SWITCHBOARD_TOKEN");
  c->add_flag("--sse", o.sse, "Subscribe by SSE instead of WebSocket");
}

void add_bench(CLI::App& app, arguments& a) {
  auto& o = a.bench;
  auto* c = command(app, "bench", "Measure an engine from outside",
                    "  switchboard bench ingest\n"
                    "  switchboard bench latency --rate 10k --json");
  c->require_subcommand(1);
  auto* ingest =
      command(*c, "ingest", "Webhooks a second, each one verified, durable and in the views",
              "  switchboard bench ingest --duration 30s\n"
              "  switchboard bench ingest --url http://127.0.0.1:8080 --rate 20k --messages-per-body 10");
  add_load_options(ingest, o);
  unit_option(ingest, "--rate", o.rate, typed_count, "Open loop: requests a second; without: closed loop",
              "N");
  ingest->add_flag("--poisson", o.poisson, "Open loop: random gaps instead of even ones");
  ingest->add_option("--expect-status", o.expect_status, "What each answer must say (200)")
      ->type_name("STATUS");
  auto* fanout = command(*c, "fanout", "Deliveries a second to many subscribers, each one's order checked",
                         "  switchboard bench fanout --subscribers 1000\n"
                         "  switchboard bench fanout --subscribers 200 --events 10000 --sse --json");
  add_load_options(fanout, o);
  add_subscriber_options(fanout, o, "Subscribers (1000)");
  unit_option(fanout, "--events", o.events, typed_count, "Webhooks to deliver (1000)", "N");
  unit_option(fanout, "--rate", o.rate, typed_count, "Webhooks a second; without: back to back", "N");
  auto* latency = command(*c, "latency", "From the intended send time to the 200, and to the subscriber",
                          "  switchboard bench latency\n"
                          "  switchboard bench latency --rate 10k --duration 60s --subscribers 8");
  add_load_options(latency, o);
  add_subscriber_options(latency, o, "Subscribers that measure (1)");
  unit_option(latency, "--rate", o.rate, typed_count,
              "Requests a second; without: half of what it measures first", "N");
  latency->add_flag("--poisson", o.poisson, "Random gaps instead of even ones");
  auto* outbound = command(*c, "outbound",
                           "Replies: limits used, from POST to the platform's call, and ingest beside them",
                           "  switchboard bench outbound\n"
                           "  switchboard bench outbound --replies 2000 --accounts 20 --json");
  add_load_options(outbound, o);
  unit_option(outbound, "--replies", o.replies, typed_count, "Replies, one to each customer (10k)", "N");
  outbound->add_option("--accounts", o.accounts, "Accounts that they are spread over (100)")
      ->check(CLI::Range(1u, 1'000u))
      ->type_name("N");
  unit_option(outbound, "--events", o.events, typed_count, "Replies that are paced, to time each (1000)",
              "N");
  unit_option(outbound, "--rate", o.rate, typed_count, "Of the paced ones, a second (200)", "N");
  outbound
      ->add_option("--platform-program", o.platform_program,
                   "The fake platform (switchboard-fake-platform beside this program)")
      ->type_name("FILE");
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
  if (name == "explain") return run_explain(a.explain);
  if (name == "shadow") return run_shadow(a.shadow);
  if (name == "replay-routing") return run_replay_routing(a.replay);
  if (name == "verify") return run_verify(a.verify);
  if (name == "backup") return run_backup(a.backup);
  if (name == "restore") return run_restore(a.restore);
  const std::string which = app.get_subcommands().front()->get_subcommands().front()->get_name();
  if (which == "ingest") return run_bench_ingest(a.bench);
  if (which == "latency") return run_bench_latency(a.bench);
  if (which == "outbound") return run_bench_outbound(a.bench);
  if (app.get_subcommands().front()->get_subcommands().front()->count("--subscribers") == 0)
    a.bench.subscribers = 1'000;
  if (app.get_subcommands().front()->get_subcommands().front()->count("--connections") == 0)
    a.bench.connections = 16;
  return run_bench_fanout(a.bench);
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
  add_verify(app, a);
  add_backup(app, a);
  add_restore(app, a);
  add_bench(app, a);
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
