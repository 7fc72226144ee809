// `events --data-dir`: the same events without an engine, e.g. to see what a stopped one had.

#include "actors/feed.hpp"
#include "cli/data_directory.hpp"
#include "cli/events.hpp"
#include "cli/exit_code.hpp"
#include "cli/interrupt.hpp"
#include "storage/journal.hpp"

#include <cstdio>

namespace switchboard::cli {

namespace {

constexpr std::size_t records_per_read = 1'000;
constexpr std::size_t bytes_per_read = 8u << 20;

int fail(int code, const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "switchboard events: %s\n", what.c_str());
  return code;
}

expected<actors::stream_filter, std::string> to_filter(const events_options& o) {
  actors::stream_filter f;
  for (const auto& word : o.types) {
    const auto type = domain::event_type_from_word(word);
    if (!type || !is_public(*type))
      return unexpected{"--type " + word + ": no such event type; e.g. message.received"};
    f.types.push_back(*type);
  }
  f.brands = o.brands;
  f.accounts = o.accounts;
  for (const auto& text : o.conversations) {
    const auto id = domain::parse_conversation_id(text);
    if (!id) return unexpected{"--conversation " + text + ": not the id of a conversation"};
    f.conversations.push_back(*id);
  }
  f.assignees = o.assignees;
  f.queues = o.queues;
  f.all_brands = f.dead_letters = true;  // whoever can read the directory can read everything in it
  return f;
}

expected<storage::log_sequence, std::string> start_of(const storage::journal& j, const std::string& from) {
  if (from.empty() || from == "earliest") return j.earliest() - 1;
  if (from == "latest") return j.last();
  const auto sequence = j.cursors().parse(from);
  if (!sequence) return unexpected{"--from " + from + ": not a cursor of this data directory"};
  return *sequence;
}

}  // namespace

int read_journal(const events_options& o, const event_sink& sink) {
  if (o.follow) return fail(exit_usage, "--follow needs a running engine: give --url instead of --data-dir");
  const auto filter = to_filter(o);
  if (!filter) return fail(exit_usage, filter.error());
  if (const auto why = why_no_data_directory(o.data_dir)) return fail(exit_failed, *why);
  storage::journal_options options;
  options.data_dir = o.data_dir;
  options.read_only = true;
  auto opened = storage::journal::open(options);
  if (!opened) return fail(failure_exit(opened.error().damaged), opened.error().what);
  const auto& journal = **opened;
  auto after = start_of(journal, o.from);
  if (!after) return fail(exit_usage, after.error());
  while (!interrupted().load()) {
    const auto page = journal.read(storage::every_partition, *after, records_per_read, bytes_per_read);
    if (page.result == storage::log_result::trimmed) {
      return fail(exit_failed, "the journal no longer has what is behind that cursor; its oldest is --from " +
                                   journal.cursors().text(page.earliest - 1));
    }
    if (page.result != storage::log_result::ok) return fail(failure_exit(page.damaged), page.detail);
    if (page.records.empty()) break;
    for (const auto& r : page.records) {
      if (filter->matches(*r) && !sink(r->bytes)) return exit_ok;
    }
    *after = page.records.back()->sequence;
  }
  return std::fflush(stdout) == 0 ? exit_ok : fail(exit_failed, "writing to standard output failed");
}

}  // namespace switchboard::cli
