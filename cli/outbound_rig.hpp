#pragma once
// What `bench outbound` measures with: an engine with many accounts, the fake platform that they send to, customers who have
// written, and the rounds of replies to them.

#include "cli/bench_target.hpp"
#include "cli/child_process.hpp"
#include "cli/http_client.hpp"
#include "cli/outbound_schedule.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::cli {

/// Of each account: Telegram's limit of a bot.
inline constexpr std::uint32_t outbound_limit_units = 30;
inline constexpr std::chrono::seconds outbound_limit_per{1};

/// A message as the platform took it.
struct arrival {
  std::string account, text;
  std::chrono::nanoseconds at{0};  ///< steady clock
};

class outbound_rig {
 public:
  explicit outbound_rig(const bench_options& o) : options_(o) {}

  [[nodiscard]] expected<void, std::string> prepare();
  struct round {
    std::vector<arrival> arrivals;
    schedule_figures sum;
    std::chrono::nanoseconds idle_max{0}, took{0}, posting{0};
    double engine_cpu = 0, platform_cpu = 0;  ///< seconds, while they were sent
    [[nodiscard]] double utilisation() const {
      return sum.actual.count() > 0
                 ? static_cast<double>(sum.ideal.count()) / static_cast<double>(sum.actual.count())
                 : 1;
    }
  };
  /// All replies are queued while the platform holds them back; from when it lets go everything is due.
  [[nodiscard]] expected<round, std::string> send_all(const std::string& prefix, bool beside_ingest);
  /// Replies one after the other, far below any limit: from POST to call.
  [[nodiscard]] expected<histogram, std::string> pace();
  [[nodiscard]] expected<double, std::string> ingest(std::chrono::nanoseconds duration);

  bench_target target;
  double ingest_beside = 0;
  std::uint64_t exceeded = 0, repeated = 0;

 private:
  struct conversation {
    std::string id, account;
  };
  [[nodiscard]] expected<std::string, std::string> ask_platform(const std::string& path);
  [[nodiscard]] expected<std::vector<arrival>, std::string> arrivals_of(const std::string& prefix);
  [[nodiscard]] expected<std::uint64_t, std::string> taken();
  [[nodiscard]] expected<void, std::string> customers_write();
  [[nodiscard]] expected<void, std::string> find_conversations();
  [[nodiscard]] bool post(http_client& c, const conversation& to, const std::string& text);
  [[nodiscard]] expected<void, std::string> wait_taken(std::uint64_t many);

  const bench_options& options_;
  std::optional<child_process> platform_;
  url platform_url_;
  std::vector<conversation> conversations_;
  std::string failure_;  ///< of a post; guarded
  std::mutex mutex_;
};

}  // namespace switchboard::cli
