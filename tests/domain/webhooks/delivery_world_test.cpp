// Webhooks with everything going wrong at once: receivers that fail and come back, crashes with what was not written down lost,
// replays, a queue that is too small. Each event is delivered, or given up when its time is over; never lost, and where order is
// asked for never out of order. Planted faults show that the checks can fail.

#include "domain/event.hpp"
#include "domain/webhooks/delivery_queue.hpp"
#include "tests/full.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace switchboard::domain::webhooks {
namespace {

using namespace std::chrono_literals;

constexpr timestamp start{std::chrono::hours{24 * 365 * 55}};

enum class fault : std::uint8_t {
  none,
  settles_what_was_read,
  forgets_failures,
  keeps_no_order,
  has_no_bound
};

class world {
 public:
  world(unsigned seed, fault f) : random_(seed), fault_(f) {
    checked_.ordered = below(2) == 0 || f == fault::keeps_no_order;
    checked_.concurrency = 1 + below(4);
    checked_.give_up_after = 2h;
    checked_.waiting_max = 4 + below(12);
    checked_.circuit_after = 3;
    checked_.seed = seed;
    for (std::uint64_t place = 1; place <= 150; ++place) {
      if (below(3) != 0) log_.push_back({place, event_type::message_received, {{1 + below(5), 1}, 1}});
    }
    queue_.emplace(rules(), 0);
  }

