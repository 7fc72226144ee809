#include "storage/verify_views.hpp"

#include "simulation.hpp"
#include "storage/cursor.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace switchboard::storage {
namespace {

/// A journal that was trimmed before `earliest`.
class kept_log : public event_log {
 public:
  explicit kept_log(const std::vector<record_ptr>& records, log_sequence earliest = 1)
      : records_(records), earliest_(earliest) {}
  commit_outcome commit(const claims&, std::span<const record_ptr>, std::span<const consumption>) override {
    return {};
  }
  log_result ingest(std::span<const handover>) override { return log_result::unavailable; }
  read_outcome read(partition_number, log_sequence after, std::size_t limit, std::size_t) const override {
    read_outcome out;
    out.earliest = earliest_;
    out.result = after + 1 < earliest_ ? log_result::trimmed : log_result::ok;
    for (auto at = after; out.result == log_result::ok && at < records_.size() && out.records.size() < limit;
         ++at)
      out.records.push_back(records_[at]);
    return out;
  }
  void watch(std::function<void(log_sequence)>) override {}
  log_result trim(partition_number, log_sequence) override { return log_result::ok; }
  log_sequence earliest() const override { return earliest_; }
  log_sequence last() const override { return records_.size(); }
  std::uint64_t epoch() const override { return 1; }
  partition_number partitions() const override { return 64; }
  const cursor_codec& cursors() const override { return cursors_; }

 private:
  const std::vector<record_ptr>& records_;
  log_sequence earliest_;
  cursor_codec cursors_;
};

class verify_views_test : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    dir_ = ::testing::TempDir() + "switchboard_verify_" + test->name() + "_" + std::to_string(getpid());
    std::filesystem::remove_all(dir_);
    live_.data_dir = dir_ + "/live";
    live_.hash_seed = 9;
    world_.run(600);
    auto v = views_on_disk::open(live_);
    ASSERT_TRUE(v) << v.error().what;
    ASSERT_TRUE((*v)->apply(world_.log));
    ASSERT_TRUE((*v)->flush());
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  [[nodiscard]] views_comparison verify(log_sequence earliest = 1) const {
    const kept_log log(world_.log, earliest);
    const auto report = verify_views(log, live_, dir_ + "/scratch");
    EXPECT_TRUE(report) << report.error().what;
    EXPECT_FALSE(std::filesystem::exists(dir_ + "/scratch/folded"));
    EXPECT_FALSE(std::filesystem::exists(dir_ + "/scratch/present"));
    return report ? *report : views_comparison{};
  }
  [[nodiscard]] log_sequence routers_need() const {
    const auto v = views_on_disk::open(live_);
    EXPECT_TRUE(v) << v.error().what;
    const auto need = (*v)->routers_need().value_or(0);
    EXPECT_GT(need, 1u);
    return need;
  }
  /// Changes one row behind the views' back.
  void tamper(column c, const std::function<void(rocksdb::DB&, rocksdb::ColumnFamilyHandle*)>& how) const {
    auto v = views_on_disk::open(live_);
    ASSERT_TRUE(v) << v.error().what;
    how((*v)->store().db(), (*v)->store().handle(c));
    ASSERT_TRUE((*v)->flush());
  }

  std::string dir_;
  views_options live_;
  testing::simulation world_{21};
};

rocksdb::WriteOptions unlogged() {
  rocksdb::WriteOptions o;
  o.disableWAL = true;
  return o;
}

TEST_F(verify_views_test, views_that_are_the_fold_of_the_journal_pass) {
  const auto report = verify();
  EXPECT_EQ(report.difference, "");
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.compared_at, world_.log.size());
  EXPECT_GT(report.rows, world_.conversations.size());
}

/// No later than the routers let it be.
TEST_F(verify_views_test, a_trimmed_journal_compares_what_it_touches) {
  const auto report = verify(routers_need());
  EXPECT_EQ(report.difference, "");
  EXPECT_FALSE(report.complete);
  EXPECT_GT(report.rows, 0u);
}

