// What the machine may run short of, or take away for a while: descriptors, memory, the processor.

#include "crash_loop.hpp"
#include "tests/e2e/json_text.hpp"
#include "tests/eventually.hpp"
#include "tests/full.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <list>
#include <sstream>
#include <thread>

namespace switchboard::faults {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// Processor time of a process so far.
milliseconds time_of(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  std::istringstream fields(text.substr(text.rfind(')') + 2));  // behind the name, from field 3
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  long long user = 0, system = 0;
  fields >> user >> system;
  return milliseconds{(user + system) * 1'000 / ::sysconf(_SC_CLK_TCK)};
}

std::uint64_t bytes_of_memory(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/statm");
  std::uint64_t pages = 0;
  in >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void limit(pid_t pid, __rlimit_resource what, rlim_t to) {
  rlimit now{};
  ASSERT_EQ(::prlimit(pid, what, nullptr, &now), 0) << std::strerror(errno);
  now.rlim_cur = to;
  ASSERT_EQ(::prlimit(pid, what, &now, nullptr), 0) << std::strerror(errno);
}

// The engine keeps to a number of connections that leaves storage its descriptors (tests/e2e/descriptors_test.cpp); here
// it is out of them all the same.
TEST(resources, no_descriptor_for_who_comes_costs_no_processor_time) {
  constexpr unsigned crowd = 40;
  const milliseconds watched{full() ? 20'000 : 2'000};
  crash_loop loop{crash::kill};
  loop.recover();
  const auto pid = loop.engine().pid();
  const auto open = [pid] {
    const fs::directory_iterator all("/proc/" + std::to_string(pid) + "/fd");
    return static_cast<rlim_t>(std::distance(begin(all), end(all)));
  };
  rlimit before{};
  ASSERT_EQ(::prlimit(pid, RLIMIT_NOFILE, nullptr, &before), 0);
  limit(pid, RLIMIT_NOFILE, open() + 5);
  std::list<e2e::wire> waiting;
  while (waiting.size() < crowd) waiting.emplace_back(loop.engine().port());
  ASSERT_TRUE(eventually([&] { return open() >= 5; }));
  const auto began = time_of(pid);
  std::this_thread::sleep_for(watched);  // what is measured is the time itself
  const auto used = time_of(pid) - began;
  EXPECT_LT(used, watched / 10) << "it spins";
  std::printf("%lld ms of processor time in %lld ms without descriptors\n",
              static_cast<long long>(used.count()), static_cast<long long>(watched.count()));
  limit(pid, RLIMIT_NOFILE, before.rlim_cur);
  for (auto& w : waiting) {
    std::string answer;
    ASSERT_TRUE(w.send("GET /webhooks/none HTTP/1.1\r\nHost: a\r\n\r\n"));
    EXPECT_TRUE(eventually([&] {
      (void)w.receive(answer, milliseconds{100});
      return answer.starts_with("HTTP/1.1 404");
    })) << answer;
  }
  waiting.clear();
  std::optional<e2e::ending> ended;
  loop.begin_load();
  EXPECT_TRUE(loop.wait_for_answers(200, ended));
  loop.end_load();
  EXPECT_TRUE(loop.check().none());
  EXPECT_EQ(loop.engine().terminate().code, 0);
}

TEST(resources, stopped_for_a_while_it_goes_on) {
  const auto rounds = cycles(2, 20);
  const milliseconds stopped{full() ? 30'000 : 2'000};
  crash_loop loop{crash::kill};
  loop.recover();
  for (std::uint64_t i = 0; i < rounds; ++i) {
    std::optional<e2e::ending> ended;
    loop.begin_load();
    ASSERT_TRUE(loop.wait_for_answers(200, ended)) << ended->out;
    loop.engine().send_signal(SIGSTOP);
    std::this_thread::sleep_for(stopped);  // that it is stopped for so long is the test
    loop.engine().send_signal(SIGCONT);
    ASSERT_TRUE(loop.wait_for_answers(200, ended)) << ended->out;
    loop.end_load();
    const auto found = loop.check();
    ASSERT_TRUE(found.none()) << found.text();
  }
  EXPECT_EQ(loop.clients().refused(), 0U);
  EXPECT_EQ(loop.clients().broken(), 0U);
  loop.compare_with_rest();
  loop.verify_offline();
}

// How it ends when there is no memory is not promised; what it leaves is.
TEST(resources, without_memory_nothing_acknowledged_is_lost) {
  const auto rounds = cycles(3, 50);
  std::uint64_t ends = 0;
  crash_loop loop{crash::kill};
  for (std::uint64_t i = 0; i < rounds; ++i) {
    if (!loop.engine().running()) loop.recover();
    std::optional<e2e::ending> ended;
    loop.begin_load(16);
    ASSERT_TRUE(loop.wait_for_answers(100, ended)) << ended->out;
    limit(loop.engine().pid(), RLIMIT_AS, bytes_of_memory(loop.engine().pid()) + ((seed() + i) % 4 << 20));
    loop.end_load();
    loop.begin_load(200);  // each wants memory of its own
    if (loop.wait_for_answers(3'000, ended)) {
      loop.engine().kill();
    } else {
      ++ends;
    }
    loop.end_load();
    loop.recover();
    const auto found = loop.check();
    ASSERT_TRUE(found.none()) << found.text();
    loop.redeliver(0);
  }
  std::printf("%llu of %llu engines ended for lack of memory\n", static_cast<unsigned long long>(ends),
              static_cast<unsigned long long>(rounds));
  loop.verify_offline();
}

}  // namespace
}  // namespace switchboard::faults
