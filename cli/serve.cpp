#include "cli/serve.hpp"

#include "actors/engine.hpp"
#include "cli/descriptors.hpp"
#include "cli/drain.hpp"
#include "cli/exit_code.hpp"
#include "cli/loop_watch.hpp"
#include "cli/service_manager.hpp"
#include "config/load.hpp"
#include "config/units.hpp"
#include "net/caretaker.hpp"
#include "net/deliveries.hpp"
#include "net/feeds.hpp"
#include "net/gateway.hpp"
#include "net/log.hpp"
#include "net/outbound.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>

namespace switchboard::cli {

namespace {

namespace log = net::log;

/// Storage failed: the process ends this soon after, whatever else it is doing.
constexpr auto fatal_grace = std::chrono::milliseconds{300};

/// Why there are no settings. A mistake on the command line is told as the other commands tell it.
struct refusal {
  std::vector<std::string> problems;
  int exit_code = exit_failed;
};

refusal usage(std::string what) {
  return {{"switchboard serve: " + std::move(what) + " (see `switchboard serve --help`)"}, exit_usage};
}

/// Of file descriptors: all connections that were configured would take storage's.
struct shortage {
  std::uint64_t limit, needed;
  std::uint32_t configured, connections;
};

/// The configuration as this process can serve it.
struct loaded_settings {
  config::settings_ptr settings;
  std::optional<shortage> short_of;
};

/// Where the limit of file descriptors is too low for storage and all connections, fewer are accepted.
std::optional<shortage> fit_connections(config::settings& s) {
  const auto limit = raise_descriptor_limit();
  const auto configured = s.limits.connections_max;
  const auto plan = plan_descriptors(limit, configured, count_view_files(s.storage.data_dir));
  if (plan.connections == configured) return std::nullopt;
  s.limits.connections_max = plan.connections;
  return shortage{limit, plan.wanted, configured, plan.connections};
}

void warn(const loaded_settings& l) {
  for (const auto& warning : l.settings->warnings)
    log::write(log::level::warning, "config-doubtful", warning);
  if (!l.short_of) return;
  log::write(
      log::level::warning, "few-descriptors",
      "the process may not open as many files (limit) as limits.connections_max asks for (needed); so that "
      "storage never lacks any, fewer connections are accepted. Raise the hard limit (LimitNOFILE= of the "
      "unit, ulimit -n) or lower limits.connections_max",
      {{"limit", std::to_string(l.short_of->limit)},
       {"needed", std::to_string(l.short_of->needed)},
       {"configured", std::to_string(l.short_of->configured)},
       {"connections", std::to_string(l.short_of->connections)}});
}

/// The file's settings with what the command line says over them.
expected<loaded_settings, refusal> load(const serve_options& o) {
  auto loaded = config::load_file(o.config);
  if (!loaded) {
    refusal r;
    for (const auto& p : loaded.error()) r.problems.push_back(to_text(p));
    return unexpected{std::move(r)};
  }
  auto s = std::make_shared<config::settings>(**loaded);
  if (!o.data_dir.empty()) s->storage.data_dir = o.data_dir;
  const auto listen = [&](const std::string& text, config::endpoint& to,
                          const char* option) -> std::optional<refusal> {
    if (text.empty()) return std::nullopt;
    const auto parsed = config::parse_endpoint(text);
    if (!parsed) return usage(std::string{option} + ": \"" + text + "\" is not HOST:PORT");
    to = *parsed;
    return std::nullopt;
  };
  for (const auto& bad : {listen(o.listen, s->server.listen, "--listen"),
                          listen(o.admin_listen, s->server.admin_listen, "--admin-listen")}) {
    if (bad) return unexpected{*bad};
  }
  if (s->server.demo && !(is_loopback(s->server.listen) && is_loopback(s->server.admin_listen))) {
    // The file alone was fine, so it is an option that names the address.
    return unexpected{usage(std::string{is_loopback(s->server.listen) ? "--admin-listen" : "--listen"} +
                            ": server.demo allows literal secrets and therefore only loopback addresses; use "
                            "127.0.0.1 or a config without demo")};
  }
  const auto short_of = fit_connections(*s);
  return loaded_settings{std::move(s), short_of};
}

/// Signals are waited for by the main thread alone; every other inherits the mask.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int s : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, s);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a file at its limit is a failed write like others
  return set;
}

/// Reads the config again and applies it as one step, or refuses it whole.
class reloader {
 public:
  explicit reloader(const serve_options& o) : options_(o) {}
  void attach(actors::engine& e, net::gateway& g, net::feeds& f, net::caretaker& c) {
    const std::lock_guard lock{mutex_};
    engine_ = &e;
    feeds_ = &f;
    caretaker_ = &c;
    gateway_ = &g;
  }

