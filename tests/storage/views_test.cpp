#include "storage/views.hpp"

#include "simulation.hpp"
#include "storage/hash.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

namespace switchboard::storage {
namespace {

using testing::simulation;
using ids = std::vector<domain::conversation_id>;

constexpr std::uint64_t seed = 42;

class views_test : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    dir_ = ::testing::TempDir() + "switchboard_views_" + test->name() + "_" + std::to_string(getpid());
    std::filesystem::remove_all(dir_);
    open();
  }
  void TearDown() override {
    v_.reset();
    std::filesystem::remove_all(dir_);
  }
  [[nodiscard]] views_options options() const {
    views_options o;
    o.data_dir = dir_;
    o.hash_seed = seed;
    o.memtable_bytes = 16 << 20;
    o.unwritten_bytes = 200 << 10;  // some conversations are rows, some wait
    return o;
  }
  void open() {
    v_.reset();
    auto opened = views_on_disk::open(options());
    ASSERT_TRUE(opened) << opened.error().what;
    v_ = std::move(*opened);
  }
  /// In calls of various lengths.
  void fold(const std::vector<record_ptr>& log, std::size_t call = 17) {
    std::span<const record_ptr> rest = log;
    while (!rest.empty()) {
      const auto n = std::min(call, rest.size());
      const auto done = v_->apply(rest.first(n));
      ASSERT_TRUE(done) << done.error().what;
      rest = rest.subspan(n);
    }
  }
  static std::vector<std::pair<std::string, std::string>> rows_of(views_on_disk& v) {
    EXPECT_TRUE(v.flush());
    std::vector<std::pair<std::string, std::string>> all;
    for (std::size_t c = 0; c < column_count; ++c) {
      auto i = v.store().rows(static_cast<column>(c));
      for (i->SeekToFirst(); i->Valid(); i->Next())
        if (static_cast<column>(c) != column::seen || !v.store().expired(i->value().ToStringView()))
          all.emplace_back(std::to_string(c) + i->key().ToString(), i->value().ToString());
      v.store().check(*i, static_cast<column>(c));
    }
    return all;
  }
  static ::testing::AssertionResult same_rows(const std::vector<std::pair<std::string, std::string>>& a,
                                              const std::vector<std::pair<std::string, std::string>>& b) {
    const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (x == a.end() && y == b.end()) return ::testing::AssertionSuccess();
    const auto show = [](auto at, auto end) {
      return at == end ? std::string("the end") : keys::to_hex(at->first) + " = " + keys::to_hex(at->second);
    };
    return ::testing::AssertionFailure()
           << a.size() << " and " << b.size() << " rows; " << show(x, a.end()) << " and " << show(y, b.end());
  }
  static ids ids_of(const std::vector<std::string>& rows) {
    ids out;
    for (const auto& row : rows) out.push_back(decode_conversation(row)->id);
    return out;
  }
  [[nodiscard]] ids all_pages(conversation_query q, std::size_t limit) const {
    ids out;
    q.limit = limit;
    do {
      const auto p = v_->list_conversations(q);
      EXPECT_TRUE(p) << p.error().what;
      if (!p) break;
      EXPECT_LE(p->rows.size(), limit);
      for (const auto& id : ids_of(p->rows)) out.push_back(id);
      q.after = p->next;
    } while (!q.after.empty());
    return out;
  }

  std::string dir_;
  std::unique_ptr<views_on_disk> v_;
};

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

