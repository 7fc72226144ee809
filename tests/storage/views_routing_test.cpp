// What routing leaves in the log, as rows: the latest of each agent, the last reasons of each conversation, and from where on
// routers need the log; the same wherever a crash falls.

#include "storage/codec.hpp"
#include "views_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace switchboard::storage::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class views_routing : public views_test {
 protected:
  log_sequence add(domain::event e) {
    now_ += 1s;
    e.at = now_;
    auto r = std::make_shared<record>(encode(e, "/t"));
    r->sequence = log_.size() + 1;
    log_.push_back(std::move(r));
    return log_.size();
  }
  log_sequence notes(const std::string& brand, const std::string& agent, std::string state) {
    domain::event e;
    e.type = domain::event_type::agent_noted;
    e.noted = domain::agent_note{.brand = {brand}, .agent = {agent}, .state = std::move(state)};
    return add(std::move(e));
  }
  log_sequence decides(const std::string& brand, domain::conversation_id c, std::string json) {
    domain::event e;
    e.type = domain::event_type::routing_decided;
    e.decided = domain::routing_decision{.brand = {brand}, .conversation = c, .json = std::move(json)};
    return add(std::move(e));
  }
  /// A router reads the log all the time: `unread`, what it has not read yet when it says this.
  log_sequence turns(const std::string& brand, std::uint64_t sequence, log_sequence unread = 0) {
    domain::event e;
    e.type = domain::event_type::routing_turned;
    e.turn = domain::routing_turn{.brand = {brand},
                                  .sequence = sequence,
                                  .consumed = log_.size() - unread,
                                  .command = std::string("\0c", 2),
                                  .events = "e"};
    return add(std::move(e));
  }
  log_sequence saves(const std::string& brand, std::uint64_t sequence, std::uint32_t part,
                     std::uint32_t parts, log_sequence unread = 0) {
    domain::event e;
    e.type = domain::event_type::routing_saved;
    e.saved = domain::routing_save{.brand = {brand},
                                   .sequence = sequence,
                                   .consumed = log_.size() - unread,
                                   .part = part,
                                   .parts = parts,
                                   .state = "s"};
    return add(std::move(e));
  }

  [[nodiscard]] std::vector<std::string> agents(const std::string& brand) const {
    std::vector<std::string> found;
    for (const auto& a : v_->agents(brand)) found.push_back(a.id.value + "=" + a.state);
    return found;
  }
  [[nodiscard]] std::vector<std::string> decisions(const std::string& brand, domain::conversation_id c,
                                                   std::size_t at_once = 1000) const {
    std::vector<std::string> found;
    std::string after;
    do {
      const auto p = v_->list_decisions(brand, c, at_once, after);
      EXPECT_TRUE(p) << p.error().what;
      if (!p) break;
      EXPECT_LE(p->rows.size(), at_once);
      found.insert(found.end(), p->rows.begin(), p->rows.end());
      after = p->next;
    } while (!after.empty());
    return found;
  }
  /// "3 to 5"
  [[nodiscard]] std::string saved(const std::string& brand) const {
    const auto row = v_->router_saved(brand);
    return row ? std::to_string(row->first) + " to " + std::to_string(row->last) : "nowhere";
  }
  void fold_new() { fold({log_.begin() + static_cast<std::ptrdiff_t>(v_->applied()), log_.end()}); }

  domain::timestamp now_{std::chrono::seconds{1'795'248'000}};
  std::vector<record_ptr> log_;
};

TEST_F(views_routing, have_what_was_noted_of_each_agent_last) {
  notes("acme", "bob", "b1");
  notes("acme", "ann", "a1");
  notes("acme2", "ann", "of another brand");
  notes("acme", "ann", std::string("\0\xff", 2));
  notes("acme", "christopher", "");
  fold(log_, 2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(agents("acme"), ElementsAre(std::string("ann=\0\xff", 6), "bob=b1", "christopher="));
    EXPECT_THAT(agents("acme2"), ElementsAre("ann=of another brand"));
    EXPECT_THAT(agents("acm"), IsEmpty());
    ASSERT_TRUE(v_->flush());
    open();
  }
}

TEST_F(views_routing, say_why_a_conversation_went_where_it_went_oldest_first) {
  const domain::conversation_id one{{1, 2}, 1}, next{{1, 2}, 2};
  for (int i = 0; i < 5; ++i) {
    decides("acme", one, "{\"n\":" + std::to_string(i) + "}");
    decides("acme", next, "{}");
  }
  decides("acme2", one, "{\"of\":\"another brand\"}");
  fold(log_, 3);
  for (const std::size_t at_once : {1u, 2u, 5u, 100u})
    EXPECT_THAT(decisions("acme", one, at_once),
                ElementsAre("{\"n\":0}", "{\"n\":1}", "{\"n\":2}", "{\"n\":3}", "{\"n\":4}"));
  EXPECT_EQ(decisions("acme", next).size(), 5u);
  EXPECT_THAT(decisions("acme", {{1, 3}, 1}), IsEmpty());
  const auto other = v_->list_decisions("acme", next, 1, v_->list_decisions("acme", one, 1, "")->next);
  EXPECT_FALSE(other) << "a cursor of another list";
}

TEST_F(views_routing, keep_the_last_hundred_reasons_of_a_conversation) {
  const domain::conversation_id busy{{1, 2}, 1}, quiet{{1, 2}, 2};
  std::vector<std::string> said;
  for (std::size_t i = 0; i < 2 * decisions_max + 7; ++i) {
    said.push_back("{\"n\":" + std::to_string(i) + "}");
    decides("acme", busy, said.back());
    if (i % 50 == 0) decides("acme", quiet, said.back());
  }
  const std::vector<std::string> last(said.end() - decisions_max, said.end());
  for (const std::size_t call : {1u, 7u, 1000u}) {
    TearDown();
    open();
    fold(log_, call);
    EXPECT_EQ(decisions("acme", busy, 30), last) << call;
    EXPECT_EQ(decisions("acme", quiet).size(), 5u);
  }
}

TEST_F(views_routing, a_save_counts_once_its_last_part_is_there) {
  EXPECT_EQ(saved("acme"), "nowhere");
  const auto first = turns("acme", 0);
  turns("acme", 1);
  fold_new();
  EXPECT_EQ(saved("acme"), std::to_string(first) + " to 0");
  const auto begun = saves("acme", 2, 0, 3);
  saves("acme", 2, 1, 3);
  turns("acme", 2);
  fold_new();
  EXPECT_EQ(saved("acme"), std::to_string(first) + " to 0");
  const auto other = saves("acme2", 9, 0, 1);
  const auto ended = saves("acme", 2, 2, 3);
  turns("acme", 3);
  fold_new();
  EXPECT_EQ(saved("acme"), std::to_string(begun) + " to " + std::to_string(ended));
  EXPECT_EQ(saved("acme2"), std::to_string(other) + " to " + std::to_string(other));
  EXPECT_EQ(saved("nobody"), "nowhere");
}

TEST_F(views_routing, a_save_that_was_broken_off_counts_for_nothing) {
  const auto whole = saves("acme", 1, 0, 1);
  saves("acme", 5, 0, 3);
  saves("acme", 5, 1, 3);
  // The next owner knows nothing of it, and begins again; then another is missing its middle.
  const auto again = saves("acme", 5, 0, 3);
  fold_new();
  EXPECT_EQ(saved("acme"), std::to_string(whole) + " to " + std::to_string(whole));
  saves("acme", 5, 1, 3);
  const auto ended = saves("acme", 5, 2, 3);
  saves("acme", 8, 0, 3);
  saves("acme", 8, 2, 3);
  saves("acme", 9, 1, 2);
  fold_new();
  EXPECT_EQ(saved("acme"), std::to_string(again) + " to " + std::to_string(ended));
}

TEST_F(views_routing, routers_need_what_is_flushed_and_no_later) {
  EXPECT_FALSE(v_->routers_need());
  notes("acme", "ann", "a");
  const auto first = turns("acme", 0);
  fold_new();
  EXPECT_FALSE(v_->routers_need()) << "nothing is flushed";
  ASSERT_TRUE(v_->flush());
  EXPECT_EQ(v_->routers_need(), first);
  const auto other = turns("acme2", 0);
  saves("acme", 1, 0, 2);
  const auto begun = log_.size();
  saves("acme", 1, 1, 2);
  fold_new();
  EXPECT_EQ(v_->routers_need(), first) << "after a crash now, that is what the rows say";
  ASSERT_TRUE(v_->flush());
  EXPECT_EQ(v_->routers_need(), other) << "the least of all";
  const auto last = saves("acme2", 1, 0, 1);
  fold_new();
  ASSERT_TRUE(v_->flush());
  EXPECT_EQ(v_->routers_need(), begun);
  open();
  EXPECT_EQ(v_->routers_need(), begun) << "and so after a start";
  EXPECT_EQ(saved("acme2"), std::to_string(last) + " to " + std::to_string(last));
}

TEST_F(views_routing, routers_need_what_they_had_not_read_when_they_were_saved) {
  for (int i = 0; i < 10; ++i) notes("acme", "ann", "a");
  turns("acme", 0, 4);
  fold_new();
  ASSERT_TRUE(v_->flush());
  EXPECT_EQ(v_->routers_need(), 7u) << "of 10 records it had read 6";
  for (int i = 0; i < 10; ++i) notes("acme", "ann", "a");
  saves("acme", 1, 0, 2, 3);
  saves("acme", 1, 1, 2, 2);
  fold_new();
  ASSERT_TRUE(v_->flush());
  EXPECT_EQ(v_->routers_need(), 19u) << "of 21 it had read 18 when the save began";
  open();
  EXPECT_EQ(v_->routers_need(), 19u);
  EXPECT_THAT(v_->routed_brands(), ElementsAre("acme"));
}

TEST_F(views_routing, are_the_same_after_a_crash_anywhere) {
  const domain::conversation_id c{{1, 2}, 1};
  for (std::uint32_t i = 0; i < 8; ++i) {
    for (const auto* brand : {"acme", "acme2"}) {
      turns(brand, i);
      notes(brand, "ann", std::to_string(i));
      for (int n = 0; n < 20; ++n) decides(brand, c, "{\"n\":" + std::to_string(n) + "}");
    }
    saves("acme", i / 3, i % 3, 3);
    saves("acme2", i, 0, 2);
    if (i % 2 == 0) saves("acme2", i, 1, 2);
  }
  fold(log_);
  const auto all = rows_of(*v_);
  for (std::size_t cut = 1; cut < log_.size(); cut += 5) {
    TearDown();
    open();
    fold({log_.begin(), log_.begin() + static_cast<std::ptrdiff_t>(cut)}, 11);
    if (cut % 2 == 0) {
      ASSERT_TRUE(v_->flush());
    }
    open();  // what was not flushed is folded again
    fold(log_);
    EXPECT_TRUE(same_rows(rows_of(*v_), all)) << "cut at " << cut;
  }
}

/// RocksDB writes memtables out when it likes: rows may be ahead of what is complete.
TEST_F(views_routing, are_the_same_when_rows_are_ahead_of_what_is_complete) {
  const domain::conversation_id c{{1, 2}, 1};
  for (std::uint32_t i = 0; i < 9; ++i) {
    turns("acme", i);
    saves("acme", i / 3, i % 3, 3);
    for (int n = 0; n < 30; ++n) decides("acme", c, "{\"n\":" + std::to_string(n) + "}");
  }
  fold(log_);
  const auto all = rows_of(*v_);
  for (std::size_t ahead = 1; ahead < log_.size(); ahead += 13) {
    TearDown();
    open();
    fold({log_.begin(), log_.begin() + static_cast<std::ptrdiff_t>(ahead)}, 11);
    std::vector<rocksdb::ColumnFamilyHandle*> columns;
    for (std::size_t i = 0; i < column_count; ++i)
      columns.push_back(v_->store().handle(static_cast<column>(i)));
    ASSERT_TRUE(v_->store().db().Flush({}, columns).ok());
    open();
    ASSERT_EQ(v_->applied(), 0u);
    EXPECT_NE(saved("acme"), "nowhere") << "nothing to prove";
    fold(log_, 5);
    EXPECT_TRUE(same_rows(rows_of(*v_), all)) << "ahead by " << ahead;
  }
}

/// As an earlier version left it, which had no such columns.
TEST_F(views_routing, open_where_there_were_none_yet) {
  const domain::conversation_id c{{1, 2}, 1};
  ASSERT_TRUE(v_->flush());
  for (const auto which : {column::agents, column::decisions, column::routers})
    ASSERT_TRUE(v_->store().db().DropColumnFamily(v_->store().handle(which)).ok());
  v_.reset();
  std::vector<std::string> before;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, dir_ + "/views", &before).ok());
  EXPECT_EQ(before.size(), column_count + 1 - 3) << "nothing to prove";
  open();
  EXPECT_THAT(agents("acme"), IsEmpty());
  EXPECT_FALSE(v_->routers_need());
  turns("acme", 0);
  notes("acme", "ann", "a");
  decides("acme", c, "{}");
  fold_new();
  EXPECT_THAT(agents("acme"), ElementsAre("ann=a"));
  EXPECT_THAT(decisions("acme", c), ElementsAre("{}"));
  EXPECT_EQ(saved("acme"), "1 to 0");
}

}  // namespace
}  // namespace switchboard::storage::testing
