// GET /v1/reports/…: what is asked, by whom, and how it is told; against what openapi says of it.
#include "document.hpp"
#include "parts.hpp"

#include <gmock/gmock.h>

namespace switchboard::net::testing {
namespace {

using namespace std::chrono_literals;
using storage::report_subject;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

domain::timestamp at(std::string_view text) {
  return domain::parse_rfc3339(text).value();
}

class reports : public ::testing::Test {
 protected:
  const storage::report_query& asks(const std::string& target, const char* as = "acme-reader") {
    p.engine.rows.report_asked.reset();
    x = p.get("/v1/reports/" + target, as);
    EXPECT_EQ(x->status(), 200) << target << ": " << x->answer().body;
    static const storage::report_query none;
    return p.engine.rows.report_asked ? *p.engine.rows.report_asked : none;
  }
  [[nodiscard]] storage::report_row row(const std::string& subject) const {
    storage::report_row r{.brand = "acme",
                          .subject = subject,
                          .from = at("2026-11-01T00:00:00Z"),
                          .to = at("2026-11-02T00:00:00Z")};
    r.figures.created = 3;
    for (int i = 1; i <= 100; ++i) {
      domain::reports::fact f{.kind = domain::reports::kind::met, .elapsed = std::chrono::milliseconds{i}};
      f.what = domain::sla::metric::next_response;
      f.again = i > 90;
      r.figures.add(f);
    }
    return r;
  }

