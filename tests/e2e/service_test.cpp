// The engine as a service: what it tells systemd, and what the unit lets it do.

#include "cli/sockets.hpp"
#include "scratch.hpp"
#include "setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

namespace switchboard::e2e {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// What systemd is for sd_notify(3): a datagram socket whose path is in NOTIFY_SOCKET.
class notify_socket {
 public:
  explicit notify_socket(const fs::path& path)
      : path_(path.string()), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path_.copy(at.sun_path, sizeof at.sun_path - 1);
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
      throw std::runtime_error("cannot bind " + path_);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The next message; empty: none within the time.
  [[nodiscard]] std::string next(std::chrono::milliseconds within = 30s) const {
    pollfd p{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&p, 1, static_cast<int>(within.count())) <= 0) return {};
    std::array<char, 4096> text;
    const auto n = ::recv(socket_.get(), text.data(), text.size(), 0);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
  }
  /// The next that is no sign of life.
  [[nodiscard]] std::string next_word() const {
    auto text = next();
    while (text == "WATCHDOG=1") text = next();
    return text;
  }

 private:
  const std::string path_;
  const cli::file_descriptor socket_;
};

/// The engine as systemd starts it: with these variables.
std::string started_by_manager(const fs::path& directory, const notify_socket& manager) {
  const auto file = directory / "as-service";
  std::ofstream(file) << "#!/bin/sh\nNOTIFY_SOCKET='" << manager.path() << "' WATCHDOG_USEC=200000 exec '"
                      << engine_binary() << "' \"$@\"\n";
  fs::permissions(file, fs::perms::owner_all);
  return file.string();
}

TEST(service, tells_the_manager_when_it_is_ready_reloads_lives_and_stops) {
  scratch dir;
  const notify_socket manager{dir.path() / "notify"};
  engine_process engine{dir.path(), started_by_manager(dir.path(), manager)};
  engine.configure(setup{}.toml(engine.data()));
  engine.start();
  EXPECT_THAT(manager.next(),
              HasSubstr("READY=1\nSTATUS=serving on 127.0.0.1:" + std::to_string(engine.port())));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(manager.next(), "WATCHDOG=1") << i;

  engine.send_signal(SIGHUP);
  EXPECT_THAT(manager.next_word(), HasSubstr("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_THAT(manager.next_word(), HasSubstr("READY=1\nSTATUS=serving on"));
  engine.configure("nonsense");
  engine.send_signal(SIGHUP);
  EXPECT_THAT(manager.next_word(), HasSubstr("RELOADING=1"));
  EXPECT_THAT(manager.next_word(), HasSubstr("READY=1\nSTATUS=the new configuration was refused"));

  engine.send_signal(SIGTERM);
  EXPECT_THAT(manager.next_word(), HasSubstr("STOPPING=1"));
  EXPECT_EQ(engine.wait_end(30s).code, 0);
}

TEST(service, the_unit_exposes_little) {
  if (std::system("systemd-analyze --version > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "no systemd-analyze here";
  constexpr auto score = "systemd-analyze security --offline=true --threshold=20 --no-pager '";
  const std::string unit = std::string(SWITCHBOARD_SOURCE_DIR) + "/deploy/switchboard.service";
  EXPECT_EQ(std::system((score + unit + "' > /dev/null 2>&1").c_str()), 0) << "more than 2.0: " << unit;

  // The measure itself: a unit without the limits is found out.
  scratch dir;
  const auto bare = dir.path() / "bare.service";
  std::ofstream(bare) << "[Service]\nExecStart=/bin/true\n";
  EXPECT_NE(std::system((score + bare.string() + "' > /dev/null 2>&1").c_str()), 0);
}

}  // namespace
}  // namespace switchboard::e2e
