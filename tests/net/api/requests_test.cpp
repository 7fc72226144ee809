// What the REST routes make of a request, and what they answer: bodies, queries, pages, versions.

#include "net/api/body.hpp"
#include "net/api/reading.hpp"
#include "parts.hpp"

#include <gmock/gmock.h>

namespace switchboard::net::testing {
namespace {

using http::method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string conversation_path = "/v1/conversations/" + conversation_of("acme");

// -- bodies ------------------------------------------------------------------------------------------------------

struct body_case {
  const char* body;
  const char* pointer;
  const char* says;
};

TEST(body, names_each_wrong_field_by_its_pointer) {
  const body_case cases[] = {
      {"", "", "one JSON object"},
      {"[]", "", "one JSON object"},
      {"null", "", "one JSON object"},
      {"{\"status\":\"open\"", "", "one JSON object"},
      {"{\"status\":\"open\"} x", "", "one JSON object"},
      {"{\"status\":\"\xff\"}", "", "one JSON object"},
      {"{\"status\":\"done\"}", "/status", "none that exists"},
      {"{\"status\":1}", "/status", "must be a string"},
      {"{\"status\":null}", "/status", "must be a string"},
      {"{\"priority\":\"Urgent\"}", "/priority", "none that exists"},
      {"{\"tags\":\"vip\"}", "/tags", "array of strings"},
      {"{\"tags\":[\"a\",1]}", "/tags", "array of strings"},
      {"{\"tags\":[[\"a\"]]}", "/tags", "array of strings"},
      {"{\"snoozeUntil\":\"tomorrow\"}", "/snoozeUntil", "RFC 3339"},
      {"{\"snoozeUntil\":1790000000}", "/snoozeUntil", "must be a string"},
      {"{\"Status\":\"open\"}", "/Status",
       "unknown field; this takes status, priority, tags, snoozeUntil, language, customerAttributes"},
      {"{\"brand\":\"beta\"}", "/brand", "unknown field"},
      {"{\"a/b~c\":1}", "/a~1b~0c", "unknown field"},
      {"{\"status\":\"open\",\"status\":\"closed\"}", "/status", "stands twice"},
  };
  for (const auto& c : cases) {
    parts p;
    const auto x = p.call(method::patch, conversation_path, c.body);
    EXPECT_EQ(x->status(), 400) << c.body;
    EXPECT_EQ(x->code(), "invalid-body") << c.body;
    EXPECT_THAT(x->answer().body, HasSubstr("\"pointer\":\"" + std::string(c.pointer) + "\"")) << c.body;
    EXPECT_THAT(x->answer().body, HasSubstr(c.says)) << c.body;
    EXPECT_THAT(p.engine.executed, IsEmpty()) << c.body;
  }
}

TEST(body, tells_all_mistakes_at_once_but_no_thousand) {
  parts p;
  const auto two = p.call(method::patch, conversation_path, R"({"status":"x","priority":"y"})");
  EXPECT_THAT(two->answer().body, HasSubstr("/status"));
  EXPECT_THAT(two->answer().body, HasSubstr("/priority"));
  std::string many = "{";
  for (int i = 0; i < 5'000; ++i) many += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":0";
  many += "}";
  EXPECT_LT(p.call(method::patch, conversation_path, many)->answer().body.size(), 4'000u);
}

TEST(body, gives_what_it_was_asked_for) {
  api::body_reader b{R"({"t":"x\u00e9","l":["a",""],"w":"2026-11-21T08:05:48Z"})", {"t", "l", "w", "absent"}};
  EXPECT_EQ(b.text("t"), "x\u00e9");
  EXPECT_THAT(*b.texts("l"), ElementsAre("a", ""));
  EXPECT_EQ(domain::to_rfc3339(*b.time("w")), "2026-11-21T08:05:48.000Z");
  EXPECT_FALSE(b.text("absent"));
  EXPECT_FALSE(b.has("absent"));
  EXPECT_TRUE(b.ok());
}

// -- acts --------------------------------------------------------------------------------------------------------

TEST(acts, a_patch_reaches_the_owner_as_it_was_asked) {
  parts p;
  p.engine.result.conversation = R"({"id":"x"})";
  p.engine.result.version = 8;
  const auto x =
      p.call(method::patch, conversation_path,
             R"({"status":"snoozed","priority":"high","tags":["a"],"snoozeUntil":"2026-12-01T00:00:00Z",
                 "language":"de","customerAttributes":{"plan":"gold","age":null}})",
             "acme-agent", {{"If-Match", "\"7\""}});
  EXPECT_EQ(x->status(), 200);
  EXPECT_EQ(x->answer().body, R"({"id":"x"})");
  EXPECT_EQ(x->header("ETag"), "\"8\"");
  ASSERT_EQ(p.engine.executed.size(), 1u);
  const auto& patch = std::get<domain::patch>(p.engine.executed[0].second);
  EXPECT_EQ(domain::to_text(patch.id), conversation_of("acme"));
  EXPECT_EQ(patch.if_version, 7u);
  EXPECT_EQ(patch.status, domain::conversation_status::snoozed);
  EXPECT_EQ(patch.priority, domain::priority::high);
  EXPECT_THAT(*patch.tags, ElementsAre("a"));
  EXPECT_TRUE(patch.snooze_until);
  EXPECT_EQ(patch.language, "de");
  EXPECT_THAT(patch.customer_attributes,
              ElementsAre(std::pair(std::string("plan"), std::optional<std::string>("gold")),
                          std::pair(std::string("age"), std::optional<std::string>())));
}

TEST(acts, if_match_is_a_version) {
  for (const auto* good : {"7", "\"7\"", "*", ""}) {
    parts p;
    EXPECT_EQ(p.call(method::patch, conversation_path, "{}", "acme-agent", {{"If-Match", good}})->status(),
              200);
  }
  for (const auto* bad : {"\"", "\"\"", "W/\"7\"", "-1", "7x", "\"7\", \"8\"", "99999999999999999999999"}) {
    parts p;
    const auto x = p.call(method::patch, conversation_path, "{}", "acme-agent", {{"If-Match", bad}});
    EXPECT_EQ(x->status(), 400) << bad;
    EXPECT_THAT(p.engine.executed, IsEmpty());
  }
}

TEST(acts, refusals_have_their_status) {
  const std::tuple<domain::refusal, int, std::string> cases[] = {
      {domain::refusal::not_found, 404, "not-found"},
      {domain::refusal::stale_version, 409, "version-stale"},
      {domain::refusal::superseded, 409, "conversation-superseded"},
      {domain::refusal::invalid, 422, "invalid-change"}};
  for (const auto& [why, status, code] : cases) {
    parts p;
    p.engine.result.refused = domain::refused{why, "because"};
    const auto x = p.call(method::patch, conversation_path, "{}");
    EXPECT_EQ(x->status(), status);
    EXPECT_EQ(x->code(), code);
    if (status != 404) {
      EXPECT_THAT(x->answer().body, HasSubstr("because"));
    }
  }
  parts p;
  p.engine.result.failed = true;
  EXPECT_EQ(p.call(method::post, conversation_path + "/notes", R"({"content":"hi"})")->status(), 503);
}

TEST(acts, nothing_is_tried_on_a_full_or_failed_disk) {
  for (const auto h : {actors::health::failed, actors::health::disk_low}) {
    parts p;
    p.engine.health = h;
    EXPECT_EQ(p.call(method::post, conversation_path + "/read", "")->status(), 503);
    EXPECT_THAT(p.engine.executed, IsEmpty());
  }
}

TEST(acts, a_note_has_a_content_and_the_tokens_author) {
  parts p;
  p.engine.result.messages = {R"({"note":true})"};
  const auto x = p.call(method::post, conversation_path + "/notes", R"({"content":"hi"})");
  EXPECT_EQ(x->status(), 201);
  EXPECT_EQ(x->answer().body, R"({"note":true})");
  const auto& note = std::get<domain::add_note>(p.engine.executed.at(0).second);
  EXPECT_EQ(note.content, "hi");
  EXPECT_EQ(note.author, "acme-person");
  EXPECT_EQ(p.call(method::post, conversation_path + "/notes", "{}")->status(), 400);
  EXPECT_EQ(p.call(method::post, conversation_path + "/notes", R"({"content":"x","author":"eve"})")->status(),
            400);
}

TEST(acts, what_is_no_conversations_id_is_not_found) {
  for (const auto* id : {"x", "c_", "1", "m_00000000000000000000000001-1"}) {
    parts p;
    EXPECT_EQ(p.call(method::patch, "/v1/conversations/" + std::string(id), "{}")->status(), 404) << id;
    EXPECT_EQ(p.get("/v1/conversations/" + std::string(id))->status(), 404) << id;
    EXPECT_EQ(p.get("/v1/conversations/" + std::string(id) + "/messages")->status(), 404) << id;
  }
}

// -- reads -------------------------------------------------------------------------------------------------------

TEST(reads, a_conversation_comes_with_its_version) {
  parts p;
  p.engine.rows.conversations_by_id[{"acme", conversation_of("acme")}] =
      R"({"customerName":"\"version\":9","unread":1,"version":42,"createdAt":"x"})";
  const auto x = p.get(conversation_path);
  EXPECT_EQ(x->status(), 200);
  EXPECT_EQ(x->header("ETag"), "\"42\"");
  EXPECT_EQ(x->header("Cache-Control"), "no-store");
}

