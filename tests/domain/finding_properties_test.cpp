// What must hold for whole histories, whatever comes in whatever order and however often: no event has a second effect,
// and none has its effects in two threads. A small engine of the rules alone: what find_thread() says goes through the
// mailboxes of the threads, which are emptied in any order. Seeded: a failure names its seed.
#include "tests/domain/known_threads.hpp"
#include "tests/domain/plain_past.hpp"
#include "tests/domain/thread_fixture.hpp"

#include <algorithm>
#include <deque>
#include <random>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using event_key = std::tuple<std::string, std::string, std::string>;

/// What one thread has kept.
class kept_past final : public thread_past {
 public:
  [[nodiscard]] std::optional<message> find_message(const std::string& id) const override {
    const auto found = messages.find(id);
    return found != messages.end() ? std::optional(found->second) : std::nullopt;
  }
  [[nodiscard]] std::optional<message> find_own(const message_id&) const override { return std::nullopt; }
  [[nodiscard]] std::vector<message> made_by(const std::string&) const override { return {}; }
  [[nodiscard]] bool had_message(const std::string& id) const override { return messages.contains(id); }
  [[nodiscard]] bool had_effect(const inbound_event& e) const override {
    return effects.contains(known_threads::key_of(e));
  }
  [[nodiscard]] std::optional<customer> find_customer(const customer_id&) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::optional<timestamp> erased_at(const customer_id&) const override { return std::nullopt; }
  [[nodiscard]] bool may_have_arrived(const message_id&) const override { return true; }
  [[nodiscard]] std::optional<std::string> last_inbound(const conversation_id&) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::vector<message> answers_to(const message&, const conversation_id&) const override {
    return {};
  }
  [[nodiscard]] std::vector<message> outbound_up_to(const conversation_id&, timestamp,
                                                    delivery_status) const override {
    return {};
  }

  thread_state state;
  std::map<std::string, message> messages;
  std::set<event_key> effects;
};

class small_engine {
 public:
  /// `asks_first`: false is a planted fault: what may lie in another thread is not asked of it.
  explicit small_engine(std::mt19937_64& random, bool asks_first = true)
      : random_(random), asks_first_(asks_first) {}

  void take_in(const inbound_event& e) {
    auto found = known.find(e);
    sent s{.otherwise = std::nullopt, .what = {}};
    s.what.inbound = e;
    s.what.brand = {"acme"};
    s.what.customer = found.customer;
    s.what.other_name = found.other_name;
    s.what.aliases = found.aliases;
    s.what.received_at = e.at;
    auto to = found.thread;
    if (found.unless_in && asks_first_) {
      s.otherwise = found.thread;
      to = *found.unless_in;
    }
    mailboxes_[to].push_back(std::move(s));
  }

  /// One of the threads handles what has waited longest for it. False: nothing waits.
  bool handle_one() {
    std::erase_if(mailboxes_, [](const auto& m) { return m.second.empty(); });
    if (mailboxes_.empty()) return false;
    const auto chosen = std::next(mailboxes_.begin(), static_cast<long>(random_() % mailboxes_.size()));
    const auto thread = chosen->first;
    auto s = std::move(chosen->second.front());
    chosen->second.pop_front();
    auto& past = pasts.try_emplace(thread).first->second;
    past.state.id = thread;
    if (s.otherwise && !stays_here(s.what, past.state, past)) {
      const auto other = *s.otherwise;
      s.otherwise.reset();
      mailboxes_[other].push_back(std::move(s));
      return true;
    }
    decide_in(past, std::move(s.what));
    return true;
  }

  known_threads known;
  std::map<thread_id, kept_past> pasts;
  std::map<event_key, std::vector<thread_id>> effects;  ///< where an event had one, as often as it had

 private:
  struct sent {
    std::optional<thread_id> otherwise;
    receive what;
  };

  void decide_in(kept_past& past, receive&& r) {
    recall(r, past.state, past);
    const auto key = known_threads::key_of(r.inbound);
    const auto now =
        past.state.current ? std::max(r.received_at, past.state.current->updated_at) : r.received_at;
    const auto decided = decide(past.state, std::move(r), {}, now);
    ASSERT_TRUE(decided);
    if (decided->empty()) return;
    effects[key].push_back(past.state.id);
    for (const auto& e : *decided) {
      if (e.message) past.messages[e.message->platform_message_id] = *e.message;
      if (e.origin) past.effects.emplace(e.origin->kind, e.origin->id, e.origin->version);
      apply(past.state, e);
    }
  }

  std::mt19937_64& random_;
  bool asks_first_;
  std::map<thread_id, std::deque<sent>> mailboxes_;
};

/// The events of a story come in any order, each once to three times, while threads handle what has come.
void tell(const std::vector<inbound_event>& story, small_engine& engine, std::mt19937_64& random) {
  std::vector<const inbound_event*> order;
  for (const auto& e : story) order.insert(order.end(), 1 + random() % 3, &e);
  std::shuffle(order.begin(), order.end(), random);
  for (const auto* e : order) {
    engine.take_in(*e);
    while (random() % 2 == 0 && engine.handle_one()) {
    }
  }
  while (engine.handle_one()) {
  }
}

