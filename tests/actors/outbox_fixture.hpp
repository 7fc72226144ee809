#pragma once
// A real engine before a platform by hand.

#include "actors/engine.hpp"
#include "actors/wall_clock.hpp"
#include "hand_client.hpp"
#include "storage/codec.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::actors::testing {

using domain::event_type;

struct waiting_ticket final : ticket {};

class outbox_test : public ::testing::Test {
 protected:
  void SetUp() override { start(); }
  void TearDown() override {
    if (engine_) {
      EXPECT_TRUE(engine_->stop(30s));
    }
  }

  void start() {
    auto s = std::make_shared<config::settings>();
    s->storage.data_dir = directory_.path();
    s->storage.free_space_min_bytes = 0;
    s->limits.send_backoff = 10ms;
    s->brands.push_back({.id = {"acme"}, .name = {}, .conversations = {}});
    s->sources.push_back(
        {.id = {"meta"}, .kind = config::source_kind::meta, .secrets = {"s"}, .verify_token = "v"});
    s->accounts.push_back({.id = {"wa"},
                           .brand = {"acme"},
                           .source = {"meta"},
                           .platform = domain::platform::telegram,
                           .platform_id = "106",
                           .access_token = "t"});
    s->index();
    client_ = std::make_shared<hand_client>();
    auto started = engine::start(std::move(s), [](std::vector<ticket_ptr>&&) {}, {.client = client_});
    ASSERT_TRUE(started) << started.error().what;
    engine_ = std::move(*started);
  }
  void restart() {
    EXPECT_TRUE(engine_->stop(30s));
    engine_.reset();
    start();
  }

  void deliver(const std::string& id, const std::string& text) {
    auto e = text_message(id, text);
    e.platform = domain::platform::telegram;
    hand_in(std::move(e));
  }
  void hand_in(domain::inbound_event e) {
    domain::unpacked_body body;
    body.events.push_back(std::move(e));
    engine_->ingest(*engine_->settings(), {"meta"}, std::move(body), "{}", now(),
                    std::make_shared<waiting_ticket>());
  }
  static domain::timestamp now() { return actors::wall_clock(); }

  struct seen_event {
    event_type type;
    std::string content, platform_id;
    std::string conversation;
  };
  std::vector<seen_event> events() {
    stream_filter all;
    all.all_brands = true;
    std::vector<seen_event> seen;
    for (const auto& r : engine_->events().pull(0, all, SIZE_MAX, SIZE_MAX, SIZE_MAX).records) {
      const auto e = storage::decode(r->bytes);
      if (!e) continue;
      seen.push_back({e->type, e->message ? e->message->content : "",
                      e->message ? e->message->platform_message_id : "",
                      e->conversation ? to_text(e->conversation->id) : ""});
    }
    return seen;
  }
  /// The events of this type, once there are so many.
  std::vector<seen_event> wait_for(event_type type, std::size_t many = 1) {
    std::vector<seen_event> found;
    std::mutex m;
    std::condition_variable changed;
    std::uint64_t commits = 0;
    const auto key = engine_->events().on_commit([&](storage::log_sequence) {
      const std::lock_guard lock(m);
      ++commits;
      changed.notify_all();
    });
    const auto until = std::chrono::steady_clock::now() + patience;
    for (std::uint64_t looked = 0;;) {
      found = events();
      std::erase_if(found, [&](const auto& e) { return e.type != type; });
      if (found.size() >= many) break;
      std::unique_lock lock(m);
      if (!changed.wait_until(lock, until, [&] { return commits > looked; })) break;
      looked = commits;
    }
    engine_->events().forget(key);
    EXPECT_EQ(found.size(), many) << to_word(type);
    return found;
  }

  domain::conversation_id conversation() {
    return *domain::parse_conversation_id(wait_for(event_type::message_received, received_)[0].conversation);
  }
  command_result say(const std::string& text, const std::string& key = {}) {
    domain::say s{.id = conversation(), .parts = {{.content = text}}};
    s.sender_id = "agent-1";
    s.key = key;
    std::mutex m;
    std::condition_variable answered;
    std::optional<command_result> result;
    engine_->execute("acme", std::move(s), [&](command_result&& r) {
      const std::lock_guard lock(m);
      result = std::move(r);
      answered.notify_all();
    });
    std::unique_lock lock(m);
    answered.wait(lock, [&] { return result.has_value(); });
    return *std::move(result);
  }

  std::size_t received_ = 1;  ///< so many messages of the customer are in the log
  testing::temporary_directory directory_;
  std::shared_ptr<hand_client> client_;
  std::unique_ptr<engine> engine_;
};

}  // namespace switchboard::actors::testing
