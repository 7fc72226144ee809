// What must hold whatever comes in whatever order. The fixture checks each event by itself (gapless
// sequences, versions, delivery that never goes back); here are the properties of whole histories. Seeded: a
// failure names its seed.

#include "tests/domain/thread_fixture.hpp"

#include <algorithm>
#include <random>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using delivery = delivery_status;

class thread_properties : public thread_test {
 protected:
  std::mt19937_64 random;

  [[nodiscard]] std::uint64_t below(std::uint64_t n) { return random() % n; }

  [[nodiscard]] inbound_event random_inbound() {
    const auto id = "m" + std::to_string(below(12));
    inbound_event in;
    switch (below(10)) {
      case 0:
        in = text_message(id, "text" + std::to_string(below(100)));
        break;
      case 1:
        in = text_message("n" + std::to_string(below(1000)));
        break;
      case 2:
        in = echo(id);
        break;
      case 3:
        in = edit_of(id, "edit", std::to_string(below(12)));
        break;
      case 4:
        in = deletion_of(id);
        break;
      case 5:
        in = reaction_to(id, below(2) == 0 ? "a" : "b", std::to_string(below(3)));
        break;
      case 6:
        in = unreaction_to(id, below(2) == 0 ? "" : "a", std::to_string(below(3)));
        break;
      case 7:
        in = status_of(id, static_cast<delivery>(below(6)));
        break;
      case 8:
        in = watermark_at(static_cast<delivery>(below(6)), now - std::chrono::seconds{below(50)});
        break;
      default:
        in = inbound_of(inbound_kind::profile, "p" + std::to_string(below(50)));
        in.customer_new_platform_id = below(4) == 0 ? "49170" + std::to_string(below(9)) : "";
        break;
    }
    if (below(4) == 0) in.customer_name = "name" + std::to_string(below(3));
    if (below(8) == 0) in.sender = static_cast<sender_type>(below(4));
    in.at = now - std::chrono::seconds{below(20)};
    return in;
  }

  /// The present conversation, the one before, or the one that is to come.
  [[nodiscard]] conversation_id random_id() {
    return {the_thread, static_cast<std::uint32_t>(current().id.ordinal + 1 - below(3))};
  }

  /// By the router, whose events may come late, twice, or not as they should be; or by hand.
  [[nodiscard]] command random_assignment(const conversation_id& id) {
    const agent_id agent{below(3) == 0 ? "" : below(2) == 0 ? "ann" : "bob"};
    if (below(4) == 0) return assign_by_hand{.id = id, .agent = agent};
    route r;
    r.id = id;
    r.sequence = current().routed + below(4) - std::min<std::uint64_t>(1, current().routed);
    r.type = static_cast<event_type>(static_cast<std::uint64_t>(event_type::conversation_queued) + below(4));
    r.queue = {below(2) == 0 ? "sales" : "support"};
    const bool is_nobodys =
        r.type == event_type::conversation_queued || r.type == event_type::conversation_unassigned;
    if (!is_nobodys || below(10) == 0) r.agent = agent;
    if (r.type == event_type::conversation_queued && below(2) == 0) r.priority = priority::high;
    return r;
  }

  [[nodiscard]] command random_command() {
    if (state.current && below(8) == 0) return random_assignment(random_id());
    if (!state.current || below(4) != 0) return command_of(random_inbound());
    const auto id = random_id();
    if (below(4) == 0) return mark_read{id};
    if (below(6) == 0) return wake{id};
    if (below(3) == 0) return add_note{id, std::string(below(20), 'x'), "ann"};
    patch p;
    p.id = id;
    if (below(2) == 0) p.status = static_cast<conversation_status>(below(5));
    if (p.status == conversation_status::snoozed || below(20) == 0)
      p.snooze_until = now + 10s - 1s * below(12);
    if (below(3) == 0) p.priority = static_cast<priority>(below(4));
    if (below(3) == 0) p.tags = std::vector<std::string>(below(3), "tag" + std::to_string(below(3)));
    if (below(5) == 0) p.if_version = current().version - below(2);
    return p;
  }
};

TEST_F(thread_properties, random_histories_are_gapless_deterministic_and_replayable) {
  std::size_t decided = 0;
  std::size_t conversations = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    random.seed(seed);
    state = {the_thread, std::nullopt};
    messages.clear(), by_platform_id.clear(), seen.clear(), sequences.clear(), history.clear();
    now = at(1000);
    policy = {.reopen_window = std::chrono::seconds{below(200)}, .redact_deleted = below(2) == 0};
    for (int step = 0; step < 300; ++step) {
      now += std::chrono::seconds{below(60)};
      const command what = random_command();
      const auto once = decide(state, what, policy, now);
      const auto twice = decide(state, command(what), policy, now);
      ASSERT_EQ(once.has_value(), twice.has_value());
      if (!once) {
        EXPECT_EQ(once.error().detail, twice.error().detail);
        continue;
      }
      ASSERT_EQ(*once, *twice) << "the same command decided differently";
      const auto before = state.current;
      run(what);
      const bool began_another = before && state.current->id != before->id;
      ASSERT_TRUE(!began_another || is_over(before->status))
          << "the views take what isn't over for the newest";
      decided += once->size();
      if (const auto* received = std::get_if<receive>(&what)) {
        auto again = *received;
        again.seen = true;
        ASSERT_TRUE(decide(state, again, policy, now)->empty());
        ASSERT_TRUE(once->empty() || command_of(received->inbound).seen) << "an effect without its dedup key";
      }
      if (testing::Test::HasFailure()) return;
    }
    conversations += sequences.size();
    thread_state replayed{the_thread, std::nullopt};
    for (const event& e : history) apply(replayed, e);
    EXPECT_EQ(replayed.current, state.current);
    for (event e : history) {
      apply(replayed, std::move(e));
      ASSERT_EQ(replayed.current, state.current) << "an old event changed the state";
    }
  }
  EXPECT_GT(decided, 5000u) << "the histories must do something";
  EXPECT_GT(conversations, 120u);
}

