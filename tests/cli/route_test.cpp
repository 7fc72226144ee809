// `route --explain`: what a conversation must say, what is said of it, and what a mistake is told.

#include "cli/route.hpp"

#include "cli/commands.hpp"
#include "config/load.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace switchboard::cli {
namespace {

constexpr std::string_view config_text = R"([server]
demo = true
[[brand]]
id = "acme"
[[brand]]
id = "quiet"
[[source]]
id = "meta"
kind = "meta"
secrets = ["s"]
verify_token = "v"
[[account]]
id = "acme-whatsapp"
brand = "acme"
source = "meta"
platform = "whatsapp"
platform_id = "1"
[[queue]]
id = "support"
brand = "acme"
[[queue]]
id = "billing"
brand = "acme"
[[agent]]
id = "ada"
brand = "acme"
queues = ["billing"]
skills = { billing = 4, "language:de" = 2 }
[[routing.rule]]
name = "public"
kinds = ["comment", "mention"]
set_priority = "low"
[[routing.rule]]
name = "gold"
attributes = { plan = "gold" }
set_priority = "urgent"
[[routing.rule]]
name = "refunds"
queue = "billing"
keywords = ["refund", "money back"]
set_priority = "high"
required = { billing = 3 }
preferred = { "language:de" = 10 }
[[routing.rule]]
name = "vip"
tags = ["vip"]
)";

config::settings_ptr settings() {
  const auto loaded = config::load_text(config_text, "t.toml");
  if (!loaded) throw std::runtime_error(config::to_text(loaded.error().front()));
  return *loaded;
}

std::string explained(std::string_view json, bool as_json = false, const std::string& brand = {}) {
  const auto s = settings();
  const auto about = read_subject(json, *s, brand);
  if (!about) return "can't be read: " + about.error();
  auto text = explain_route(*s, *about, as_json);
  for (std::size_t at; (at = text.find(s->version)) != std::string::npos;)
    text.replace(at, s->version.size(), "V");
  return text;
}

TEST(route, each_rule_before_the_one_that_fits_says_its_first_failing_test) {
  EXPECT_EQ(explained(R"({"accountId":"acme-whatsapp","text":"I want my MONEY BACK"})"),
            "  1 public   does not fit  kind: is \"dm\", wanted \"comment\", \"mention\"\n"
            "  2 gold     does not fit  attribute: \"plan\" is not known, wanted \"gold\"\n"
            "  3 refunds  fits\n"
            "    (1 behind it not asked)\n"
            "=> queue billing, priority high instead of medium, requires billing from level 3, prefers "
            "language:de by "
            "10\n"
            "config V\n");
}

TEST(route, a_customers_attributes_are_read_where_the_api_shows_them) {
  const auto said = explained(
      R"({"accountId":"acme-whatsapp","text":"hello","metadata":{"customerAttributes":{"plan":"free"}}})");
  EXPECT_NE(said.find("\"plan\" is \"free\", wanted \"gold\""), std::string::npos) << said;
}

TEST(route, what_no_rule_fits_goes_to_the_brands_queue) {
  EXPECT_EQ(
      explained(
          R"({"accountId":"acme-whatsapp","tags":["new","old"],"text":"hello","attributes":{"plan":"free"}})"),
      "  1 public   does not fit  kind: is \"dm\", wanted \"comment\", \"mention\"\n"
      "  2 gold     does not fit  attribute: \"plan\" is \"free\", wanted \"gold\"\n"
      "  3 refunds  does not fit  keyword: the text has none of \"refund\", \"money back\"\n"
      "  4 vip      does not fit  tag: has \"new\", \"old\", wanted \"vip\"\n"
      "no rule fits\n"
      "=> queue support, the brand's, priority medium\n"
      "config V\n");
}

TEST(route, a_rule_without_a_queue_leaves_the_brands) {
  EXPECT_EQ(explained(R"({"brand":"acme","platform":"x","metadata":{"source":"mention"},"priority":"high"})"),
            "  1 public  fits\n"
            "    (3 behind it not asked)\n"
            "=> queue support, the brand's, priority low instead of high\n"
            "config V\n");
}

TEST(route, a_conversation_of_the_api_is_taken_as_it_is) {
  const auto said = explained(
      R"({"id":"c_01-1","brand":"acme","platform":"whatsapp","accountId":"acme-whatsapp","status":"open","priority":"medium",
          "tags":["vip"],"unread":1,"version":3,"queue":null,"metadata":{"source":"dm","language":"de","customerSince":"x"},
          "createdAt":"2026-11-22T10:00:00.000Z"})");
  EXPECT_NE(said.find("  4 vip      fits\n=> queue support"), std::string::npos) << said;
}

TEST(route, json_says_the_same) {
  EXPECT_EQ(
      explained(R"({"accountId":"acme-whatsapp","text":"refund"})", true),
      R"({"config":"V","brand":"acme","tried":[)"
      R"({"name":"public","fits":false,"failed":"kind","why":"is \"dm\", wanted \"comment\", \"mention\""},)"
      R"({"name":"gold","fits":false,"failed":"attribute","why":"\"plan\" is not known, wanted \"gold\""},)"
      R"({"name":"refunds","fits":true}],"rules":4,"rule":"refunds","queue":"billing","priority":"high",)"
      R"("required":{"billing":3},"preferred":{"language:de":10}})"
      "\n");
  simdjson::dom::parser parser;
  const auto none = explained(R"({"accountId":"acme-whatsapp","text":"\"\n"})", true);
  simdjson::dom::object o;
  ASSERT_EQ(parser.parse(none).get(o), simdjson::SUCCESS) << none;
  EXPECT_EQ(o["rule"].error(), simdjson::NO_SUCH_FIELD);
}

