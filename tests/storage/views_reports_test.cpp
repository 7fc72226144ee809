// Reports against a sum over all facts, made anew: whatever waits or is written, is folded again, or was erased.

#include "storage/views_reports.hpp"

#include "domain/reports/intervals.hpp"
#include "domain/sla/note.hpp"
#include "storage/codec.hpp"
#include "storage/counting.hpp"
#include "storage/erasing.hpp"
#include "storage/report_bytes.hpp"
#include "views_fixture.hpp"

#include <gmock/gmock.h>

#include <random>

namespace switchboard::storage::testing {
namespace {

using namespace std::chrono_literals;
using domain::event_type;
using domain::reports::figures;
using domain::sla::metric;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const domain::timestamp start{1'795'248'000s};  // a whole hour
static_assert(std::chrono::microseconds{1'795'248'000s} % 1h == 0us);

class views_reports : public views_test {
 protected:
  struct said {
    std::uint64_t thread = 1;
    std::string brand = "acme", queue = "support", agent = "ann";
    domain::platform platform = domain::platform::whatsapp;
    std::chrono::milliseconds took = 1min;
    domain::timestamp at = start;
    metric what = metric::first_response;
  };
  void happens(event_type type, const said& s) {
    domain::event e;
    e.type = type;
    e.at = s.at;
    e.sequence = log_.size() + 1;
    auto& c = e.conversation.emplace();
    c.id = {{s.thread, s.thread}, 1};
    c.brand.value = s.brand;
    c.account.value = s.brand + "-wa";
    c.customer.value = "cu_" + std::to_string(s.thread);
    c.platform = s.platform;
    c.queue.value = s.queue;
    c.assigned_to.value = s.agent;
    c.updated_at = e.at;
    if (type >= event_type::sla_armed && type <= event_type::sla_cancelled) {
      auto& n = e.sla.emplace();
      n.type = type;
      n.at = s.at;
      n.elapsed = s.took;
      n.clock = {.what = s.what, .started = s.at - s.took, .target = 1h, .from = s.at - s.took};
      n.clock.breached = type == event_type::sla_breached || s.took > 1h;
    }
    push(encode(e, "/t"));
  }
  void push(record r) {
    r.sequence = log_.size() + 1;
    log_.push_back(std::make_shared<record>(std::move(r)));
  }
  void fold_all() {
    fold({log_.begin() + static_cast<std::ptrdiff_t>(folded_), log_.end()});
    folded_ = log_.size();
  }
  void fold_again_from_the_start() {
    open();
    folded_ = v_->applied();
    fold_all();
  }
  /// As a crash would: what waits is gone.
  void lose_what_waits() {
    v_.reset();
    open();
    folded_ = v_->applied();
  }

  using rows = std::map<std::tuple<std::string, std::string, domain::timestamp>, figures>;
  /// All pages.
  [[nodiscard]] rows told(report_query q) const {
    rows all;
    for (int pages = 0; pages < 1'000; ++pages) {
      const auto page = v_->report(q);
      EXPECT_TRUE(page);
      for (const auto& r : page->rows) {
        const bool is_new = all.try_emplace({r.brand, r.subject, r.from}, r.figures).second;
        EXPECT_TRUE(is_new) << r.brand << " " << r.subject << " twice";
      }
      q.after = page->next;
      if (q.after.empty()) return all;
    }
    ADD_FAILURE() << "a report without an end";
    return all;
  }
  /// Each fact of the log by itself.
  [[nodiscard]] rows added_up(const report_query& q) const {
    rows all;
    for (const auto& r : log_) {
      const auto f = counted_of(*r);
      if (!f || !*f || std::ranges::find(q.brands, r->brand) == q.brands.end()) continue;
      const auto& fact = **f;
      if (fact.at < q.edges.front() || fact.at >= q.edges.back()) continue;
      const std::string subject = q.of == report_subject::agents   ? fact.agent.value
                                  : q.of == report_subject::queues ? fact.queue.value
                                  : q.of == report_subject::platforms
                                      ? std::string(domain::to_word(fact.platform))
                                      : std::string();
      if (subject.empty() && q.of != report_subject::overview) continue;
      const auto from = *std::prev(std::upper_bound(q.edges.begin(), q.edges.end(), fact.at));
      all[{r->brand, subject, from}].add(fact);
    }
    return all;
  }
  void expect_all_reports(std::string_view when) const {
    for (const auto of : {report_subject::overview, report_subject::agents, report_subject::platforms,
                          report_subject::queues}) {
      for (const std::size_t limit : {1, 3, 1000}) {
        report_query q{.brands = {"globex", "acme", "a"},
                       .of = of,
                       .edges = {start - 48h, start, start + 90min, start + 24h}};
        q.limit = limit;
        EXPECT_EQ(told(q), added_up(q)) << when << ", " << static_cast<char>(of) << ", pages of " << limit;
      }
    }
  }
  void much_happens(std::uint64_t seed, int events) {
    std::mt19937_64 random(seed);
    const auto one_of = [&](auto... all) { return std::array{all...}[random() % sizeof...(all)]; };
    for (int i = 0; i < events; ++i) {
      said s;
      s.thread = 1 + random() % 9;
      s.brand = one_of("acme", "globex", "a", "other");
      s.queue = one_of("", "support", "billing");
      s.agent = one_of("", "ann", "bob", "an", "zoe");
      s.platform = one_of(domain::platform::whatsapp, domain::platform::x);
      s.took = std::chrono::milliseconds{random() % 9'000'000};
      s.at = start + std::chrono::minutes{static_cast<std::int64_t>(random() % 4'000)} - 40h;
      s.what = static_cast<metric>(random() % domain::sla::metric_count);
      happens(one_of(event_type::sla_met, event_type::sla_met, event_type::sla_breached,
                     event_type::sla_cancelled, event_type::sla_armed, event_type::conversation_created,
                     event_type::conversation_resolved, event_type::conversation_reopened,
                     event_type::message_received),
              s);
    }
  }

  std::vector<record_ptr> log_;
  std::size_t folded_ = 0;
};

TEST_F(views_reports, tell_of_each_by_itself) {
  happens(event_type::conversation_created, {.agent = ""});
  happens(event_type::sla_met, {});
  happens(event_type::sla_met, {.took = 2h, .at = start + 31min});
  happens(event_type::sla_met, {.queue = "", .agent = "bob", .platform = domain::platform::x});
  fold_all();
  const auto page = v_->report(
      {.brands = {"acme"}, .of = report_subject::agents, .edges = {start, start + 30min, start + 1h}});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->rows.size(), 3u);
  EXPECT_EQ(page->rows[0].subject, "ann");
  EXPECT_EQ(page->rows[0].to, start + 30min);
  EXPECT_EQ(page->rows[0].figures.clocks.at(0).times.most(), 60'000u);
  EXPECT_EQ(page->rows[1].subject, "ann");
  EXPECT_EQ(page->rows[1].figures.clocks.at(0).missed, 1u);
  EXPECT_EQ(page->rows[2].subject, "bob");
  EXPECT_EQ(page->next, "");
  expect_all_reports("while all waits");
}

TEST_F(views_reports, are_the_sum_of_everything_written_or_not) {
  for (std::uint64_t round = 1; round <= 12; ++round) {
    much_happens(round, 150);
    fold_all();
    expect_all_reports("round " + std::to_string(round));
    if (round % 4 == 1) {
      ASSERT_TRUE(v_->flush());
    }
    if (round % 4 == 2) lose_what_waits();
    if (round % 4 == 3) {
      ASSERT_TRUE(v_->flush());
      open();
    }
    fold_all();
    expect_all_reports("behind round " + std::to_string(round));
  }
}

/// Rows that are ahead of what is complete, as where there were too many to wait.
TEST_F(views_reports, count_nothing_twice_that_was_written_before_a_crash) {
  much_happens(5, 400);
  fold({log_.begin(), log_.begin() + 100});
  ASSERT_TRUE(v_->flush());
  report_rows ahead(v_->store());
  for (std::size_t i = 100; i < 300; ++i) ahead.take(*log_[i]);
  rocksdb::WriteBatch batch;
  ahead.add_to(batch);
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  ASSERT_TRUE(v_->store().db().Write(unlogged, &batch).ok());
  folded_ = 100;
  fold_all();
  expect_all_reports("folded again");
}

TEST_F(views_reports, stay_what_they_were_where_a_customer_is_erased) {
  much_happens(9, 500);
  fold_all();
  const report_query q{.brands = {"acme"}, .of = report_subject::agents, .edges = {start - 48h, start + 48h}};
  const auto before = told(q);
  ASSERT_THAT(before, ::testing::Not(IsEmpty()));
  for (auto& r : log_) {
    auto bytes = emptied(*r, seed);
    ASSERT_TRUE(bytes);
    auto left = decode_record(*std::move(bytes));
    ASSERT_TRUE(left) << left.error().what;
    left->sequence = r->sequence;
    r = std::make_shared<record>(*std::move(left));
  }
  v_.reset();
  std::filesystem::remove_all(dir_);
  fold_again_from_the_start();
  EXPECT_EQ(told(q), before);
}

TEST_F(views_reports, are_not_told_for_ever) {
  happens(event_type::sla_met, {});
  happens(event_type::sla_met, {.at = start + 24h});
  fold_all();
  const report_query q{
      .brands = {"acme"}, .of = report_subject::overview, .edges = {start, start + reports_kept + 48h}};
  EXPECT_EQ(told(q).begin()->second.clocks.at(0).met, 2u);
  // The log's own time goes by an hour at most from one record to the next.
  const auto hours = std::chrono::hours(reports_kept).count() + 26;  // a day went by in one step
  for (std::int64_t i = 25; i <= hours; ++i)
    happens(event_type::message_received, {.at = start + std::chrono::hours{i}});
  fold_all();
  EXPECT_EQ(told(q).begin()->second.clocks.at(0).met, 1u);
  ASSERT_TRUE(v_->flush());
  ASSERT_TRUE(v_->store().db().CompactRange({}, v_->store().handle(column::reports), nullptr, nullptr).ok());
  auto i = v_->store().rows(column::reports);
  std::size_t left = 0;
  for (i->SeekToFirst(); i->Valid(); i->Next()) ++left;
  EXPECT_EQ(left, 4u) << "one half hour: of all, the agent, the platform, the queue";
}

TEST_F(views_reports, have_pages_of_one_report_only) {
  happens(event_type::sla_met, {});
  happens(event_type::sla_met, {.agent = "bob"});
  fold_all();
  report_query q{.brands = {"acme"}, .of = report_subject::agents, .edges = {start, start + 1h}};
  q.limit = 1;
  const auto page = v_->report(q);
  ASSERT_TRUE(page);
  ASSERT_NE(page->next, "");
  q.after = page->next;
  q.edges.back() += 30min;
  EXPECT_TRUE(v_->report(q)) << "until now is later on the next page";
  q.of = report_subject::queues;
  EXPECT_FALSE(v_->report(q));
  q.after = "x";
  EXPECT_FALSE(v_->report(q));
}

TEST(report_bytes, read_back_as_they_were_and_refuse_what_they_are_not) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    report_figures f;
    f.through = random() >> (random() % 64);
    f.figures.created = random() >> (random() % 64);
    for (int n = static_cast<int>(random() % 40); n > 0; --n) {
      domain::reports::fact one;
      one.kind = static_cast<domain::reports::kind>(random() % 7);
      one.what = static_cast<metric>(random() % domain::sla::metric_count);
      one.elapsed = std::chrono::milliseconds{static_cast<std::int64_t>(random() >> (20 + random() % 44))};
      f.figures.add(one);
    }
    std::string row;
    append_report(row, f);
    report_figures back;
    ASSERT_TRUE(read_report(row, back));
    EXPECT_EQ(back, f);
    for (std::size_t cut = 0; cut < row.size(); ++cut) {
      const bool whole_in_front = read_report(std::string_view(row).substr(0, cut), back);
      if (whole_in_front) {
        EXPECT_LT(back.figures.clocks.size(), f.figures.clocks.size()) << "only between clocks";
      }
    }
    auto wrong = row;
    wrong.front() = 9;
    EXPECT_FALSE(read_report(wrong, back));
  }
}

}  // namespace
}  // namespace switchboard::storage::testing
