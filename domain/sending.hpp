#pragma once
// What becomes of one attempt to send a message, in no platform's words. Everything that follows from it (another
// attempt, an end, a question to the platform) is decided from these facts alone (domain/send_queue.hpp).

#include "domain/model.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain {

enum class attempt_end : std::uint8_t {
  sent,     ///< the platform has it, and gave it an id
  refused,  ///< the platform has not got it and never will: `error` says why
  later,  ///< the platform has not got it: another attempt may succeed (its rate, its trouble, no connection)
  no_access,  ///< the account's token is dead or may not do this: nothing of the account goes out until that is mended
  unknown  ///< it was handed over and no answer came: it may have arrived. Never to be repeated blindly
};

/// How much of a limit is used up, as the platform said beside an answer.
struct quota_report {
  std::string quota;  ///< the name of its bucket (net/platforms/sending.hpp), or empty: all of the account
  std::optional<std::uint64_t> remaining = {};             ///< calls
  std::optional<std::chrono::seconds> full_again_in = {};  ///< until the window ends
  std::optional<double> used = {};                         ///< 0 … 1 of a limit whose size is not told
  bool whole_application = false;  ///< of an empty name: all accounts of the application, not only this one
  bool operator==(const quota_report&) const = default;
};

struct attempt_outcome {
  attempt_end end = attempt_end::unknown;
  std::string platform_message_id = {};  ///< sent
  delivery_error error = {};  ///< of all but `sent`: the platform's own code and words where it gave any
  /// later, no_access: not before so long, where the platform said so.
  std::optional<std::chrono::milliseconds> retry_after = {};
  /// later: the limit of this one recipient was met, not the account's.
  bool recipient_only = false;
  bool whole_application = false;  ///< … the application's, which all its accounts share
  /// later: the platform calls the recipient so from now on (a Telegram group that became a supergroup).
  std::string recipient_now = {};
  std::vector<quota_report> quotas = {};
  bool operator==(const attempt_outcome&) const = default;
};

/// A platform's limit. Without a burst: never more than `units` in any stretch of `per`, wherever it begins, which also
/// keeps what the platform counts by windows of its own. With one: so many at once, and `units` more in each `per`.
struct quota {
  /// `application`: of all accounts of one app together, or of one address: they draw from one bucket. What others than
  /// this node take of it is heard from the platform (quota_report, Retry-After).
  enum class scope : std::uint8_t { account, recipient, application };
  std::string_view name;  ///< a literal
  scope of = scope::account;
  std::uint32_t units = 1;
  std::chrono::milliseconds per{1000};
  std::uint32_t burst = 0;
  /// A window that is not of one size for all accounts (config account.messages_per_second), and of which messages that
  /// come in take, too.
  bool tiered = false;
  bool operator==(const quota&) const = default;
};

/// Units of the quota of that index which one call takes.
struct draw {
  std::uint8_t quota = 0;
  std::uint32_t units = 1;
  bool operator==(const draw&) const = default;
};

}  // namespace switchboard::domain
