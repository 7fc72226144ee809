#include "child_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <vector>

extern char** environ;

namespace switchboard::storage::testing {
namespace {

constexpr const char* part_variable = "SWITCHBOARD_TEST_CHILD";
constexpr const char* directory_variable = "SWITCHBOARD_TEST_CHILD_DIR";
constexpr int report_descriptor = 3;

std::map<std::string, child_part>& parts() {
  static std::map<std::string, child_part> all;
  return all;
}

/// Runs before any test, after all static objects are made.
class child_instead_of_tests : public ::testing::Environment {
 public:
  void SetUp() override {
    const char* const name = std::getenv(part_variable);
    const char* const directory = std::getenv(directory_variable);
    if (name == nullptr || directory == nullptr) return;
    const auto part = parts().find(name);
    if (part == parts().end()) ::_exit(99);
    part->second(directory, report_descriptor);
    ::_exit(0);
  }
};
[[maybe_unused]] ::testing::Environment* const environment =
    ::testing::AddGlobalTestEnvironment(new child_instead_of_tests);

}  // namespace

register_child_part::register_child_part(const char* name, child_part part) {
  parts()[name] = part;
}

child_process::child_process(const std::string& part, const std::string& data_dir) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  reports_ = ends[0];

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], report_descriptor);
  std::vector<std::string> variables{std::string(part_variable) + "=" + part,
                                     std::string(directory_variable) + "=" + data_dir};
  std::vector<char*> environment_of_child;
  for (std::string& v : variables) environment_of_child.push_back(v.data());
  for (char** v = environ; *v != nullptr; ++v) environment_of_child.push_back(*v);
  environment_of_child.push_back(nullptr);
  std::string name = "child";
  std::array<char*, 2> arguments{name.data(), nullptr};
  const int error = ::posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, arguments.data(),
                                  environment_of_child.data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error != 0) throw std::runtime_error("posix_spawn");
}

child_process::~child_process() {
  kill();
  wait();
  ::close(reports_);
}

std::optional<std::uint64_t> child_process::next_report() {
  std::uint64_t number = 0;
  ssize_t n = 0;
  do {
    n = ::read(reports_, &number, sizeof number);
  } while (n < 0 && errno == EINTR);
  if (n != sizeof number) return std::nullopt;
  return number;
}

void child_process::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

int child_process::wait() {
  if (pid_ <= 0) return -1;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void send_report(int report, std::uint64_t number) {
  if (::write(report, &number, sizeof number) != sizeof number) ::_exit(98);
}

}  // namespace switchboard::storage::testing