TEST_F(views_test, a_crash_leaves_a_prefix_from_which_the_log_folds_on) {
  simulation world(4);
  world.run(900);
  const auto at = world.log.size() / 3;
  fold({world.log.begin(), world.log.begin() + static_cast<std::ptrdiff_t>(at)});
  ASSERT_TRUE(v_->flush());
  EXPECT_EQ(v_->flushed(), at);
  ASSERT_TRUE(v_->apply(world.log));
  EXPECT_EQ(v_->flushed(), at);
  open();  // closed without a flush: what is in memory only is gone
  ASSERT_EQ(v_->applied(), at);
  EXPECT_EQ(v_->flushed(), at);
  ASSERT_TRUE(v_->apply(std::span<const record_ptr>(world.log).subspan(v_->applied())));
  const auto folded_on = rows_of(*v_);
  v_.reset();
  std::filesystem::remove_all(dir_);
  open();
  fold(world.log);
  EXPECT_TRUE(same_rows(rows_of(*v_), folded_on));
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

TEST_F(views_test, lists_agree_with_a_naive_model_whatever_the_filter_order_and_page) {
  simulation world(6, 40);
  world.run(2500);
  fold(world.log, 41);
  testing::random_events random(66);
  std::size_t found = 0;
  for (int round = 0; round < 150; ++round) {
    conversation_query q;
    for (const auto& brand : simulation::brands())
      if (random.below(3) == 0) q.brands.push_back(brand);
    if (random.maybe())
      q.statuses = {random.one_of(domain::conversation_status::closed), domain::conversation_status::open};
    if (random.below(3) == 0) q.platforms = {domain::platform::whatsapp};
    if (random.below(3) == 0) q.accounts = {"account 1", "account 2"};
    if (random.below(3) == 0) q.tags = {random.maybe() ? "," : "a\"b", "none"};
    if (random.below(4) == 0) q.customers = {"cu_person 1"};
    if (random.below(9) == 0) q.assignees = {"nobody"};
    q.sort = static_cast<conversation_query::order>(random.below(3));
    const auto any_of = [](const auto& list, const auto& value) {
      return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
    };
    std::vector<domain::conversation> rows;
    for (const auto& [id, c] : world.conversations) {
      const bool tagged = q.tags.empty() || std::any_of(c.tags.begin(), c.tags.end(),
                                                        [&](const auto& t) { return any_of(q.tags, t); });
      if (tagged && any_of(q.brands, c.brand.value) && any_of(q.statuses, c.status) &&
          any_of(q.platforms, c.platform) && any_of(q.accounts, c.account.value) &&
          any_of(q.customers, c.customer.value) && any_of(q.assignees, c.assigned_to.value)) {
        rows.push_back(c);
      }
    }
    std::sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
      if (q.sort == conversation_query::order::priority && a.priority != b.priority)
        return a.priority > b.priority;
      if (a.updated_at != b.updated_at) return a.updated_at > b.updated_at;
      return a.id < b.id;
    });
    ids wanted;
    for (const auto& c : rows) wanted.push_back(c.id);
    found += wanted.size();
    ASSERT_TRUE(all_pages(q, 1 + random.below(20)) == wanted) << "round " << round;
  }
  EXPECT_GT(found, 200u) << "the filters must not leave everything out";
}

TEST_F(views_test, a_page_token_belongs_to_its_query) {
  simulation world(7);
  world.run(400);
  fold(world.log);
  conversation_query q;
  q.limit = 1;
  const auto first = v_->list_conversations(q);
  ASSERT_TRUE(first);
  ASSERT_FALSE(first->next.empty());
  for (const std::string& bad :
       {first->next.substr(1), first->next + "zz", std::string("00"), std::string("x")}) {
    auto other = q;
    other.after = bad;
    EXPECT_FALSE(v_->list_conversations(other)) << bad;
  }
  auto other = q;
  other.after = first->next;
  EXPECT_TRUE(v_->list_conversations(other));
  other.statuses = {domain::conversation_status::open};
  EXPECT_FALSE(v_->list_conversations(other));
}

TEST_F(views_test, messages_come_in_pages_either_way) {
  simulation world(8, 3);
  world.run(500);
  fold(world.log);
  for (const auto& [id, c] : world.conversations) {
    std::vector<std::uint64_t> wanted;
    for (const auto& [m, row] : world.messages)
      if (m.conversation == id) wanted.push_back(m.sequence);
    for (const auto order : {message_order::oldest, message_order::newest}) {
      std::vector<std::uint64_t> got;
      std::string after;
      do {
        const auto p = v_->list_messages(c.brand.value, id, 7, after, order);
        ASSERT_TRUE(p);
        EXPECT_TRUE(p->rows.size() == 7 || p->next.empty());
        for (const auto& row : p->rows) {
          const auto m = decode_message(row);
          EXPECT_TRUE(*m == world.messages[m->id]);
          got.push_back(m->id.sequence);
        }
        after = p->next;
      } while (!after.empty());
      EXPECT_EQ(got, wanted);
      std::reverse(wanted.begin(), wanted.end());
    }
  }
}

TEST_F(views_test, cursors_of_another_list_are_refused) {
  simulation world(8, 3);
  world.run(500);
  fold(world.log);
  const std::vector<std::string> acme{"acme"};
  for (const std::string bad : {"00ff", "garbage", "0000000000000000aa", "g"}) {
    for (const auto& [id, c] : world.conversations) {
      EXPECT_FALSE(v_->list_messages(c.brand.value, id, 7, bad, message_order::oldest)) << bad;
      EXPECT_FALSE(v_->list_messages(c.brand.value, id, 7, bad, message_order::newest)) << bad;
      EXPECT_FALSE(v_->list_customer_conversations(c.brand.value, c.customer.value, 7, bad)) << bad;
    }
    EXPECT_FALSE(v_->list_dead_letters({}, 7, bad)) << bad;
    EXPECT_FALSE(v_->list_dead_letters(acme, 7, bad)) << bad;
  }
  std::size_t longer = 0;
  for (const auto& [id, c] : world.conversations) {
    const auto p = v_->list_messages(c.brand.value, id, 1, "", message_order::oldest);
    if (p->next.empty()) continue;
    ++longer;
    EXPECT_FALSE(v_->list_messages(c.brand.value, id, 1, p->next, message_order::newest))
        << "a page of the other way";
  }
  EXPECT_GT(longer, 0u);
}

