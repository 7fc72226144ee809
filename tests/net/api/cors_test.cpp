// What pages of other origins get, which is what server.allowed_origins says and nothing else.

#include "net/api/cors.hpp"

#include "stream_fixture.hpp"

#include <gmock/gmock.h>

#include <set>

namespace switchboard::net::testing {
namespace {

using api::cors_decision;
using http::listener;
using http::method;
using ::testing::HasSubstr;

std::string value_of(const http::header_list& headers, std::string_view name) {
  std::string found;
  for (const auto& [n, v] : headers) {
    if (n == name) found += (found.empty() ? "" : " | ") + v;
  }
  return found;
}

struct cors_case {
  const char* what;
  method verb;
  std::vector<http::header> headers;
  std::vector<std::string> allowed;
  cors_decision::kind is;
  const char* allow_origin;  ///< "": no header
  const char* vary;
  bool exposes;
};

TEST(cors, decides_by_the_exact_origin) {
  using enum cors_decision::kind;
  const std::vector<std::string> desk{"https://desk.example", "http://localhost:5173"};
  const auto from = [](const char* origin) { return std::vector<http::header>{{"Origin", origin}}; };
  const auto ask = [](const char* origin) {
    return std::vector<http::header>{{"origin", origin}, {"access-control-request-method", "PATCH"}};
  };
  const cors_case cases[] = {
      {"no browser", method::get, {}, desk, request, "", "Origin", false},
      {"nothing is configured", method::get, from("https://desk.example"), {}, request, "", "", false},
      {"allowed", method::get, from("https://desk.example"), desk, request, "https://desk.example", "Origin",
       true},
      {"the other one", method::post, from("http://localhost:5173"), desk, request, "http://localhost:5173",
       "Origin", true},
      {"another", method::get, from("https://evil.example"), desk, request, "", "Origin", false},
      {"no scheme's stand-in", method::get, from("http://desk.example"), desk, request, "", "Origin", false},
      {"no port's", method::get, from("https://desk.example:8443"), desk, request, "", "Origin", false},
      {"no suffix", method::get, from("https://desk.example.evil.example"), desk, request, "", "Origin",
       false},
      {"no prefix", method::get, from("https://desk.exampl"), desk, request, "", "Origin", false},
      {"no subdomain", method::get, from("https://a.desk.example"), desk, request, "", "Origin", false},
      {"no path", method::get, from("https://desk.example/"), desk, request, "", "Origin", false},
      {"null is nobody", method::get, from("null"), desk, request, "", "Origin", false},
      {"nor is nothing", method::get, from(""), desk, request, "", "Origin", false},
      {"preflight", method::options, ask("https://desk.example"), desk, preflight, "https://desk.example",
       "Origin", false},
      {"preflight of another", method::options, ask("https://evil.example"), desk, refused_preflight, "",
       "Origin", false},
      {"preflight where nobody is allowed",
       method::options,
       ask("https://desk.example"),
       {},
       refused_preflight,
       "",
       "",
       false},
      {"OPTIONS of a page, no preflight", method::options, from("https://desk.example"), desk, request,
       "https://desk.example", "Origin", true},
      {"no page at all",
       method::options,
       {{"access-control-request-method", "GET"}},
       desk,
       request,
       "",
       "Origin",
       false},
      {"only OPTIONS asks", method::get, ask("https://desk.example"), desk, request, "https://desk.example",
       "Origin", true},
  };
  for (const auto& c : cases) {
    http::request r;
    r.method = c.verb;
    r.headers = c.headers;
    const auto d = api::decide_cors(r, c.allowed);
    EXPECT_EQ(d.is, c.is) << c.what;
    EXPECT_EQ(value_of(d.headers, "Access-Control-Allow-Origin"), c.allow_origin) << c.what;
    EXPECT_EQ(value_of(d.headers, "Vary"), c.vary) << c.what;
    EXPECT_EQ(!value_of(d.headers, "Access-Control-Expose-Headers").empty(), c.exposes) << c.what;
    EXPECT_EQ(value_of(d.headers, "Access-Control-Allow-Credentials"), "") << c.what;
  }
}

class browser : public stream_fixture {
 protected:
  browser() { settings->server.allowed_origins = {"https://desk.example"}; }

