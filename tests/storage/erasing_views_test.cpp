// What customer.erased does to the views, and that an emptied log folds to the same rows as the one that said it all.
#include "erasing_world.hpp"
#include "tests/full.hpp"
#include "views_fixture.hpp"

#include <functional>

namespace switchboard::storage::testing {
namespace {

using domain::event_type;

class erasing_views : public views_test {
 protected:
  void SetUp() override {
    views_test::SetUp();
    live();
  }
  /// Ada has three threads, one with two conversations; she is erased, comes back, and others write all the time.
  void live() {
    w.says("bob", 0, "b1");
    w.asks_about("bob", 0, 1);
    w.says(ada, 0, "m" + ada + "1");
    w.tags(ada, 0, "tag" + ada);
    w.asks_about(ada, 0, 1);
    w.resolves(ada, 0);
    w.says(ada, 0, "m2");
    w.asks_about(ada, 0, 2);
    w.says(ada, 1, "comment1");
    w.says("bob", 1, "b2");
    w.says(ada, 2, "m3");
    letter = w.letter(ada);
    other = w.letter("1" + ada);
    by = w.promises(ada);
    w.says("bob", 0, "b3");
    w.says(ada, 2, "between");  // her thread does not know yet
    w.tags("bob", 0, "kept");
    w.asks_about(ada, 2, 1);
    for (int n = 0; n < 3; ++n) w.erases(ada, n, by);
    w.withdraws(letter);
    w.asks_about(ada, 0, 2);  // the router does not know yet
    erased_at = w.log.size();
    for (int n = 0; n < 3; ++n) things.add_thread(w.thread(ada, n), n == 0 ? 2 : 1, by);
    things.add_customer(w.customer(ada), by);
    things.add_letter(letter.id, by);
  }
  void come_back() {
    auto in = w.inbound(ada, 0, "m4");
    in.customer_name = "Somebody";
    w.hears(ada, 0, in, {}, false);
    w.says("bob", 1, "b4");
    w.asks_about(ada, 0, 3);
    w.says(ada, 5, "m5");
  }
  [[nodiscard]] std::vector<std::string> shown() const {
    std::vector<std::string> all;
    const auto add = [&](const expected<page, views_error>& p) {
      ASSERT_TRUE(p) << p.error().what;
      all.insert(all.end(), p->rows.begin(), p->rows.end());
    };
    conversation_query q;
    q.brands = {"acme"};
    add(v_->list_conversations(q));
    for (const auto& [t, state] : w.states) {
      for (std::uint32_t ordinal = 1; ordinal < 5; ++ordinal) {
        if (auto c = v_->conversation_json("acme", {t, ordinal})) all.push_back(*c);
        for (const auto order : {message_order::oldest, message_order::newest})
          add(v_->list_messages("acme", {t, ordinal}, 100, "", order));
      }
    }
    for (const auto& person : {ada, std::string("bob")}) {
      if (auto c = v_->customer_json("acme", w.customer(person).value)) all.push_back(*c);
      add(v_->list_customer_conversations("acme", w.customer(person).value, 100, ""));
    }
    if (const auto d = v_->find_dead_letter(letter.id.value)) all.push_back(d->raw + d->detail);
    return all;
  }
  [[nodiscard]] std::size_t decisions(const std::string& person, int n, std::uint32_t ordinal) const {
    const auto p = v_->list_decisions("acme", {w.thread(person, n), ordinal}, 100, "");
    return p ? p->rows.size() : 999;
  }
  [[nodiscard]] bool db_has(const std::string& comment_key) const {
    std::string value;
    return v_->store().db().Get({}, v_->store().handle(column::comment_threads), comment_key, &value).ok();
  }
  static bool has(const std::vector<std::string>& rows, const std::string& text) {
    return std::any_of(rows.begin(), rows.end(),
                       [&](const auto& r) { return r.find(text) != std::string::npos; });
  }

