#pragma once
// Debian builds RocksDB with its assertions. Most damage comes back as a status, but some (a MANIFEST with records in
// another order, say) meets an assertion first, and the process would end by SIGABRT, as if it were a bug, with no
// word about which data. While a guard is alive such an end says what was being read, and has exit code 74.

#include <signal.h>

#include <string>

namespace switchboard::storage {

/// Guards may be nested; the innermost names the data. One thread makes and ends them, but any thread's abort is
/// caught. It is for opening and checking data: where an engine already serves, an abort stays what it is.
class abort_guard {
 public:
  /// `reading`: the folder.
  explicit abort_guard(const std::string& reading);
  abort_guard(const abort_guard&) = delete;
  abort_guard& operator=(const abort_guard&) = delete;
  ~abort_guard();

 private:
  const std::string message_;
  const std::string* outer_;
  struct sigaction before_ {};
};

}  // namespace switchboard::storage
