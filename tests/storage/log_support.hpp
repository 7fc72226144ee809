#pragma once
// Records whose bytes follow from their sequence alone, so that any test can say what must lie at any place
// of a log without having kept a copy; and a directory that goes away.

#include "storage/codec.hpp"
#include "storage/journal.hpp"
#include "storage/memory_log.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::storage::testing {

inline constexpr std::uint64_t conversations_in_turn = 7;
inline constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Decided one second after the record before it, in conversation `sequence % 7`.
[[nodiscard]] inline domain::timestamp time_of(log_sequence sequence) {
  using namespace std::chrono;
  return domain::timestamp(seconds(1'790'000'000) + seconds(sequence));
}

[[nodiscard]] inline record_ptr make_record(const cursor_codec& cursors, log_sequence sequence,
                                            std::size_t content_bytes = 300) {
  domain::event e;
  e.type = domain::event_type::message_received;
  e.at = time_of(sequence);
  e.sequence = (sequence - 1) / conversations_in_turn + 1;
  domain::conversation& c = e.conversation.emplace();
  c.id = {.thread = {.high = 1, .low = sequence % conversations_in_turn}, .ordinal = 1};
  c.brand.value = "acme";
  c.platform = domain::platform::whatsapp;
  c.account.value = "acme-whatsapp";
  c.customer.value = "cu_x";
  c.customer_name = "Ana";
  c.thread_key = "5511900000000";
  c.version = e.sequence;
  c.created_at = c.updated_at = e.at;
  domain::message& m = e.message.emplace();
  m.id = {c.id, e.sequence};
  m.content = "message " + std::to_string(sequence) + " ";
  // Text without repetition: the journal compresses, and the tests mean bytes.
  std::mt19937 noise(static_cast<std::uint32_t>(sequence));
  while (m.content.size() < content_bytes) m.content.push_back(letters[noise() % letters.size()]);
  m.platform_message_id = "wamid." + std::to_string(sequence);
  m.sent_at = m.received_at = e.at;
  record r = encode(e, "/switchboard");
  r.sequence = sequence;
  r.partition = static_cast<std::uint16_t>(sequence % 64);
  cursors.write(r.bytes.data() + r.cursor_at, sequence);
  return std::make_shared<const record>(std::move(r));
}

/// first, first + 1, … (count of them)
[[nodiscard]] inline std::vector<record_ptr> make_batch(const cursor_codec& cursors, log_sequence first,
                                                        std::size_t count, std::size_t content_bytes = 300) {
  std::vector<record_ptr> records;
  for (std::size_t i = 0; i < count; ++i) records.push_back(make_record(cursors, first + i, content_bytes));
  return records;
}

/// The claims of an owner of all.
[[nodiscard]] inline claims all_of(const event_log& log) {
  return claims(log.partitions(), log.epoch());
}

/// Commits the next `count` records with the log's own epoch.
inline commit_outcome commit_next(event_log& log, std::size_t count, std::size_t content_bytes = 300) {
  return log.commit(all_of(log), make_batch(log.cursors(), log.last() + 1, count, content_bytes));
}

/// Every record of the log from earliest() to last(), each as make_record would make it.
[[nodiscard]] inline ::testing::AssertionResult holds_everything(const event_log& log,
                                                                 std::size_t content_bytes = 300) {
  log_sequence next = log.earliest();
  while (next <= log.last()) {
    const read_outcome part = log.read(every_partition, next - 1, 500, 1 << 20);
    if (part.result != log_result::ok)
      return ::testing::AssertionFailure() << to_word(part.result) << ": " << part.detail;
    if (part.records.empty()) return ::testing::AssertionFailure() << "nothing at " << next;
    for (const record_ptr& r : part.records) {
      const record_ptr expected = make_record(log.cursors(), next, content_bytes);
      if (r->sequence != next || r->bytes != expected->bytes || r->partition != expected->partition)
        return ::testing::AssertionFailure() << "another record at " << next << ": " << r->bytes;
      if (r->conversation != expected->conversation || r->at != expected->at ||
          r->cursor_at != expected->cursor_at)
        return ::testing::AssertionFailure() << "other facts at " << next;
      ++next;
    }
  }
  return ::testing::AssertionSuccess();
}

class temporary_directory {
 public:
  temporary_directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "switchboard-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::filesystem::filesystem_error("mkdtemp", {});
    path_ = pattern;
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A small memtable, so that flushes and compactions happen while a test looks.
[[nodiscard]] inline journal_options small_journal(const std::string& data_dir) {
  journal_options options;
  options.data_dir = data_dir;
  options.memtable_bytes = 64 << 10;
  return options;
}

[[nodiscard]] inline std::unique_ptr<journal> open_journal(const journal_options& options) {
  auto opened = journal::open(options);
  EXPECT_TRUE(opened.has_value()) << opened.error().what;
  return opened ? *std::move(opened) : nullptr;
}

}  // namespace switchboard::storage::testing