  const std::string ada = canary(1);
  erasing_world w{seed};
  domain::dead_letter letter, other;
  log_sequence by = 0;
  std::size_t erased_at = 0;
  erased_things things;
};

TEST_F(erasing_views, shows_nothing_of_the_person_and_all_of_the_others) {
  fold(w.log, 5);
  const auto rows = shown();
  EXPECT_FALSE(has(rows, ada));
  EXPECT_TRUE(has(rows, "says bob"));
  EXPECT_TRUE(has(rows, "kept"));
  EXPECT_FALSE(v_->customer_json("acme", w.customer(ada).value));
  for (int n = 0; n < 3; ++n) {
    const auto t = w.thread(ada, n);
    EXPECT_FALSE(v_->load_thread("acme", t));
    EXPECT_EQ(v_->erased_up_to(t), n == 0 ? 2u : 1u);
  }
  EXPECT_EQ(v_->erased_up_to(w.thread("bob", 0)), 0u);
  // What was here is known when it comes again, though what it was is not.
  for (const auto& [n, id] : {std::pair{0, "m" + ada + "1"},
                              {0, std::string("m2")},
                              {1, std::string("comment1")},
                              {2, std::string("between")}}) {
    EXPECT_FALSE(v_->find_message("acme", w.thread(ada, n), id)) << id;
    EXPECT_TRUE(v_->seen(w.thread(ada, n), fingerprint(seed, "ref", id, ""))) << id;
  }
  EXPECT_EQ(v_->find_thread("acme-page", "comment1"), w.thread(ada, 1));
  EXPECT_EQ(v_->find_alias(w.thread(ada + "'s other name", 1)), w.thread(ada, 1));
  const auto erasure = v_->find_erasure("acme", w.customer(ada).value);
  ASSERT_TRUE(erasure);
  EXPECT_EQ(erasure->by, by);
  EXPECT_EQ(v_->erasures_behind(by - 1, 9).size(), 1u);
  EXPECT_TRUE(v_->erasures_behind(by, 9).empty());
  EXPECT_EQ(v_->threads_erased_by(by).size(), 3u);
  EXPECT_TRUE(v_->find_dead_letter(letter.id.value)->erased);
  EXPECT_EQ(v_->find_dead_letter(other.id.value)->raw, other.raw);
}

TEST_F(erasing_views, says_no_more_why_her_conversations_went_where_they_went) {
  ASSERT_TRUE(v_->apply(std::span(w.log).first(by)));
  EXPECT_EQ(decisions(ada, 0, 1) + decisions(ada, 0, 2), 2u) << "nothing to prove";
  come_back();
  fold(w.log, 3);
  for (const auto& [n, ordinal] : {std::pair{0, 1u}, {0, 2u}, {2, 1u}})
    EXPECT_EQ(decisions(ada, n, ordinal), 0u) << n << " " << ordinal;
  EXPECT_EQ(decisions("bob", 0, 1), 1u);
  EXPECT_EQ(decisions(ada, 0, 3), 1u) << "of her next life";
}

/// What routing leaves in the log holds nothing that she said: it stays as it is, and readers find it whole.
TEST_F(erasing_views, leaves_offers_and_reasons_in_the_log) {
  std::size_t kept = 0;
  for (const auto& r : emptied_log(w.log, things, seed)) {
    const bool is_routing = r->type == event_type::offer_made || r->type == event_type::routing_decided;
    if (!is_routing) continue;
    ++kept;
    EXPECT_TRUE(r->erased_json.empty());
    EXPECT_EQ(r->bytes.find(ada), std::string::npos);
  }
  EXPECT_EQ(kept, 10u);
}

TEST_F(erasing_views, who_comes_back_is_a_stranger_with_numbers_of_his_own) {
  come_back();
  fold(w.log, 3);
  const auto row = v_->load_thread("acme", w.thread(ada, 0));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->current.id.ordinal, 3u);
  EXPECT_EQ(row->current.previous_conversations, 0u);
  EXPECT_EQ(row->current.customer_name, "Somebody");
  EXPECT_FALSE(row->current.customer_since);
  const auto who = decode_customer(*v_->customer_json("acme", w.customer(ada).value));
  EXPECT_EQ(who->created_at, row->current.created_at);
  EXPECT_EQ(v_->list_customer_conversations("acme", w.customer(ada).value, 9, "")->rows.size(), 2u);
}

TEST_F(erasing_views, folds_to_the_same_rows_from_an_emptied_log_and_from_half_of_it) {
  come_back();
  fold(w.log, 4);
  const auto expected_rows = rows_of(*v_);
  for (const auto& only :
       {std::function<bool(log_sequence)>(), std::function([](log_sequence s) { return s % 2 == 0; }),
        std::function([](log_sequence s) { return s % 3 == 0; })}) {
    const auto log = emptied_log(w.log, things, seed, only);
    std::size_t gone = 0;
    for (const auto& r : log) {
      if (!only && r->sequence <= erased_at) {
        EXPECT_TRUE(r->bytes.find(ada) == std::string::npos || r->bytes.find("1" + ada) != std::string::npos)
            << r->bytes;
      }
      gone += !r->erased_json.empty() && r->type != event_type::customer_erased;
    }
    EXPECT_GT(gone, 2u);
    for (const std::size_t call : {1u, 6u, 100u}) {
      v_.reset();
      std::filesystem::remove_all(dir_);
      open();
      fold(log, call);
      EXPECT_TRUE(same_rows(rows_of(*v_), expected_rows)) << call;
    }
  }
}

/// A crash at any place: what was not flushed is folded again, from the log as it was or as it is by then.
TEST_F(erasing_views, survives_a_crash_at_any_record) {
  come_back();
  fold(w.log, 4);
  const auto expected_rows = rows_of(*v_);
  const auto after = emptied_log(w.log, things, seed);
  for (std::size_t crash = 1; crash < w.log.size(); crash += full() ? 1 : 2) {
    for (const bool flushed : {false, true}) {
      if (!full() && flushed != (crash % 4 == 1)) continue;
      v_.reset();
      std::filesystem::remove_all(dir_);
      open();
      fold({w.log.begin(), w.log.begin() + static_cast<std::ptrdiff_t>(crash)}, 3);
      if (flushed) {
        ASSERT_TRUE(v_->flush());
      }
      open();
      const auto& rest = crash > erased_at ? after : w.log;
      fold({rest.begin() + static_cast<std::ptrdiff_t>(v_->applied()), rest.end()}, 7);
      ASSERT_TRUE(same_rows(rows_of(*v_), expected_rows)) << crash << flushed;
    }
  }
}

TEST_F(erasing_views, files_hold_nothing_of_it_once_they_are_reclaimed) {
  ASSERT_TRUE(v_->apply(std::span(w.log).first(by - 1)));
  ASSERT_TRUE(v_->flush());  // tables that hold her
  EXPECT_FALSE(sightings(dir_, {ada}).empty());
  fold({w.log.begin() + static_cast<std::ptrdiff_t>(by - 1), w.log.end()});
  ASSERT_TRUE(v_->flush());
  EXPECT_FALSE(sightings(dir_, {ada}).empty()) << "nothing to prove";
  std::atomic<bool> cancelled{false};
  const auto letters = std::vector{letter.id, other.id};
  ASSERT_TRUE(v_->reclaim(v_->erasures_behind(0, 9), letters, cancelled));
  const auto left = sightings(dir_, {"says " + ada, "Name " + ada, "@" + ada, "of " + ada, "tag" + ada,
                                     "m" + ada, "cdn.example/" + ada, "referral\":\"" + ada});
  EXPECT_TRUE(left.empty()) << left.front();
  EXPECT_FALSE(has(shown(), ada));
  EXPECT_TRUE(has(shown(), "says bob"));
}

/// In layout 2 the platform's id of a comment was part of a key.
TEST_F(erasing_views, of_an_earlier_layout_hold_no_ids_in_keys_once_they_are_opened) {
  const std::string comment = canary(9);
  w.says("bob", 1, comment);
  fold(w.log);
  ASSERT_TRUE(v_->flush());
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  auto& db = v_->store().db();
  auto* const threads = v_->store().handle(column::comment_threads);
  const auto now = keys::comment_thread("acme-page", fingerprint(seed, "ref", comment, ""));
  std::string value, before;
  ASSERT_TRUE(db.Get({}, threads, now, &value).ok());
  keys::append_name(before, "acme-page");
  keys::append_name(before, comment);
  ASSERT_TRUE(db.Put(unlogged, threads, before, value).ok());
  ASSERT_TRUE(db.Delete(unlogged, threads, now).ok());
  std::string state;
  auto* const meta = v_->store().handle(column::meta);
  ASSERT_TRUE(db.Get({}, meta, "state", &state).ok());
  ASSERT_EQ(state.substr(0, 4), std::string("\0\0\0\5", 4));
  state[3] = 2;
  ASSERT_TRUE(db.Put(unlogged, meta, "state", state).ok());
  ASSERT_TRUE(db.Flush({}, {meta, threads}).ok());
  EXPECT_FALSE(v_->find_thread("acme-page", comment));
  for (int i = 0; i < 2; ++i) {
    open();
    EXPECT_EQ(v_->find_thread("acme-page", comment), w.thread("bob", 1));
    EXPECT_FALSE(db_has(before));
  }
}

/// Nothing looks for deleted ranges any more, and what lies in one must not come back.
TEST_F(erasing_views, of_an_earlier_layout_show_nothing_that_a_range_deleted) {
  fold(w.log);
  ASSERT_TRUE(v_->flush());
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  auto& db = v_->store().db();
  auto* const messages = v_->store().handle(column::messages);
  const auto of_ada = keys::message("acme", {{w.thread(ada, 1), 1}, 1});
  auto behind = of_ada;
  behind.back() = static_cast<char>(behind.back() + 1);
  ASSERT_TRUE(db.Put(unlogged, messages, of_ada, "says ada").ok());
  ASSERT_TRUE(db.Flush({}, messages).ok());
  ASSERT_TRUE(db.DeleteRange(unlogged, messages, of_ada, behind).ok());
  std::string state;
  auto* const meta = v_->store().handle(column::meta);
  ASSERT_TRUE(db.Get({}, meta, "state", &state).ok());
  state[3] = 3;
  ASSERT_TRUE(db.Put(unlogged, meta, "state", state).ok());
  ASSERT_TRUE(db.Flush({}, {meta, messages}).ok());
  const auto found = [&] {
    const auto rows = v_->store().rows(column::messages);
    rows->Seek(of_ada);
    return rows->Valid() && rows->key() == rocksdb::Slice(of_ada);
  };
  EXPECT_TRUE(found()) << "nothing to prove";
  for (int i = 0; i < 2; ++i) {
    open();
    EXPECT_FALSE(found());
    EXPECT_TRUE(has(shown(), "says bob"));
  }
}

}  // namespace
}  // namespace switchboard::storage::testing
