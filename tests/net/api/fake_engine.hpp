#pragma once
// An engine in memory: a log that the test commits to, rows that it puts in, and acts that it answers.

#include "actors/engine.hpp"
#include "storage/codec.hpp"
#include "storage/cursor.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::net::testing {

/// The log: `records` are durable once committed; those up to `on_disk` are not in memory, before `earliest`
/// not kept.
class fake_feed final : public actors::feed {
 public:
  [[nodiscard]] expected<storage::log_sequence, actors::cursor_problem> position(
      std::string_view from) const override {
    using problem = actors::cursor_problem;
    if (from.empty() || from == "latest") return storage::log_sequence{records.size()};
    if (from == "earliest") return storage::log_sequence{earliest - 1};
    const auto at = codec.parse(from);
    if (!at || *at > records.size()) return unexpected{problem{problem::kind::malformed, {}}};
    if (*at + 1 < earliest) return unexpected{problem{problem::kind::expired, cursor(earliest - 1)}};
    return *at;
  }
  [[nodiscard]] std::string cursor(storage::log_sequence position) const override {
    return codec.text(position);
  }
  [[nodiscard]] bool in_memory(storage::log_sequence after) const override { return after >= on_disk; }
  [[nodiscard]] actors::pulled pull(storage::log_sequence after, const actors::stream_filter& f,
                                    std::size_t limit, std::size_t bytes_max,
                                    std::size_t scan_max) const override {
    actors::pulled out;
    out.position = after;
    if (broken) {
      out.failed = true;
      return out;
    }
    if (after + 1 < earliest) {
      out.expired = true;
      return out;
    }
    std::size_t bytes = 0, scanned = 0;
    while (out.position < records.size()) {
      const auto& r = records[out.position++];
      if (f.matches(*r)) {
        bytes += r->bytes.size();
        out.records.push_back(r);
      }
      if (out.records.size() >= limit || bytes >= bytes_max || ++scanned >= scan_max) {
        out.more = out.position < records.size();
        break;
      }
    }
    return out;
  }
  bool on_reader_thread(std::function<void()> work) override {
    if (jobs.size() >= jobs_max) return false;
    jobs.push_back(std::move(work));
    return true;
  }
  std::uint64_t on_commit(std::function<void(storage::log_sequence)> wake) override {
    wakes.emplace(++keys, std::move(wake));
    return keys;
  }
  void forget(std::uint64_t key) override { wakes.erase(key); }

  /// Appends, and tells those who wait.
  storage::log_sequence commit(domain::event e) {
    auto r = storage::encode(e, "/switchboard");
    r.sequence = records.size() + 1;
    codec.write(r.bytes.data() + r.cursor_at, r.sequence);
    records.push_back(std::make_shared<const storage::record>(std::move(r)));
    for (const auto& [key, wake] : wakes) wake(records.size());
    return records.size();
  }
  void run_jobs() {
    while (!jobs.empty()) {
      const auto job = std::move(jobs.front());
      jobs.pop_front();
      job();
    }
  }

  storage::cursor_codec codec{12345};
  std::vector<storage::record_ptr> records;
  storage::log_sequence earliest = 1, on_disk = 0;
  bool broken = false;
  std::deque<std::function<void()>> jobs;
  std::size_t jobs_max = 8;
  std::map<std::uint64_t, std::function<void(storage::log_sequence)>> wakes;
  std::uint64_t keys = 0;
};

/// Rows by brand and id. What the routes don't ask is never reached.
class fake_views final : public storage::views {
 public:
  using key = std::pair<std::string, std::string>;
  std::map<key, std::string> conversations_by_id, customers_by_id;
  std::map<std::string, domain::dead_letter> letters;
  std::map<key, storage::erasure_row> erasures;
  mutable std::optional<storage::conversation_query> asked;
  mutable std::optional<std::vector<std::string>> letters_asked;
  mutable std::optional<storage::message_order> messages_asked;
  storage::page next_page;
  std::string list_error;
  mutable std::vector<std::string> looked;  ///< what was looked up, and in which brands