TEST(reads, the_lists_query_is_what_the_parameters_say) {
  parts p;
  (void)p.get(
      "/v1/conversations?status=open&status=pending&platform=whatsapp&account=a&assignee=b&queue=c&tag=d%20e"
      "&customer=f&sort=priority&limit=7&cursor=abc");
  const auto& q = *p.engine.rows.asked;
  EXPECT_THAT(q.brands, ElementsAre("acme"));
  EXPECT_THAT(q.statuses,
              ElementsAre(domain::conversation_status::open, domain::conversation_status::pending));
  EXPECT_THAT(q.platforms, ElementsAre(domain::platform::whatsapp));
  EXPECT_THAT(q.accounts, ElementsAre("a"));
  EXPECT_THAT(q.assignees, ElementsAre("b"));
  EXPECT_THAT(q.queues, ElementsAre("c"));
  EXPECT_THAT(q.tags, ElementsAre("d e"));
  EXPECT_THAT(q.customers, ElementsAre("f"));
  EXPECT_EQ(q.sort, storage::conversation_query::order::priority);
  EXPECT_EQ(q.limit, 7u);
  EXPECT_EQ(q.after, "abc");
}

TEST(reads, a_list_never_leaves_the_tokens_brand) {
  parts p;
  (void)p.get("/v1/conversations?brand=beta&brand=acme", "acme-reader");
  EXPECT_THAT(p.engine.rows.asked->brands, ElementsAre("acme"));
  p.engine.rows.asked.reset();
  const auto x = p.get("/v1/conversations?brand=beta", "acme-reader");
  EXPECT_EQ(x->answer().body, R"({"conversations":[]})");
  EXPECT_FALSE(p.engine.rows.asked) << "no brand left must not mean all";
  (void)p.get("/v1/conversations", "*-reader");
  EXPECT_THAT(p.engine.rows.asked->brands, ElementsAre("acme", "beta"));
}

