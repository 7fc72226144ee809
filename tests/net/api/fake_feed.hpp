#pragma once
// A log in memory that the test commits to.

#include "actors/feed.hpp"
#include "storage/codec.hpp"
#include "storage/cursor.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
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

}  // namespace switchboard::net::testing
