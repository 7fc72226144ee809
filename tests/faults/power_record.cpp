#include "power_record.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <stdexcept>

namespace switchboard::faults {

namespace {

namespace fs = std::filesystem;

/// The fields of one line, taken from the left.
class fields {
 public:
  explicit fields(std::string_view line) : line_(line), left_(line) {}

  std::string_view text() {
    if (over_) fail();
    const auto end = left_.find('\t');
    const auto field = left_.substr(0, end);
    over_ = end == std::string_view::npos;
    if (!over_) left_.remove_prefix(end + 1);
    return field;
  }
  std::uint64_t number() {
    const auto field = text();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc{} || end != field.data() + field.size()) fail();
    return value;
  }
  std::string bytes() {
    const auto hex = text();
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
      unsigned value = 0;
      if (std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16).ptr != hex.data() + i + 2) fail();
      out += static_cast<char>(value);
    }
    return out;
  }
  [[noreturn]] void fail() const {
    throw std::runtime_error("not a line of a power record: " + std::string(line_));
  }

 private:
  std::string_view line_, left_;
  bool over_ = false;
};

struct line {
  std::uint64_t number = 0;
  std::string_view text;
};

/// Threads write as they come; the numbers say the order.
std::vector<line> lines_of(std::string_view text) {
  std::vector<line> all;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    const auto one = text.substr(0, end);
    text.remove_prefix(end + 1);
    fields f(one);
    const auto number = f.number();
    all.push_back({number, one});
  }
  std::stable_sort(all.begin(), all.end(), [](const line& a, const line& b) { return a.number < b.number; });
  return all;
}

std::optional<name_operation::kind> kind_of(std::string_view word) {
  using kind = name_operation::kind;
  if (word == "create") return kind::create;
  if (word == "mkdir") return kind::mkdir;
  if (word == "link") return kind::link;
  if (word == "rename") return kind::rename;
  if (word == "unlink") return kind::unlink;
  if (word == "rmdir") return kind::rmdir;
  return std::nullopt;
}

class reader {
 public:
  power_record read(std::string_view text) {
    for (const auto& l : lines_of(text)) take(l);
    return std::move(record_);
  }

 private:
  void take(const line& l) {
    fields f(l.text);
    (void)f.number();
    record_.operations = std::max(record_.operations, l.number);
    const auto word = f.text();
    if (const auto kind = kind_of(word)) return take_name(l.number, *kind, f);
    const auto inode = f.number();
    if (word == "file") {
      record_.files[inode].size = f.number();
    } else if (word == "dir") {
      directories_[fs::path(f.text())] = inode;
    } else if (word == "truncate") {
      auto& file = record_.files[inode];
      file.size = std::min(file.size, f.number());
    } else if (word == "over") {
      const auto offset = f.number();
      record_.files[inode].unsynced.push_back({l.number, offset, f.bytes()});
      ++record_.overwrites;
    } else if (word == "sync") {
      const auto size = f.number(), begun = f.number();
      auto& file = record_.files[inode];
      file.size = std::max(file.size, size);
      std::erase_if(file.unsynced, [&](const overwriting& o) { return o.number <= begun; });
      ++record_.syncs;
    } else if (word == "syncdir") {
      sync_directory(inode, f.number());
    } else {
      f.fail();
    }
  }

  void take_name(std::uint64_t number, name_operation::kind kind, fields& f) {
    name_operation op{
        .number = number, .what = kind, .inode = f.number(), .path = {}, .from = {}, .saved = {}};
    using enum name_operation::kind;
    if (kind == rename) op.from = f.text();
    op.path = f.text();
    if (kind == rename || kind == unlink) op.saved = f.text();
    if (op.saved == "-") op.saved.clear();
    if (kind == mkdir) directories_[op.path] = op.inode;
    // A file may only be known by its name so far: nothing of it is durable.
    if (kind == create) record_.files.try_emplace(op.inode);
    if (kind == rename && op.from.parent_path() != op.path.parent_path())
      throw std::runtime_error("a rename between directories: " + op.path.string());
    record_.names.push_back(std::move(op));
  }

  /// What lies in the directory's parent isn't made durable, nor what lies further below.
  void sync_directory(std::uint64_t inode, std::uint64_t begun) {
    for (auto& op : record_.names) {
      const auto in = directories_.find(op.path.parent_path());
      if (op.number <= begun && in != directories_.end() && in->second == inode) op.durable = true;
    }
  }

  power_record record_;
  std::map<fs::path, std::uint64_t> directories_;
};

}  // namespace

void begin_record(const fs::path& record, const fs::path& root) {
  std::ofstream out(record, std::ios::trunc);
  const auto add = [&out](const fs::path& path) {
    struct stat about {};
    if (::lstat(path.c_str(), &about) != 0) throw std::runtime_error(path.string() + ": cannot be looked at");
    if (S_ISDIR(about.st_mode)) {
      out << "0\tdir\t" << about.st_ino << '\t' << path.string() << '\n';
    } else {
      out << "0\tfile\t" << about.st_ino << '\t' << about.st_size << '\t' << path.string() << '\n';
    }
  };
  add(root.parent_path());
  if (fs::exists(root)) {
    add(root);
    for (const auto& e : fs::recursive_directory_iterator(root)) add(e.path());
  }
  if (!out.flush()) throw std::runtime_error(record.string() + ": cannot be written");
}

power_record parse_record(std::string_view text) {
  return reader().read(text);
}

}  // namespace switchboard::faults