  net::reload_outcome reload() {
    const std::lock_guard lock{mutex_};
    if (!engine_) return {.problems = {"still starting; try again"}};
    std::vector<std::string> problems;
    auto next = load(options_);
    if (!next) {
      problems = next.error().problems;
    } else if (const auto fixed = config::needs_restart(*engine_->settings(), *next->settings);
               !fixed.empty()) {
      for (const auto& key : fixed)
        problems.push_back(key + " cannot change while the engine runs; restart it");
    }
    if (!problems.empty()) {
      for (const auto& p : problems) log::write(log::level::error, "config-refused", p);
      return {.problems = std::move(problems)};
    }
    const auto came_of_it = engine_->apply_settings(
        next->settings, [&] { gateway_->apply_settings(next->settings); }, net::reload_record_max);
    if (came_of_it == actors::settings_state::refused)
      return {.problems = {"the node is ending; nothing was changed"}};
    feeds_->apply_settings(next->settings);
    caretaker_->apply_settings(next->settings);
    warn(*next);
    const bool recorded = came_of_it == actors::settings_state::recorded;
    log::write(recorded ? log::level::info : log::level::warning, "config-applied",
               recorded ? "the new configuration is in force"
                        : "the new configuration is in force, but is not in the event log yet",
               {{"version", next->settings->version}});
    return {.recorded = recorded};
  }

 private:
  const serve_options& options_;
  std::mutex mutex_;
  actors::engine* engine_ = nullptr;
  net::gateway* gateway_ = nullptr;
  net::feeds* feeds_ = nullptr;
  net::caretaker* caretaker_ = nullptr;
};

/// The next signal; 0: none came within `at_most`, where that is given.
int wait_for_signal(const sigset_t& signals, std::optional<std::chrono::milliseconds> at_most) {
  if (!at_most) {
    int signal = 0;
    return sigwait(&signals, &signal) == 0 ? signal : 0;
  }
  const timespec wait{.tv_sec = at_most->count() / 1'000, .tv_nsec = at_most->count() % 1'000 * 1'000'000};
  return std::max(0, sigtimedwait(&signals, nullptr, &wait));
}

void wait_for_end(const sigset_t& signals, reloader& r, net::gateway& g, const std::string& status) {
  const auto interval = service_manager::watchdog_interval();
  loop_watch loops{g.loops(),
                   [&g](std::uint32_t n, std::function<void()> what) { g.post(n, std::move(what)); }};
  for (;;) {
    if (interval && loops.all_turn()) service_manager::alive();
    switch (wait_for_signal(signals, interval)) {
      case 0:
        break;
      case SIGHUP:
        service_manager::reloading();
        service_manager::ready(r.reload().problems.empty() ? status
                                                           : "the new configuration was refused; " + status);
        break;
      default:
        return;
    }
  }
}

/// The first storage error ends the node: nothing may be acknowledged any more.
[[noreturn]] void end_now(int exit_code) {
  std::this_thread::sleep_for(fatal_grace);  // lets what waits be answered 503
  _exit(exit_code);
}

/// From any thread. What is damaged stays so: who restarts at every failure must not restart for that.
void end_without_storage(const std::string& why, bool damaged) {
  static std::atomic_flag told;
  if (told.test_and_set()) return;
  if (damaged) {
    log::write(
        log::level::error, "storage-damaged",
        "what is stored is damaged; the node ends, and would end again whenever it is read: `switchboard "
        "verify` says where; damaged views are folded anew once their folder is removed, if the journal "
        "still holds "
        "everything, else restore a backup with `switchboard restore`",
        {{"why", why}});
  } else {
    log::write(log::level::error, "storage-failed", "storage failed; the node ends and must be restarted",
               {{"why", why}});
  }
  std::thread(end_now, failure_exit(damaged)).detach();
}

}  // namespace

