#pragma once
// Messages that were handed over and whose end is not known: when the platform is asked about each, and for how long. Pure:
// time comes in, from a clock that never goes back.
//
// Asked first a second after the answer failed to come, then at twice the distance each time, up to a minute. That it has not
// got the message is believed only ten seconds after: what a platform takes in may be missing in its lists for a while. When
// the wait is over and nobody has said anything, it stays unknown for good.

#include "domain/ids.hpp"
#include "domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

namespace switchboard::domain {

class doubts {
 public:
  static constexpr std::chrono::seconds first_question{1};
  static constexpr std::chrono::seconds questions_apart_max{60};
  static constexpr std::chrono::seconds listed_after{10};

  void add(const message_id& id, timestamp now);
  /// Somebody has said. Unknown ids are ignored.
  void forget(const message_id& id) { of_.erase(id); }
  [[nodiscard]] bool has(const message_id& id) const { return of_.contains(id); }

  struct step {
    enum class kind : std::uint8_t {
      ask,     ///< ask the platform, and say asked() or postpone()
      give_up  ///< nobody has said for `wait`: it is forgotten here
    } what = kind::ask;
    message_id id;
  };
  /// What is to be done now: ask until there is nothing.
  [[nodiscard]] std::optional<step> next(timestamp now, std::chrono::microseconds wait);
  /// The platform is being asked.
  void asked(const message_id& id);
  /// It can't be asked before `until`: its limits.
  void postpone(const message_id& id, timestamp until);
  /// When next() may have something; nullopt: not before an answer.
  [[nodiscard]] std::optional<timestamp> wake_at() const;

  /// The platform says that it has not got it. True: it may be sent again, and is forgotten here; false: as unclear().
  [[nodiscard]] bool absent(const message_id& id, timestamp now);
  /// The answer does not say.
  void unclear(const message_id& id, timestamp now);

 private:
  struct doubt {
    timestamp since, ask_at;
    std::uint32_t asked = 0;
    bool asking = false;
  };
  std::map<message_id, doubt> of_;
};

}  // namespace switchboard::domain