TEST(reads, what_a_query_can_not_mean_is_400) {
  parts p;
  for (const auto* q : {"status=done", "platform=myspace", "sort=age", "limit=0", "limit=1001", "limit=-1",
                        "limit=1e3", "limit="}) {
    const auto x = p.get(std::string("/v1/conversations?") + q);
    EXPECT_EQ(x->status(), 400) << q;
    EXPECT_EQ(x->code(), "bad-request") << q;
  }
  EXPECT_FALSE(p.engine.rows.asked);
  p.engine.rows.list_error = "the cursor belongs to another query";
  const auto x = p.get("/v1/conversations?cursor=zzz");
  EXPECT_EQ(x->status(), 400);
  EXPECT_THAT(x->answer().body, HasSubstr("another query"));
}

TEST(reads, a_cursor_of_no_page_is_400_on_each_list) {
  parts p;
  p.engine.rows.list_error = "the cursor is not of a page of this list";
  p.engine.rows.conversations_by_id[{"acme", conversation_of("acme")}] = "{}";
  p.engine.rows.customers_by_id[{"acme", "cu_1"}] = "{}";
  for (const std::string& path :
       {conversation_path + "/messages", std::string("/v1/dead-letters"),
        std::string("/v1/customers/cu_1/conversations"), std::string("/v1/conversations")}) {
    const auto x = p.get(path + "?cursor=garbage");
    EXPECT_EQ(x->status(), 400) << path;
    EXPECT_EQ(x->code(), "bad-request") << path;
  }
}

TEST(reads, messages_come_in_the_order_that_is_asked) {
  parts p;
  p.engine.rows.conversations_by_id[{"acme", conversation_of("acme")}] = "{}";
  p.engine.rows.next_page.next = "m2";
  const auto asked = [&](const std::string& query) {
    EXPECT_EQ(p.get(conversation_path + "/messages" + query)->status(), 200) << query;
    return *p.engine.rows.messages_asked;
  };
  EXPECT_EQ(asked(""), storage::message_order::oldest);
  EXPECT_EQ(asked("?order=oldest"), storage::message_order::oldest);
  EXPECT_EQ(asked("?order=newest"), storage::message_order::newest);
  EXPECT_EQ(p.get(conversation_path + "/messages?order=newest")->header("Link"),
            "<" + conversation_path + "/messages?order=newest&cursor=m2>; rel=\"next\"");
  EXPECT_EQ(p.get(conversation_path + "/messages?order=random")->status(), 400);
}