TEST_F(views_test, customers_have_their_row_and_their_conversations_newest_first) {
  simulation world(9);
  world.run(700);
  fold(world.log);
  std::map<std::pair<std::string, std::string>, std::vector<domain::conversation>> by_customer;
  for (const auto& [id, c] : world.conversations)
    if (!c.customer.empty()) by_customer[{c.brand.value, c.customer.value}].push_back(c);
  ASSERT_FALSE(by_customer.empty());
  for (auto& [who, list] : by_customer) {
    EXPECT_TRUE(v_->customer_json(who.first, who.second));
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
      return a.created_at != b.created_at ? a.created_at > b.created_at : a.id < b.id;
    });
    ids got;
    std::string after;
    do {
      const auto p = v_->list_customer_conversations(who.first, who.second, 2, after);
      ASSERT_TRUE(p);
      for (const auto& id : ids_of(p->rows)) got.push_back(id);
      after = p->next;
    } while (!after.empty());
    ids wanted;
    for (const auto& c : list) wanted.push_back(c.id);
    EXPECT_TRUE(got == wanted);
  }
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
  fold({record_at(1, start), record_at(2, start + std::chrono::hours(1)),
        record_at(3, start + std::chrono::hours(24 * 8))});
  compact();
  EXPECT_TRUE(was_seen(1) && was_seen(2) && was_seen(3)) << "not one moment before the window is over";
  fold({record_at(4, start + std::chrono::hours(24 * 8 + 1) - std::chrono::milliseconds(1))});
  compact();
  EXPECT_FALSE(was_seen(1));
  EXPECT_TRUE(was_seen(2) && was_seen(3) && was_seen(4));
  EXPECT_TRUE(v_->find_message("acme", thread, "wamid.1"));
}

TEST_F(views_test, dead_letters_newest_first_by_brand_without_their_bytes) {
  simulation world(13);
  world.run(1500);
  fold(world.log, 100);
  const auto check = [&](const std::vector<std::string>& brands) {
    std::vector<domain::dead_letter> wanted;
    for (const auto& [id, d] : world.letters)
      if (brands.empty() || std::find(brands.begin(), brands.end(), d.brand.value) != brands.end())
        wanted.push_back(d);
    std::sort(wanted.begin(), wanted.end(),
              [](const auto& a, const auto& b) { return a.received_at > b.received_at; });
    std::vector<std::string> got;
    std::string after;
    do {
      const auto p = v_->list_dead_letters(brands, 2, after);
      ASSERT_TRUE(p);
      for (const auto& row : p->rows) {
        const auto d = decode_dead_letter(row);
        ASSERT_TRUE(d);
        EXPECT_TRUE(d->raw.empty());
        got.push_back(d->id.value);
      }
      after = p->next;
    } while (!after.empty());
    ASSERT_EQ(got.size(), wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], wanted[i].id.value);
  };
  ASSERT_GT(world.letters.size(), 5u);
  check({});
  check({"acme"});
  check({"acme", "a/c"});
}

TEST_F(views_test, damage_is_named_and_not_opened) {
  simulation world(14);
  world.run(300);
  fold(world.log);
  ASSERT_TRUE(v_->flush());
  v_.reset();
  const auto current = dir_ + "/views/CURRENT";
  std::filesystem::rename(current, current + ".away");
  auto lost = views::open(options());
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().exit_code, 74);
  EXPECT_NE(lost.error().what.find("CURRENT"), std::string::npos);
  std::filesystem::rename(current + ".away", current);
  for (const auto& file : std::filesystem::directory_iterator(dir_ + "/views")) {
    if (file.path().extension() != ".sst") continue;
    std::filesystem::rename(file.path(), dir_ + "/away");
    auto cut = views::open(options());
    ASSERT_FALSE(cut) << file.path();
    EXPECT_EQ(cut.error().exit_code, 74) << cut.error().what;
    std::filesystem::rename(dir_ + "/away", file.path());
    break;
  }
  open();
}

// A reader that took a damaged row for none would make a second conversation of the same thread.
TEST_F(views_test, a_flipped_byte_is_never_read_around) {
  simulation world(15);
  world.run(600);
  fold(world.log);
  ASSERT_TRUE(v_->flush());
  v_.reset();
  for (const auto& file : std::filesystem::directory_iterator(dir_ + "/views")) {
    if (file.path().extension() != ".sst") continue;
    std::fstream f(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    f.seekg(20);
    const char c = static_cast<char>(f.get() ^ 4);
    f.seekp(20);
    f.put(c);
  }
  auto opened = views_on_disk::open(options());
  if (!opened) {
    EXPECT_EQ(opened.error().exit_code, 74);
    return;
  }
  const auto& [id, c] = *world.conversations.begin();
  EXPECT_THROW((void)(*opened)->load_thread(c.brand.value, id.thread), views_failure);
  world.run(1);
  EXPECT_FALSE((*opened)->apply(std::span<const record_ptr>(world.log).subspan((*opened)->applied())));
}

}  // namespace
}  // namespace switchboard::storage
