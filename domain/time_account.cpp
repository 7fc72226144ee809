#include "domain/time_account.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::domain {
namespace {

constexpr business_duration none{0};

/// Walks through dates, and through pauses beside them.
class walk {
 public:
  walk(const calendar& c, timestamp from, business_duration amount, std::span<const paused_span> pauses)
      : calendar_(c), pauses_(pauses), open_at_(from), left_(amount) {}

  time_account run() {
    if (left_ <= none) {
      account_.due = open_at_;
      return std::move(account_);
    }
    for (auto date = calendar_.date_of(open_at_); !is_over(date); date += std::chrono::days{1}) {
      note_override(date);
      for (const open_span& s : calendar_.open_on(date)) {
        if (account_.due || waits_for_ever(s.open)) break;
        count({std::max(s.open, open_at_), s.close});
      }
    }
    return std::move(account_);
  }

 private:
  [[nodiscard]] bool is_over(std::chrono::local_days date) const {
    return account_.due || paused_for_ever_ || date >= calendar::end_date ||
           waits_for_ever(calendar_.midnight(date));
  }
  [[nodiscard]] bool waits_for_ever(timestamp until) const { return until - open_at_ > calendar::closed_max; }

  template <class List, class Item>
  void note(List& list, Item item) {
    if (list.size() < time_account::items_max) {
      list.push_back(std::move(item));
    } else {
      ++account_.left_out;
    }
  }
  void note_override(std::chrono::local_days date) {
    const auto* const o = calendar_.override_of(date);
    if (o != nullptr) note(account_.overridden, overridden_date{date, o->name, o->windows.empty()});
  }

  /// Open time; what of it is not paused is taken, until nothing is left to take.
  void count(open_span s) {
    while (!s.empty() && !account_.due && !paused_for_ever_) {
      while (!pauses_.empty() && pauses_.front().until && *pauses_.front().until <= s.open) next_pause();
      const timestamp running_until = pauses_.empty() ? s.close : std::min(s.close, pauses_.front().from);
      take({s.open, running_until});
      s.open = std::max(s.open, running_until);
      if (account_.due || s.empty()) break;
      skip_pause(s);
    }
    open_at_ = std::max(open_at_, s.close);
  }
  void take(open_span s) {
    if (s.empty()) return;
    s.close = std::min(s.close, s.open + std::min(left_, s.close - s.open));
    left_ -= s.close - s.open;
    const zone& where = calendar_.where();
    note(account_.counted, counted_span{s, where.offset_at(s.open), where.offset_at(s.close)});
    if (left_ == none) account_.due = s.close;
  }
  void skip_pause(open_span& s) {
    const paused_span& p = pauses_.front();
    paused_for_ever_ = !p.until;
    const timestamp on = p.until ? std::min(*p.until, s.close) : s.close;
    if (on > s.open && !std::exchange(noted_, true)) note(account_.paused, p);
    account_.paused_time += on - s.open;
    s.open = on;
  }
  void next_pause() {
    pauses_ = pauses_.subspan(1);
    noted_ = false;
  }

  const calendar& calendar_;
  std::span<const paused_span> pauses_;  ///< those that are not over
  timestamp open_at_;                    ///< the last instant at which it was open, or the beginning
  business_duration left_;
  bool noted_ = false;  ///< the first of the pauses is in the account
  bool paused_for_ever_ = false;
  time_account account_;
};

}  // namespace

time_account itemise(const calendar& c, timestamp from, business_duration amount,
                     std::span<const paused_span> pauses) {
  return walk(c, from, amount, pauses).run();
}

}  // namespace switchboard::domain