TEST(route, a_brand_without_queues_has_no_routing) {
  EXPECT_EQ(explained(R"({"platform":"x"})", false, "quiet"),
            "brand quiet has no [[queue]], so nothing of it is routed\nconfig V\n");
  EXPECT_EQ(explained(R"({"platform":"x","brand":"acme"})", true, "quiet"),
            "{\"config\":\"V\",\"brand\":\"quiet\"}\n");
}

TEST(route, what_cannot_be_read_is_named) {
  const struct {
    std::string_view json, says;
  } table[] = {
      {"{", "is no JSON object ("},
      {"[]", "is no JSON object ("},
      {R"({"brand":"acme"})", "\"platform\" is missing; name it, or an \"accountId\" of the config"},
      {R"({"platform":"x"})", "\"brand\" is missing; name it, or use --brand"},
      {R"({"brand":"acne","platform":"x"})", "the config has no [[brand]] \"acne\"; did you mean \"acme\"?"},
      {R"({"brand":"acme","platform":"whatsap"})", "\"platform\" is \"whatsap\"; did you mean \"whatsapp\"?"},
      {R"({"brand":"acme","platform":"fax"})", "\"platform\" is \"fax\", which is none of \"facebook\""},
      {R"({"accountId":"acme-whatsap"})",
       "\"accountId\" is \"acme-whatsap\", and the config has no such [[account]]; did you mean "
       "\"acme-whatsapp\"?"},
      {R"({"accountId":"acme-whatsapp","platform":"x"})",
       "\"platform\" is \"x\", and account \"acme-whatsapp\" is on \"whatsapp\""},
      {R"({"accountId":"acme-whatsapp","tags":"vip"})", "\"tags\" must be a list of strings"},
      {R"({"accountId":"acme-whatsapp","tags":[1]})", "\"tags\" must be a list of strings"},
      {R"({"accountId":"acme-whatsapp","text":5})", "\"text\" must be a string"},
      {R"({"accountId":"acme-whatsapp","metadata":5})", "\"metadata\" must be an object"},
      {R"({"accountId":"acme-whatsapp","metadata":{"source":"letter"}})",
       "\"source\" is \"letter\", which is none of"},
      {R"({"accountId":"acme-whatsapp","priority":"urgnt"})",
       "\"priority\" is \"urgnt\"; did you mean \"urgent\"?"},
      {R"({"accountId":"acme-whatsapp","attributes":{"plan":1}})",
       "\"attributes\" must be an object of strings, and \"plan\" is none"},
  };
  for (const auto& row : table) {
    const auto said = explained(row.json);
    EXPECT_TRUE(said.starts_with("can't be read: " + std::string(row.says))) << row.json << "\n" << said;
  }
}

// -- the command ---------------------------------------------------------------------------------------------

class route_command : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(directory_);
    write("t.toml", config_text);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, std::string_view content) {
    std::ofstream(directory_ / name, std::ios::binary) << content;
    return (directory_ / name).string();
  }
  struct said {
    int code;
    std::string out, err;
  };
  said call(std::vector<std::string> words) {
    words.insert(words.begin(), {"switchboard", "route"});
    std::vector<const char*> argv;
    for (const auto& w : words) argv.push_back(w.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = run(static_cast<int>(argv.size()), argv.data(), [](const serve_options&) { return 42; });
    auto out = testing::internal::GetCapturedStdout();
    return {code, std::move(out), testing::internal::GetCapturedStderr()};
  }
  [[nodiscard]] std::string config() const { return (directory_ / "t.toml").string(); }

  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("switchboard-route-" + std::to_string(::getpid()));
};

TEST_F(route_command, reads_files_and_exits_as_the_others_do) {
  const auto file = write("c.json", R"({"accountId":"acme-whatsapp","text":"refund"})");
  const auto good = call({"--explain", file, "--config", config()});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_NE(good.out.find("=> queue billing"), std::string::npos) << good.out;
  EXPECT_EQ(good.err, "");
  EXPECT_TRUE(call({"--explain", file, "--config", config(), "--json"}).out.starts_with("{\"config\":"));
  EXPECT_NE(
      call({"--explain", file, "--config", config(), "--brand", "quiet"}).out.find("brand quiet has no"),
      std::string::npos);

  const auto usage = call({});
  EXPECT_EQ(usage.code, 2);
  EXPECT_NE(usage.err.find("--explain is required"), std::string::npos) << usage.err;
  const auto missing = call({"--explain", "/nonexistent.json", "--config", config()});
  EXPECT_EQ(missing.code, 1);
  EXPECT_EQ(missing.err, "switchboard route: /nonexistent.json cannot be read: No such file or directory\n");
  const auto bad = call({"--explain", write("bad.json", "{}"), "--config", config()});
  EXPECT_EQ(bad.code, 1);
  EXPECT_NE(bad.err.find("bad.json: \"platform\" is missing"), std::string::npos) << bad.err;
  EXPECT_EQ(bad.out, "");
  const auto large =
      call({"--explain", write("large.json", std::string((4 << 20) + 1, ' ')), "--config", config()});
  EXPECT_EQ(large.code, 1);
  EXPECT_NE(large.err.find("larger than 4 MiB"), std::string::npos) << large.err;
}

TEST_F(route_command, a_config_that_is_wrong_is_shown_with_its_places) {
  const auto file = write("c.json", "{}");
  const auto wrong = call({"--explain", file, "--config", write("wrong.toml", "[[queue]]\nid = \"q\"\n")});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_NE(wrong.err.find("wrong.toml:1:1: error: [[queue]] needs brand"), std::string::npos) << wrong.err;
  EXPECT_NE(wrong.err.find("switchboard route: the config can't be read; see above"), std::string::npos)
      << wrong.err;
}

}  // namespace
}  // namespace switchboard::cli
