#include "cli/verify.hpp"

#include <cstdio>

#include "cli/exit_code.hpp"
#include "cli/progress.hpp"
#include "cli/units.hpp"
#include "storage/verify.hpp"

namespace switchboard::cli {

int run_verify(const verify_options& options) {
  const auto fail = [](const storage::open_error& e) {
    std::fflush(stdout);
    std::fprintf(stderr, "switchboard verify: %s\n", e.what.c_str());
    return e.exit_code;
  };
  const auto journal = [&] {
    progress_bar bar;
    return storage::verify_journal(options.data_dir, [&bar](storage::log_sequence at, storage::log_sequence last) {
      bar.show(static_cast<double>(at) / static_cast<double>(last == 0 ? 1 : last), at, "journal");
    });
  }();
  if (!journal) return fail(journal.error());
  std::printf("journal  ok: %s records in %s, sequences %s to %s without a gap, %s conversations, epoch %llu\n",
              format_count(journal->records).c_str(), format_bytes(journal->bytes).c_str(),
              format_count(journal->first).c_str(), format_count(journal->last).c_str(),
              format_count(journal->conversations).c_str(), static_cast<unsigned long long>(journal->epoch));
  return exit_ok;
}

}  // namespace switchboard::cli