TEST_F(verify_views_test, a_journal_without_what_a_router_needs_is_a_difference) {
  const auto need = routers_need();
  EXPECT_EQ(verify(need + 1).difference, "routers: one of them needs the log from " + std::to_string(need) +
                                             " on, and it starts at " + std::to_string(need + 1));
}

TEST_F(verify_views_test, a_router_that_was_saved_elsewhere_is_a_difference) {
  tamper(column::routers, [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* h) {
    const std::unique_ptr<rocksdb::Iterator> i(db.NewIterator({}, h));
    i->SeekToFirst();
    ASSERT_TRUE(i->Valid());
    auto value = i->value().ToString();
    value[2 * sizeof(log_sequence)] ^= 1;  // the last byte of its last part's place
    ASSERT_TRUE(db.Put(unlogged(), h, i->key(), value).ok());
  });
  EXPECT_EQ(verify().difference.substr(0, 8), "routers,");
}

// The customer's first thread was trimmed away: what it said is in the row and not in the journal any more.
TEST_F(verify_views_test, a_customer_of_whom_the_trimmed_part_said_more_passes) {
  testing::random_events random(5);
  const auto meet = [&](std::uint64_t n, domain::thread_id thread, std::string name) {
    auto e = random.typical_message(thread, 1);
    e.at = domain::timestamp{std::chrono::seconds(1'790'000'000 + n)};
    e.customer.emplace();
    e.customer->id = e.conversation->customer;
    e.customer->brand = e.conversation->brand;
    e.customer->name = std::move(name);
    e.customer->created_at = e.customer->updated_at = e.at;
    auto r = std::make_shared<record>(encode(e, "/switchboard"));
    r->sequence = n;
    return record_ptr(r);
  };
  world_.log = {meet(1, {1, 2}, "Ann"), meet(2, {3, 4}, "")};
  std::filesystem::remove_all(live_.data_dir);
  auto v = views_on_disk::open(live_);
  ASSERT_TRUE(v) << v.error().what;
  ASSERT_TRUE((*v)->apply(world_.log));
  ASSERT_TRUE((*v)->flush());
  v->reset();
  EXPECT_EQ(verify(2).difference, "");
  EXPECT_EQ(verify(1).difference, "");
  world_.log[1] = meet(2, {3, 4}, "Bea");
  EXPECT_EQ(verify(2).difference.substr(0, 10), "customers,");
}

// Who was erased, the trimmed part said; why his conversation went where it went came too late, and is kept.
TEST_F(verify_views_test, a_late_reason_of_somebody_whose_erasure_is_trimmed_away_passes) {
  domain::event gone, late;
  gone.type = domain::event_type::customer_erased;
  gone.sequence = 1;
  gone.erased = domain::erasure{.brand = {"acme"},
                                .account = {},
                                .conversation = {{1, 2}, 1},
                                .customer = {"cu_1"},
                                .reference = {},
                                .origin = {},
                                .aliases = {}};
  late.type = domain::event_type::routing_decided;
  late.decided = {{"acme"}, {{1, 2}, 1}, "{}"};
  world_.log.clear();
  for (const auto& e : {gone, late, late}) {
    auto r = std::make_shared<record>(encode(e, "/switchboard"));
    r->sequence = world_.log.size() + 1;
    world_.log.push_back(std::move(r));
  }
  std::filesystem::remove_all(live_.data_dir);
  auto v = views_on_disk::open(live_);
  ASSERT_TRUE(v) << v.error().what;
  ASSERT_TRUE((*v)->apply(world_.log));
  ASSERT_TRUE((*v)->flush());
  v->reset();
  EXPECT_EQ(verify(1).difference, "");
  EXPECT_EQ(verify(3).difference, "");
  tamper(column::erasures, [](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* h) {
    ASSERT_TRUE(db.Delete(unlogged(), h, keys::thread_erased({1, 2})).ok());
  });
  EXPECT_EQ(verify(3).difference.substr(0, 10), "decisions,") << "of others it is missed";
}

TEST_F(verify_views_test, each_column_that_differs_is_named) {
  for (const auto c : {column::conversations, column::messages, column::inbox, column::customers,
                       column::customer_conversations, column::comment_threads, column::dead_letters,
                       column::agents, column::decisions, column::reports}) {
    std::string key, value;
    tamper(c, [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* h) {
      const std::unique_ptr<rocksdb::Iterator> i(db.NewIterator({}, h));
      i->SeekToFirst();
      ASSERT_TRUE(i->Valid()) << to_word(c);
      key = i->key().ToString();
      value = i->value().ToString();
      ASSERT_TRUE(db.Put(unlogged(), h, key, value + "!").ok());
    });
    EXPECT_EQ(verify().difference.substr(0, to_word(c).size() + 1), std::string(to_word(c)) + ",");
    tamper(c, [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* h) {
      ASSERT_TRUE(db.Put(unlogged(), h, key, value).ok());
    });
  }
  EXPECT_EQ(verify().difference, "");
}

/// As an earlier program left them: without the columns that it did not have.
TEST_F(verify_views_test, columns_that_know_less_than_the_journal_are_not_compared) {
  tamper(column::reports, [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* h) {
    const std::unique_ptr<rocksdb::Iterator> i(db.NewIterator({}, h));
    for (i->SeekToFirst(); i->Valid(); i->Next()) ASSERT_TRUE(db.Delete(unlogged(), h, i->key()).ok());
  });
  EXPECT_NE(verify().difference.find("reports"), std::string::npos);
  tamper(column::meta, [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* h) {
    std::string state;
    ASSERT_TRUE(db.Get({}, h, "state", &state).ok());
    state.resize(state.size() - sizeof(log_sequence));
    state[3] = 4;  // the layout
    ASSERT_TRUE(db.Put(unlogged(), h, "state", state).ok());
  });
  EXPECT_EQ(verify().difference, "");
  const auto v = views_on_disk::open(live_);
  ASSERT_TRUE(v);
  EXPECT_EQ((*v)->store().opened_with().since, world_.log.size());
}

TEST_F(verify_views_test, rows_too_few_and_too_many_are_found) {
  std::string key, value;
  tamper(column::inbox, [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* h) {
    const std::unique_ptr<rocksdb::Iterator> i(db.NewIterator({}, h));
    i->SeekToLast();
    ASSERT_TRUE(i->Valid());
    key = i->key().ToString();
    value = i->value().ToString();
    ASSERT_TRUE(db.Delete(unlogged(), h, key).ok());
  });
  EXPECT_NE(verify().difference.find("the row is missing"), std::string::npos);
  tamper(column::inbox, [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* h) {
    ASSERT_TRUE(db.Put(unlogged(), h, key, value).ok());
    ASSERT_TRUE(db.Put(unlogged(), h, key + "more", value).ok());
  });
  EXPECT_NE(verify().difference.find("no event made this row"), std::string::npos);
}

TEST_F(verify_views_test, views_ahead_of_the_journal_are_a_difference) {
  const auto covered = std::to_string(world_.log.size());
  world_.log.resize(400);
  EXPECT_NE(verify().difference.find("cover " + covered), std::string::npos);
}

TEST_F(verify_views_test, what_lies_in_the_scratch_directory_is_not_touched) {
  std::filesystem::create_directories(dir_ + "/scratch/present/precious");
  const kept_log log(world_.log);
  EXPECT_FALSE(verify_views(log, live_, dir_ + "/scratch"));
  EXPECT_TRUE(std::filesystem::exists(dir_ + "/scratch/present/precious"));
}

}  // namespace
}  // namespace switchboard::storage
