// Which route a request reaches, and who may go through. The matrix is generated from the route table: a new
// route is in it without being asked.

#include "net/api/router.hpp"

#include "parts.hpp"

#include <gmock/gmock.h>

#include <set>

namespace switchboard::net::testing {
namespace {

using http::listener;
using http::method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(router, finds_each_route_of_its_table) {
  for (const auto& r : api::routes()) {
    std::string path;
    bool in_name = false;
    for (const char c : r.pattern) {
      if (c == '{') path += "some-id";
      in_name = in_name ? c != '}' : c == '{';
      if (!in_name && c != '}') path += c;
    }
    const auto m = api::find_route(r.where, r.verb, path);
    ASSERT_NE(m.found, nullptr) << r.pattern;
    EXPECT_EQ(m.found->operation, r.operation);
    const auto named = static_cast<std::size_t>(std::count(r.pattern.begin(), r.pattern.end(), '{'));
    EXPECT_EQ(m.arguments, std::vector<std::string>(named, "some-id"));
    const auto other = r.where == listener::open ? listener::admin : listener::open;
    EXPECT_EQ(api::find_route(other, r.verb, path).found, nullptr) << path << " is on one listener only";
  }
}

TEST(router, operations_are_distinct_and_writing_routes_need_more_than_reading) {
  std::set<std::string_view> names;
  for (const auto& r : api::routes()) {
    EXPECT_TRUE(names.insert(r.operation).second) << r.operation;
    EXPECT_EQ(r.where == listener::admin, r.needs.who() == api::access::operators) << r.operation;
    EXPECT_NE(r.needs.who(), api::access::signers) << r.operation;
    if (r.where == listener::open && r.verb != method::get && r.operation != "issueTicket") {
      EXPECT_GE(r.needs.who(), api::access::agent) << r.operation;
    }
  }
}

TEST(router, knows_no_path_but_exactly_those) {
  for (const auto* path : {"/", "/v1", "/v1/", "/v1/events/", "/v1/conversations/", "/v1/conversations/x/",
                           "/v1/conversations/x/messages/y", "/V1/events", "//v1/events", "/v1//events",
                           "/livez", "/v1/events2", "/v1/conversations//messages"}) {
    EXPECT_EQ(api::find_route(listener::open, method::get, path).found, nullptr) << path;
  }
  // The path's bytes are the id: '+' is no space.
  EXPECT_THAT(api::find_route(listener::open, method::get, "/v1/customers/a+b").arguments,
              ElementsAre("a+b"));
}

TEST(router, answers_unknown_paths_and_methods_before_the_body) {
  parts p;
  EXPECT_EQ(p.get("/v1/nothing").get()->status(), 404);
  const auto wrong = p.call(method::del, "/v1/conversations/x", "");
  EXPECT_EQ(wrong->status(), 405);
  EXPECT_EQ(wrong->code(), "method-not-allowed");
  EXPECT_EQ(wrong->header("Allow"), "GET, HEAD, PATCH");
  EXPECT_EQ(p.call(method::head, "/v1/conversations", "")->status(), 200);
}

TEST(router, names_each_answer_of_the_api_and_leaves_webhooks_lean) {
  parts p;
  std::set<std::string> ids;
  for (const auto* path : {"/v1/conversations", "/v1/nothing", "/v1/conversations"}) {
    const auto x = p.get(path, "acme-admin");
    const auto id = x->header("X-Request-Id");
    EXPECT_EQ(id.size(), 17u) << path;
    EXPECT_EQ(x->answer().body.find(id), std::string::npos)
        << "what is another's is told in the same bytes as what never was";
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 3u);
  EXPECT_EQ(p.get("/webhooks/meta", "")->header("X-Request-Id"), "");
}

TEST(router, takes_bodies_up_to_the_configured_size_and_after_a_reload_up_to_another) {
  const auto path = "/v1/conversations/" + conversation_of("acme") + "/notes";
  const auto note = [](std::size_t bytes) {
    return R"({"content":")" + std::string(bytes - 14, 'x') + "\"}";
  };
  auto s = some_settings();
  s->limits.body_bytes_max = 200'000;
  parts p{s};
  EXPECT_EQ(p.call(method::post, path, note(200'000))->status(), 201);
  EXPECT_EQ(p.call(method::post, path, note(200'001))->status(), 413);
  auto next = some_settings();
  next->limits.body_bytes_max = 1'024;
  p.engine.take(next);
  EXPECT_EQ(p.call(method::post, path, note(1'025))->status(), 413);
  EXPECT_EQ(p.call(method::get, path.substr(0, path.rfind('/')), "{}")->status(), 413) << "takes none";
}

TEST(router, asks_who_calls_before_it_takes_the_body) {
  parts p;
  const auto ask = [&](std::string token, std::uint64_t announced, bool chunked = false) {
    const std::string authorization = "Bearer " + token;
    const std::vector<http::header> headers{{"Authorization", authorization}};
    http::request r;
    r.method = method::post;
    r.path = "/v1/conversations/x/notes";
    r.headers = headers;
    const auto verdict = p.routes.head(listener::open, r, announced, chunked);
    return verdict.refuse ? verdict.refuse->status : 0;
  };
  EXPECT_EQ(ask("nobody", 10), 401);
  EXPECT_EQ(ask("nobody", 0, true), 401);
  EXPECT_EQ(ask("acme-reader", 10), 403);
  EXPECT_EQ(ask("acme-agent", 10), 0);
  EXPECT_EQ(ask("nobody", 0), 0) << "its route will say so";
}

TEST(router, what_can_not_be_done_now_says_when_to_come_back) {
  auto s = some_settings();
  s->limits.retry_after = std::chrono::seconds{7};
  s->limits.tickets_max = 0;
  parts p{s};
  const auto conversation = "/v1/conversations/" + conversation_of("acme");
  p.engine.log.on_disk = 1;
  p.engine.log.jobs_max = 0;
  p.engine.log.commit(message_event());
  p.engine.result.failed = true;
  p.engine.reads_full = true;
  for (const auto& x : {p.get("/v1/conversations"), p.call(method::patch, conversation, "{}"),
                        p.call(method::post, "/v1/tickets", ""), p.get("/v1/events?from=earliest"),
                        p.admin("/reload", method::post)}) {
    EXPECT_EQ(x->status(), 503) << x->request().path;
    EXPECT_EQ(x->header("Retry-After"), "7") << x->request().path;
  }
  p.engine.health = actors::health::disk_low;
  EXPECT_EQ(p.call(method::patch, conversation, "{}")->header("Retry-After"), "7");
}

TEST(router, answers_503_until_everything_is_there) {
  parts p;
  p.ctx.ready = false;
  const auto x = p.get("/v1/conversations");
  EXPECT_EQ(x->status(), 503);
  EXPECT_EQ(x->header("Retry-After"), "1");
  EXPECT_EQ(p.admin("/livez")->status(), 503);
}

TEST(router, refuses_every_token_that_is_none) {
  parts p;
  const auto with = [&](std::vector<std::pair<std::string, std::string>> headers,
                        std::string target = "/v1/events") {
    return p.send({method::get, std::move(target), std::move(headers), {}});
  };
  const auto reference = with({});
  EXPECT_EQ(reference->status(), 401);
  EXPECT_EQ(reference->header("WWW-Authenticate"), "Bearer");
  const std::vector<std::vector<std::pair<std::string, std::string>>> bad{
      {{"Authorization", ""}},
      {{"Authorization", "Bearer"}},
      {{"Authorization", "Bearer "}},
      {{"Authorization", "Bearer  acme-admin"}},
      {{"Authorization", "Bearer acme-admin "}},
      {{"Authorization", "Bearer acme-admin2"}},
      {{"Authorization", "Bearer ACME-ADMIN"}},
      {{"Authorization", "Basic acme-admin"}},
      {{"Authorization", "acme-admin"}},
      {{"Authorization", "Bearer " + api::token_digest("acme-admin")}},
      {{"Authorization", "Bearer " + std::string(8'000, 'a')}},
      {{"Authorization", "Bearer acme-admin"}, {"authorization", "Bearer acme-admin"}},
      {{"Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ."}},
      {{"X-Authorization", "Bearer acme-admin"}},
  };
  for (const auto& headers : bad) {
    const auto x = with(headers);
    EXPECT_EQ(x->status(), 401) << headers.front().second;
    EXPECT_EQ(x->answer().body, reference->answer().body) << "the answer tells what was wrong";
  }
  // Tokens are not taken from a target, which logs and histories keep.
  EXPECT_EQ(with({}, "/v1/events?token=acme-admin&access_token=acme-admin")->status(), 401);
  EXPECT_EQ(with({}, "/v1/conversations?ticket=acme-admin")->status(), 401);
  EXPECT_EQ(with({{"aUTHORIZATION", "bEARER acme-admin"}})->status(), 200)
      << "names and schemes have no case";
}

TEST(router, digests_tokens_as_the_config_does) {
  EXPECT_EQ(api::token_digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(api::token_digest("").size(), 64u);
}

TEST(router, ranks_roles) {
  using enum config::role;
  const auto least = [](api::access a) {
    switch (a) {
      case api::access::agent:
        return agent;
      case api::access::supervisor:
        return supervisor;
      case api::access::admin:
        return admin;
      default:
        return reader;
    }
  };
  for (const auto& r : api::routes()) {
    if (r.where == listener::admin) continue;
    for (std::uint8_t role = 0; role < 4; ++role) {
      for (const std::string brand : {"acme", "beta", "*"}) {
        parts p;
        const auto token = brand + "-" + std::string(words_of_roles[role]);
        std::string path(r.pattern);
        if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, "x");
        const auto x = p.call(r.verb, path, "", token);
        const bool allowed = static_cast<config::role>(role) >= least(r.needs.who());
        EXPECT_EQ(x->status() == 403, !allowed) << r.operation << " by " << token << " gave " << x->status();
        EXPECT_NE(x->status(), 401) << r.operation << " by " << token;
        EXPECT_EQ(x->ends, 1) << r.operation;
      }
    }
    parts p;
    std::string path(r.pattern);
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, "x");
    EXPECT_EQ(p.call(r.verb, path, "", "")->status(), 401) << r.operation << " without a token";
  }
}

/// Every route that names a thing × every brand: what lies in another brand is 404, like what does not exist.
TEST(router, what_another_brand_owns_does_not_exist) {
  for (const auto& r : api::routes()) {
    const auto at = r.pattern.find("{id}");
    if (at == std::string_view::npos) continue;
    for (const std::string owner : {"acme", "beta"}) {
      for (const std::string asking : {"acme", "beta", "*"}) {
        parts p;
        const auto conversation = conversation_of(owner);
        std::string id = conversation;
        if (r.pattern.starts_with("/v1/customers")) id = "cu_" + owner;
        if (r.pattern.starts_with("/v1/dead-letters")) id = "dl_" + owner;
        if (r.pattern.starts_with("/v1/accounts")) id = owner + "-wa";
        if (r.pattern.starts_with("/v1/agents")) id = owner + "-person";
        if (r.pattern.starts_with("/v1/queues")) id = owner + "-support";
        if (r.pattern.starts_with("/v1/webhooks")) id = owner + "-hook";
        if (r.pattern.starts_with("/v1/offers")) id = conversation + '~' + owner + "-person";
        p.engine.rows.conversations_by_id[{owner, conversation}] =
            R"({"id":")" + conversation + R"(","version":3})";
        domain::conversation row;
        row.id = *domain::parse_conversation_id(conversation);
        row.brand = {owner};
        row.account = {owner + "-wa"};
        row.platform = domain::platform::whatsapp;
        p.engine.rows.threads[owner] = row;
        p.engine.routing.no_router = true;
        p.engine.answers[owner].rows = {"{}"};
        p.engine.rows.customers_by_id[{owner, "cu_" + owner}] = "{}";
        p.engine.rows.letters["dl_" + owner] = {.id = {"dl_" + owner},
                                                .source = {"meta"},
                                                .brand = {owner},
                                                .reason = "malformed",
                                                .detail = "",
                                                .raw = "{}",
                                                .received_at = {},
                                                .replayed_at = {}};
        std::string path(r.pattern);
        path.replace(at, 4, id);
        if (const auto message = path.find("{message}"); message != std::string::npos) {
          auto e = message_event(owner);
          e.message->attachments.emplace_back().url = "https://nowhere.example/";
          const auto name = domain::to_text(e.message->id);
          path.replace(path.find("{index}"), 7, "0").replace(message, 9, name);
          p.engine.rows.threads[owner] = *e.conversation;
          p.engine.rows.messages[{owner, name}] = *e.message;
        }
        const bool says = r.operation == "addNote" || r.operation == "postMessage";
        const bool assigns = r.operation == "assignConversation" || r.operation == "unassignConversation" ||
                             r.operation == "transferConversation";
        const auto body = says                                    ? R"({"content":"hi"})"
                          : r.operation == "assignConversation"   ? R"({"agent":"ada"})"
                          : r.operation == "transferConversation" ? R"({"queue":"support"})"
                          : r.verb == method::patch               ? "{}"
                                                                  : "";
        const bool mine = asking == "*" || asking == owner;
        const auto x = p.call(r.verb, path, body, asking + "-admin");
        // These ask about the platform first, and that is the conversation's.
        const bool asks =
            r.operation == "postMessage" || r.operation == "markRead" || r.operation == "showTyping";
        if (asks) {
          EXPECT_EQ(x->status() == 404, !mine) << r.operation << " of " << owner << " by " << asking;
          ASSERT_EQ(p.engine.executed.size(), mine && r.operation != "showTyping" ? 1u : 0u);
          if (!p.engine.executed.empty()) {
            EXPECT_EQ(p.engine.executed.front().first, owner);
          }
          EXPECT_EQ(p.engine.signals, mine && r.operation == "showTyping" ? 1u : 0u);
          continue;
        }
        if (assigns) {  // asks whose it is; without a router it is by hand, and nothing is transferred
          EXPECT_EQ(x->status() == 404, !mine) << r.operation << " of " << owner << " by " << asking;
          ASSERT_EQ(p.engine.executed.size(), mine && r.operation != "transferConversation" ? 1u : 0u);
          if (!p.engine.executed.empty()) {
            EXPECT_EQ(p.engine.executed.front().first, owner);
          }
          continue;
        }
        if (r.verb != method::get && r.pattern.starts_with("/v1/conversations")) {
          // Acts of a brand's own token go to the thread's owner, which knows its brand and refuses another's.
          if (asking == "*") {
            ASSERT_EQ(p.engine.executed.size(), 1u) << r.operation;
            EXPECT_EQ(p.engine.executed.front().first, owner);
          } else {
            ASSERT_EQ(p.engine.executed.size(), 1u) << r.operation;
            EXPECT_EQ(p.engine.executed.front().first, asking) << "never in another brand's name";
          }
          continue;
        }
        if (mine) {
          EXPECT_NE(x->status(), 404) << r.operation << " of " << owner << " by " << asking;
        } else {
          EXPECT_EQ(x->status(), 404) << r.operation << " of " << owner << " by " << asking;
          EXPECT_EQ(x->answer().body,
                    p.call(r.verb, std::string(r.pattern).replace(at, 4, "nothing"), "", asking + "-admin")
                        ->answer()
                        .body);
          EXPECT_TRUE(p.engine.ingested.empty());
        }
      }
    }
  }
}

TEST(router, a_dead_letter_without_a_brand_is_for_tokens_of_all) {
  parts p;
  p.engine.rows.letters["dl_1"] = {.id = {"dl_1"},
                                   .source = {"meta"},
                                   .brand = {},
                                   .reason = "invalid-json",
                                   .detail = "",
                                   .raw = "{",
                                   .received_at = {},
                                   .replayed_at = {}};
  EXPECT_EQ(p.get("/v1/dead-letters/dl_1", "acme-admin")->status(), 404);
  EXPECT_EQ(p.get("/v1/dead-letters/dl_1", "*-admin")->status(), 200);
  (void)p.get("/v1/dead-letters", "acme-admin");
  EXPECT_THAT(*p.engine.rows.letters_asked, ElementsAre("acme"));
  (void)p.get("/v1/dead-letters", "*-admin");
  EXPECT_TRUE(p.engine.rows.letters_asked->empty());
}

// -- tickets -----------------------------------------------------------------------------------------------------

std::string ticket_in(const fake_exchange& x) {
  const auto& body = x.answer().body;
  const auto at = body.find("t_");
  return body.substr(at, body.find('"', at) - at);
}

TEST(tickets, work_once_for_the_stream_with_the_rights_of_their_token) {
  parts p;
  const auto issued = p.call(method::post, "/v1/tickets", "", "beta-reader");
  ASSERT_EQ(issued->status(), 201);
  EXPECT_THAT(issued->answer().body, HasSubstr(R"("expiresInSeconds":30)"));
  const auto ticket = ticket_in(*issued);
  EXPECT_EQ(ticket.size(), 28u);
  EXPECT_EQ(p.get("/v1/conversations?ticket=" + ticket, "")->status(), 401) << "for the stream only";
  p.engine.log.commit(message_event("acme", 1));
  p.engine.log.commit(message_event("beta", 1));
  const auto page = p.get("/v1/events?from=earliest&ticket=" + ticket, "");
  EXPECT_EQ(page->status(), 200);
  EXPECT_THAT(page->answer().body, HasSubstr("beta-wa"));
  EXPECT_THAT(page->answer().body, Not(HasSubstr("acme-wa")));
  EXPECT_EQ(p.get("/v1/events?ticket=" + ticket, "")->status(), 401) << "once";
  EXPECT_EQ(p.get("/v1/events?ticket=" + ticket, "beta-reader")->status(), 401)
      << "a bad ticket is no call without";
}

TEST(tickets, are_over_in_time_and_with_their_token) {
  parts p;
  const auto late = ticket_in(*p.call(method::post, "/v1/tickets", ""));
  p.clock += p.settings->limits.ticket_ttl;
  EXPECT_EQ(p.get("/v1/events?ticket=" + late, "")->status(), 401);

  const auto withdrawn = ticket_in(*p.call(method::post, "/v1/tickets", ""));
  auto next = some_settings();
  std::erase_if(next->tokens, [](const auto& t) { return t.brand == "acme"; });
  next->index();
  p.engine.take(next);
  EXPECT_EQ(p.get("/v1/events?ticket=" + withdrawn, "")->status(), 401);
}

TEST(tickets, are_counted) {
  auto s = some_settings();
  s->limits.tickets_max = 3;
  parts p{s};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(p.call(method::post, "/v1/tickets", "")->status(), 201);
  const auto refused = p.call(method::post, "/v1/tickets", "");
  EXPECT_EQ(refused->status(), 503);
  EXPECT_EQ(refused->code(), "too-many-tickets");
  EXPECT_FALSE(refused->header("Retry-After").empty());
  p.clock += s->limits.ticket_ttl;  // those outstanding are over, and make room
  EXPECT_EQ(p.call(method::post, "/v1/tickets", "")->status(), 201);
}

TEST(tickets, of_one_token_leave_room_for_the_others) {
  constexpr std::size_t share = 50;
  auto s = some_settings();
  s->limits.tickets_max = share * api::ticket_office::token_share;
  parts p{s};
  std::vector<std::string> issued;
  const auto ask = [&](std::string_view token = "acme-admin") {
    return p.call(method::post, "/v1/tickets", "", token);
  };
  for (std::size_t i = 0; i < share; ++i) {
    const auto x = ask();
    ASSERT_EQ(x->status(), 201) << i;
    issued.push_back(ticket_in(*x));
  }
  const auto refused = ask();
  EXPECT_EQ(refused->status(), 429);
  EXPECT_EQ(refused->code(), "too-many-tickets");
  EXPECT_EQ(refused->header("Retry-After"), "1");
  EXPECT_EQ(ask("acme-reader")->status(), 201) << "another token has its own";
  EXPECT_EQ(p.get("/v1/events?ticket=" + issued.front(), "")->status(), 200);
  EXPECT_EQ(ask()->status(), 201) << "one that was used makes room";
  EXPECT_EQ(ask()->status(), 429);
  p.clock += s->limits.ticket_ttl;
  for (std::size_t i = 0; i < share; ++i) ASSERT_EQ(ask()->status(), 201) << "so do those whose time is over";
  EXPECT_EQ(ask()->status(), 429);
}

TEST(tickets, are_never_the_same) {
  api::ticket_office office;
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const auto t = office.issue({}, std::chrono::seconds{30}, 10'000 * api::ticket_office::token_share);
    ASSERT_TRUE(t);
    EXPECT_TRUE(seen.insert(t->text).second);
  }
}

}  // namespace
}  // namespace switchboard::net::testing