  [[nodiscard]] std::optional<std::string> conversation_json(std::string_view brand,
                                                             domain::conversation_id c) const override {
    looked.push_back("conversation of " + std::string(brand));
    return row(conversations_by_id, brand, domain::to_text(c));
  }
  [[nodiscard]] expected<storage::page, storage::views_error> list_conversations(
      const storage::conversation_query& q) const override {
    asked = q;
    return listed();
  }
  [[nodiscard]] expected<storage::page, storage::views_error> list_messages(
      std::string_view, domain::conversation_id, std::size_t, std::string_view,
      storage::message_order order) const override {
    looked.emplace_back("messages");
    messages_asked = order;
    return listed();
  }
  [[nodiscard]] std::optional<std::string> customer_json(std::string_view brand,
                                                         std::string_view id) const override {
    looked.push_back("customer of " + std::string(brand));
    return row(customers_by_id, brand, id);
  }
  [[nodiscard]] expected<storage::page, storage::views_error> list_customer_conversations(
      std::string_view, std::string_view, std::size_t, std::string_view) const override {
    looked.emplace_back("conversations of a customer");
    return listed();
  }
  [[nodiscard]] expected<storage::page, storage::views_error> list_dead_letters(
      std::span<const std::string> brands, std::size_t, std::string_view) const override {
    letters_asked.emplace(brands.begin(), brands.end());
    return listed();
  }
  [[nodiscard]] std::optional<domain::dead_letter> find_dead_letter(std::string_view id) const override {
    looked.emplace_back("letter");
    const auto found = letters.find(std::string(id));
    return found == letters.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::optional<storage::erasure_row> find_erasure(std::string_view brand,
                                                                 std::string_view id) const override {
    const auto found = erasures.find({std::string(brand), std::string(id)});
    return found == erasures.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::uint64_t conversations() const override { return conversations_by_id.size(); }
  [[nodiscard]] std::uint64_t disk_bytes() const override { return 0; }

  [[nodiscard]] expected<void, storage::views_error> apply(std::span<const storage::record_ptr>) override {
    return {};
  }
  [[nodiscard]] storage::log_sequence applied() const override { return 0; }
  [[nodiscard]] storage::log_sequence flushed() const override { return 0; }
  [[nodiscard]] storage::log_sequence reached() const override { return 0; }
  [[nodiscard]] expected<void, storage::views_error> flush() override { return {}; }
  [[nodiscard]] std::optional<storage::thread_row> load_thread(std::string_view,
                                                               domain::thread_id) const override {
    return std::nullopt;
  }
  [[nodiscard]] bool seen(domain::thread_id, std::uint64_t) const override { return false; }
  [[nodiscard]] std::optional<domain::message> find_message(std::string_view, domain::thread_id,
                                                            std::string_view) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::optional<domain::thread_id> find_thread(std::string_view,
                                                             std::string_view) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::optional<domain::thread_id> find_alias(domain::thread_id) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::optional<domain::thread_id> other_name_of(domain::thread_id) const override {
    return std::nullopt;
  }
  void each_move(const std::function<void(const domain::thread_alias&)>&) const override {}
  [[nodiscard]] std::vector<domain::message> outbound_up_to(std::string_view, domain::conversation_id,
                                                            domain::timestamp, domain::delivery_status,
                                                            std::size_t) const override {
    return {};
  }

 private:
  [[nodiscard]] expected<storage::page, storage::views_error> listed() const {
    if (!list_error.empty()) return unexpected{storage::views_error{list_error}};
    return next_page;
  }
  static std::optional<std::string> row(const std::map<key, std::string>& rows, std::string_view brand,
                                        std::string_view id) {
    const auto found = rows.find({std::string(brand), std::string(id)});
    return found == rows.end() ? std::nullopt : std::optional(found->second);
  }
};

class fake_engine final : public actors::engine {
 public:
  explicit fake_engine(config::settings_ptr s) : settings_(std::move(s)) {}

  struct handed_in {
    std::string by;  ///< the version of the settings
    std::string source, raw;
    domain::unpacked_body body;
    actors::ticket_ptr ticket;
  };
  void ingest(const config::settings& by, const domain::source_id& source, domain::unpacked_body&& body,
              std::string_view raw, domain::timestamp, const actors::ticket_ptr& t) override {
    t->expect();
    std::uint32_t strangers = 0;
    for (const auto& e : body.events)
      strangers += !by.find_account(source.value, e.platform, e.account_platform_id);
    t->brings(source, raw, true,
              {.events = static_cast<std::uint32_t>(body.events.size()) - strangers,
               .quarantined = static_cast<std::uint32_t>(body.rejected.size()) + strangers});
    ingested.push_back({by.version, source.value, std::string(raw), std::move(body), t});
  }
  void execute(std::string brand, domain::command what,
               std::function<void(actors::command_result&&)> reply) override {
    executed.emplace_back(std::move(brand), std::move(what));
    reply(actors::command_result(result));
  }
  void mark_replayed(const domain::dead_letter& d, std::function<void(bool)> reply) override {
    marked.push_back(d.id.value);
    reply(mark_durable);
  }
  void erase(std::string brand, std::string customer,
             std::function<void(actors::erase_state)> reply) override {
    erased.emplace_back(std::move(brand), std::move(customer));
    reply(erasing);
  }
  [[nodiscard]] bool read(std::function<void(const storage::views&)> then) override {
    if (reads_full) return false;
    then(rows);
    return true;
  }
  [[nodiscard]] actors::feed& events() override { return log; }
  [[nodiscard]] actors::engine_stats stats() const override { return counts; }
  [[nodiscard]] actors::health state() const override { return health; }
  [[nodiscard]] std::shared_ptr<const config::settings> settings() const override { return settings_; }
  void apply_settings(std::shared_ptr<const config::settings> next,
                      const std::function<void()>& rest) override {
    settings_ = std::move(next);
    rest();
  }
  [[nodiscard]] bool start_backup(std::string to) override {
    if (backup_now.state == actors::backup_progress::phase::running) return false;
    backup_now = {};
    backup_now.state = actors::backup_progress::phase::running;
    backup_now.path = std::move(to);
    return true;
  }
  [[nodiscard]] actors::backup_progress backup() const override { return backup_now; }
  void begin_drain() override { health = actors::health::draining; }
  [[nodiscard]] bool stop(std::chrono::milliseconds) override { return true; }
  void on_fatal(std::function<void(std::string)>) override {}

  /// Everything handed in is durable (or failed) now: what the journal's thread would give back.
  std::vector<actors::ticket_ptr> settle(actors::commit_state s = actors::commit_state::durable) {
    std::vector<actors::ticket_ptr> done;
    for (auto& each : ingested) {
      if (each.ticket && each.ticket->settle(s)) done.push_back(std::move(each.ticket));
    }
    return done;
  }

  fake_feed log;
  fake_views rows;
  std::vector<handed_in> ingested;
  std::vector<std::pair<std::string, domain::command>> executed;
  actors::command_result result;
  std::vector<std::string> marked;
  bool mark_durable = true, reads_full = false;
  std::vector<std::pair<std::string, std::string>> erased;
  actors::erase_state erasing = actors::erase_state::pending;
  actors::health health = actors::health::ready;
  actors::engine_stats counts;
  actors::backup_progress backup_now;

 private:
  std::shared_ptr<const config::settings> settings_;
};

}  // namespace switchboard::net::testing
