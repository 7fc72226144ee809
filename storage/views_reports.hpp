#pragma once
// How fast people were, as rows: one for each half hour of a brand, and of each of its agents, platforms and queues. They are added
// to, again and again, so they wait in memory until everything is written; each says up to which event it counts, so that what is
// folded again after a crash is not counted twice.

#include "storage/report_bytes.hpp"
#include "storage/report_views.hpp"
#include "storage/views_store.hpp"

#include <rocksdb/write_batch.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace switchboard::storage {

/// Is it a row's key, of a time that is over by then? `latest_ms`: the log's own time.
[[nodiscard]] bool report_expired(std::string_view key, std::uint64_t latest_ms);

/// What changes it: from the one thread that applies. report(): from any.
class report_rows {
 public:
  explicit report_rows(const views_store& store) : store_(store) {}

  void take(const record& r);
  /// Beyond waiting_max they should be written, whenever that is.
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  static constexpr std::size_t waiting_max = 20'000;
  /// Puts all that wait. They stay until clear(), which is for after the write.
  void add_to(rocksdb::WriteBatch& batch) const;
  void clear();

  [[nodiscard]] expected<report_page, views_error> report(const report_query& q) const;

 private:
  using figures_ptr = std::shared_ptr<report_figures>;
  using overlay = std::map<std::string, std::shared_ptr<const report_figures>, std::less<>>;

  void count(const record& r, const domain::reports::fact& f, report_subject of, std::string_view subject);
  [[nodiscard]] figures_ptr load(std::string_view key) const;
  [[nodiscard]] overlay waiting_of(const report_query& q) const;

  const views_store& store_;
  mutable std::mutex mutex_;  ///< the readers against what changes the map, or what it points to
  std::unordered_map<std::string, figures_ptr> waiting_;  ///< by key; whoever reads one keeps it as it is
  std::string key_;
};

}  // namespace switchboard::storage