  std::shared_ptr<fake_exchange> preflight(std::string path, const char* origin = "https://desk.example",
                                           listener l = listener::open) {
    return p.send({method::options,
                   std::move(path),
                   {{"Origin", origin}, {"Access-Control-Request-Method", "GET"}},
                   {}},
                  l);
  }
};

const std::pair<std::string, std::string> page{"Origin", "https://desk.example"};
constexpr const char* allow_origin = "Access-Control-Allow-Origin";

TEST_F(browser, may_ask_before_it_sends_to_any_route) {
  for (const auto& r : api::routes()) {
    if (r.where == listener::admin) continue;
    std::string path(r.pattern);
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, "x");
    const auto x = preflight(path);
    EXPECT_EQ(x->status(), 204) << path;
    EXPECT_EQ(x->header(allow_origin), "https://desk.example") << path;
    EXPECT_EQ(x->header("Vary"), "Origin") << path;
    EXPECT_THAT(x->header("Access-Control-Allow-Methods"), HasSubstr(std::string(to_word(r.verb)))) << path;
    for (const auto* name : {"Authorization", "Content-Type", "If-Match", "Last-Event-ID"})
      EXPECT_THAT(x->header("Access-Control-Allow-Headers"), HasSubstr(name)) << path;
    EXPECT_EQ(x->header("Access-Control-Max-Age"), "600") << path;
    EXPECT_EQ(x->answer().body, "");
  }
  EXPECT_EQ(preflight("/v1/conversations/x")->header("Access-Control-Allow-Methods"), "GET, HEAD, PATCH");
}

TEST_F(browser, is_refused_where_its_origin_is_not_allowed_and_on_paths_that_are_none) {
  const auto foreign = preflight("/v1/conversations", "https://evil.example");
  EXPECT_EQ(foreign->status(), 403);
  EXPECT_EQ(foreign->code(), "origin-not-allowed");
  EXPECT_EQ(foreign->header(allow_origin), "");
  EXPECT_EQ(foreign->header("Access-Control-Allow-Methods"), "");
  const auto nowhere = preflight("/v1/nothing");
  EXPECT_EQ(nowhere->status(), 404);
  EXPECT_EQ(nowhere->header(allow_origin), "https://desk.example")
      << "the page may read that it is not there";
  const auto plain = p.send({method::options, "/v1/conversations", {page}, {}});
  EXPECT_EQ(plain->status(), 405) << "OPTIONS that is no preflight";
}

TEST_F(browser, reads_answers_and_errors_alike) {
  commit(1);
  const auto path = "/v1/conversations/" + conversation_of("acme");
  p.engine.rows.conversations_by_id[{"acme", conversation_of("acme")}] = R"({"id":"x","version":3})";
  const std::shared_ptr<fake_exchange> answers[] = {
      p.get("/v1/events?from=earliest", "acme-admin", {page}),
      p.get("/v1/events?from=nonsense", "acme-admin", {page}),
      p.get("/v1/events", "nobody", {page}),
      p.get("/v1/nothing", "acme-admin", {page}),
      p.get(path, "acme-admin", {page}),
      p.get("/v1/dead-letters", "acme-reader", {page}),
      p.call(method::del, path, "", "acme-admin", {page}),
      p.call(method::patch, path, "{", "acme-admin", {page}),
  };
  std::set<int> seen;
  for (const auto& x : answers) {
    seen.insert(x->status());
    EXPECT_EQ(x->header(allow_origin), "https://desk.example") << x->status();
    EXPECT_EQ(x->header("Vary"), "Origin") << x->status();
  }
  EXPECT_EQ(seen, (std::set<int>{200, 400, 401, 403, 404, 405}));
  // Whatever a route answers with beside the headers that every page may read is named as readable.
  const auto exposed = answers[0]->header("Access-Control-Expose-Headers");
  for (const auto& x : answers) {
    for (const auto& [name, value] : x->answer().headers) {
      if (name == "Vary" || name == "Cache-Control" || name.starts_with("Access-Control-")) continue;
      EXPECT_THAT(exposed, HasSubstr(name));
    }
  }
  for (const auto* name : {"ETag", "Link", "Retry-After"}) EXPECT_THAT(exposed, HasSubstr(name));
  const auto other = p.get(path, "acme-admin", {{"Origin", "https://evil.example"}});
  EXPECT_EQ(other->status(), 200) << "a browser sends it anyway; it only keeps the answer to itself";
  EXPECT_EQ(other->header(allow_origin), "");
}

TEST_F(browser, reads_a_stream) {
  (void)sse("", "acme-reader", {page});
  EXPECT_EQ(last->status(), 0) << "it is a stream";
  EXPECT_EQ(value_of(last->answer_headers, allow_origin), "https://desk.example");
}

TEST_F(browser, gets_nothing_of_webhooks_and_the_admin_listener) {
  const auto hook = preflight("/webhooks/meta");
  EXPECT_EQ(hook->status(), 405);
  const auto post = p.send({method::post, "/webhooks/meta", {page}, "{}"});
  EXPECT_EQ(post->status(), 401);
  const auto admin = preflight("/status", "https://desk.example", listener::admin);
  EXPECT_EQ(admin->status(), 405);
  const auto status = p.send({method::get, "/status", {page}, {}}, listener::admin);
  EXPECT_EQ(status->status(), 200);
  for (const auto& x : {hook, post, admin, status}) {
    EXPECT_EQ(x->header(allow_origin), "");
    EXPECT_EQ(x->header("Vary"), "");
  }
}

TEST_F(browser, is_let_in_and_out_by_a_reload) {
  auto next = some_settings();
  next->server.allowed_origins = {"https://new.example"};
  p.engine.take(next);
  EXPECT_EQ(preflight("/v1/conversations", "https://desk.example")->status(), 403);
  EXPECT_EQ(preflight("/v1/conversations", "https://new.example")->status(), 204);
  EXPECT_EQ(p.get("/v1/conversations", "acme-admin", {page})->header(allow_origin), "");
}

}  // namespace
}  // namespace switchboard::net::testing