  parts p;
  std::shared_ptr<fake_exchange> x;
};

TEST_F(reports, are_of_what_was_asked) {
  const auto q = asks("agents?from=2026-11-01&to=2026-11-03&timezone=Europe/Berlin&limit=7");
  EXPECT_EQ(q.of, report_subject::agents);
  EXPECT_THAT(q.brands, ElementsAre("acme"));
  EXPECT_EQ(q.limit, 7u);
  EXPECT_THAT(q.edges, ElementsAre(at("2026-10-31T23:00:00Z"), at("2026-11-01T23:00:00Z"),
                                   at("2026-11-02T23:00:00Z"), at("2026-11-03T23:00:00Z")));
  EXPECT_EQ(asks("overview").of, report_subject::overview);
  EXPECT_EQ(asks("platforms").of, report_subject::platforms);
  const auto week = asks("queues", "*-reader");
  EXPECT_EQ(week.of, report_subject::queues);
  EXPECT_THAT(week.brands, ElementsAre("acme", "beta"));
  EXPECT_EQ(week.edges.size(), 8u) << "seven days, the present one included";
  EXPECT_THAT(asks("overview?interval=total&from=2026-11-01T08:05:48Z&to=2026-11-01T09:00:00Z").edges,
              ElementsAre(at("2026-11-01T08:00:00Z"), at("2026-11-01T09:00:00Z")));
}

TEST_F(reports, of_other_brands_are_empty) {
  EXPECT_THAT(asks("overview?brand=beta").brands, IsEmpty());
  EXPECT_THAT(asks("overview?brand=acme&brand=beta").brands, ElementsAre("acme"));
}

TEST_F(reports, are_json_for_programs) {
  p.engine.rows.reported.rows = {row("ann"), row("bob")};
  p.engine.rows.reported.next = "c7";
  (void)asks("agents?from=2026-11-01&to=2026-11-01");
  const auto& body = x->answer().body;
  EXPECT_THAT(
      body,
      HasSubstr(R"({"report":"agents","from":"2026-11-01T00:00:00.000Z","to":"2026-11-02T00:00:00.000Z",)"
                R"("interval":"day","timezone":"UTC","rows":[{"brand":"acme","agent":"ann",)"));
  EXPECT_THAT(
      body,
      HasSubstr(R"("clocks":{"nextResponse":{"met":100,"missed":0,"breached":0,"cancelled":0,"byBots":0,)"
                R"("afterReopen":10,"count":100,"meanMs":50,"minMs":1,"p50Ms":50,"p90Ms":90,"p95Ms":95,)"
                R"("p99Ms":99,"maxMs":100}})"));
  EXPECT_THAT(body, HasSubstr(R"("cursor":"c7"})"));
  EXPECT_EQ(x->header("Link"), "</v1/reports/agents?from=2026-11-01&to=2026-11-01&cursor=c7>; rel=\"next\"");
  const schema_checker checker{openapi()};
  EXPECT_THAT(checker.check(read_json(body), openapi()["components"]["schemas"]["Report"]), IsEmpty())
      << body;
  p.engine.rows.reported.rows[0].figures = {};
  (void)asks("overview");
  EXPECT_THAT(x->answer().body, Not(HasSubstr("\"agent\"")));
  EXPECT_THAT(checker.check(read_json(x->answer().body), openapi()["components"]["schemas"]["Report"]),
              IsEmpty());
}

TEST_F(reports, are_csv_for_spreadsheets) {
  p.engine.rows.reported.rows = {row("an,\"n")};
  p.engine.rows.reported.next = "c7";
  (void)asks("queues?format=csv");
  EXPECT_EQ(x->answer().content_type, "text/csv; charset=utf-8");
  EXPECT_EQ(x->header("Content-Disposition"), "attachment; filename=\"queues.csv\"");
  EXPECT_THAT(x->header("Link"), HasSubstr("cursor=c7"));
  const auto& body = x->answer().body;
  EXPECT_THAT(
      body,
      StartsWith("brand,queue,from,to,created,reopened,resolved,firstResponse_met,firstResponse_missed,"));
  EXPECT_THAT(body, HasSubstr("\r\nacme,\"an,\"\"n\",2026-11-01T00:00:00.000Z,2026-11-02T00:00:00.000Z,3,0,0,"
                              "0,0,0,0,0,0,0,,,,,,,,100,0,0,0,0,10,100,50,1,50,90,95,99,100,0,"));
  const auto cells = [](std::string_view line) { return std::count(line.begin(), line.end(), ','); };
  const auto names = body.find("\r\n");
  EXPECT_EQ(cells(std::string_view(body).substr(0, names)), cells(std::string_view(body).substr(names)) - 1)
      << "but for the one in the name";
  x = p.get("/v1/reports/queues", "acme-reader", {{"Accept", "text/csv"}});
  EXPECT_EQ(x->answer().content_type, "text/csv; charset=utf-8");
  x = p.get("/v1/reports/queues?format=json", "acme-reader", {{"Accept", "text/csv"}});
  EXPECT_EQ(x->answer().content_type, "application/json");
}

TEST_F(reports, say_what_is_wrong_with_a_question) {
  const std::pair<const char*, const char*> wrong[] = {
      {"from=x", "from must be a date"},
      {"to=2026-02-30", "to must be a date"},
      {"from=2026-11-02&to=2026-11-01", "to must be later than from"},
      {"from=2016-11-02&to=2026-11-01", "more than 1000"},
      {"interval=days", "interval is"},
      {"timezone=Europe/Berln", "no zone of this name"},
      {"timezone=../../etc/passwd", "no zone of this name"},
      {"format=xml", "format is"},
      {"limit=0", "limit is"},
      {"zone=UTC", "timezone"}};
  for (const auto& [query, why] : wrong) {
    x = p.get(std::string("/v1/reports/agents?") + query, "acme-reader");
    EXPECT_EQ(x->status(), 400) << query;
    EXPECT_THAT(x->answer().body, HasSubstr(why)) << query;
  }
  p.engine.rows.list_error = "the page token belongs to another query";
  EXPECT_EQ(p.get("/v1/reports/agents?cursor=x", "acme-reader")->status(), 400);
  EXPECT_EQ(p.get("/v1/reports/nothing", "acme-reader")->status(), 404);
}

}  // namespace
}  // namespace switchboard::net::testing
