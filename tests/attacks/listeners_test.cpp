// What can be reached from outside: two sockets, on loopback, and on each nothing but its own table.

#include "matrix.hpp"
#include "tests/e2e/scratch.hpp"
#include "tests/e2e/setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace switchboard::attacks {
namespace {

using namespace e2e;
using net::http::listener;
namespace fs = std::filesystem;

/// The sockets that a process holds, by inode.
std::set<std::string> sockets_of(pid_t pid) {
  std::set<std::string> inodes;
  for (const auto& each : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    std::error_code gone;
    const auto to = fs::read_symlink(each.path(), gone).string();
    if (to.starts_with("socket:[")) inodes.insert(to.substr(8, to.size() - 9));
  }
  return inodes;
}

/// "0100007F:1F90" as the kernel writes where one of these sockets can be reached: bound, and listening or of UDP.
std::set<std::string> reachable(pid_t pid) {
  constexpr std::string_view listening = "0A";
  const auto mine = sockets_of(pid);
  std::set<std::string> found;
  for (const std::string table : {"tcp", "tcp6", "udp", "udp6", "raw", "raw6"}) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/net/" + table);
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
      std::istringstream words(line);
      std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
      words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
      if (mine.contains(inode) && (state == listening || !table.starts_with("tcp")))
        found.insert((table.ends_with("6") ? "v6 " : "") + local);
    }
  }
  return found;
}

std::string on_loopback(std::uint16_t port) {
  char text[32];
  std::snprintf(text, sizeof text, "0100007F:%04X", port);
  return text;
}

TEST(listeners, are_two_and_on_loopback) {
  scratch dir;
  engine_process engine{dir.path()};
  engine.configure(setup{}.toml(engine.data()));
  engine.start();
  EXPECT_EQ(reachable(engine.pid()),
            (std::set<std::string>{on_loopback(engine.port()), on_loopback(engine.admin_port())}));
}

TEST(listeners, have_their_own_routes_and_nothing_else) {
  scratch dir;
  engine_process engine{dir.path()};
  engine.configure(setup{}.toml(engine.data()));
  engine.start();
  std::set<std::string> paths{"/",
                              "/v1",
                              "/v1/",
                              "/v2/events",
                              "/api",
                              "/admin",
                              "/debug/pprof/",
                              "/debug/vars",
                              "/healthz",
                              "/health",
                              "/stats",
                              "/config",
                              "/config.toml",
                              "/.env",
                              "/.git/HEAD",
                              "/favicon.ico",
                              "/robots.txt",
                              "/index.html",
                              "/swagger",
                              "/openapi.yaml",
                              "/openapi.json",
                              "/graphql",
                              "/console",
                              "/actuator",
                              "/server-status",
                              "/v1/tokens",
                              "/v1/brands",
                              "/v1/config",
                              "/v1/reload",
                              "/webhooks",
                              "/webhooks/",
                              "/v1/events/",
                              "/metrics/",
                              "/Metrics"};
  for (const auto& r : net::api::routes()) paths.insert(path_of(r.pattern, "x"));
  for (const auto l : {listener::open, listener::admin}) {
    std::multimap<std::string, std::string_view> there;
    for (const auto& r : net::api::routes()) {
      if (r.where != l) continue;
      there.emplace(path_of(r.pattern, "x"), to_word(r.verb));
      if (r.verb == net::http::method::get) there.emplace(path_of(r.pattern, "x"), "HEAD");
    }
    http_connection c(l == listener::open ? engine.port() : engine.admin_port());
    for (const auto& path : paths) {
      for (const std::string verb : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
        const auto [first, last] = there.equal_range(path);
        // Below /webhooks/ is the name of a source, which need not be there for this to be said.
        const bool webhook = l == listener::open && path == "/webhooks/" && verb != "GET" && verb != "POST";
        const bool exists = first != last || webhook;
        const bool takes = std::any_of(first, last, [&](const auto& e) { return e.second == verb; });
        auto with = e2e::bearer(admin_token);
        if (verb == "PUT") with.emplace_back("Content-Length", "0");
        const auto status = c.ask(verb, path, with).status;
        const auto name = verb + " " + path + (l == listener::open ? "" : " on the admin listener");
        if (takes && l == listener::open) {
          // Of all brands' admin nothing is withheld: what is named "x" is not there, or the body is missing.
          const bool thing = path.ends_with("/x") || path.find("/x/") != std::string::npos;
          EXPECT_TRUE(thing ? status == 404 || status == 400 : status == 200 || status == 201)
              << name << " " << status;
        } else if (takes) {
          EXPECT_EQ(status, path == "/backup" && verb == "POST" ? 400 : 200) << name;  // it wants a name
        } else {
          EXPECT_EQ(status, exists ? 405 : 404) << name;
        }
      }
      for (const std::string verb : {"TRACE", "CONNECT", "PROPFIND"}) {
        EXPECT_THAT(c.ask(verb, path, e2e::bearer(admin_token)).status, testing::AnyOf(405, 501, 400))
            << verb << path;
      }
    }
  }
}

}  // namespace
}  // namespace switchboard::attacks
