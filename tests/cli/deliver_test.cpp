#include "cli/deliver.hpp"

#include "scripted_server.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

namespace switchboard::cli {
namespace {

using namespace std::chrono_literals;
using test::http_answer;
using test::scripted_answer;
using test::scripted_server;
using test::seen_request;
namespace fs = std::filesystem;

class folder {
 public:
  folder() {
    std::string pattern = (fs::temp_directory_path() / "deliver-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~folder() { fs::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

std::vector<std::string> bodies(payload_source& s) {
  std::vector<std::string> out;
  while (const auto p = s.next()) out.push_back(p->body);
  return out;
}

TEST(payloads, of_files_folders_and_lines_in_order) {
  const folder f;
  f.write("in/b.json", "{\"b\":1}\n");
  f.write("in/a/x.json", " {\"x\":1}");
  f.write("in/c.ndjson", "{\"c\":1}\r\n\n{\"c\":2}");
  f.write("in/readme.md", "no");
  const auto single = f.write("single.txt", "{}");
  auto source = payload_source::open({f.path() + "/in", single}, 2);
  ASSERT_TRUE(source);
  const std::vector<std::string> once{" {\"x\":1}", "{\"b\":1}\n", "{\"c\":1}", "{\"c\":2}", "{}"};
  auto twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  EXPECT_EQ(bodies(**source), twice);
  EXPECT_FALSE((*source)->failed());
  EXPECT_EQ((*source)->bytes_read(), (*source)->bytes_total());
}

TEST(payloads, name_what_is_wrong_with_a_path) {
  const folder f;
  f.write("empty/readme.md", "no");
  EXPECT_NE(payload_source::open({f.path() + "/none"}, 1).error().find("no such file"), std::string::npos);
  EXPECT_NE(payload_source::open({f.path() + "/empty"}, 1).error().find("no *.json"), std::string::npos);
  const auto gone = f.write("gone.json", "{}");
  auto source = payload_source::open({gone}, 1);
  ASSERT_TRUE(source);
  fs::remove(gone);
  EXPECT_FALSE((*source)->next());
  ASSERT_TRUE((*source)->failed());
  EXPECT_NE((*source)->failed()->find("gone.json"), std::string::npos);
}

struct run {
  delivery_totals totals;
  std::vector<seen_request> requests;
};

run deliver(const std::string& path, scripted_server::handler answers, net::platforms::kind kind,
            const retry_policy& retry = {.attempts_max = 4, .wait_max = 50ms, .first_wait = 1ms},
            std::uint32_t connections = 1, std::uint64_t rate = 0) {
  scripted_server server(std::move(answers));
  auto source = payload_source::open({path}, 1);
  if (!source) throw std::runtime_error(source.error());
  deliver_options o;
  o.connections = connections;
  o.rate = rate;
  const signer sign{.kind = kind, .secret = "s3cret", .base_url = server.url()};
  run r;
  r.totals = deliver_all(**source, sign, "my source", o, retry);
  r.requests = server.requests();
  return r;
}

scripted_answer accepted() {
  return {http_answer(200, R"({"events":3,"quarantined":1})")};
}

TEST(deliver, signs_each_body_as_its_platform_would) {
  const folder f;
  const auto file = f.write("p.json", "{\"object\":\"page\"}\n");
  const auto meta = deliver(
      file, [](const seen_request&, std::size_t) { return accepted(); }, net::platforms::kind::meta);
  ASSERT_EQ(meta.requests.size(), 1u);
  const auto& r = meta.requests[0];
  EXPECT_EQ(r.target(), "/webhooks/my%20source");
  EXPECT_EQ(r.body, "{\"object\":\"page\"}\n");
  const std::string secret = "s3cret", signature = r.header("X-Hub-Signature-256");
  const net::platforms::field header{"X-Hub-Signature-256", signature};
  EXPECT_TRUE(
      net::platforms::functions_of(net::platforms::kind::meta).verify({&header, 1}, r.body, {&secret, 1}));
  EXPECT_EQ(meta.totals.accepted, 1u);
  EXPECT_EQ(meta.totals.events, 3u);
  EXPECT_EQ(meta.totals.quarantined, 1u);
  EXPECT_EQ(meta.totals.latency.count(), 1u);
  const auto telegram = deliver(
      file, [](const seen_request&, std::size_t) { return accepted(); }, net::platforms::kind::telegram);
  EXPECT_EQ(telegram.requests.at(0).header("X-Telegram-Bot-Api-Secret-Token"), "s3cret");
  for (const auto& [which, name] :
       {std::pair{net::platforms::kind::x, "x-twitter-webhooks-signature"},
        std::pair{net::platforms::kind::linkedin, "X-LI-Signature"},
        std::pair{net::platforms::kind::bluesky, "X-Switchboard-Signature-256"}}) {
    const auto sent = deliver(
        file, [](const seen_request&, std::size_t) { return accepted(); }, which);
    const std::string value = sent.requests.at(0).header(name);
    const net::platforms::field signed_by{name, value};
    EXPECT_TRUE(
        net::platforms::functions_of(which).verify({&signed_by, 1}, sent.requests[0].body, {&secret, 1}));
  }
}

TEST(deliver, sends_again_after_429_and_503_and_a_broken_connection) {
  const folder f;
  const auto file = f.write("p.json", "{}");
  const auto r = deliver(
      file,
      [](const seen_request&, std::size_t n) {
        if (n == 0) return scripted_answer{http_answer(503, "", "Retry-After: 0\r\n")};
        if (n == 1)
          return scripted_answer{http_answer(429, "", "Retry-After: 9999\r\n")};  // held to wait_max
        if (n == 2) return scripted_answer{"", true};
        return accepted();
      },
      net::platforms::kind::meta);
  EXPECT_EQ(r.requests.size(), 4u);
  EXPECT_EQ(r.totals.sent, 1u);
  EXPECT_EQ(r.totals.accepted, 1u);
  EXPECT_GE(r.totals.retries, 2u);
  EXPECT_EQ(r.totals.first_problem, "");
}

TEST(deliver, gives_up_after_its_attempts_and_says_on_what) {
  const folder f;
  f.write("in/a.json", "{\"a\":1}");
  f.write("in/b.json", "{\"b\":1}");
  const auto r = deliver(
      f.path() + "/in",
      [](const seen_request& q, std::size_t) {
        return q.body.find('a') != std::string::npos ? scripted_answer{http_answer(503, "")} : accepted();
      },
      net::platforms::kind::meta);
  EXPECT_EQ(r.requests.size(), 5u);
  EXPECT_EQ(r.totals.sent, 2u);
  EXPECT_EQ(r.totals.accepted, 1u);
  EXPECT_EQ(r.totals.refused, (std::map<int, std::uint64_t>{{503, 1}}));
  EXPECT_NE(r.totals.first_problem.find("a.json"), std::string::npos);
}

TEST(deliver, does_not_repeat_what_was_refused_for_good) {
  const folder f;
  const auto file = f.write("p.json", "{}");
  for (const int status : {400, 401, 404, 413, 500}) {
    const auto r = deliver(
        file, [status](const seen_request&, std::size_t) { return scripted_answer{http_answer(status, "")}; },
        net::platforms::kind::meta);
    EXPECT_EQ(r.requests.size(), 1u);
    EXPECT_EQ(r.totals.refused, (std::map<int, std::uint64_t>{{status, 1}}));
    EXPECT_NE(r.totals.first_problem.find(std::to_string(status)), std::string::npos);
  }
}

TEST(deliver, sends_everything_once_over_many_connections_at_its_rate) {
  const folder f;
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "{\"n\":" + std::to_string(i) + "}\n";
  const auto file = f.write("many.ndjson", lines);
  const auto r = deliver(
      file, [](const seen_request&, std::size_t) { return accepted(); }, net::platforms::kind::meta, {}, 8,
      500);
  EXPECT_EQ(r.totals.accepted, 100u);
  std::set<std::string> distinct;
  for (const auto& q : r.requests) distinct.insert(q.body);
  EXPECT_EQ(distinct.size(), 100u);
  EXPECT_GE(r.totals.elapsed, 195ms);  // the hundredth is due after 99/500 s
}

TEST(deliver, signs_what_it_made_ours_and_holds_back_what_it_could_not) {
  const folder f;
  f.write("in/1.json", R"({"object":"page","entry":[{"id":"12"}]})");
  f.write("in/2.json", R"({"object":"instagram","entry":[{"id":"12"}]})");
  scripted_server server([](const seen_request&, std::size_t) { return accepted(); });
  auto source = payload_source::open({f.path() + "/in"}, 1);
  ASSERT_TRUE(source);
  deliver_options o;
  o.own = true;
  const std::string secret = "s3cret";
  const signer sign{.kind = net::platforms::kind::meta, .secret = secret, .base_url = server.url()};
  const own_accounts own{.config = "my.toml", .source = "meta", .ids = {{domain::platform::facebook, "900"}}};
  const auto t = deliver_all(**source, sign, "meta", o, {}, own);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].body, R"({"object":"page","entry":[{"id":"900"}]})");
  const std::string signature = requests[0].header("X-Hub-Signature-256");
  const net::platforms::field header{"X-Hub-Signature-256", signature};
  EXPECT_TRUE(net::platforms::functions_of(sign.kind).verify({&header, 1}, requests[0].body, {&secret, 1}));
  EXPECT_EQ(t.held_back, 1u);
  EXPECT_NE(t.first_problem.find("2.json: my.toml has no instagram account"), std::string::npos)
      << t.first_problem;
}

TEST(deliver, counts_bodies_without_an_answer) {
  const folder f;
  const auto r = deliver(
      f.write("p.json", "{}"),
      [](const seen_request&, std::size_t) {
        return scripted_answer{"", true};
      },
      net::platforms::kind::meta);
  EXPECT_EQ(r.totals.sent, 0u);
  EXPECT_EQ(r.totals.unreachable, 1u);
  EXPECT_EQ(r.totals.retries, 3u);
  EXPECT_FALSE(r.totals.no_engine);
}

TEST(deliver, gives_up_at_once_where_no_engine_ever_was) {
  const folder f;
  f.write("in/1.json", "{}");
  f.write("in/2.json", "{}");
  auto source = payload_source::open({f.path() + "/in"}, 1);
  ASSERT_TRUE(source);
  const signer sign{.kind = net::platforms::kind::meta,
                    .secret = "x",
                    .base_url = "http://127.0.0.1:" + std::to_string(free_port())};
  const auto t = deliver_all(**source, sign, "meta", {.paths = {}, .signing = {}, .connections = 1},
                             {.attempts_max = 100, .wait_max = 60'000ms, .first_wait = 60'000ms});
  EXPECT_EQ(t.sent, 0u);
  EXPECT_EQ(t.unreachable, 1u);
  EXPECT_EQ(t.retries, 0u);
  EXPECT_TRUE(t.no_engine);
  EXPECT_NE(t.first_problem.find(sign.base_url), std::string::npos) << t.first_problem;
  EXPECT_NE(t.first_problem.find("is the engine running"), std::string::npos);
}

TEST(retry_wait, follows_retry_after_within_its_bound) {
  const retry_policy p{.attempts_max = 3, .wait_max = 5'000ms, .first_wait = 1ms};
  const auto with = [](std::string value) {
    return http_reply{503, {{"retry-after", std::move(value)}}, ""};
  };
  EXPECT_EQ(retry_wait(with("2"), 7ms, p), 2'000ms);
  EXPECT_EQ(retry_wait(with("0"), 7ms, p), 0ms);
  EXPECT_EQ(retry_wait(with("4000000000"), 7ms, p), 5'000ms);
  for (const char* odd : {"", "soon", "-1", "Wed, 21 Oct 2026 07:28:00 GMT"})
    EXPECT_EQ(retry_wait(with(odd), 7ms, p), 7ms) << odd;
}

constexpr const char* config_text = R"([server]
listen = "127.0.0.1:7001"
admin_listen = "127.0.0.1:7002"
demo = true
[[brand]]
id = "acme"
[[source]]
id = "bot"
kind = "telegram"
secrets = ["tg-secret", "older"]
[[account]]
id = "acme-bot"
brand = "acme"
source = "bot"
platform = "telegram"
platform_id = "42"
)";

TEST(signing, takes_what_flags_leave_open_from_the_config) {
  const folder f;
  signing_options o;
  o.config = f.write("c.toml", config_text);
  o.config_given = true;
  o.source = "bot";
  const auto s = find_signer(o);
  ASSERT_TRUE(s) << s.error();
  EXPECT_EQ(s->kind, net::platforms::kind::telegram);
  EXPECT_EQ(s->secret, "tg-secret");
  EXPECT_EQ(s->base_url, "http://127.0.0.1:7001");
  o.secret = "other";
  o.url = "http://elsewhere:1";
  EXPECT_EQ(find_signer(o)->secret, "other");
  EXPECT_EQ(find_signer(o)->base_url, "http://elsewhere:1");
  o.source = "none";
  EXPECT_NE(find_signer(o).error().find("it has: bot"), std::string::npos);
  for (const auto& [word, kind] :
       {std::pair{"x", net::platforms::kind::x}, std::pair{"linkedin", net::platforms::kind::linkedin},
        std::pair{"bluesky", net::platforms::kind::bluesky}}) {
    o.kind = word;
    EXPECT_EQ(find_signer(o)->kind, kind);
  }
  o.kind = "meta";  // now the flags say all: a source that this config does not have may be another engine's
  EXPECT_TRUE(find_signer(o));
}

TEST(signing, needs_no_config_when_the_flags_say_all) {
  signing_options o;
  o.source = "meta";
  o.config = "/nonexistent.toml";
  EXPECT_NE(find_signer(o).error().find("--secret and --kind"), std::string::npos);
  o.secret = "x";
  o.kind = "meta";
  ASSERT_TRUE(find_signer(o));
  EXPECT_EQ(find_signer(o)->base_url, "http://127.0.0.1:8080");
}

}  // namespace
}  // namespace switchboard::cli
