#include "actors/log_feed.hpp"

#include "storage/codec.hpp"
#include "storage/cursor.hpp"

#include <algorithm>
#include <stdexcept>

namespace switchboard::actors {

namespace {
/// So many pointers are taken from the tail at a time; its lock is everyone's.
constexpr std::size_t chunk_records = 128;
}  // namespace

std::shared_ptr<storage::record> without_contents(const storage::record& r, std::uint64_t hash_seed) {
  auto bytes = storage::emptied(r, hash_seed);
  if (!bytes) return nullptr;
  auto decoded = storage::decode_record(*std::move(bytes));
  if (!decoded) throw std::logic_error("an emptied event is not readable: " + decoded.error().what);
  decoded->sequence = r.sequence;
  decoded->partition = r.partition;
  return std::make_shared<storage::record>(*std::move(decoded));
}

expected<storage::log_sequence, cursor_problem> log_feed::position(std::string_view from) const {
  if (from.empty() || from == "latest") return tail_.committed();
  const auto before_earliest = log_.earliest() - 1;
  if (from == "earliest") return before_earliest;
  const auto at = log_.cursors().parse(from);
  if (!at || *at > tail_.committed()) return unexpected{cursor_problem{cursor_problem::kind::malformed, {}}};
  if (*at < before_earliest) {
    return unexpected{cursor_problem{cursor_problem::kind::expired, cursor(before_earliest)}};
  }
  return *at;
}

std::string log_feed::cursor(storage::log_sequence position) const {
  return log_.cursors().text(position);
}

pulled log_feed::pull(storage::log_sequence after, const stream_filter& f, std::size_t limit,
                      std::size_t bytes_max, std::size_t scan_max) const {
  pulled out;
  out.position = after;
  std::vector<storage::record_ptr> chunk;
  std::size_t bytes = 0;
  std::size_t scanned = 0;
  // Before the log is read: what it still shows then is still hidden.
  const auto hidden = hidden_.load(std::memory_order_acquire);
  for (;;) {
    chunk.clear();
    const auto want = std::min(chunk_records, scan_max - scanned);
    if (!tail_.committed_after(out.position, want, chunk)) {
      auto read = log_.read(storage::every_partition, out.position, want, bytes_max);
      if (read.result == storage::log_result::trimmed) {
        out.expired = true;
        return out;
      }
      if (read.result != storage::log_result::ok) {
        on_fatal_("journal, behind event " + std::to_string(out.position) + ": " + read.detail, read.damaged);
        out.failed = true;
        return out;
      }
      chunk = std::move(read.records);
    }
    if (chunk.empty()) return out;
    for (auto& r : chunk) {
      const auto sequence = r->sequence;
      if (hidden && hidden->covers(r->bytes, sequence)) {
        if (auto other = without_contents(*r, hash_seed_.load(std::memory_order_relaxed)))
          r = std::move(other);
      }
      if (f.matches(*r)) {
        bytes += r->bytes.size();
        out.records.push_back(std::move(r));
      }
      out.position = sequence;
      ++scanned;
      if (out.records.size() >= limit || bytes >= bytes_max || scanned >= scan_max) {
        out.more = out.position < tail_.committed();
        return out;
      }
    }
  }
}

bool log_feed::on_reader_thread(std::function<void()> work) {
  return readers_->on_reader_thread(std::move(work));
}

std::uint64_t log_feed::on_commit(std::function<void(storage::log_sequence)> wake) {
  const std::lock_guard lock{mutex_};
  wakes_.emplace(next_key_, std::move(wake));
  return next_key_++;
}

void log_feed::forget(std::uint64_t key) {
  const std::lock_guard lock{mutex_};
  wakes_.erase(key);
}

void log_feed::committed(storage::log_sequence s) {
  const std::lock_guard lock{mutex_};
  for (auto& [key, wake] : wakes_) wake(s);
}

}  // namespace switchboard::actors