inbound_event direct(std::string id, std::string key, std::string also, std::int64_t seconds) {
  auto e = text_message(std::move(id));
  e.thread_key = e.customer_platform_id = std::move(key);
  e.thread_key_also = std::move(also);
  e.at = at(seconds);
  return e;
}
/// Ana (BR.1) has the number 55 up to second 50, then 56. The platform says so, and her old number is a stranger's from
/// second 60 on; or it does not, and Bo (BR.2), who had 57, has hers. Each event calls them by the number of its time, by
/// the user id, or by both. What our side says brings both: by a number alone it follows what was learnt last.
std::vector<inbound_event> people(std::mt19937_64& random, bool told) {
  const auto below = [&](std::uint64_t n) { return random() % n; };
  std::vector<inbound_event> story;
  for (int i = 0; i < 8; ++i) {
    const auto id = "m" + std::to_string(i);
    const auto seconds = static_cast<std::int64_t>(below(100));
    const auto who = below(told ? 3 : 2);
    if (who == 2) {
      story.push_back(direct(id, "55", "", 60 + seconds));
      continue;
    }
    const std::string user = who == 0 ? "BR.1" : "BR.2";
    const std::string number = who == 0 ? (seconds < 50 ? "55" : "56") : (told || seconds < 60 ? "57" : "55");
    const auto how = below(4);
    auto e = direct(id, how == 0 ? user : number, how == 1 ? "" : user, seconds);
    if (how != 1 && below(6) == 0) e.direction = direction::outbound;
    story.push_back(std::move(e));
  }
  if (!told) return story;
  auto e = direct("move", "55", "", 50);
  e.sender = sender_type::system;
  e.thread_key_next = e.customer_new_platform_id = "56";
  story.push_back(std::move(e));
  return story;
}
std::vector<inbound_event> who_moves_without_a_word(std::mt19937_64& random) {
  return people(random, false);
}
std::vector<inbound_event> who_moves(std::mt19937_64& random) {
  return people(random, true);
}

/// Comments of two people, what others do to them, and answers and removals that name only the comment.
std::vector<inbound_event> comments(std::mt19937_64& random) {
  const auto below = [&](std::uint64_t n) { return random() % n; };
  const auto by = [](std::string id, std::string author) {
    auto e = text_message(std::move(id));
    e.platform = platform::facebook;
    e.thread = thread_kind::comment;
    e.thread_key = "post/" + author;
    e.customer_platform_id = e.sender_id = std::move(author);
    return e;
  };
  std::vector<inbound_event> story;
  for (int i = 0; i < 3; ++i) {
    const auto id = "c" + std::to_string(i);
    story.push_back(by(id, below(2) == 0 ? "ana" : "bo"));
    if (below(2) == 0) {
      auto answer = by("a" + id, "page");
      answer.direction = direction::outbound;
      answer.customer_platform_id = "";
      answer.thread_parent = id;
      story.push_back(std::move(answer));
    }
    if (below(3) == 0) {
      auto like = by(id, below(2) == 0 ? "cy" : "bo");
      like.kind = inbound_kind::reaction_added;
      like.reaction_emoji = "+";
      like.version = "+" + like.sender_id;
      like.thread_parent = id;
      story.push_back(std::move(like));
    }
    if (below(3) == 0) {
      auto removal = by(id, "page");
      removal.kind = inbound_kind::deletion;
      removal.customer_platform_id = "";
      removal.thread_parent = id;
      story.push_back(std::move(removal));
    }
  }
  return story;
}

using story_maker = std::vector<inbound_event> (*)(std::mt19937_64&);

/// How many stories of so many went wrong; the first is told.
std::size_t stories_gone_wrong(story_maker make, bool asks_first, std::size_t stories, bool tell_of_it) {
  std::size_t wrong = 0;
  for (std::size_t seed = 1; seed <= stories; ++seed) {
    std::mt19937_64 random{seed};
    small_engine engine{random, asks_first};
    const auto story = make(random);
    tell(story, engine, random);
    bool bad = false;
    for (const auto& e : story) {
      const auto& where = engine.effects[known_threads::key_of(e)];
      if (where.size() == 1) continue;
      bad = true;
      if (!tell_of_it || wrong > 0) continue;
      ADD_FAILURE() << "seed " << seed << ": " << to_word(e.kind) << " " << e.platform_message_id << " of "
                    << e.thread_key << " " << e.thread_key_also << " had " << where.size() << " effects";
    }
    wrong += bad;
  }
  return wrong;
}

class finding_properties : public testing::TestWithParam<story_maker> {};

TEST_P(finding_properties, every_event_has_one_effect_in_one_thread) {
  EXPECT_EQ(stories_gone_wrong(GetParam(), true, 3'000, true), 0u);
}
TEST_P(finding_properties, and_it_is_noticed_where_the_first_owner_is_not_asked) {
  EXPECT_GT(stories_gone_wrong(GetParam(), false, 500, false), 0u);
}
INSTANTIATE_TEST_SUITE_P(stories, finding_properties,
                         testing::Values(who_moves_without_a_word, who_moves, comments));

}  // namespace
}  // namespace switchboard::domain
