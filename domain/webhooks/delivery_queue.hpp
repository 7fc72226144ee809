#pragma once
// What is to be delivered to one webhook: which event may be tried now, what each outcome changes, and from where a start
// has to read the log on. Pure; whoever has it reads the log, sends, and writes down what happened.
//
// The problem: a receiver may be away for a day. What waits for it is more than fits in memory, one event that it cannot take
// must not hold back a million others, and yet after a crash none may be missing. So no more than `waiting_max`, and `failing_max` of
// those, are known here: beyond them (room() == 0) nobody reads on, and the log keeps the rest. An event that failed has its own attempt in the log, and
// so the place from which a start reads on (settled()) passes it by; parked() are those that hold it back without having been
// tried, and are to be written down like those that failed.
//
// Ordered: of the events of a conversation only the first is tried, until it is delivered or given up.

#include "domain/webhooks/note.hpp"
#include "domain/webhooks/schedule.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace switchboard::domain::webhooks {

struct queue_rules {
  bool ordered = false;
  std::uint32_t concurrency = 8;
  std::chrono::seconds give_up_after{24 * 3600};
  std::size_t waiting_max = 10'000;   ///< that were not tried yet
  std::size_t failing_max = 100'000;  ///< … and that were, and are tried again
  std::uint32_t circuit_after = 5;  ///< failed attempts in a row: then one at a time, until one succeeds …
  std::chrono::seconds circuit_pause{5};  ///< … and none for so long behind each that fails
  std::uint64_t seed = 0;
};

struct wanted_event {
  std::uint64_t event = 0;
  event_type type = {};
  conversation_id conversation;  ///< ordinal 0: about none, so nothing orders it
};

class delivery_queue {
 public:
  /// `settled`: as the log has it; all before is done, or told to restore().
  delivery_queue(const queue_rules& rules, std::uint64_t settled)
      : rules_(rules), read_(settled), settled_(settled) {}

  /// What a start finds in the log as failed or waiting. In any order, before anything else.
  void restore(const attempt& a);
  /// Another config. What is under way goes on.
  void apply(const queue_rules& rules);

  /// So many more may be added.
  [[nodiscard]] std::size_t room() const;
  /// The next event of the log that is of concern. Precondition: behind all that were added, and room() > 0.
  void add(const wanted_event& w, timestamp now);
  /// All of the log up to here was looked at.
  void read_to(std::uint64_t place);
  [[nodiscard]] std::uint64_t read() const { return read_; }
  /// Once more what was delivered or given up, or now what waits; gives what is to be written down before it is tried, nullopt
  /// where it is under way, was not read yet, or there is no room.
  [[nodiscard]] std::optional<attempt> replay(const wanted_event& w, timestamp now);

  /// What to try now: it is under way until answered(), or forgotten().
  [[nodiscard]] std::optional<wanted_event> take(timestamp now);
  /// When take() may give something if nothing else happens before; nullopt: never.
  [[nodiscard]] std::optional<timestamp> next_due() const;

  /// What is to be written down about an attempt. Precondition: it is under way.
  [[nodiscard]] attempt answered(std::uint64_t event, const answer& a, std::string error, timestamp now);
  /// It is not to be sent after all: its customer was erased, or the log has it no more. Gives what is to be written down, where
  /// the log says that it waits.
  [[nodiscard]] std::optional<attempt> forgotten(std::uint64_t event, std::string why);
  /// The attempt came to nothing by our own doing: as if it had not been made. Precondition: it is under way.
  void put_back(std::uint64_t event);

  /// It said that it is gone: nothing is given out until revive().
  [[nodiscard]] bool gone() const { return gone_; }
  void set_gone() { gone_ = true; }
  void revive();

  /// What holds settled() back without having been tried, up to `most`: from now on it does not, so it is to be written down.
  [[nodiscard]] std::vector<attempt> parked(std::size_t most);
  /// Where a start reads on. To be written down together with, or behind, all that answered(), parked() and replay() gave.
  [[nodiscard]] std::uint64_t settled() const { return settled_; }

  /// When that which is not over for the longest time was due first; nullopt: all is over.
  [[nodiscard]] std::optional<timestamp> oldest() const {
    if (firsts_.empty()) return std::nullopt;
    return *firsts_.begin();
  }
  [[nodiscard]] std::size_t failing() const {
    return failing_;
  }  ///< of those waiting or under way, that failed before
  [[nodiscard]] bool knows(std::uint64_t event) const { return items_.contains(event); }
  [[nodiscard]] std::size_t waiting() const { return items_.size() - under_way_; }
  [[nodiscard]] std::size_t under_way() const { return under_way_; }
  [[nodiscard]] bool is_under_way(std::uint64_t event) const {
    const auto at = items_.find(event);
    return at != items_.end() && at->second.under_way;
  }
  [[nodiscard]] bool circuit_open() const { return failed_in_row_ >= rules_.circuit_after; }

 private:
  struct item {
    wanted_event what;
    std::uint32_t tries = 0;
    timestamp first;
    timestamp due;
    bool under_way = false;
    bool in_log = false;  ///< the log says that it waits
  };
  using items = std::map<std::uint64_t, item>;
  /// Of one conversation.
  struct line {
    std::set<std::uint64_t> events;
    std::size_t under_way = 0;
  };

  [[nodiscard]] bool may_be_tried(const item& i) const;
  [[nodiscard]] static attempt attempt_of(const item& i, outcome what);
  void insert(item&& i);
  void remove(items::iterator at);
  /// Those of the item's conversation whose turn may have come, or gone.
  void refresh(const item& i);
  [[nodiscard]] std::optional<attempt> hurry(item& i, timestamp now);
  void land(item& i);
  void hear(verdict meant, const answer& a, timestamp now);
  void move_on(std::uint64_t place);
  void settle();

  queue_rules rules_;
  items items_;                                        ///< that are not over
  std::set<std::pair<timestamp, std::uint64_t>> due_;  ///< that may be tried then
  std::map<conversation_id, line> lines_;
  std::set<std::uint64_t> open_;  ///< that hold settled() back
  std::multiset<timestamp> firsts_;
  std::size_t failing_ = 0;
  timestamp not_before_{};  ///< the receiver asked for time, or needs it
  std::uint64_t read_;
  std::uint64_t settled_;
  std::size_t under_way_ = 0;
  std::uint32_t failed_in_row_ = 0;
  bool gone_ = false;
};

}  // namespace switchboard::domain::webhooks
