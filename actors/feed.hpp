#pragma once
// The committed log as readers see it: pull from a cursor, be told when there is more. A reader holds a
// position, not a buffer: recent records come from the journal's tail in memory, older ones from disk, so a
// slow reader costs nobody anything.

#include "domain/event.hpp"
#include "domain/expected.hpp"
#include "storage/record.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::actors {

/// Which events a subscriber wants. Empty lists match all; `allowed_brands` is the token's scope.
struct stream_filter {
  std::vector<domain::event_type> types;
  std::vector<std::string> brands, accounts, assignees, queues;
  std::vector<domain::conversation_id> conversations;
  bool all_brands = false;                  ///< the token's brand is "*"
  std::vector<std::string> allowed_brands;  ///< else only these; events without a brand are not shown
  bool dead_letters = false;                ///< deadletter.*: raw bytes, for who may read them by REST too
  bool config = false;                      ///< config.applied, which is of no brand
  bool hidden = false;                      ///< also what is shown to nobody: for our own readers

  [[nodiscard]] bool matches(const storage::record& r) const;

 private:
  [[nodiscard]] bool may_show(const storage::record& r) const;
};

struct cursor_problem {
  enum class kind : std::uint8_t { malformed, expired } why = kind::malformed;
  std::string earliest;  ///< expired: the oldest cursor that still works
};

struct pulled {
  std::vector<storage::record_ptr> records;  ///< matching, in order
  storage::log_sequence position = 0;        ///< go on behind this one
  bool more = false;                         ///< pull again at once: the limit ended it, not the log
  bool expired = false;                      ///< the log was trimmed past the position
  bool failed = false;                       ///< the log could not be read
};

/// Thread-safe.
class feed {
 public:
  virtual ~feed() = default;

  /// Position for `from` = earliest | latest | cursor.
  [[nodiscard]] virtual expected<storage::log_sequence, cursor_problem> position(
      std::string_view from) const = 0;
  [[nodiscard]] virtual std::string cursor(storage::log_sequence position) const = 0;

  /// May be answered from memory without touching the disk? Else call pull() where blocking is allowed.
  [[nodiscard]] virtual bool in_memory(storage::log_sequence after) const = 0;
  /// At most `limit` matching records and about `bytes_max`; looks at no more than `scan_max` records.
  [[nodiscard]] virtual pulled pull(storage::log_sequence after, const stream_filter& f, std::size_t limit,
                                    std::size_t bytes_max, std::size_t scan_max) const = 0;
  /// Runs `work` where reading the disk may block. False: too many wait already; try again at the next wake.
  virtual bool on_reader_thread(std::function<void()> work) = 0;

  /// `wake` is called after commits, from the journal's thread, coalesced by the caller. One per I/O thread.
  /// Returns a key for forget().
  virtual std::uint64_t on_commit(std::function<void(storage::log_sequence committed)> wake) = 0;
  virtual void forget(std::uint64_t key) = 0;
};

}  // namespace switchboard::actors
