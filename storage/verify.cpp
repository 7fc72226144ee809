#include "storage/verify.hpp"

#include <unordered_map>

namespace switchboard::storage {
namespace {

constexpr std::size_t read_records_max = 4096;
constexpr std::size_t read_bytes_max = 8u << 20;

struct hash_of_conversation {
  std::size_t operator()(const domain::conversation_id& c) const noexcept {
    return static_cast<std::size_t>(c.thread.low) ^ c.ordinal;
  }
};
/// The last `sequence` seen of each conversation.
using sequences = std::unordered_map<domain::conversation_id, std::uint64_t, hash_of_conversation>;

std::string at_sequence(const record& r, std::string_view what) {
  return "event at sequence " + std::to_string(r.sequence) + " (" + std::string(domain::to_word(r.type)) +
         "): " + std::string(what);
}

/// Empty: nothing is wrong with it. `whole`: the log starts at its very first event.
std::string check(const record& r, const cursor_codec& cursors, bool whole, sequences& seen) {
  if (r.bytes.size() < r.cursor_at + cursor_width ||
      cursors.parse(std::string_view(r.bytes).substr(r.cursor_at, cursor_width)) != r.sequence)
    return at_sequence(r, "its cursor is that of another place");
  // Offers are about a conversation, and none of its own events.
  if (r.conversation.ordinal == 0 || !domain::is_public(r.type) || !r.offer_json.empty()) return {};
  const auto [entry, is_new] = seen.try_emplace(r.conversation, 0);
  std::uint64_t& before = entry->second;
  const bool follows = is_new && !whole ? r.conversation_sequence > 0 : r.conversation_sequence == before + 1;
  if (!follows)
    return at_sequence(r, domain::to_text(r.conversation) + " goes from its event " + std::to_string(before) +
                              " to " + std::to_string(r.conversation_sequence));
  before = r.conversation_sequence;
  return {};
}

}  // namespace

expected<journal_report, open_error> verify_log(
    const event_log& log, const std::function<void(log_sequence, log_sequence)>& progress) {
  journal_report report;
  report.epoch = log.epoch();
  report.first = log.earliest();
  report.last = log.last();
  const bool whole = report.first == 1;
  sequences seen;
  for (log_sequence after = report.first - 1; after < report.last;) {
    const read_outcome part = log.read(every_partition, after, read_records_max, read_bytes_max);
    if (part.result != log_result::ok) return unexpected(open_error{.damaged = true, .what = part.detail});
    if (part.records.empty())
      return unexpected(
          open_error{.damaged = true, .what = "sequence " + std::to_string(after + 1) + " is missing"});
    for (const record_ptr& r : part.records) {
      if (r->sequence != after + 1)
        return unexpected(
            open_error{.damaged = true, .what = "sequence " + std::to_string(after + 1) + " is missing"});
      if (std::string wrong = check(*r, log.cursors(), whole, seen); !wrong.empty())
        return unexpected(open_error{.damaged = true, .what = std::move(wrong)});
      after = r->sequence;
      report.bytes += r->bytes.size();
      ++report.records;
    }
    if (progress) progress(after, report.last);
  }
  report.conversations = seen.size();
  return report;
}

expected<journal_report, open_error> verify_journal(
    const std::string& data_dir, const std::function<void(log_sequence, log_sequence)>& progress) {
  journal_options options;
  options.data_dir = data_dir;
  options.read_only = true;
  auto opened = journal::open(options);
  if (!opened) return unexpected(std::move(opened).error());
  auto report = verify_log(**opened, progress);
  if (!report && report.error().damaged)
    return unexpected(open_error{.damaged = true, .what = data_dir + "/journal: " + report.error().what});
  return report;
}

}  // namespace switchboard::storage
