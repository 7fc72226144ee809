#include "cli/payloads.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace switchboard::cli {

namespace fs = std::filesystem;

namespace {

bool is_ndjson(const fs::path& p) {
  return p.extension() == ".ndjson" || p.extension() == ".jsonl";
}

void collect(const fs::path& folder, std::vector<std::string>& files) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && (entry.path().extension() == ".json" || is_ndjson(entry.path())))
      found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
}

}  // namespace

expected<std::unique_ptr<payload_source>, std::string> payload_source::open(
    const std::vector<std::string>& paths, std::uint32_t repeat) {
  std::unique_ptr<payload_source> source(new payload_source);
  source->rounds_left_ = std::max(repeat, 1u);
  try {
    for (const auto& path : paths) {
      if (!fs::exists(path)) return unexpected{path + ": no such file or folder"};
      if (!fs::is_directory(path)) {
        source->files_.push_back(path);
        continue;
      }
      const auto before = source->files_.size();
      collect(path, source->files_);
      if (source->files_.size() == before) return unexpected{path + ": no *.json or *.ndjson in this folder"};
    }
    for (const auto& file : source->files_) {
      const std::uint64_t size = fs::file_size(file);
      if (!is_ndjson(file) && size > body_bytes_max)
        return unexpected{file + ": larger than 64 MiB; is it NDJSON? Then name it *.ndjson"};
      source->bytes_total_ += size * source->rounds_left_;
    }
  } catch (const fs::filesystem_error& e) {
    return unexpected{e.path1().string() + ": " + e.code().message()};
  }
  return source;
}

std::optional<payload> payload_source::next_line() {
  std::string text;
  while (std::getline(lines_, text)) {
    ++line_;
    bytes_read_ += text.size() + 1;
    if (text.ends_with('\r')) text.pop_back();
    if (text.find_first_not_of(" \t") == std::string::npos) continue;
    return payload{std::move(text), files_[at_] + ':' + std::to_string(line_)};
  }
  if (lines_.bad()) failed_ = files_[at_] + ": reading failed";
  lines_.close();
  ++at_;
  return std::nullopt;
}

std::optional<payload> payload_source::next() {
  const std::lock_guard lock(mutex_);
  while (!failed_ && rounds_left_ > 0) {
    if (lines_.is_open()) {
      if (auto p = next_line()) return p;
      continue;
    }
    if (at_ == files_.size()) {
      at_ = 0;
      --rounds_left_;
      if (files_.empty()) break;
      continue;
    }
    const std::string& file = files_[at_];
    lines_.clear();
    lines_.open(file, std::ios::binary);
    line_ = 0;
    if (!lines_) {
      failed_ = file + ": cannot be opened; check its permissions";
      break;
    }
    if (is_ndjson(file)) continue;
    payload p{{std::istreambuf_iterator<char>(lines_), {}}, file};
    lines_.close();
    bytes_read_ += p.body.size();
    ++at_;
    return p;
  }
  return std::nullopt;
}

std::optional<std::string> payload_source::failed() {
  const std::lock_guard lock(mutex_);
  return failed_;
}

std::uint64_t payload_source::bytes_read() {
  const std::lock_guard lock(mutex_);
  return std::min(bytes_read_, bytes_total_);
}

}  // namespace switchboard::cli
