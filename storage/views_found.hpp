#pragma once
// What the views tell in: pages and errors, and beside conversations and messages the replies on their way, and who was erased.

#include "domain/ids.hpp"
#include "domain/time.hpp"
#include "storage/record.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace switchboard::storage {

struct views_error {
  std::string what;
  bool damaged = false;  ///< what is stored is not what was written: no restart reads it better
};

inline constexpr std::size_t page_rows_max = 1000;

/// A page of JSON objects and where the next one starts (empty: no more).
struct page {
  std::vector<std::string> rows;
  std::string next;  ///< opaque, belongs to the same query
};

/// A conversation of which something is due (domain/waking.hpp).
struct wake_row {
  std::string_view brand;  ///< valid until the next row
  domain::conversation_id id;
  domain::timestamp at;
  std::uint32_t at_risk = 0;  ///< clocks that have warned, as of the last thing that changed when it is due …
  std::string_view queue;  ///< … and the queue that it was in then, where there are any; valid as `brand`
};

/// A reply that is on its way.
struct sending_row {
  domain::brand_id brand;
  domain::account_id account;
  domain::message_id id;
  bool begun = false;  ///< it was handed to the platform, perhaps
};

/// A customer who was erased, and when that was asked for.
struct erasure_row {
  log_sequence by = 0;  ///< the log's place of his customer.erased
  domain::brand_id brand;
  domain::customer_id customer;
  domain::account_id account;
  domain::timestamp at;  ///< to the millisecond
};

/// A thread of such a customer.
struct erased_thread {
  domain::thread_id thread;
  std::uint32_t up_to = 0;  ///< the last of the conversations that are erased; 0: it was not done yet
};

}  // namespace switchboard::storage
