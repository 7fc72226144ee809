#include "cli/events.hpp"

#include "cli/backoff.hpp"
#include "cli/exit_code.hpp"
#include "cli/http_client.hpp"
#include "cli/interrupt.hpp"
#include "cli/sse_parser.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <thread>

namespace switchboard::cli {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t page_limit = 1'000;  // the contract's largest

http_fields headers(const events_options& o, std::string_view accept) {
  http_fields h{{"Accept", std::string(accept)}};
  if (!o.token.empty()) h.emplace_back("Authorization", "Bearer " + o.token);
  return h;
}

/// A string member of a JSON object; empty: absent.
std::string member(const std::string& json, std::string_view name) {
  simdjson::dom::parser parser;
  std::string_view text;
  if (parser.parse(json)[name].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

/// What an answer other than 200 means for the person at the keyboard.
std::string refusal(const url& where, const http_reply& reply) {
  std::string out = where.text() + "/v1/events answered " + std::to_string(reply.status);
  const std::string detail = member(reply.body, "detail");
  if (!detail.empty()) out += ": " + detail;
  if (reply.status == 401 || reply.status == 403) out += "; give a token with --token or SWITCHBOARD_TOKEN";
  if (reply.status == 404) out += "; check --url and what the token may see";
  if (reply.status == 410) {
    const std::string earliest = member(reply.body, "earliest");
    out += "; the oldest kept is --from " + (earliest.empty() ? "earliest" : earliest);
  }
  return out;
}

bool worth_another_try(int status) {
  return status == 408 || status == 429 || status >= 500;
}

milliseconds retry_after(const http_reply& reply, milliseconds fallback) {
  const std::string_view text = reply.find("Retry-After");
  std::uint32_t seconds = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (ec != std::errc{} || end != text.data() + text.size()) return fallback;
  return milliseconds(std::min<std::uint64_t>(seconds, 60) * 1'000);
}

struct page_of_events {
  std::string cursor;
  std::size_t count = 0;
  bool enough = false;  ///< the sink wants no more
};

/// Hands the raw bytes of each event on, as the engine encoded them.
expected<page_of_events, events_problem> each_event(const std::string& body, const event_sink& sink) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(body);
  page_of_events p;
  try {
    auto document = parser.iterate(padded);
    for (auto value : document["events"].get_array()) {
      std::string_view json = simdjson::to_json_string(value).value();
      ++p.count;
      if (!sink(json)) {
        p.enough = true;
        return p;
      }
    }
    p.cursor = std::string(document["cursor"].get_string().value());
  } catch (const simdjson::simdjson_error& e) {
    return unexpected{
        events_problem{std::string("the engine's answer is not a page of events: ") + e.what()}};
  }
  return p;
}

expected<http_reply, events_problem> get_page(http_client& client, const url& where, const events_options& o,
                                              std::string_view from, std::size_t limit) {
  const std::string query = event_query(o, from);
  auto reply = client.send(
      {.target = "/v1/events" + query + (query.empty() ? '?' : '&') + "limit=" + std::to_string(limit),
       .headers = headers(o, "application/json"),
       .body = {}});
  if (!reply) return unexpected{events_problem{reply.error().what}};
  if (reply->status != 200) return unexpected{events_problem{refusal(where, *reply)}};
  return std::move(*reply);
}

}  // namespace

std::string event_query(const events_options& o, std::string_view from) {
  std::string out;
  const auto add = [&out](std::string_view name, std::string_view value) {
    out += (out.empty() ? '?' : '&');
    out += name;
    out += '=';
    out += percent_encode(value);
  };
  if (!from.empty()) add("from", from);
  for (const auto& v : o.types) add("type", v);
  for (const auto& v : o.brands) add("brand", v);
  for (const auto& v : o.accounts) add("account", v);
  for (const auto& v : o.conversations) add("conversation", v);
  for (const auto& v : o.assignees) add("assignee", v);
  for (const auto& v : o.queues) add("queue", v);
  return out;
}

expected<void, events_problem> read_pages(const url& where, const events_options& o, const event_sink& sink) {
  http_client client(where, {.stop = &interrupted()});
  std::string from = o.from.empty() ? "earliest" : o.from;
  while (!interrupted().load()) {
    auto reply = get_page(client, where, o, from, page_limit);
    if (!reply) return unexpected{reply.error()};
    auto page = each_event(reply->body, sink);
    if (!page) return unexpected{page.error()};
    // A filter may leave a page empty in mid-log: the end is where the cursor no longer moves.
    if (page->enough || (page->count == 0 && page->cursor == from)) break;
    if (page->count == 0 && from == "latest") break;
    from = page->cursor;
  }
  return {};
}

expected<void, events_problem> follow_stream(const url& where, const events_options& o,
                                             const event_sink& sink, const reconnect_wait& wait) {
  backoff waits(milliseconds(200), milliseconds(10'000));
  http_client client(where, {.stop = &interrupted()});
  std::string from = o.from.empty() ? "latest" : o.from;
  sse_parser parser;
  bool enough = false;
  while (!enough && !interrupted().load()) {
    auto pause = waits.next();
    if (from == "latest") {
      // "Latest" named again after a break would skip what came between: hold on to where it is now.
      auto reply = client.send({.target = "/v1/events?from=latest&limit=1&wait=0",
                                .headers = headers(o, "application/json"),
                                .body = {}});
      if (reply && reply->status == 200) {
        auto page = each_event(reply->body, [](std::string_view) { return true; });
        if (!page) return unexpected{page.error()};
        from = page->cursor;
      } else if (reply && !worth_another_try(reply->status)) {
        return unexpected{events_problem{refusal(where, *reply)}};
      } else {
        if (!wait(reply ? retry_after(*reply, pause) : pause)) break;
        continue;
      }
    }
    parser.restart();
    auto fields = headers(o, "text/event-stream");
    fields.emplace_back("Cache-Control", "no-store");
    bool broken = false;
    const auto on_bytes = [&](std::string_view bytes) {
      broken = !parser.feed(bytes, [&](sse_event&& e) {
        if (enough || e.id.empty()) return;
        waits.reset();
        from = e.id;
        enough = !sink(e.data);
      });
      return !enough && !broken;
    };
    const auto reply = client.stream(
        {.target = "/v1/events" + event_query(o, from), .headers = fields, .body = {}}, on_bytes);
    if (enough) break;
    if (broken) return unexpected{events_problem{"the engine sent an event line over 16 MiB"}};
    if (reply && reply->status == 204) break;  // SSE's word for "do not come back"
    if (reply && reply->status != 200 && !worth_another_try(reply->status))
      return unexpected{events_problem{refusal(where, *reply)}};
    if (const auto ms = parser.retry_ms()) pause = std::max(pause, milliseconds(std::min(*ms, 60'000u) / 2));
    if (reply && reply->status != 200) pause = retry_after(*reply, pause);
    if (!wait(pause)) break;
  }
  return {};
}

int run_events(const events_options& options) {
  catch_interrupts();
  std::uint64_t printed = 0;
  const event_sink sink = [&](std::string_view json) {
    const bool ok =
        std::fwrite(json.data(), 1, json.size(), stdout) == json.size() && std::fputc('\n', stdout) != EOF;
    if (options.follow) std::fflush(stdout);
    return ok && ++printed != options.limit;
  };
  if (!options.data_dir.empty()) return read_journal(options, sink);
  const auto where = parse_url(options.url.empty() ? "http://127.0.0.1:8080" : options.url);
  const auto fail = [](const std::string& what) {
    std::fflush(stdout);
    std::fprintf(stderr, "switchboard events: %s\n", what.c_str());
    return exit_failed;
  };
  if (!where) return fail(where.error());
  const auto pause = [](milliseconds d) {
    for (; d > milliseconds(0) && !interrupted().load(); d -= milliseconds(50))
      std::this_thread::sleep_for(std::min(d, milliseconds(50)));
    return !interrupted().load();
  };
  const auto outcome =
      options.follow ? follow_stream(*where, options, sink, pause) : read_pages(*where, options, sink);
  if (!outcome) return fail(outcome.error().what);
  return std::fflush(stdout) == 0 ? exit_ok : fail("writing to standard output failed");
}

}  // namespace switchboard::cli
