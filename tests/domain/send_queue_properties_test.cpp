// Accounts with everything going wrong at once: whatever the platform answers and whenever, nothing arrives twice or out of
// order, no quota is exceeded, what was said of waiting is kept, and all comes to an end.

#include "domain/send_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;

constexpr timestamp start{std::chrono::hours{24 * 365 * 55}};

/// What the world does wrong, for the checks to be seen to fail.
enum class fault : std::uint8_t { none, repeats_blindly, keeps_no_order, has_larger_quotas };

const std::vector<quota> allowed{
    {.name = "all", .units = 20, .per = 1s},
    {.name = "video", .units = 2, .per = 1s},
    {.name = "pair", .of = quota::scope::recipient, .units = 1, .per = 300ms, .burst = 4}};

std::vector<quota> quotas_for(fault f) {
  auto q = allowed;
  if (f == fault::has_larger_quotas) q[1].units = 3;
  return q;
}

sending_policy policy() {
  sending_policy p;
  p.backoff = 50ms;
  p.backoff_max = 2s;
  p.access_retry = 500ms;
  p.in_flight_max = 8;
  p.give_up_after = 10min;
  return p;
}

class world {
 public:
  world(unsigned seed, fault f) : random_(seed), fault_(f), queue_(quotas_for(f), policy()) {}

  void run(std::size_t messages) {
    for (std::size_t i = 0; i < messages; ++i) queue_one();
    while (!waiting_.empty()) {
      begin_all();
      step();
      if (now_ > start + 1h) {
        complain("it comes to no end");
        return;
      }
    }
    check_quotas();
  }
  [[nodiscard]] const std::set<std::string>& complaints() const { return complaints_; }
  [[nodiscard]] std::size_t arrived() const { return arrived_.size(); }

 private:
  struct call {
    message_id id;
    timestamp began, ends;
    bool video;
  };

  unsigned dice(unsigned sides) { return static_cast<unsigned>(random_() % sides); }
  void complain(const std::string& what) { complaints_.insert(what); }

  void queue_one() {
    const auto real = 1 + dice(12);
    // Without an order each message has a thread of its own, of which the queue knows nothing.
    const auto thread = fault_ == fault::keeps_no_order ? 1000 + messages_++ : real;
    const message_id id{{{0, thread}, 1}, ++sequence_};
    const bool video = dice(8) == 0;
    thread_of_[id] = real;
    waiting_.insert(id);
    is_video_[id] = video;
    std::vector<draw> draws{{0, 1}, {2, 1}};
    if (video) draws.push_back({1, 1});
    now_ += std::chrono::milliseconds(dice(20));
    queue_.add({.id = id, .lane = static_cast<lane>(dice(3)), .queued_at = now_, .draws = draws}, now_);
  }

  void begin_all() {
    while (const auto step = queue_.next(now_)) {
      if (step->what == send_step::kind::give_up) {
        if (unknown_.contains(step->id)) complain("gave up what may have arrived");
        waiting_.erase(step->id);
        continue;
      }
      begin(step->id);
    }
    promised_ = queue_.wake_at(now_);
  }

  void begin(const message_id& id) {
    if (!waiting_.contains(id)) complain("began what had come to its end");
    if (promised_ && now_ < *promised_ && quiet_) complain("had something before wake_at");
    if (now_ < told_) complain("did not wait for Retry-After");
    if (unknown_.contains(id)) complain("repeated what may have arrived");
    for (const auto& other : waiting_) {
      if (thread_of_[other] == thread_of_[id] && other.sequence < id.sequence) complain("overtook");
    }
    calls_.push_back({id, now_, now_ + std::chrono::milliseconds(1 + dice(150)), is_video_[id]});
    under_way_.push_back(calls_.size() - 1);
  }

  /// To the next moment at which something happens; and at times to one at which nothing does.
  void step() {
    timestamp next = promised_.value_or(start + 2h);
    for (const auto i : under_way_) next = std::min(next, calls_[i].ends);
    for (const auto& [id, when] : unknown_) next = std::min(next, when);
    quiet_ = next > now_ + 2us && dice(4) == 0;
    now_ = quiet_ ? now_ + (next - now_) / 2 : std::max(next, now_ + 1us);
    if (quiet_) return;
    const auto ended = under_way_;
    std::erase_if(under_way_, [&](auto i) { return calls_[i].ends <= now_; });
    for (const auto i : ended) {
      if (calls_[i].ends <= now_) end(calls_[i]);
    }
    learn();
  }

  void arrive(const message_id& id) {
    if (!arrived_.insert(id).second) complain("arrived twice");
  }