TEST_F(thread_properties, events_of_other_threads_change_nothing) {
  feed(text_message("1"));
  event e = history.back();
  e.conversation->id.thread = {9, 9};
  e.conversation->version = 99;
  const auto before = state.current;
  apply(state, e);
  apply(state, event{});
  EXPECT_EQ(state.current, before);
}

// -- the order makes no difference
// ---------------------------------------------------------------------------

struct story {
  const char* name;
  std::vector<inbound_event> parts;
};

/// What "someone" does to message m, each act with a version of its own.
inbound_event reacted(std::string emoji, std::int64_t seconds) {
  auto in = reaction_to("m", std::move(emoji));
  in.at = at(seconds);
  in.version += std::to_string(seconds);
  return in;
}
inbound_event taken_back(std::string emoji, std::int64_t seconds) {
  auto in = reacted(std::move(emoji), seconds);
  in.kind = inbound_kind::reaction_removed;
  return in;
}
inbound_event on_telegram(inbound_event in) {
  in.platform = platform::telegram;
  return in;
}

std::vector<story> stories() {
  auto image = text_message("m", "caption");
  image.content_type = content_type::image;
  image.attachments = {media("image", "u1")};
  image.payload = R"({"a":1})";
  image.at = at(5);
  auto sent = echo("m", "offer");
  sent.content_type = content_type::document;
  sent.attachments = {media("document", "u2")};
  auto new_media = edit_of("m", "other", "2");
  new_media.content_type = content_type::video;
  new_media.attachments = {media("video", "u3")};
  auto unknown = text_message("m", "");
  unknown.content_type = content_type::unsupported;
  auto failed = status_of("m", delivery::failed);
  failed.error = delivery_error{"1", "t", "d"};
  auto own_edit = edit_of("m", "b", "1");
  own_edit.direction = direction::outbound;
  return {
      {"a customer's image", {image, edit_of("m", "better caption", "1"), reaction_to("m", "👍")}},
      {"an image edited twice",
       {image, edit_of("m", "b", "1"), edit_of("m", "c", "10"), edit_of("m", "d", "9")}},
      {"an image edited and withdrawn",
       {image, edit_of("m", "b", "1"), deletion_of("m"), reaction_to("m", "👍")}},
      {"an image become a video", {image, new_media, reaction_to("m", "👍")}},
      {"something unknown, edited", {unknown, edit_of("m", "now text", "1"), reaction_to("m", "👍")}},
      {"our own message, read",
       {sent, status_of("m", delivery::sent), status_of("m", delivery::delivered),
        status_of("m", delivery::read)}},
      {"our own message, all of it",
       {sent, own_edit, deletion_of("m"), reaction_to("m", "👍"), status_of("m", delivery::read)}},
      {"a reaction taken back", {image, reacted("👍", 1), taken_back("", 2)}},
      {"a reaction taken back and given again", {sent, reacted("👍", 1), taken_back("👍", 2), reacted("👍", 3)}},
      {"a reaction exchanged, then taken back",
       {image, reacted("👍", 1), reacted("❤", 2), taken_back("❤", 3), reaction_to("m", "😮", "bob")}},
      {"taken back twice", {image, reacted("👍", 1), taken_back("", 2), reacted("❤", 3), taken_back("", 4)}},
      {"several reactions of one person",
       {on_telegram(image), on_telegram(reacted("👍", 1)), on_telegram(reacted("❤", 2)),
        on_telegram(taken_back("👍", 3)), on_telegram(reacted("😮", 3))}},
      {"an exchange of one of several",
       {on_telegram(image), on_telegram(reacted("👍", 1)), on_telegram(taken_back("👍", 2)),
        on_telegram(reacted("👍", 3)), on_telegram(reacted("❤", 1))}},
      {"our own message, failed", {sent, failed, reaction_to("m", "👍"), status_of("m", delivery::sent)}},
  };
}

TEST_F(thread_properties, parts_of_a_message_in_any_order_end_the_same) {
  for (const bool redact : {true, false}) {
    for (const story& s : stories()) {
      SCOPED_TRACE(s.name);
      std::vector<std::size_t> order(s.parts.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      std::optional<message> wanted;
      do {
        state = {the_thread, std::nullopt};
        messages.clear(), by_platform_id.clear(), seen.clear(), sequences.clear(), history.clear();
        policy.redact_deleted = redact;
        for (const auto part : order) {
          feed(s.parts[part]);
          feed(s.parts[part]);  // and each of them twice
        }
        ASSERT_EQ(messages.size(), 1u);
        const message& m = messages.begin()->second;
        EXPECT_FALSE(m.placeholder);
        if (!wanted) wanted = m;
        ASSERT_TRUE(m == *wanted) << testing::PrintToString(order) << ": " << m.content << " / "
                                  << to_word(m.content_type) << ", wanted " << wanted->content << " / "
                                  << to_word(wanted->content_type);
      } while (std::ranges::next_permutation(order).found);
    }
  }
}

}  // namespace
}  // namespace switchboard::domain
