#include "net/api/report_text.hpp"

#include "domain/json.hpp"
#include "domain/sla/metric.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace switchboard::net::api {
namespace {

using domain::reports::clock_figures;
using domain::reports::spread;
using storage::report_subject;

struct count {
  std::string_view name;
  std::uint64_t (*of)(const clock_figures&);
};
constexpr std::array counts{
    count{"met", [](const clock_figures& c) { return c.met; }},
    count{"missed", [](const clock_figures& c) { return c.missed; }},
    count{"breached", [](const clock_figures& c) { return c.breached; }},
    count{"cancelled", [](const clock_figures& c) { return c.cancelled; }},
    count{"byBots", [](const clock_figures& c) { return c.by_bots; }},
    count{"afterReopen", [](const clock_figures& c) { return c.again; }},
    count{"count", [](const clock_figures& c) { return c.times.count(); }},
};

struct time_figure {
  std::string_view name;
  std::uint64_t (*of)(const spread&);
};
/// Told where there is anything to tell.
constexpr std::array times{
    time_figure{"meanMs", [](const spread& s) { return s.mean(); }},
    time_figure{"minMs", [](const spread& s) { return s.least(); }},
    time_figure{"p50Ms", [](const spread& s) { return s.percentile(50); }},
    time_figure{"p90Ms", [](const spread& s) { return s.percentile(90); }},
    time_figure{"p95Ms", [](const spread& s) { return s.percentile(95); }},
    time_figure{"p99Ms", [](const spread& s) { return s.percentile(99); }},
    time_figure{"maxMs", [](const spread& s) { return s.most(); }},
};

void append_clock(std::string& out, const clock_figures& c) {
  domain::json_object o{out};
  for (const auto& n : counts) o.number(n.name, n.of(c));
  if (c.times.count() > 0) {
    for (const auto& t : times) o.number(t.name, t.of(c.times));
  }
  o.end();
}

/// Quoted where it has to be.
void append_cell(std::string& line, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

void append_names(std::string& out, report_subject of) {
  out += "brand,";
  if (const auto subject = subject_word(of); !subject.empty()) (out += subject) += ',';
  out += "from,to,created,reopened,resolved";
  const auto name = [&](std::string_view clock, std::string_view what) {
    ((((out += ',') += clock) += '_') += what);
  };
  for (std::size_t i = 0; i < domain::sla::metric_count; ++i) {
    const auto clock = domain::sla::to_word(static_cast<domain::sla::metric>(i));
    for (const auto& n : counts) name(clock, n.name);
    for (const auto& t : times) name(clock, t.name);
  }
  out += "\r\n";
}

void append_clock_cells(std::string& line, const clock_figures* c) {
  for (const auto& n : counts) {
    line += ',';
    domain::append_json_number(line, c == nullptr ? std::uint64_t{0} : n.of(*c));
  }
  for (const auto& t : times) {
    line += ',';
    if (c != nullptr && c->times.count() > 0) domain::append_json_number(line, t.of(c->times));
  }
}

}  // namespace

std::string_view subject_word(report_subject of) {
  switch (of) {
    case report_subject::agents:
      return "agent";
    case report_subject::platforms:
      return "platform";
    case report_subject::queues:
      return "queue";
    case report_subject::overview:
      break;
  }
  return {};
}

void append_report_json(std::string& out, report_subject of, std::span<const storage::report_row> rows) {
  out += '[';
  for (const auto& row : rows) {
    if (out.back() != '[') out += ',';
    domain::json_object o{out};
    o.text("brand", row.brand);
    if (of != report_subject::overview) o.text(subject_word(of), row.subject);
    o.text("from", domain::to_rfc3339(row.from));
    o.text("to", domain::to_rfc3339(row.to));
    o.number("created", row.figures.created);
    o.number("reopened", row.figures.reopened);
    o.number("resolved", row.figures.resolved);
    o.key("clocks");
    domain::json_object clocks{out};
    for (const auto& c : row.figures.clocks) {
      clocks.key(domain::sla::to_word(c.what));
      append_clock(out, c);
    }
    clocks.end();
    o.end();
  }
  out += ']';
}

void append_report_csv(std::string& out, report_subject of, std::span<const storage::report_row> rows) {
  append_names(out, of);
  for (const auto& row : rows) {
    append_cell(out, row.brand);
    if (of != report_subject::overview) {
      out += ',';
      append_cell(out, row.subject);
    }
    for (const auto t : {row.from, row.to}) {
      out += ',';
      domain::append_rfc3339(out, t);
    }
    for (const auto n : {row.figures.created, row.figures.reopened, row.figures.resolved}) {
      out += ',';
      domain::append_json_number(out, n);
    }
    auto c = row.figures.clocks.begin();
    for (std::size_t i = 0; i < domain::sla::metric_count; ++i) {
      const bool is_told = c != row.figures.clocks.end() && c->what == static_cast<domain::sla::metric>(i);
      append_clock_cells(out, is_told ? &*c++ : nullptr);
    }
    out += "\r\n";
  }
}

}  // namespace switchboard::net::api
