#include "data_directory.hpp"

#include "log_support.hpp"
#include "simulation.hpp"
#include "storage/hash.hpp"
#include "storage/refold.hpp"
#include "storage/verify.hpp"
#include "storage/views_on_disk.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <stdexcept>

namespace switchboard::storage::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t log_seed = 77;
constexpr std::size_t block = 4096;
constexpr std::size_t records_a_commit = 4;

/// The log that a directory of this identity holds.
std::vector<record_ptr> log_of(const identity& who) {
  simulation world(log_seed, 40);
  world.run(acknowledged);
  world.log.resize(acknowledged);
  const cursor_codec cursors{who.journal_tag};
  std::vector<record_ptr> log;
  for (const auto& r : world.log) {
    record one = *r;
    one.partition = partition_of(one.conversation.thread, who.partitions);
    cursors.write(one.bytes.data() + one.cursor_at, one.sequence);
    log.push_back(std::make_shared<const record>(std::move(one)));
  }
  return log;
}

journal_options journal_of(const std::string& data_dir, shape s) {
  journal_options o = small_journal(data_dir);
  if (s == shape::tail) o.memtable_bytes = 8 << 20;
  return o;
}

views_options views_of(const std::string& data_dir, const identity& who) {
  views_options o;
  o.data_dir = data_dir;
  o.hash_seed = who.hash_seed;
  o.unwritten_bytes = 200 << 10;
  o.memtable_bytes = 1 << 20;
  o.block_cache_bytes = 1 << 20;
  return o;
}

view_rows rows_of(const views_on_disk& v) {
  view_rows all;
  for (std::size_t c = 0; c < column_count; ++c) {
    const auto one = static_cast<column>(c);
    if (one == column::meta) continue;  // how far it is on disk, which is not what anybody reads
    const auto rows = v.store().rows(one);
    for (rows->SeekToFirst(); rows->Valid(); rows->Next())
      if (one != column::seen || !v.store().expired(rows->value().ToStringView()))
        all.emplace_back(std::to_string(c) + rows->key().ToString(), rows->value().ToString());
    v.store().check(*rows, one);
  }
  return all;
}

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void replace(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

judgement refused(const open_error& e) {
  const bool good = e.damaged && e.what.find('/') != std::string::npos;
  return {good ? verdict::refused : verdict::refused_badly,
          std::string(e.damaged ? "damaged: " : "failed: ") + e.what};
}

/// Empty: the log holds the events that it must.
std::string difference(const event_log& log, const std::vector<record_ptr>& expected, log_sequence earliest) {
  if (log.earliest() != earliest) return "the log starts at " + std::to_string(log.earliest());
  if (log.last() < expected.size()) return "the log ends at " + std::to_string(log.last());
  for (log_sequence next = earliest; next <= expected.size();) {
    const auto part = log.read(every_partition, next - 1, 500, 1 << 20);
    if (part.result != log_result::ok || part.records.empty()) return "unreadable at " + std::to_string(next);
    for (const auto& r : part.records) {
      if (next > expected.size()) break;
      if (r->sequence != next || r->bytes != expected[next - 1]->bytes)
        return "another event at " + std::to_string(next);
      ++next;
    }
  }
  return {};
}

}  // namespace

void build_data_directory(const std::string& data_dir, shape s) {
  std::unique_ptr<journal> log;
  std::unique_ptr<views> rows;
  const auto open = [&] {
    rows.reset();
    log.reset();
    auto opened = journal::open(journal_of(data_dir, s));
    if (!opened) ::_exit(97);
    log = *std::move(opened);
    auto folded = views::open(views_of(data_dir, log->identity()));
    if (!folded || !refold_views(*log, **folded, data_dir)) ::_exit(96);
    rows = *std::move(folded);
  };
  open();
  const auto records = log_of(log->identity());
  const std::size_t flush_every = s == shape::tail ? 700 : 250;
  for (std::size_t at = 0; at < records.size(); at += records_a_commit) {
    const auto group = std::span(records).subspan(at, std::min(records_a_commit, records.size() - at));
    if (log->commit(all_of(*log), group).result != log_result::ok) ::_exit(95);
    if (!rows->apply(group)) ::_exit(94);
    if (at / flush_every != (at + records_a_commit) / flush_every && !rows->flush()) ::_exit(93);
    if (s == shape::trimmed && at == 600 && log->trim(every_partition, 400) != log_result::ok) ::_exit(92);
    // A restart: RocksDB's MANIFEST then begins with all that there is, which a cut can leave in part.
    if (s != shape::tail && at == 900) open();
  }
  (void)log.release();
  (void)rows.release();
}

whole look_at(const std::string& data_dir, shape s) {
  whole w;
  auto log = journal::open(journal_of(data_dir, s));
  if (!log) throw std::runtime_error(log.error().what);
  auto rows = views_on_disk::open(views_of(data_dir, (*log)->identity()));
  if (!rows) throw std::runtime_error(rows.error().what);
  if (auto folded = refold_views(**log, **rows, data_dir); !folded)
    throw std::runtime_error(folded.error().what);
  if (auto flushed = (*rows)->flush(); !flushed) throw std::runtime_error(flushed.error().what);
  w.earliest = (*log)->earliest();
  w.rows = rows_of(**rows);
  return w;
}