int run_serve(const serve_options& options) {
  const auto signals = block_signals();
  const auto loaded = load(options);
  if (!loaded) {
    for (const auto& p : loaded.error().problems) std::fprintf(stderr, "%s\n", p.c_str());
    return loaded.error().exit_code;
  }
  const auto settings = loaded->settings;
  reloader reload{options};
  const net::client::options outbound{.user_agent = "switchboard/" SWITCHBOARD_VERSION,
                                      .ca_file = settings->server.outbound_ca_file};
  net::gateway gateway{settings, [&reload] { return reload.reload(); }, outbound};
  const auto calls = std::make_shared<net::outbound>(outbound);
  auto engine = actors::engine::start(
      settings, gateway.committed_handler(),
      {.accept_loss = options.accept_loss,
       .on_write_failure = [](const std::string& why) { end_without_storage(why, false); },
       .client = calls,
       .deliveries = std::make_shared<net::deliveries>(outbound)});
  if (!engine) {
    std::fprintf(stderr, "switchboard: %s\n", engine.error().what.c_str());
    return failure_exit(engine.error().damaged);
  }
  (*engine)->on_problem(
      [](const std::string& what) { log::write_rarely(log::level::error, "event-refused", what); });
  (*engine)->on_fatal(end_without_storage);
  net::caretaker caretaker{**engine, outbound};
  gateway.intake().on_handshake(
      [&caretaker](const std::string& source) { caretaker.heard_handshake(source); });
  if (const auto opened = gateway.open(**engine); !opened) {
    std::fprintf(stderr, "switchboard: %s\n", opened.error().what.c_str());
    (void)(*engine)->stop(std::chrono::seconds{5});
    return exit_failed;
  }
  net::feeds feeds{**engine, gateway.intake(), *calls};
  gateway.show(&feeds);
  reload.attach(**engine, gateway, feeds, caretaker);
  feeds.apply_settings(settings);
  caretaker.apply_settings(settings);
  warn(*loaded);
  const auto& s = settings->server;
  const auto listen = s.listen.host + ":" + std::to_string(gateway.port(net::http::listener::open));
  const auto admin = s.admin_listen.host + ":" + std::to_string(gateway.port(net::http::listener::admin));
  log::write(log::level::info, "ready", "serving",
             {{"listen", listen},
              {"admin", admin},
              {"dataDir", settings->storage.data_dir},
              {"config", settings->version}});

  const auto status = "serving on " + listen + ", admin on " + admin;
  service_manager::ready(status);
  wait_for_end(signals, reload, gateway, status);
  service_manager::stopping();
  log::write(log::level::info, "draining", "no more is accepted; what is under way is finished");
  caretaker.stop();
  feeds.stop();  // what it did not note is read again
  (*engine)->begin_drain();
  gateway.announce_end();
  std::this_thread::sleep_for((*engine)->settings()->server.drain_notice);
  const auto until = std::chrono::steady_clock::now() + (*engine)->settings()->server.drain_timeout;
  const auto left = [&] {
    return std::max(std::chrono::milliseconds{1}, std::chrono::duration_cast<std::chrono::milliseconds>(
                                                      until - std::chrono::steady_clock::now()));
  };
  const bool idle = gateway.close(time_for_requests(left()));
  const bool stopped = (*engine)->stop(left());
  log::write(log::level::info, "stopped",
             idle && stopped ? "everything was finished" : "the time for draining ran out");
  return stopped ? exit_ok : exit_failed;
}

}  // namespace switchboard::cli
