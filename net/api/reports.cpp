// GET /v1/reports/{overview|agents|platforms|queues}: how fast people were, by the events of the clocks.
#include "actors/wall_clock.hpp"
#include "config/zone_files.hpp"
#include "domain/json.hpp"
#include "domain/reports/intervals.hpp"
#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"
#include "net/api/report_text.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace switchboard::net::api {
namespace {

namespace reports = domain::reports;
using storage::report_subject;

constexpr int days_otherwise = 7;  ///< until now, the present day included

struct asked_for {
  storage::report_query query;
  std::string zone, interval;
  bool csv = false;
};

std::string_view name_of(report_subject of) {
  switch (of) {
    case report_subject::agents:
      return "agents";
    case report_subject::platforms:
      return "platforms";
    case report_subject::queues:
      return "queues";
    case report_subject::overview:
      break;
  }
  return "overview";
}

/// Reads a file. UTC needs none.
expected<std::shared_ptr<const domain::zone>, std::string> zone_named(const std::string& name) {
  if (name == "UTC") {
    return std::make_shared<const domain::zone>(std::chrono::seconds{0}, std::vector<domain::clock_change>{});
  }
  config::zone_files files;
  const auto& found = files.read(name);
  if (found) return found->zone;
  return unexpected{found.error().empty()
                        ? "timezone: there is no zone of this name; names are those of the tz database, e.g. "
                          "Europe/Berlin"
                        : "timezone: " + found.error()};
}

bool wants_csv(const http::request& r, std::string_view format) {
  if (!format.empty()) return format == "csv";
  return r.find("accept").value_or(std::string_view{}).find("text/csv") != std::string_view::npos;
}

/// Everything but the brands; the error is for people.
expected<asked_for, std::string> read_question(const http::request& r, report_subject of,
                                               domain::timestamp now) {
  asked_for a;
  a.query.of = of;
  a.zone = r.query_value("timezone").value_or("UTC");
  const auto zone = zone_named(a.zone);
  if (!zone) return unexpected{zone.error()};
  a.interval = r.query_value("interval").value_or("day");
  const auto by = reports::interval_from_word(a.interval);
  if (!by) return unexpected{std::string("interval is hour, day, week, month or total")};
  const auto format = r.query_value("format").value_or("");
  if (!format.empty() && format != "json" && format != "csv") {
    return unexpected{std::string("format is json or csv")};
  }
  a.csv = wants_csv(r, format);
  auto to = std::optional(now);
  if (const auto text = r.query_value("to")) to = reports::end_of(*text, **zone);
  if (!to) return unexpected{std::string("to must be a date, e.g. 2026-11-30, or a time in RFC 3339")};
  auto from =
      std::optional(reports::day_before(*to - std::chrono::microseconds{1}, days_otherwise - 1, **zone));
  if (const auto text = r.query_value("from")) from = reports::begin_of(*text, **zone);
  if (!from) return unexpected{std::string("from must be a date, e.g. 2026-11-01, or a time in RFC 3339")};
  auto edges = reports::cut(*from, *to, *by, **zone);
  if (!edges) return unexpected{std::move(edges).error()};
  a.query.edges = *std::move(edges);
  const auto limit = read_limit(r, a.query.limit);
  if (!limit) return unexpected{std::string("limit is a number from 1 to 1000")};
  a.query.limit = *limit;
  a.query.after = r.query_value("cursor").value_or("");
  return a;
}

void respond_report(const http::exchange_ptr& x, const asked_for& a, const storage::report_page& page) {
  http::response r;
  r.headers.emplace_back("Cache-Control", "no-store");
  r.headers.emplace_back("Vary", "Accept");
  if (!page.next.empty()) link_next(x->request(), page.next, r);
  if (a.csv) {
    r.content_type = "text/csv; charset=utf-8";
    r.headers.emplace_back("Content-Disposition",
                           "attachment; filename=\"" + std::string(name_of(a.query.of)) + ".csv\"");
    append_report_csv(r.body, a.query.of, page.rows);
    return x->respond(std::move(r));
  }
  r.content_type = "application/json";
  domain::json_object o{r.body};
  o.text("report", name_of(a.query.of));
  o.text("from", domain::to_rfc3339(a.query.edges.front()));
  o.text("to", domain::to_rfc3339(a.query.edges.back()));
  o.text("interval", a.interval);
  o.text("timezone", a.zone);
  o.key("rows");
  append_report_json(r.body, a.query.of, page.rows);
  o.text_if("cursor", page.next);
  o.end();
  x->respond(std::move(r));
}

void answer(call&& c, report_subject of) {
  std::vector<std::string> brands;
  (void)read_brands(c, brands);  // where none may be seen, none is asked for
  // A zone is a file: read where a read may wait.
  read(std::move(c), [of, brands = std::move(brands)](const call& asked, const storage::views& v) {
    const auto refuse = [&](std::string why) {
      respond_problem(asked.exchange, 400, "bad-request", "Bad request", std::move(why));
    };
    auto question = read_question(asked.exchange->request(), of, actors::wall_clock());
    if (!question) return refuse(std::move(question).error());
    question->query.brands = brands;
    const auto page = v.report(question->query);
    if (!page) return refuse(page.error().what);
    respond_report(asked.exchange, *question, *page);
  });
}

}  // namespace

void report_overview(call&& c) {
  answer(std::move(c), report_subject::overview);
}
void report_agents(call&& c) {
  answer(std::move(c), report_subject::agents);
}
void report_platforms(call&& c) {
  answer(std::move(c), report_subject::platforms);
}
void report_queues(call&& c) {
  answer(std::move(c), report_subject::queues);
}

}  // namespace switchboard::net::api
