#pragma once
// Views in a directory of their own, logs folded into them, and what they hold as rows to compare.

#include "simulation.hpp"
#include "storage/views.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::storage::testing {

using ids = std::vector<domain::conversation_id>;

inline constexpr std::uint64_t seed = 42;

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
    o.unwritten_bytes = 200 << 10;  // some of it is rows, some waits
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

}  // namespace switchboard::storage::testing
