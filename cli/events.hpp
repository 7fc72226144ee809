#pragma once
// `switchboard events`: the stream as NDJSON, from a running engine or straight from a data directory.

#include "cli/url.hpp"
#include "domain/expected.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::cli {

struct events_options {
  std::string url;       ///< empty, and no data_dir: the default listener
  std::string data_dir;  ///< read this journal instead; the engine may be stopped
  std::string token;
  std::string from;  ///< earliest | latest | cursor; empty: earliest, or latest with --follow
  std::vector<std::string> types, brands, accounts, conversations, assignees, queues;
  bool follow = false;
  std::uint64_t limit = 0;  ///< ends after so many events; 0: no limit
};

/// One event's JSON, without a line end. False: enough.
using event_sink = std::function<bool(std::string_view json)>;

/// Waits before connecting again; false: interrupted. Tests put their own in.
using reconnect_wait = std::function<bool(std::chrono::milliseconds)>;

struct events_problem {
  std::string what;  ///< one line that names the fix
};

/// Pages of the plain GET until the log's end.
[[nodiscard]] expected<void, events_problem> read_pages(const url& where, const events_options& o,
                                                        const event_sink& sink);
/// SSE, without end: connects again after each break, behind the last event seen, so that the sink gets each
/// event once. Ends with ok when the sink says so or on Ctrl-C; with a problem when trying again cannot help
/// (401, 404, cursor expired, …).
[[nodiscard]] expected<void, events_problem> follow_stream(const url& where, const events_options& o,
                                                           const event_sink& sink,
                                                           const reconnect_wait& wait);
/// The journal of a data directory, whole, without opening it for writing. Returns an exit code.
[[nodiscard]] int read_journal(const events_options& o, const event_sink& sink);

/// from and the filters as a query string, "?…" or empty.
[[nodiscard]] std::string event_query(const events_options& o, std::string_view from);

[[nodiscard]] int run_events(const events_options& options);

}  // namespace switchboard::cli
