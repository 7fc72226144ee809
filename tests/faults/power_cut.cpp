#include "power_cut.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <stdexcept>

namespace switchboard::faults {

namespace {

namespace fs = std::filesystem;

constexpr std::array tails{"cut", "prefix", "zeros", "garbage", "kept", "any"};
constexpr std::array name_words{"kept", "first_few", "lost", "creations_lost", "renames_lost"};

/// 0: there is no such file.
std::uint64_t inode_of(const fs::path& path) {
  struct stat about {};
  return ::lstat(path.c_str(), &about) == 0 ? about.st_ino : 0;
}

[[noreturn]] void fail(const fs::path& path) {
  throw std::runtime_error(path.string() + ": " + std::strerror(errno));
}

std::uint64_t up_to(std::uint64_t most, std::mt19937_64& random) {
  return std::uniform_int_distribution<std::uint64_t>(0, most)(random);
}

// -- names

/// False: nothing was to be undone, since the name stands for something else by now.
bool undo(const name_operation& op, const fs::path& saved) {
  using enum name_operation::kind;
  const auto put_back = [&] {
    if (op.saved.empty() || inode_of(op.path) != 0 || inode_of(op.path.parent_path()) == 0) return false;
    fs::create_hard_link(saved / op.saved, op.path);
    return true;
  };
  const bool is_there = inode_of(op.path) == op.inode;
  switch (op.what) {
    case create:
    case link:
      return is_there && fs::remove(op.path);
    case mkdir:
      return is_there && fs::remove_all(op.path) > 0;
    case rename:
      if (!is_there || inode_of(op.from) != 0) return false;
      fs::rename(op.path, op.from);
      (void)put_back();
      return true;
    case unlink:
      return put_back();
    case rmdir:
      return inode_of(op.path.parent_path()) != 0 && fs::create_directory(op.path);
  }
  return false;
}

bool is_creation(const name_operation& op) {
  return op.what == name_operation::kind::create || op.what == name_operation::kind::mkdir ||
         op.what == name_operation::kind::link;
}

/// How many of a directory's unsynced changes are kept, from the first on.
std::size_t count_kept(const std::vector<const name_operation*>& changes, names how,
                       std::mt19937_64& random) {
  const auto before = [&](auto is_first_lost) {
    return static_cast<std::size_t>(std::find_if(changes.begin(), changes.end(), is_first_lost) -
                                    changes.begin());
  };
  switch (how) {
    case names::kept:
      break;
    case names::first_few:
      return up_to(changes.size(), random);
    case names::lost:
      return 0;
    case names::creations_lost:
      return before([](auto* op) { return is_creation(*op); });
    case names::renames_lost:
      return before([](auto* op) { return op->what == name_operation::kind::rename; });
  }
  return changes.size();
}

std::size_t cut_names(const power_record& record, const fs::path& saved, names how, std::mt19937_64& random) {
  std::map<fs::path, std::vector<const name_operation*>> by_directory;
  for (const auto& op : record.names)
    if (!op.durable) by_directory[op.path.parent_path()].push_back(&op);
  std::vector<const name_operation*> lost;
  for (const auto& [directory, changes] : by_directory) {
    const auto kept = static_cast<std::ptrdiff_t>(count_kept(changes, how, random));
    lost.insert(lost.end(), changes.begin() + kept, changes.end());
  }
  std::sort(lost.begin(), lost.end(), [](auto* a, auto* b) { return a->number > b->number; });
  return static_cast<std::size_t>(
      std::count_if(lost.begin(), lost.end(), [&](auto* op) { return undo(*op, saved); }));
}

// -- bytes

class open_file {
 public:
  explicit open_file(const fs::path& path) : path_(path), fd_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {
    if (fd_ < 0) fail(path_);
  }
  ~open_file() { ::close(fd_); }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;

  void write(std::uint64_t offset, std::string_view bytes) const {
    if (::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
        static_cast<ssize_t>(bytes.size()))
      fail(path_);
  }
  void cut(std::uint64_t size) const {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) fail(path_);
  }

 private:
  const fs::path& path_;
  const int fd_;
};

tail tail_for_one(tail how, std::mt19937_64& random) {
  return how == tail::any ? static_cast<tail>(up_to(static_cast<std::uint64_t>(tail::kept), random)) : how;
}

/// `synced` < `size`. Returns how many bytes are not as they were.
std::uint64_t cut_tail(const open_file& file, std::uint64_t synced, std::uint64_t size, tail how,
                       std::mt19937_64& random) {
  if (how == tail::kept) return 0;
  const auto from = how == tail::cut ? synced : synced + up_to(size - synced, random);
  if (how == tail::cut || how == tail::prefix) {
    file.cut(from);
    return size - from;
  }
  std::string bytes(size - from, '\0');
  if (how == tail::garbage)
    for (auto& b : bytes) b = static_cast<char>(random());
  file.write(from, bytes);
  return bytes.size();
}

void cut_file(const fs::path& path, const file_record& record, std::uint64_t size, tail plan,
              std::mt19937_64& random, cut_report& report) {
  if (size <= record.size && record.unsynced.empty()) return;
  const open_file file(path);
  const auto how = tail_for_one(plan, random);
  const auto& over = record.unsynced;
  auto kept = over.size();
  if (how == tail::cut) kept = 0;
  if (how == tail::prefix || how == tail::zeros || how == tail::garbage) kept = up_to(over.size(), random);
  for (auto i = over.size(); i > kept; --i) file.write(over[i - 1].offset, over[i - 1].old);
  report.overwritings_lost += over.size() - kept;
  if (size > record.size) {
    const auto lost = cut_tail(file, record.size, size, how, random);
    report.bytes_lost += lost;
    if (lost > 0) ++report.files_cut;
  }
}

}  // namespace

std::string to_text(cut_plan plan) {
  return std::string("bytes ") + tails.at(static_cast<std::size_t>(plan.tail)) + ", names " +
         name_words.at(static_cast<std::size_t>(plan.names));
}

std::vector<cut_plan> all_plans() {
  return {{tail::cut, names::kept},     {tail::prefix, names::kept},        {tail::zeros, names::kept},
          {tail::garbage, names::kept}, {tail::cut, names::creations_lost}, {tail::kept, names::renames_lost},
          {tail::cut, names::lost},     {tail::any, names::first_few}};
}

cut_report cut_power(const power_record& record, const fs::path& root, const fs::path& saved, cut_plan plan,
                     std::mt19937_64& random) {
  cut_report report;
  // By hard links the same file may be met twice; it is cut once.
  std::set<std::uint64_t> done;
  const auto known = [&](std::uint64_t inode) { return record.files.find(inode); };
  if (fs::exists(root)) {
    for (const auto& e : fs::recursive_directory_iterator(root))
      if (e.is_regular_file() && known(inode_of(e.path())) == record.files.end())
        report.unrecorded.push_back(e.path().string());
  }
  report.names_lost = cut_names(record, saved, plan.names, random);
  if (!fs::exists(root)) return report;
  std::vector<fs::path> files;
  for (const auto& e : fs::recursive_directory_iterator(root))
    if (e.is_regular_file()) files.push_back(e.path());
  std::sort(files.begin(), files.end());  // the same seed cuts the same
  for (const auto& path : files) {
    const auto inode = inode_of(path);
    const auto file = known(inode);
    if (file == record.files.end() || !done.insert(inode).second) continue;
    cut_file(path, file->second, fs::file_size(path), plan.tail, random, report);
  }
  return report;
}

}  // namespace switchboard::faults
