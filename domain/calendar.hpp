#pragma once
// When a team works. By the clock on its wall, so that nine o'clock stays nine o'clock when clocks are set: windows of each
// weekday, and dates on which others hold, or none. Everything that is asked about business time (business_time.hpp) is asked of
// a calendar.
//
// - A window is [open, close). One that closes at its opening or before it goes on until then on the next day.
// - A date with an override has its windows and no other business time: what the night before had of it is gone, too.
// - A window that opens while clocks skip opens when they are set; one that closes then closes then. Of a time that comes twice
//   it opens at the first and closes at the second. What is empty then is none.
// - A date begins when its midnight first comes, and what lies behind the next one's is the next one's.
// - What overlaps is one.

#include "domain/open_index.hpp"
#include "domain/zone.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace switchboard::domain {

/// In minutes since the day's midnight: open 0 … 1,439, close 0 … 1,440.
struct wall_window {
  std::chrono::minutes open{0};
  std::chrono::minutes close{0};
  [[nodiscard]] bool overnight() const { return close <= open; }
  bool operator==(const wall_window&) const = default;
};

struct date_override {
  std::chrono::local_days date;
  std::vector<wall_window> windows = {};  ///< none: closed
  std::string name = {};                  ///< "Christmas"; for people
};

struct calendar_rules {
  std::array<std::vector<wall_window>, 7> week = {};  ///< Sunday first, as weekday::c_encoding()
  std::vector<date_override> overrides = {};          ///< in any order, each date once
};

/// Immutable once it is made, and meant to be shared: from any number of threads. It takes about a millisecond to make, and some
/// 100 KB, for all its days are summed up then (open_index.hpp).
class calendar {
 public:
  /// It has business time within these dates only.
  static constexpr std::chrono::local_days first_date{std::chrono::year{1970} / 1 / 1};
  static constexpr std::chrono::local_days end_date{std::chrono::year{2200} / 1 / 1};
  /// Who waits for longer than so for a team to open waits for ever: it is no deadline, but a calendar that is wrong.
  static constexpr std::chrono::hours closed_max{400 * 24};

  /// Preconditions: `where` is not null, and the rules keep the bounds that are named above.
  calendar(std::shared_ptr<const zone> where, calendar_rules rules);

  [[nodiscard]] const zone& where() const { return *where_; }
  [[nodiscard]] const calendar_rules& rules() const { return rules_; }
  [[nodiscard]] const open_index& index() const { return index_; }
  /// Where it is closed for longer than closed_max, in the order of time.
  [[nodiscard]] const std::vector<open_span>& long_closed() const { return long_closed_; }

  /// nullptr: it is a date like any other.
  [[nodiscard]] const date_override* override_of(std::chrono::local_days date) const;
  /// The date's business time: in order, apart from each other, none empty.
  [[nodiscard]] std::vector<open_span> open_on(std::chrono::local_days date) const;
  /// When the windows that open on this date have all closed; earlier than everything where it has none.
  [[nodiscard]] timestamp last_close_of(std::chrono::local_days date) const;
  /// The date in whose business time an instant could be.
  [[nodiscard]] std::chrono::local_days date_of(timestamp t) const;
  /// When the date begins.
  [[nodiscard]] timestamp midnight(std::chrono::local_days date) const;

 private:
  [[nodiscard]] const std::vector<wall_window>& windows_of(std::chrono::local_days date) const;
  [[nodiscard]] open_span opened_on(std::chrono::local_days date, const wall_window& w) const;
  [[nodiscard]] open_span within(open_span span, std::chrono::local_days date) const;
  [[nodiscard]] std::vector<std::chrono::local_days> unlike_the_week() const;
  [[nodiscard]] open_index make_index() const;

  std::shared_ptr<const zone> where_;
  calendar_rules rules_;  ///< overrides by date
  open_index index_;
  std::vector<open_span> long_closed_;
};

}  // namespace switchboard::domain