TEST(reads, a_page_names_the_next) {
  parts p;
  p.engine.rows.next_page = {.rows = {R"({"id":"1"})", R"({"id":"2"})"}, .next = "n3xt"};
  const auto x = p.get("/v1/conversations?status=open&cursor=old&limit=2");
  EXPECT_EQ(x->answer().body, R"({"conversations":[{"id":"1"},{"id":"2"}],"cursor":"n3xt"})");
  EXPECT_EQ(x->header("Link"), "</v1/conversations?status=open&limit=2&cursor=n3xt>; rel=\"next\"");
  p.engine.rows.next_page = {.rows = {}, .next = ""};
  const auto last = p.get("/v1/conversations?cursor=n3xt");
  EXPECT_EQ(last->answer().body, R"({"conversations":[]})");
  EXPECT_EQ(last->header("Link"), "");
  p.engine.rows.conversations_by_id[{"acme", conversation_of("acme")}] = "{}";
  p.engine.rows.next_page.next = "m2";
  EXPECT_EQ(p.get(conversation_path + "/messages")->header("Link"),
            "<" + conversation_path + "/messages?cursor=m2>; rel=\"next\"");
}

TEST(reads, wait_their_turn_only_so_many) {
  parts p;
  p.engine.reads_full = true;
  for (const std::string path :
       {"/v1/conversations", "/v1/customers/x", "/v1/dead-letters", "/v1/dead-letters/x"}) {
    const auto x = p.get(path);
    EXPECT_EQ(x->status(), 503) << path;
    EXPECT_EQ(x->code(), "too-many-reads");
    EXPECT_EQ(x->header("Retry-After"), "1");
  }
}

// -- forgetting --------------------------------------------------------------------------------------------------

TEST(erasing, is_answered_202_until_the_files_are_rewritten_and_204_from_then_on) {
  parts p;
  p.engine.rows.customers_by_id[{"acme", "cu_1"}] = "{}";
  const auto ask = [&](std::string_view token = "acme-supervisor") {
    return p.call(method::del, "/v1/customers/cu_1", "", token);
  };
  const auto first = ask();
  EXPECT_EQ(first->status(), 202);
  EXPECT_EQ(first->answer().body, R"({"id":"cu_1","state":"pending"})");
  EXPECT_THAT(p.engine.erased, ElementsAre(std::pair<std::string, std::string>("acme", "cu_1")));
  p.engine.rows.customers_by_id.clear();
  p.engine.rows.erasures[{"acme", "cu_1"}] = {};
  p.engine.erasing = actors::erase_state::done;
  const auto last = ask("*-admin");
  EXPECT_EQ(last->status(), 204);
  EXPECT_EQ(last->answer().body, "");
  EXPECT_EQ(ask("beta-admin")->status(), 404) << "another brand's";
  EXPECT_EQ(p.engine.erased.size(), 2u);
  EXPECT_EQ(ask("acme-agent")->status(), 403);
}

TEST(erasing, says_when_it_can_not) {
  parts p;
  p.engine.rows.customers_by_id[{"acme", "cu_1"}] = "{}";
  for (const auto s : {actors::erase_state::busy, actors::erase_state::failed}) {
    p.engine.erasing = s;
    const auto x = p.call(method::del, "/v1/customers/cu_1", "");
    EXPECT_EQ(x->status(), 503);
    EXPECT_EQ(x->header("Retry-After"), "1");
  }
  p.engine.health = actors::health::disk_low;
  EXPECT_EQ(p.call(method::del, "/v1/customers/cu_1", "")->status(), 503);
  EXPECT_EQ(p.engine.erased.size(), 2u);
}

TEST(erasing, a_letter_that_was_withdrawn_can_not_be_replayed) {
  parts p;
  p.engine.rows.letters["dl_1"] = {.id = {"dl_1"},
                                   .source = {"meta"},
                                   .brand = {"acme"},
                                   .reason = "malformed",
                                   .detail = "",
                                   .raw = "",
                                   .received_at = {},
                                   .replayed_at = {},
                                   .erased = true};
  const auto x = p.call(method::post, "/v1/dead-letters/dl_1/replay", "");
  EXPECT_EQ(x->status(), 409);
  EXPECT_TRUE(p.engine.ingested.empty());
}

}  // namespace
}  // namespace switchboard::net::testing