judgement judge(const std::string& data_dir, shape s, const whole& expected, bool accept_loss) {
  auto options = journal_of(data_dir, s);
  options.accept_loss = accept_loss;
  const auto log = journal::open(options);
  if (!log) return refused(log.error());
  const auto rows = views_on_disk::open(views_of(data_dir, (*log)->identity()));
  if (!rows) return refused(rows.error());
  if (const auto folded = refold_views(**log, **rows, data_dir); !folded) return refused(folded.error());
  // From here on as `verify`, whose findings about data are 74.
  if (const auto report = verify_log(**log); !report)
    return refused({report.error().damaged, data_dir + "/journal: " + report.error().what});
  if (auto wrong = difference(**log, log_of((*log)->identity()), expected.earliest); !wrong.empty())
    return {verdict::silent_loss, std::move(wrong)};
  if (const auto flushed = (*rows)->flush(); !flushed)
    return refused({flushed.error().damaged, flushed.error().what});
  try {
    const auto found = rows_of(**rows);
    const auto [a, b] = std::mismatch(found.begin(), found.end(), expected.rows.begin(), expected.rows.end());
    if (a == found.end() && b == expected.rows.end()) return {verdict::everything_there, {}};
    return {verdict::silent_loss, "the views have " + std::to_string(found.size()) + " rows, not " +
                                      std::to_string(expected.rows.size()) + ", or another at column " +
                                      (a == found.end() ? b->first : a->first).substr(0, 1)};
  } catch (const views_failure& e) {
    return refused({e.damaged, e.what()});
  }
}

kind_of_file kind_of(const std::string& path) {
  const fs::path file(path);
  const std::string name = file.filename().string();
  if (name == "identity") return kind_of_file::identity;
  if (name == "watermark") return kind_of_file::watermark;
  if (name == "CURRENT") return kind_of_file::current;
  if (name.starts_with("MANIFEST-")) return kind_of_file::manifest;
  if (name.starts_with("OPTIONS-")) return kind_of_file::options;
  if (file.extension() == ".log") return kind_of_file::wal;
  if (file.extension() == ".sst") return kind_of_file::table;
  if (file.extension() == ".blob") return kind_of_file::blob;
  return kind_of_file::other;
}

std::string_view to_word(kind_of_file k) {
  constexpr std::array<std::string_view, 9> words{"wal",     "manifest", "current",   "table", "blob",
                                                  "options", "identity", "watermark", "other"};
  return words.at(static_cast<std::size_t>(k));
}

namespace {

using files_by_kind = std::map<kind_of_file, std::vector<fs::path>>;

files_by_kind files_below(const std::string& directory) {
  files_by_kind files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const auto name = entry.path().filename().string();
    if (!entry.is_regular_file() || entry.file_size() == 0 || name.starts_with("LOG")) continue;
    files[kind_of(entry.path().string())].push_back(entry.path());
  }
  for (auto& [kind, list] : files) std::sort(list.begin(), list.end());
  return files;
}

std::string damage(const fs::path& file, const files_by_kind& files, std::mt19937_64& random) {
  std::string bytes = content_of(file);
  const std::size_t at = random() % bytes.size();
  const std::string where = file.parent_path().filename().string() + "/" + file.filename().string() + " at " +
                            std::to_string(at) + " of " + std::to_string(bytes.size());
  switch (random() % 6) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
      replace(file, bytes);
      return "bit flip in " + where;
    case 1:
      for (std::size_t i = at; i < std::min(bytes.size(), at + block); ++i) bytes[i] = '\0';
      replace(file, bytes);
      return "4 KiB of zeros in " + where;
    case 2:
      replace(file, bytes.substr(0, at));
      return "cut " + where;
    case 3:
      bytes.insert(at, bytes.substr(at - at % block, block));
      replace(file, bytes);
      return "block twice in " + where;
    case 4:
      fs::remove(file);
      return "removed " + where;
    default: {
      auto list = files.begin();
      std::advance(list, static_cast<std::ptrdiff_t>(random() % files.size()));
      // Half the time its own kind: a file of another is too easily told.
      const auto& others = random() % 2 == 0 ? files.at(kind_of(file.string())) : list->second;
      const fs::path& other = others[random() % others.size()];
      replace(file, content_of(other));
      replace(other, bytes);
      return "swapped " + where + " with " + other.parent_path().filename().string() + "/" +
             other.filename().string();
    }
  }
}

}  // namespace

std::string damage(const std::string& directory, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto files = files_below(directory);
  auto list = files.begin();
  std::advance(list, static_cast<std::ptrdiff_t>(random() % files.size()));
  return damage(list->second[random() % list->second.size()], files, random);
}

std::string damage(const std::string& directory, std::uint64_t seed, kind_of_file only) {
  std::mt19937_64 random(seed);
  const auto files = files_below(directory);
  const auto& list = files.at(only);
  return damage(list[random() % list.size()], files, random);
}

void copy_directory(const std::string& from, const std::string& to) {
  fs::create_directories(to);
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const auto name = entry.path().filename().string();
    const auto target = fs::path(to) / fs::relative(entry.path(), from);
    if (entry.is_directory())
      fs::create_directories(target);
    else if (!name.starts_with("LOG") && name != "LOCK")
      fs::copy_file(entry.path(), target);
  }
}

scratch_directory::scratch_directory() {
  constexpr const char* memory = "/dev/shm";
  const bool there = ::access(memory, W_OK | X_OK) == 0;
  path_ = (there ? memory : fs::temp_directory_path().string()) + "/switchboard-test-XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp " + path_);
}

scratch_directory::~scratch_directory() {
  if (::testing::Test::HasFailure()) {
    std::fprintf(stderr, "kept for a look: %s\n", path_.c_str());
    return;
  }
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace switchboard::storage::testing