  void end(const call& c) {
    attempt_outcome o;
    const auto n = dice(100);
    if (n < 65) {
      o.end = attempt_end::sent;
      arrive(c.id);
    } else if (n < 70) {
      o.end = attempt_end::refused;
    } else if (n < 82) {
      o.end = attempt_end::later;
    } else if (n < 86) {
      o.end = attempt_end::later;
      o.retry_after = std::chrono::milliseconds(100 + dice(400));
      o.recipient_only = dice(2) == 0;
      if (!o.recipient_only) told_ = std::max(told_, now_ + *o.retry_after);
    } else if (n < 88) {
      o.end = attempt_end::no_access;
    } else if (dice(2) == 0) {
      arrive(c.id);  // and the answer is lost
    }
    const double chance = dice(101) / 100.0;
    const auto verdict = queue_.ended(c.id, o, now_, chance);
    if (verdict == send_verdict::settled || verdict == send_verdict::give_up) waiting_.erase(c.id);
    if (verdict != send_verdict::ask) return;
    if (fault_ == fault::repeats_blindly) {
      queue_.absent(c.id, now_, chance);
    } else {
      unknown_[c.id] = now_ + std::chrono::milliseconds(dice(500));
    }
  }

  /// The platform is asked, or heard of, about those whose end is unknown.
  void learn() {
    for (auto u = unknown_.begin(); u != unknown_.end();) {
      if (u->second > now_) {
        ++u;
        continue;
      }
      const auto id = u->first;
      u = unknown_.erase(u);
      if (arrived_.contains(id)) {
        queue_.forget(id, now_);
        waiting_.erase(id);
      } else {
        queue_.absent(id, now_, 0.5);
      }
    }
  }

  /// As badly for us as the platform may count: each call at its end for the first of a stretch, at its begin for the last.
  void check_quotas() {
    for (const auto& first : calls_) {
      std::size_t all = 0, video = 0;
      for (const auto& c : calls_) {
        if (c.ends < first.ends || c.began >= first.ends + 1s) continue;
        ++all;
        if (c.video) ++video;
      }
      if (all > allowed[0].units || video > allowed[1].units) complain("exceeded a quota");
    }
  }

  std::mt19937 random_;
  fault fault_;
  send_queue queue_;
  timestamp now_ = start, told_ = start;
  std::optional<timestamp> promised_;
  bool quiet_ = false;  ///< nothing happened since wake_at was asked
  std::uint64_t messages_ = 0, sequence_ = 0;
  std::map<message_id, unsigned> thread_of_;
  std::map<message_id, bool> is_video_;
  std::set<message_id> waiting_, arrived_;
  std::map<message_id, timestamp> unknown_;
  std::vector<call> calls_;
  std::vector<std::size_t> under_way_;
  std::set<std::string> complaints_;
};

std::set<std::string> complaints_of(fault f, unsigned seeds) {
  std::set<std::string> all;
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    world w(seed, f);
    w.run(150);
    for (const auto& c : w.complaints()) all.insert(c);
  }
  return all;
}

TEST(send_queue_properties_test, whatever_the_platform_answers_nothing_goes_wrong) {
  EXPECT_EQ(complaints_of(fault::none, 200), std::set<std::string>{});
}

TEST(send_queue_properties_test, the_checks_catch_who_repeats_blindly) {
  EXPECT_TRUE(complaints_of(fault::repeats_blindly, 5).contains("arrived twice"));
}

TEST(send_queue_properties_test, the_checks_catch_who_keeps_no_order) {
  EXPECT_TRUE(complaints_of(fault::keeps_no_order, 5).contains("overtook"));
}

TEST(send_queue_properties_test, the_checks_catch_who_exceeds_a_quota) {
  EXPECT_TRUE(complaints_of(fault::has_larger_quotas, 20).contains("exceeded a quota"));
}

TEST(send_queue_properties_test, an_account_with_work_uses_what_it_may) {
  const std::vector<quota> rate{{.name = "80/s", .units = 80, .per = 1s}};
  sending_policy p;
  p.in_flight_max = 16;
  send_queue queue(rate, p);
  timestamp now = start;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    queue.add({.id = {{{0, i}, 1}, 1}, .queued_at = now, .draws = {{0, 1}}}, now);
  }
  std::multimap<timestamp, message_id> under_way;
  std::size_t sent = 0;
  const attempt_outcome good{.end = attempt_end::sent, .platform_message_id = "p"};
  while (now < start + 10s) {
    while (const auto step = queue.next(now)) under_way.emplace(now + 20ms, step->id);
    timestamp next = queue.wake_at(now).value_or(start + 10s);
    if (!under_way.empty()) next = std::min(next, under_way.begin()->first);
    now = next;
    while (!under_way.empty() && under_way.begin()->first <= now) {
      EXPECT_EQ(queue.ended(under_way.begin()->second, good, now, 0.5), send_verdict::settled);
      under_way.erase(under_way.begin());
      ++sent;
    }
  }
  EXPECT_GE(sent, 760u) << "of 800 that ten seconds allow";
  EXPECT_LE(sent, 800u + 80u);
}

}  // namespace
}  // namespace switchboard::domain
