#pragma once
// What is asked of the deliveries to webhooks, and what they say of themselves. No CAF in here.

#include "domain/time.hpp"
#include "storage/record.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::actors {

/// How one webhook of the config fares; counts since the start of the process.
struct webhook_figures {
  std::string id;
  std::string brand;
  bool enabled = true;
  bool gone = false;                  ///< it answered 410: nothing is sent to it
  bool failing = false;               ///< so many attempts in a row failed that one is tried at a time
  storage::log_sequence settled = 0;  ///< a start reads on from here
  storage::log_sequence read = 0;     ///< … and so far its events are known
  std::uint64_t waiting = 0, under_way = 0;
  std::uint64_t delivered = 0, failed = 0,
                given_up = 0;               ///< attempts; of the failed the last ones are given_up
  std::optional<domain::timestamp> oldest;  ///< when what waits longest was due first
  std::uint16_t last_status = 0;            ///< 0: nobody answered, or nothing was tried
  std::string last_error;
  std::optional<domain::timestamp> last_at;  ///< of the last attempt
};

/// Events that are to be delivered once more, with the webhook-id that they had.
struct webhook_replay {
  std::string brand, webhook;
  /// These, by their places in the log, in its order.
  std::vector<storage::log_sequence> events = {};
  /// Or, where there are none: all of its types that happened from … to, both included.
  domain::timestamp from, to;
  storage::log_sequence after = 0;  ///< only those behind this place: where the last answer ended
};

struct webhook_replayed {
  enum class end : std::uint8_t {
    queued,      ///< durably; some may have waited already
    no_webhook,  ///< none that is enabled
    failed       ///< the journal failed, or the node stops: ask again
  } what = end::queued;
  std::size_t events = 0;                          ///< so many were queued
  std::optional<storage::log_sequence> more = {};  ///< ask again from behind this place: no more at a time
};
using webhook_replayed_handler = std::function<void(webhook_replayed&&)>;

}  // namespace switchboard::actors
