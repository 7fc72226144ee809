#pragma once
// A node without sockets: real views in a temporary directory, a log in memory, and the mailboxes under the
// test's hand.

#include "actors/conversation.hpp"
#include "actors/journal_writer.hpp"
#include "actors/quarantine.hpp"
#include "actors/tail.hpp"
#include "poisoned_views.hpp"
#include "storage/memory_log.hpp"
#include "storage/views.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace switchboard::actors::testing {

/// Gone with its files at the end of the test.
class temporary_directory {
 public:
  temporary_directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "switchboard-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) std::abort();
    path_ = pattern;
  }
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// Counts what it is told; the test waits for a number.
struct counting_ticket final : ticket {};

inline std::shared_ptr<storage::record> make_record(std::string bytes) {
  auto r = std::make_shared<storage::record>();
  r->bytes = std::move(bytes);
  r->bytes.resize(std::max<std::size_t>(r->bytes.size(), 32), '0');
  return r;
}

inline domain::inbound_event text_message(std::string id, std::string text, std::string peer = "5511") {
  domain::inbound_event e;
  e.platform = domain::platform::whatsapp;
  e.account_platform_id = "106";
  e.thread_key = peer;
  e.customer_platform_id = peer;
  e.customer_name = "Ana";
  e.sender_id = peer;
  e.platform_message_id = std::move(id);
  e.content = std::move(text);
  e.at = domain::timestamp{std::chrono::seconds{1'795'248'000}};
  return e;
}

inline domain::receive received(domain::inbound_event e) {
  domain::receive r;
  r.inbound = std::move(e);
  r.brand = {"acme"};
  r.account = {"acme-whatsapp"};
  r.customer = {"cu_1"};
  r.received_at = domain::timestamp{std::chrono::seconds{1'795'248'001}};
  return r;
}

inline std::shared_ptr<const config::settings> plain_settings(std::uint64_t resident_max = 1'000) {
  auto s = std::make_shared<config::settings>();
  s->limits.resident_conversations_max = resident_max;
  s->index();
  return s;
}

/// Views, tail and writer around a log in memory.
class small_node {
 public:
  explicit small_node(std::uint64_t resident_max = 1'000) {
    storage::views_options vo;
    vo.data_dir = directory_.path();
    vo.hash_seed = 7;
    auto opened = storage::views::open(vo);
    if (!opened) throw std::runtime_error(opened.error().what);
    views_ = std::make_unique<poisoned_views>(std::move(*opened));
    writer_ = std::make_unique<journal_writer>(
        *log_, tail_, held_, journal_writer_options{},
        journal_writer_tells{.tickets =
                                 [this](std::vector<ticket_ptr>&& done) {
                                   const std::lock_guard lock{settled_mutex_};
                                   settled_.insert(settled_.end(), done.begin(), done.end());
                                 },
                             .committed = [](storage::log_sequence) {},
                             .fenced = [](storage::claim) {},
                             .failed = [](const std::string&) {}});
    node_.views = views_.get();
    node_.tail = &tail_;
    node_.writer = writer_.get();
    node_.hash_seed = 7;
    node_.partitions = 1;
    node_.settings.store(plain_settings(resident_max));
    node_.quarantine = [this](const quarantined_ptr& q) { quarantine_.handle(node_, *q); };
  }
  ~small_node() { writer_->stop(); }

  [[nodiscard]] actors::node& node() { return node_; }
  [[nodiscard]] const storage::event_log& log() const { return *log_; }
  [[nodiscard]] poisoned_views& views() { return *views_; }

  /// Waits until everything submitted is committed.
  void commit() {
    std::atomic<bool> done{false};
    writer_->submit({}, {.ticket = nullptr, .then = [&](commit_state) {
                           done.store(true);
                           done.notify_one();
                         }});
    done.wait(false);
  }
  /// … and in the views.
  void apply() {
    commit();
    std::vector<storage::record_ptr> records;
    ASSERT_TRUE(tail_.committed_after(tail_.applied(), SIZE_MAX, records));
    if (records.empty()) return;
    ASSERT_TRUE(views_->apply(records));
    tail_.mark_applied(records.back()->sequence);
  }
  /// Tickets given back so far.
  [[nodiscard]] std::vector<ticket_ptr> settled() {
    commit();
    commit();  // a group's functions run before its tickets are given back; what follows runs after both
    const std::lock_guard lock{settled_mutex_};
    return settled_;
  }
  /// All events so far.
  [[nodiscard]] std::vector<storage::record_ptr> events() {
    commit();
    std::vector<storage::record_ptr> records;
    EXPECT_TRUE(tail_.committed_after(0, SIZE_MAX, records));
    return records;
  }

 private:
  temporary_directory directory_;
  std::unique_ptr<storage::event_log> log_ = storage::make_memory_log();
  storage::claims held_{log_->partitions(), log_->epoch()};
  std::unique_ptr<poisoned_views> views_;
  tail tail_{0, UINT64_MAX};
  std::unique_ptr<journal_writer> writer_;
  std::mutex settled_mutex_;
  std::vector<ticket_ptr> settled_;
  quarantine_state quarantine_;  ///< its own thread's in the engine; here everything is the test's
  actors::node node_;
};

}  // namespace switchboard::actors::testing
