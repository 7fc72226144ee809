#pragma once
// `switchboard deliver`: recorded payloads, signed and posted as their platform would.

#include "cli/histogram.hpp"
#include "cli/http_client.hpp"
#include "cli/own_account.hpp"
#include "cli/payloads.hpp"
#include "cli/signing.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace switchboard::cli {

struct deliver_options {
  std::vector<std::string> paths;
  signing_options signing;
  std::uint64_t rate = 0;  ///< bodies a second; 0: as fast as the engine takes them
  std::uint32_t repeat = 1;
  std::uint32_t connections = 1;  ///< with more, bodies overtake each other
  bool now = false;               ///< as if it were sent now (present_times.hpp)
  bool own = false;               ///< as if it were sent to the config's own account (own_account.hpp)
};

struct delivery_totals {
  std::uint64_t sent = 0;      ///< bodies with an answer, retries not counted
  std::uint64_t accepted = 0;  ///< of them answered 200
  std::uint64_t events = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t retries = 0;             ///< repeats after 429 and 503
  std::map<int, std::uint64_t> refused;  ///< final answers other than 200, by status
  std::uint64_t unreachable = 0;         ///< bodies without an answer
  std::uint64_t held_back = 0;           ///< not sent: for an account that the config lacks
  bool no_engine = false;                ///< the first connection was refused: given up at once
  std::string first_problem;             ///< where and why, of the first body that was not accepted
  histogram latency;                     ///< of the accepted attempt
  std::chrono::nanoseconds elapsed{0};
};

/// How often one body is sent again after 429, 503 or a broken connection, and the longest wait that a
/// Retry-After may ask for. Sending again is safe: the engine knows the ids. An engine that restarts is waited
/// for; one that was never there is not.
struct retry_policy {
  std::uint32_t attempts_max = 10;
  std::chrono::milliseconds wait_max{30'000};
  std::chrono::milliseconds first_wait{200};  ///< where no Retry-After is given
};

/// Delivers everything that `source` gives, over `connections` threads. Stops early when interrupted, and at
/// once when the first connection is refused: a wrong URL should not take a minute of retries to show. `own`: for
/// options.own.
[[nodiscard]] delivery_totals deliver_all(payload_source& source, const signer& sign,
                                          const std::string& source_id, const deliver_options& options,
                                          const retry_policy& retry, const own_accounts& own = {});

/// Wait before the next attempt after this reply: Retry-After in seconds, else `fallback`; never over wait_max.
[[nodiscard]] std::chrono::milliseconds retry_wait(const http_reply& reply,
                                                   std::chrono::milliseconds fallback,
                                                   const retry_policy& policy);

[[nodiscard]] int run_deliver(const deliver_options& options);

}  // namespace switchboard::cli
