// What the views show is what the log says: by the model, by any way of folding, and within a brand only.
#include "storage/hash.hpp"
#include "views_fixture.hpp"

#include <map>
#include <set>

namespace switchboard::storage {
namespace {

using testing::seed;
using testing::simulation;
using testing::views_test;

TEST_F(views_test, show_what_the_model_says) {
  simulation world(1);
  world.run(1500);
  fold(world.log);
  ASSERT_EQ(v_->applied(), world.log.size());
  EXPECT_EQ(v_->conversations(), world.conversations.size());
  std::map<domain::thread_id, domain::conversation> newest;
  for (const auto& [id, c] : world.conversations) {
    newest[id.thread] = c;
    const auto json = v_->conversation_json(c.brand.value, id);
    ASSERT_TRUE(json);
    EXPECT_TRUE(*decode_conversation(*json) == c);
  }
  ASSERT_GT(world.conversations.size(), newest.size()) << "the simulation must open second cases";
  for (const auto& [thread, c] : newest) {
    const auto row = v_->load_thread(c.brand.value, thread);
    ASSERT_TRUE(row);
    EXPECT_TRUE(row->current == c);
  }
  for (const auto& [key, id] : world.references) {
    const auto m = v_->find_message(simulation::brand_of(key.first), key.first, key.second);
    ASSERT_TRUE(m);
    EXPECT_TRUE(*m == world.messages[id]);
  }
  for (const auto& [key, at] : world.seen) {
    const auto& [thread, kind, id, version] = key;
    const bool in_window = at > world.log.back()->at - options().seen_window;
    EXPECT_TRUE(!in_window || v_->seen(thread, fingerprint(seed, kind, id, version)))
        << kind << " " << id << " " << version;
    EXPECT_FALSE(v_->seen(thread, fingerprint(seed, kind, id, version + "x")));
  }
  for (const auto& [id, letter] : world.letters) EXPECT_TRUE(v_->find_dead_letter(id) == letter);
}

TEST_F(views_test, all_that_is_known_of_a_thread_is_what_they_know_one_by_one) {
  simulation world(12, 6);
  world.run(1500);
  const std::span<const record_ptr> log = world.log;
  ASSERT_TRUE(v_->apply(log.first(1000)));
  ASSERT_TRUE(v_->flush());
  ASSERT_TRUE(v_->apply(log.subspan(1000)));  // some are rows, some wait, some are both
  std::map<domain::thread_id, std::set<std::uint64_t>> known;
  for (const auto& [key, id] : world.references)
    known[key.first].insert(fingerprint(seed, "ref", key.second, ""));
  for (const auto& [key, at] : world.seen) {
    const auto& [thread, kind, id, version] = key;
    if (at > log.back()->at - options().seen_window)
      known[thread].insert(fingerprint(seed, kind, id, version));
  }
  ASSERT_FALSE(known.empty());
  for (const auto& [thread, fingerprints] : known) {
    const auto all = v_->all_seen(thread, SIZE_MAX);
    ASSERT_TRUE(all);
    const std::set<std::uint64_t> shown(all->begin(), all->end());
    EXPECT_TRUE(std::ranges::includes(shown, fingerprints));
    for (const auto f : shown) EXPECT_TRUE(v_->seen(thread, f));
    EXPECT_TRUE(v_->all_seen(thread, all->size()));
    EXPECT_FALSE(v_->all_seen(thread, all->size() - 1));
  }
  EXPECT_TRUE(v_->all_seen({~0ull, ~0ull}, 1)->empty());
}

TEST_F(views_test, refolding_in_other_steps_gives_the_same_rows) {
  simulation world(2);
  world.run(800);
  fold(world.log, 1);
  const auto one_by_one = rows_of(*v_);
  for (const std::size_t call : {7u, 100u, 800u}) {
    v_.reset();
    std::filesystem::remove_all(dir_);
    open();
    fold(world.log, call);
    ASSERT_TRUE(same_rows(rows_of(*v_), one_by_one)) << "in calls of " << call;
  }
}

TEST_F(views_test, applying_again_changes_nothing_and_a_gap_is_refused) {
  simulation world(3);
  world.run(200);
  fold(world.log);
  const auto before = rows_of(*v_);
  ASSERT_TRUE(v_->apply(std::span(world.log).subspan(50)));
  EXPECT_TRUE(same_rows(rows_of(*v_), before));
  world.run(10);
  const auto gap = v_->apply(std::span<const record_ptr>(world.log).subspan(201 + 1));
  ASSERT_FALSE(gap);
  EXPECT_NE(gap.error().what.find("missing"), std::string::npos);
  EXPECT_TRUE(same_rows(rows_of(*v_), before));
}

TEST_F(views_test, another_brands_ids_do_not_exist) {
  simulation world(5);
  world.run(600);
  fold(world.log);
  for (const auto& [id, c] : world.conversations) {
    for (const auto& other : simulation::brands()) {
      const bool own = other == c.brand.value;
      EXPECT_EQ(v_->conversation_json(other, id).has_value(), own);
      EXPECT_EQ(v_->load_thread(other, id.thread).has_value(), own);
      EXPECT_TRUE(own || v_->list_messages(other, id, 10, "", message_order::oldest)->rows.empty());
      const auto listed = v_->list_customer_conversations(other, c.customer.value, 100, "");
      ASSERT_TRUE(listed);
      for (const auto& row : listed->rows) EXPECT_EQ(decode_conversation(row)->brand.value, other);
    }
  }
  for (const auto& [key, id] : world.references) {
    EXPECT_FALSE(v_->find_message("nobody", key.first, key.second));
  }
  for (const auto& brand : simulation::brands()) {
    conversation_query q;
    q.brands = {brand};
    q.limit = 1000;
    const auto listed = v_->list_conversations(q);
    ASSERT_TRUE(listed);
    EXPECT_FALSE(listed->rows.empty());
    for (const auto& row : listed->rows) EXPECT_EQ(decode_conversation(row)->brand.value, brand);
  }
}

TEST(views_keys, no_two_names_run_together) {
  const std::vector<std::string> parts = {"",
                                          "a",
                                          "b",
                                          "ab",
                                          std::string("\0", 1),
                                          std::string("\0a", 2),
                                          "/",
                                          "a/b",
                                          std::string("\0\1a", 3),
                                          std::string("a\0\1b", 4),
                                          "\xff"};
  std::set<std::string> keys;
  for (const auto& a : parts) {
    for (const auto& b : parts) keys.insert(keys::customer(a, b));
  }
  EXPECT_EQ(keys.size(), parts.size() * parts.size());
}

TEST_F(views_test, comments_lead_to_their_thread_within_their_account_only) {
  simulation world(10);
  world.run(500);
  fold(world.log);
  std::size_t comments = 0;
  for (const auto& [key, id] : world.references) {
    const auto& c = world.conversations[id.conversation];
    const auto found = v_->find_thread(c.account.value, key.second);
    if (c.kind == domain::thread_kind::dm) continue;
    ++comments;
    ASSERT_TRUE(found);  // accounts repeat ids here: the latest thread that used it
    EXPECT_FALSE(v_->find_thread(c.account.value + "x", key.second));
  }
  EXPECT_GT(comments, 0u);
  EXPECT_FALSE(v_->find_thread("account 0", "never"));
}

TEST_F(views_test, a_watermark_covers_the_outbound_messages_that_are_behind_it) {
  testing::random_events random(11);
  const domain::thread_id thread{1, 2};
  std::vector<record_ptr> log;
  const auto send = [&](std::uint64_t n, std::optional<domain::delivery_status> is, domain::direction d) {
    auto e = random.typical_message(thread, n);
    e.type = domain::event_type::message_sent;
    e.message->direction = d;
    e.message->delivery = is;
    e.message->sent_at = domain::timestamp{std::chrono::seconds(n)};
    auto r = std::make_shared<record>(encode(e, "/switchboard"));
    r->sequence = n;
    log.push_back(r);
  };
  using enum domain::delivery_status;
  send(1, sent, domain::direction::outbound);
  send(2, delivered, domain::direction::outbound);
  send(3, std::nullopt, domain::direction::inbound);
  send(4, failed, domain::direction::outbound);
  send(5, read, domain::direction::outbound);
  send(6, sent, domain::direction::outbound);
  send(7, sent, domain::direction::outbound);
  fold(log, 3);
  const auto covered = [&](int up_to, domain::delivery_status below, std::size_t limit) {
    std::vector<std::uint64_t> out;
    for (const auto& m : v_->outbound_up_to("acme", {thread, 1},
                                            domain::timestamp{std::chrono::seconds(up_to)}, below, limit))
      out.push_back(m.id.sequence);
    return out;
  };
  using list = std::vector<std::uint64_t>;
  EXPECT_EQ(covered(6, read, 10), (list{6, 2, 1}));
  EXPECT_EQ(covered(6, delivered, 10), (list{6, 1}));
  EXPECT_EQ(covered(9, read, 2), (list{7, 6}));
  EXPECT_EQ(covered(0, read, 10), list{});
  EXPECT_TRUE(v_->outbound_up_to("acme2", {thread, 1}, domain::timestamp::max(), read, 9).empty());
}

// Redelivery ends after days; the log's own time says when, never a clock.
TEST_F(views_test, dedup_keys_outlive_the_window_and_then_go_references_stay) {
  testing::random_events random(12);
  const domain::thread_id thread{3, 4};
  const auto record_at = [&](std::uint64_t n, domain::timestamp at) {
    auto e = random.typical_message(thread, n);
    e.at = at;
    e.type = domain::event_type::message_read;
    e.origin = domain::event_origin{"status", "id" + std::to_string(n), "read"};
    auto r = std::make_shared<record>(encode(e, "/switchboard"));
    r->sequence = n;
    return record_ptr(r);
  };
  const auto compact = [&] {
    ASSERT_TRUE(v_->flush());
    rocksdb::CompactRangeOptions o;
    o.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    ASSERT_TRUE(v_->store().db().CompactRange(o, v_->store().handle(column::seen), nullptr, nullptr).ok());
  };
  const auto was_seen = [&](int n) {
    return v_->seen(thread, fingerprint(seed, "status", "id" + std::to_string(n), "read"));
  };
  const domain::timestamp start{std::chrono::seconds(1'790'000'000)};
  // Each hour one: longer pauses count as an hour.
  constexpr int window = 24 * 8;
  for (int hour = 0; hour <= window; ++hour) fold({record_at(hour + 1, start + std::chrono::hours(hour))});
  compact();
  EXPECT_TRUE(was_seen(1) && was_seen(2) && was_seen(window + 1))
      << "not one moment before the window is over";
  fold({record_at(window + 2, start + std::chrono::hours(window + 1) - std::chrono::milliseconds(1))});
  compact();
  EXPECT_FALSE(was_seen(1));
  EXPECT_TRUE(was_seen(2) && was_seen(3) && was_seen(window + 2));
  EXPECT_TRUE(v_->find_message("acme", thread, "wamid.1"));
}

// Nor does a wall clock that was years ahead for some records, behind for others, or stood still.
TEST_F(views_test, dedup_keys_outlive_a_wrong_clock) {
  testing::random_events random(12);
  const domain::thread_id thread{3, 4};
  const domain::timestamp start{std::chrono::seconds(1'790'000'000)};
  const std::chrono::hours years{24 * 365 * 12};
  const domain::timestamp told[] = {start,         start + years, start + years, start,
                                    start - years, start,         start + years};
  std::uint64_t n = 0;
  for (const auto at : told) {
    auto e = random.typical_message(thread, ++n);
    e.at = at;
    e.type = domain::event_type::message_read;
    e.origin = domain::event_origin{"status", "id" + std::to_string(n), "read"};
    auto r = std::make_shared<record>(encode(e, "/switchboard"));
    r->sequence = n;
    fold({record_ptr(r)});
    ASSERT_TRUE(v_->flush());
    rocksdb::CompactRangeOptions o;
    o.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    ASSERT_TRUE(v_->store().db().CompactRange(o, v_->store().handle(column::seen), nullptr, nullptr).ok());
    for (std::uint64_t i = 1; i <= n; ++i)
      EXPECT_TRUE(v_->seen(thread, fingerprint(seed, "status", "id" + std::to_string(i), "read")))
          << i << " of " << n;
  }
}

}  // namespace
}  // namespace switchboard::storage
