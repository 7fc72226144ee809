// A customer's row over several conversations of one thread, by the domain's own rules.
#include "domain/conversation.hpp"
#include "storage/codec.hpp"
#include "storage/views_on_disk.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::storage {
namespace {

using namespace std::chrono_literals;

class views_customer : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(dir_); }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  void decide(const domain::command& what) {
    auto decided = domain::decide(thread_, what, {}, now_);
    ASSERT_TRUE(decided) << decided.error().detail;
    for (auto& e : *decided) {
      auto r = std::make_shared<record>(encode(e, "/switchboard"));
      r->sequence = log_.size() + 1;
      log_.push_back(std::move(r));
      domain::apply(thread_, std::move(e));
    }
  }
  void hear(std::string id) {
    domain::receive r;
    r.inbound.platform_message_id = std::move(id);
    r.brand.value = "acme";
    r.customer.value = "cu_1";
    decide(r);
  }
  void close() {
    domain::patch over;
    over.id = thread_.current->id;
    over.status = domain::conversation_status::closed;
    decide(over);
  }

  std::string dir_ = ::testing::TempDir() + "switchboard_views_customer_" + std::to_string(getpid());
  domain::thread_state thread_{{1, 2}, std::nullopt};
  domain::timestamp now_{1'790'000'000s};
  std::vector<record_ptr> log_;
};

TEST_F(views_customer, the_row_keeps_the_time_of_the_first_conversation) {
  const auto first = now_;
  for (const char* id : {"1", "2", "3"}) {
    hear(id);
    close();
    now_ += 1h;
  }
  ASSERT_EQ(thread_.current->id.ordinal, 3u);
  views_options options;
  options.data_dir = dir_;
  options.memtable_bytes = 16 << 20;
  auto opened = views_on_disk::open(options);
  ASSERT_TRUE(opened) << opened.error().what;
  const auto v = std::move(*opened);
  const auto done = v->apply(log_);
  ASSERT_TRUE(done) << done.error().what;
  const auto row = v->customer_json("acme", "cu_1");
  ASSERT_TRUE(row);
  const auto c = decode_customer(*row);
  ASSERT_TRUE(c) << c.error().what;
  EXPECT_EQ(c->created_at, first);
  EXPECT_EQ(c->updated_at, first + 2h);
  for (const std::uint32_t ordinal : {1u, 2u}) {
    const auto old = v->conversation_json("acme", {thread_.id, ordinal});
    ASSERT_TRUE(old);
    EXPECT_EQ(decode_conversation(*old)->unread, 0u) << "superseded: nobody can read it any more";
  }
}

// Comments on two posts are two threads of one customer.
TEST_F(views_customer, a_second_thread_moves_neither_the_first_day_nor_the_name) {
  const auto meet = [&](domain::thread_id thread, std::string name) {
    thread_ = {thread, std::nullopt};
    domain::receive r;
    r.inbound.platform_message_id = "1";
    r.inbound.customer_name = std::move(name);
    r.brand.value = "acme";
    r.customer.value = "cu_1";
    decide(r);
  };
  const auto first = now_;
  meet({1, 2}, "Ann");
  now_ += 1h;
  meet({3, 4}, "");
  views_options o;
  o.data_dir = dir_;
  const auto v = views_on_disk::open(o);
  ASSERT_TRUE(v) << v.error().what;
  for (const auto& r : log_) ASSERT_TRUE((*v)->apply(std::span(&r, 1)));
  const auto c = decode_customer((*v)->customer_json("acme", "cu_1").value_or(""));
  ASSERT_TRUE(c);
  EXPECT_EQ(c->created_at, first);
  EXPECT_EQ(c->name, "Ann");
}

}  // namespace
}  // namespace switchboard::storage