  std::vector<std::string> run() {
    for (int n = 0; !over() && complaints_.empty(); ++n) {
      if (n > 200'000) complain("it comes to no end");
      step();
    }
    for (const auto& w : log_) {
      if (!delivered_.contains(w.event) && !given_up_.contains(w.event)) {
        complain("event " + std::to_string(w.event) + " is lost");
      }
    }
    return complaints_;
  }
  [[nodiscard]] int crashes() const { return crashes_; }

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  void complain(std::string what) { complaints_.push_back(std::move(what)); }

  queue_rules rules() const {
    auto r = checked_;
    if (fault_ == fault::keeps_no_order) r.ordered = false;
    if (fault_ == fault::has_no_bound) r.waiting_max = 1'000;
    return r;
  }

  bool over() const {
    return queue_->read() >= log_.back().event && queue_->waiting() == 0 && under_way_.empty() &&
           unwritten_.empty();
  }

  void step() {
    switch (below(10)) {
      case 0:
      case 1:
        return read();
      case 2:
      case 3:
      case 4:
        return begin();
      case 5:
      case 6:
        return answer_one();
      case 7:
        return write();
      case 8:
        if (below(8) == 0) return crash();
        if (below(8) == 0) return replay();
        if (below(4) == 0) down_ = below(3) == 0;
        return;
      default:
        // Time passes; the further, the less there is to do else.
        now_ += std::chrono::milliseconds{below(2'000)};
        if (under_way_.empty() && below(2) == 0) {
          if (const auto due = queue_->next_due()) now_ = std::max(now_, *due);
        }
    }
  }

  void read() {
    for (const auto& w : log_) {
      if (w.event <= queue_->read()) continue;
      if (queue_->room() == 0) return;
      queue_->add(w, now_);
      first_.emplace(w.event, now_);
      if (below(4) == 0) return;
    }
    queue_->read_to(150);
  }

  void begin() {
    const bool was_open = queue_->circuit_open();
    const auto w = queue_->take(now_);
    if (!w) return;
    if (checked_.ordered) check_order(*w);
    if (!under_way_.emplace(w->event, *w).second) complain("one event is under way twice");
    if (under_way_.size() > (was_open ? 1 : checked_.concurrency)) complain("too many are under way");
    if (queue_->waiting() + queue_->under_way() - queue_->failing() > checked_.waiting_max + replayed_)
      complain("it keeps too many");
  }

  void check_order(const wanted_event& w) {
    for (const auto& [event, other] : under_way_) {
      if (other.conversation == w.conversation) complain("two of a conversation are under way");
    }
    for (const auto& earlier : log_) {
      if (earlier.event >= w.event) break;
      if (earlier.conversation != w.conversation) continue;
      if (!delivered_.contains(earlier.event) && !given_up_.contains(earlier.event)) {
        complain("event " + std::to_string(w.event) + " overtook " + std::to_string(earlier.event));
      }
    }
  }

  void answer_one() {
    if (under_way_.empty()) return;
    auto at = under_way_.begin();
    std::advance(at, below(static_cast<std::uint32_t>(under_way_.size())));
    const auto event = at->first;
    under_way_.erase(at);
    if (below(30) == 0) return queue_->put_back(event);
    if (below(60) == 0) {
      if (auto a = queue_->forgotten(event, "erased")) unwritten_.push_back(*std::move(a));
      delivered_.insert(event);  // to nobody
      return;
    }
    const bool takes = !down_ && below(10) != 0;
    if (takes) delivered_.insert(event);  // whether we live to hear of it or not
    const answer said{.status = static_cast<std::uint16_t>(takes           ? 200
                                                           : below(2) == 0 ? 503
                                                                           : 0),
                      .retry_after = 30s};
    const auto a = queue_->answered(event, said, {}, now_);
    if (a.what == outcome::given_up) {
      given_up_.insert(event);
      if (now_ < a.first + checked_.give_up_after) complain("given up too early");
    }
    if (takes != (a.what == outcome::delivered)) complain("what was delivered is told from what was not");
    unwritten_.push_back(a);
  }

  /// One record, whole or not at all.
  void write() {
    for (auto& a : queue_->parked(below(4))) unwritten_.push_back(std::move(a));
    for (auto& a : unwritten_) {
      if (a.what == outcome::failed || a.what == outcome::waiting)
        waits_[a.event] = a;
      else
        waits_.erase(a.event);
    }
    unwritten_.clear();
    settled_ = fault_ == fault::settles_what_was_read ? queue_->read() : queue_->settled();
  }

  void replay() {
    if (delivered_.empty()) return;
    auto at = delivered_.begin();
    std::advance(at, below(static_cast<std::uint32_t>(delivered_.size())));
    const auto any = log_[below(static_cast<std::uint32_t>(log_.size()))].event;  // perhaps one that waits
    for (const auto& w : log_) {
      if (w.event != *at && w.event != any) continue;
      if (auto a = queue_->replay(w, now_)) unwritten_.push_back(*std::move(a));
    }
  }

  void crash() {
    if (++crashes_ > 20) return;
    unwritten_.clear();
    under_way_.clear();
    queue_.emplace(rules(), settled_);
    for (const auto& [event, a] : waits_) {
      if (fault_ != fault::forgets_failures) queue_->restore(a);
    }
    // What waits in the log was bounded when it was written; a start may find the rest besides.
    replayed_ = waits_.size();
    down_ = false;
  }

  std::mt19937 random_;
  fault fault_;
  queue_rules checked_;
  std::vector<wanted_event> log_;
  std::optional<delivery_queue> queue_;
  timestamp now_ = start;
  bool down_ = false;
  std::map<std::uint64_t, wanted_event> under_way_;
  std::map<std::uint64_t, timestamp> first_;
  std::set<std::uint64_t> delivered_, given_up_;
  // What is durable, and what is to be.
  std::map<std::uint64_t, attempt> waits_;
  std::uint64_t settled_ = 0;
  std::vector<attempt> unwritten_;
  std::size_t replayed_ = 0;
  int crashes_ = 0;
  std::vector<std::string> complaints_;
};

TEST(delivery_world, loses_nothing_and_keeps_its_rules) {
  int crashes = 0;
  for (unsigned seed = 1; seed <= (full() ? 100'000U : 2'000U); ++seed) {
    world w{seed, fault::none};
    const auto complaints = w.run();
    crashes += w.crashes();
    ASSERT_TRUE(complaints.empty()) << "seed " << seed << ": " << complaints.front();
  }
  EXPECT_GT(crashes, 1'000) << "the worlds are too kind to say anything";
}

TEST(delivery_world, planted_faults_are_caught) {
  for (const auto f :
       {fault::settles_what_was_read, fault::forgets_failures, fault::keeps_no_order, fault::has_no_bound}) {
    bool caught = false;
    for (unsigned seed = 1; seed <= 200 && !caught; ++seed) caught = !world{seed, f}.run().empty();
    EXPECT_TRUE(caught) << "fault " << static_cast<int>(f);
  }
}

}  // namespace
}  // namespace switchboard::domain::webhooks
