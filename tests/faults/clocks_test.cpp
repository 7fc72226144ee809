// Wall clocks that jump, run backwards, stand still or are far ahead: nothing is lost, doubled or reordered, and what
// counts time by the clock that only moves on is not deceived.

#include "crash_loop.hpp"
#include "tests/e2e/json_text.hpp"
#include "tests/eventually.hpp"
#include "tests/full.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>
#include <thread>

namespace switchboard::faults {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

/// 2038-01-19T03:14:07Z, when 32 bits of seconds end.
constexpr seconds end_of_32_bits{2'147'483'647};

/// What shim/clock_shim.cpp shows the engine.
class wall_clock {
 public:
  explicit wall_clock(const fs::path& file) : file_(file) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ::ftruncate(fd, sizeof(state)) != 0) throw std::runtime_error(file.string());
    void* const at = ::mmap(nullptr, sizeof(state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (at == MAP_FAILED) throw std::runtime_error(file.string());
    state_ = static_cast<state*>(at);
  }
  ~wall_clock() { ::munmap(state_, sizeof(state)); }
  wall_clock(const wall_clock&) = delete;
  wall_clock& operator=(const wall_clock&) = delete;

  [[nodiscard]] std::vector<std::string> environment() const {
    return {"LD_PRELOAD=" SWITCHBOARD_CLOCK_SHIM, "SWITCHBOARD_CLOCK=" + file_.string()};
  }
  /// From the machine's.
  void turn(nanoseconds by) {
    state_->frozen = 0;
    state_->offset = state_->offset + by.count();
  }
  void set(seconds since_1970) {
    state_->frozen = 0;
    state_->offset = (since_1970 - system_clock::now().time_since_epoch()).count();
  }
  void freeze() { state_->frozen = system_clock::now().time_since_epoch().count() + state_->offset; }
  void put_right() {
    state_->frozen = 0;
    state_->offset = 0;
  }

 private:
  struct state {
    volatile std::int64_t offset, frozen;
  };
  const fs::path file_;
  state* state_ = nullptr;
};

/// What the stream says of clocks, each of which is to run out behind two seconds, or not at all.
struct promised_and_broken {
  explicit promised_and_broken(const e2e::engine_process& engine) : engine_(engine) {}

  void read() {
    for (const auto& e :
         e2e::read_log(engine_, cursor_, "&type=sla.armed&type=sla.warning&type=sla.breached")) {
      const auto of = e2e::text_at(e, "/subject").value_or("");
      const auto type = e2e::text_at(e, "/type");
      if (e2e::text_at(e, "/data/sla/clock") != "firstResponse") {
        waits_ = true;
        if (type != "sla.armed") ++too_early;
      } else if (type == "sla.armed") {
        armed.insert(of);
      } else if (!broken.insert(of).second) {
        ++said_twice;
      }
    }
  }
  [[nodiscard]] bool of_both_kinds() const { return waits_ && !armed.empty(); }

  std::set<std::string> armed, broken;  ///< by conversation
  std::uint64_t too_early = 0, said_twice = 0;

 private:
  const e2e::engine_process& engine_;
  std::string cursor_ = "earliest";
  bool waits_ = false;
};

class clocks : public testing::Test {
 protected:
  clocks() { loop_.set_environment(clock_.environment()); }

  void load(std::uint64_t answers) {
    std::optional<e2e::ending> ended;
    loop_.begin_load();
    EXPECT_TRUE(loop_.wait_for_answers(answers, ended)) << ended->out;
    loop_.end_load();
  }
  /// Under load from the first to the last.
  void load_while(const std::function<void()>& happens) {
    std::optional<e2e::ending> ended;
    loop_.begin_load();
    EXPECT_TRUE(loop_.wait_for_answers(100, ended)) << ended->out;
    happens();
    EXPECT_TRUE(loop_.wait_for_answers(100, ended)) << ended->out;
    loop_.end_load();
  }
  void expect_clean(const char* when) {
    const auto found = loop_.check();
    ASSERT_TRUE(found.none()) << when << ": " << found.text();
  }
  /// Killed and restarted, with much (long form: all) delivered once more.
  void check_to_the_end() {
    expect_clean("behind it");
    loop_.engine().kill();
    loop_.recover();
    loop_.redeliver(full() ? 100 : 10);
    expect_clean("delivered once more");
    loop_.compare_with_rest();
    loop_.compare_with_whole_log();
    EXPECT_EQ(loop_.clients().refused(), 0U);
    loop_.verify_offline();
  }
  /// The time of the newest message, as the engine wrote it.
  std::string newest() {
    const auto rows = e2e::get(loop_.engine(), "/v1/conversations?limit=1").body;
    return e2e::text_at(rows, "/conversations/0/updatedAt").value_or("");
  }

  e2e::scratch scratch_;
  wall_clock clock_{scratch_.path() / "clock"};
  crash_loop loop_{crash::kill};
};

TEST_F(clocks, that_are_set_forward_and_back_by_an_hour) {
  loop_.recover();
  load_while([&] {
    for (const auto by : {hours{1}, hours{-2}, hours{1}}) {
      clock_.turn(by);
      std::optional<e2e::ending> ended;
      EXPECT_TRUE(loop_.wait_for_answers(150, ended));
    }
  });
  check_to_the_end();
}

// An hour that a clock was set by is an hour that nobody waited, and one that it was set back is none that anybody may wait longer.
TEST_F(clocks, that_are_set_break_no_promise_and_keep_none_too_long) {
  e2e::setup s;
  s.more = R"(
[[sla]]
id = "all"
brands = ["acme", "globex"]
charge_ingest_lag = false
[[sla.clock]]
clock = "first_response"
target = "2s"
[[sla.clock]]
clock = "requester_wait"
target = "30m"
warn = { "50%" = ["add_tag:half"] }
)";
  loop_.configure(s);
  loop_.recover();
  promised_and_broken all(loop_.engine());
  const auto expect_broken = [&](const char* when) {
    all.read();
    const auto by_now = all.armed.size();
    EXPECT_TRUE(eventually([&] {
      all.read();
      return all.broken.size() >= by_now;
    })) << when
        << ": " << all.broken.size() << " of " << by_now;
  };
  load_while([&] {
    for (const auto by : {hours{1}, hours{-2}, hours{2}, hours{-1}}) {
      clock_.turn(by);
      std::optional<e2e::ending> ended;
      EXPECT_TRUE(loop_.wait_for_answers(full() ? 20'000 : 150, ended));
      expect_broken("while the clock is wrong");
    }
  });
  expect_broken("behind it");
  EXPECT_TRUE(eventually([&] {
    all.read();
    return all.of_both_kinds() && all.broken == all.armed;
  }));
  EXPECT_EQ(all.too_early, 0U) << "of half an hour";
  EXPECT_EQ(all.said_twice, 0U);
  check_to_the_end();
}

TEST_F(clocks, that_go_back_each_second) {
  loop_.recover();
  load_while([&] {
    for (int i = 0; i < (full() ? 600 : 4); ++i) {
      clock_.turn(seconds{-2});
      std::this_thread::sleep_for(seconds{1});  // each second: this is the test
    }
  });
  check_to_the_end();
}

TEST_F(clocks, that_stand_still) {
  loop_.recover();
  clock_.freeze();
  load(400);
  const auto then = newest();
  load(200);
  EXPECT_EQ(newest(), then) << "the shim is not the engine's clock";
  check_to_the_end();
}

TEST_F(clocks, that_go_through_the_end_of_32_bits) {
  clock_.set(end_of_32_bits - seconds{1});
  loop_.recover();
  std::optional<e2e::ending> ended;
  loop_.begin_load();
  EXPECT_TRUE(eventually([&] { return newest().starts_with("2038-01-19T03:14:1"); }));
  ASSERT_TRUE(loop_.wait_for_answers(100, ended)) << ended->out;
  loop_.end_load();
  check_to_the_end();
}

// Whoever asks may be told by a clock that was wrong for a while: what was taken in then is not to be forgotten, nor
// taken in again, once it is right.
TEST_F(clocks, that_were_wrong_at_one_start_and_right_at_the_next) {
  clock_.set(end_of_32_bits - hours{24});
  loop_.recover();
  load(300);
  expect_clean("ahead");
  clock_.put_right();
  loop_.engine().kill();
  loop_.recover();
  load(300);
  clock_.turn(hours{-1});
  EXPECT_EQ(loop_.engine().terminate().code, 0);
  loop_.recover();
  load(300);
  check_to_the_end();
}

TEST_F(clocks, do_not_end_tickets_nor_cursors) {
  loop_.recover();
  load(100);
  const auto issued = [&] {
    e2e::http_connection c(loop_.engine().port());
    const auto a = c.ask("POST", "/v1/tickets", e2e::bearer(e2e::admin_token));
    return e2e::text_at(a.body, "/ticket").value_or("");
  };
  const auto status_with = [&](const std::string& ticket) {
    e2e::wire w(loop_.engine().port());
    EXPECT_TRUE(w.send("GET /v1/events?ticket=" + ticket +
                       " HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n"));
    std::string answer;
    EXPECT_TRUE(eventually([&] {
      (void)w.receive(answer, milliseconds{100});
      return answer.find("\r\n") != std::string::npos;
    }));
    return answer.substr(0, 12);
  };
  const auto early = issued(), late = issued();
  clock_.turn(hours{1});
  EXPECT_EQ(status_with(early), "HTTP/1.1 200") << "an hour later by the wall clock, at once by all others";
  clock_.turn(hours{-2});
  EXPECT_EQ(status_with(early), "HTTP/1.1 401") << "it was used";
  EXPECT_EQ(status_with(late), "HTTP/1.1 200");
  expect_clean("from the cursor of before");
  check_to_the_end();
}

}  // namespace
}  // namespace switchboard::faults
