// switchboard-fake-platform: the seven platforms' send APIs on this machine, for trying out replies without any account.

#include "config/load.hpp"
#include "tests/fake_platform/platform.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <iostream>

namespace switchboard::fake_platform {
namespace {

struct arguments {
  std::string config = "config/demo.toml";
  std::uint16_t port = 8090;
  std::string engine;
  bool silent = false, quiet = false;
  std::int64_t apart_ms = 300, latency_ms = 0;
  platform_options platform;
};

void add_options(CLI::App& app, arguments& a) {
  app.add_option("--config", a.config, "the engine's config: accounts, tokens, and secrets to sign with")
      ->capture_default_str();
  app.add_option("--port", a.port, "on 127.0.0.1; 0: any that is free")->capture_default_str();
  app.add_option("--engine", a.engine,
                 "its public address, for receipts and echoes; default: the config's listener");
  app.add_flag("--silent", a.silent, "tells the engine nothing: no receipts, no echoes");
  app.add_flag("--quiet", a.quiet, "does not print the messages that it takes");
  app.add_option("--receipts-apart", a.apart_ms, "milliseconds between sent, delivered and read")
      ->capture_default_str();
  app.add_option("--latency", a.latency_ms, "milliseconds before each answer")->capture_default_str();
  app.add_option(
         "--troubles", a.platform.trouble_share,
         "the share of the requests that meets one: limits, errors, hangs, resets, lost and broken answers")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--seed", a.platform.seed, "of the troubles")->capture_default_str();
  app.add_option("--certificate", a.platform.server.certificate_file, "PEM; serves HTTPS, with --key");
  app.add_option("--key", a.platform.server.key_file, "PEM");
  app.footer(
      "Its accounts are those of the config that have an access_token; api_url has to name this address.\n"
      "GET /_/figures tells what was taken and how full each limit was, GET /_/taken lists the messages.\n\n"
      "  switchboard-fake-platform                      # for config/demo.toml, on http://127.0.0.1:8090\n"
      "  switchboard-fake-platform --troubles 0.3       # a bad day");
}

std::string local(const config::endpoint& at) {
  const bool any = at.host == "0.0.0.0" || at.host == "*" || at.host.empty();
  return (any ? "127.0.0.1" : at.host) + ':' + std::to_string(at.port);
}

int serve(arguments a) {
  const auto settings = config::load_file(a.config);
  if (!settings) {
    std::cerr << "switchboard-fake-platform: " << config::to_text(settings.error().front()) << '\n';
    return 1;
  }
  const auto& s = **settings;
  if (a.engine.empty())
    a.engine = (s.server.tls.certificate_file.empty() ? "http://" : "https://") + local(s.server.listen);
  auto& p = a.platform;
  p.server.port = a.port;
  p.accounts = accounts_of(s);
  p.sources = s.sources;
  p.receipts = {.engine = a.silent ? "" : a.engine, .apart = std::chrono::milliseconds(a.apart_ms)};
  p.latency = std::chrono::milliseconds(a.latency_ms);
  if (!a.quiet) {
    p.on_taken = [](const taken& t) {
      std::cout << t.by->id << " -> " << t.recipient << ": " << t.text << std::endl;
    };
  }
  if (p.accounts.empty()) {
    std::cerr << "switchboard-fake-platform: no account of " << a.config << " has an access_token\n";
    return 1;
  }

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before the threads, which inherit it
  const platform served(p);
  std::cerr << "fake platform on " << served.url() << " for " << p.accounts.size() << " accounts of "
            << a.config << (a.silent ? "" : "; tells " + a.engine) << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
  std::cerr << to_json(served.count()) << '\n';
  return 0;
}

}  // namespace
}  // namespace switchboard::fake_platform

int main(int count, char** words) {
  CLI::App app(
      "The seven platforms' send APIs on this machine, with their checks, limits, receipts and troubles.");
  switchboard::fake_platform::arguments a;
  switchboard::fake_platform::add_options(app, a);
  CLI11_PARSE(app, count, words);
  try {
    return switchboard::fake_platform::serve(std::move(a));
  } catch (const std::exception& e) {
    std::cerr << "switchboard-fake-platform: " << e.what() << '\n';
    return 1;
  }
}
