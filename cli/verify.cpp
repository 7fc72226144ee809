#include "cli/verify.hpp"

#include "cli/data_directory.hpp"
#include "cli/exit_code.hpp"
#include "cli/figures.hpp"
#include "cli/progress.hpp"
#include "storage/backup.hpp"
#include "storage/verify.hpp"
#include "storage/verify_views.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace switchboard::cli {

namespace {

namespace fs = std::filesystem;

int fail(int code, const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "switchboard verify: %s\n", what.c_str());
  return code;
}

/// A directory that is gone again when the check ends.
class scratch {
 public:
  explicit scratch(const std::string& root) {
    std::error_code ec;
    path_ = ((root.empty() ? fs::temp_directory_path(ec) : fs::path(root)) / "switchboard-verify-XXXXXX")
                .string();
    if (::mkdtemp(path_.data()) == nullptr) {
      problem_ = path_ + ": " + std::strerror(errno) + "; give another place with --scratch";
      path_.clear();
    }
  }
  ~scratch() {
    std::error_code ec;
    if (!path_.empty()) fs::remove_all(path_, ec);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::string path_;
  std::string problem_;
};

/// A backup is laid out as a data directory is; its manifest says what its files must be besides.
int check_manifest(const std::string& backup) {
  const auto whole = [&] {
    progress_bar bar;
    storage::copy_watch watch;
    watch.progress = [&bar](std::uint64_t bytes, std::uint64_t all) {
      bar.show(static_cast<double>(bytes) / static_cast<double>(all == 0 ? 1 : all), bytes, "bytes");
    };
    return storage::check_backup(backup, watch);
  }();
  if (!whole) return fail(failure_exit(whole.error().damaged), whole.error().what);
  std::printf("backup   ok: %s files of %s are what was backed up\n",
              format_count(whole->files.size()).c_str(), format_bytes(whole->bytes()).c_str());
  return exit_ok;
}

int check_journal(const std::string& data_dir) {
  const auto report = [&] {
    progress_bar bar;
    return storage::verify_journal(data_dir, [&bar](storage::log_sequence at, storage::log_sequence last) {
      bar.show(static_cast<double>(at) / static_cast<double>(last == 0 ? 1 : last), at, "journal");
    });
  }();
  if (!report) return fail(failure_exit(report.error().damaged), report.error().what);
  std::printf(
      "journal  ok: %s records in %s, sequences %s to %s without a gap, %s conversations, epoch %llu\n",
      format_count(report->records).c_str(), format_bytes(report->bytes).c_str(),
      format_count(report->first).c_str(), format_count(report->last).c_str(),
      format_count(report->conversations).c_str(), static_cast<unsigned long long>(report->epoch));
  return exit_ok;
}

int check_views(const verify_options& o) {
  if (!fs::exists(fs::path(o.data_dir) / "views")) {
    std::printf("views    none: they are folded from the journal at the next start\n");
    return exit_ok;
  }
  const scratch second(o.scratch_root);
  if (!second.problem().empty()) return fail(exit_failed, second.problem());
  storage::journal_options reading;
  reading.data_dir = o.data_dir;
  reading.read_only = true;
  const auto journal = storage::journal::open(reading);
  if (!journal) return fail(failure_exit(journal.error().damaged), journal.error().what);
  storage::views_options live;
  live.data_dir = o.data_dir;
  live.hash_seed = (*journal)->identity().hash_seed;
  const auto compared = storage::verify_views(**journal, live, second.path());
  if (!compared) return fail(failure_exit(compared.error().damaged), compared.error().what);
  if (!compared->difference.empty()) {
    return fail(
        exit_damaged,
        "the views are not what the journal says: " + compared->difference +
            (compared->complete ? "; with the engine stopped, remove the folder views and it folds them anew"
                                : "; restore a backup: the journal no longer has all of their history"));
  }
  std::printf("views    ok: %s rows equal to a refold of the journal up to %s%s\n",
              format_count(compared->rows).c_str(), format_count(compared->compared_at).c_str(),
              compared->complete ? ""
                                 : format(" (from %s on; what is older was trimmed from the journal)",
                                          format_count(compared->folded_from).c_str())
                                       .c_str());
  return exit_ok;
}

}  // namespace

int run_verify(const verify_options& options) {
  if (const auto why = why_no_data_directory(options.data_dir)) return fail(exit_failed, *why);
  // Beside an engine the views would change while they are compared, and look damaged.
  if (const auto user = user_of_data_directory(options.data_dir)) {
    return fail(exit_failed, options.data_dir + ": in use by process " + std::to_string(*user) +
                                 "; stop that engine first");
  }
  if (fs::exists(storage::manifest_path(options.data_dir)))
    if (const int code = check_manifest(options.data_dir); code != exit_ok) return code;
  if (const int code = check_journal(options.data_dir); code != exit_ok) return code;
  return check_views(options);
}

}  // namespace switchboard::cli
