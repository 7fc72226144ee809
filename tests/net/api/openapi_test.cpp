// api/openapi.yaml against what it describes: the route table, the bytes that the engine writes, the problems that its
// code knows. Both directions each time.

#include "document.hpp"
#include "domain/sla/clocks.hpp"
#include "net/webhook.hpp"
#include "parts.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>

namespace switchboard::net::testing {
namespace {

namespace fs = std::filesystem;
using http::listener;
using http::method;
using ::testing::IsEmpty;

const std::string root = SWITCHBOARD_SOURCE_DIR;

const node& schema(std::string_view name) {
  return openapi()["components"]["schemas"][name];
}

std::string verb_of(method m) {
  std::string word(to_word(m));
  for (auto& c : word) c = static_cast<char>(std::tolower(c));
  return word;
}

/// Each operation of the document: "get /v1/events" → its node.
std::map<std::string, const node*> operations() {
  std::map<std::string, const node*> all;
  for (const auto& [path, item] : openapi()["paths"].members) {
    for (const auto& [verb, operation] : item.members) {
      if (verb != "parameters" && verb != "servers") all.emplace(verb + " " + path, &operation);
    }
  }
  return all;
}

// -- routes ------------------------------------------------------------------------------------------------------

TEST(openapi, has_each_route_and_no_other) {
  auto documented = operations();
  for (const auto& r : api::routes()) {
    const auto key = verb_of(r.verb) + " " + std::string(r.pattern);
    ASSERT_TRUE(documented.contains(key)) << key << " is not in api/openapi.yaml";
    EXPECT_EQ((*documented[key])["operationId"].text, r.operation) << key;
    documented.erase(key);
  }
  for (const auto& r : api::webhook_routes()) {
    const auto key = verb_of(r.verb) + " " + std::string(r.pattern);
    ASSERT_TRUE(documented.contains(key)) << key << " is not in api/openapi.yaml";
    EXPECT_EQ((*documented[key])["operationId"].text, r.operation) << key;
    EXPECT_TRUE(webhook::is_ours(r.pattern));
    documented.erase(key);
  }
  for (const auto& [key, operation] : documented)
    ADD_FAILURE() << key << " is in api/openapi.yaml but no route";
}

TEST(openapi, says_who_may_call) {
  const auto documented = operations();
  const std::map<api::access, std::string> words{{api::access::reader, "reader"},
                                                 {api::access::agent, "agent"},
                                                 {api::access::supervisor, "supervisor"},
                                                 {api::access::admin, "admin"}};
  for (const auto& r : api::routes()) {
    const auto& operation = *documented.at(verb_of(r.verb) + " " + std::string(r.pattern));
    ASSERT_EQ(operation["security"].is, node::kind::list) << r.operation << " says nothing";
    const auto& ways = operation["security"].items;
    const auto& answers = operation["responses"];
    if (!words.contains(r.needs.who())) {
      EXPECT_THAT(ways, IsEmpty()) << r.operation;
      EXPECT_FALSE(answers.has("401")) << r.operation;
      EXPECT_TRUE(openapi()["paths"][r.pattern].has("servers")) << r.operation << " is on the other listener";
      continue;
    }
    ASSERT_FALSE(ways.empty()) << r.operation;
    for (const auto& way : ways) {
      ASSERT_EQ(way.members.size(), 1u);
      EXPECT_TRUE(way.members[0].second.contains(words.at(r.needs.who()))) << r.operation;
      EXPECT_TRUE(openapi()["components"]["securitySchemes"].has(way.members[0].first));
    }
    EXPECT_EQ(ways.size() == 2, r.operation == "streamEvents") << "tickets open streams only";
    EXPECT_TRUE(answers.has("401")) << r.operation;
    EXPECT_TRUE(answers.has("503")) << r.operation;
    if (r.needs.who() > api::access::reader) {
      EXPECT_TRUE(answers.has("403")) << r.operation;
    }
    if (!r.takes_body) {
      EXPECT_FALSE(operation.has("requestBody")) << r.operation;
    }
  }
}

TEST(openapi, lists_the_parameters_that_a_route_takes_and_no_other) {
  const schema_checker checker{openapi()};
  const auto documented = operations();
  for (const auto& r : api::routes()) {
    const auto& operation = *documented.at(verb_of(r.verb) + " " + std::string(r.pattern));
    std::set<std::string> named, taken(r.parameters.begin(), r.parameters.end());
    for (const auto& parameter : operation["parameters"].items) {
      const auto& p = checker.resolve(parameter);
      if (p["in"].text == "query") named.insert(p["name"].text);
    }
    for (const auto& way : operation["security"].items) {
      const auto& scheme = openapi()["components"]["securitySchemes"][way.members[0].first];
      if (scheme["in"].text == "query") named.insert(scheme["name"].text);
    }
    EXPECT_EQ(named, taken) << r.operation;
  }
}

TEST(openapi, names_each_part_of_a_path) {
  const schema_checker checker{openapi()};
  for (const auto& [path, item] : openapi()["paths"].members) {
    std::set<std::string> wanted, named;
    const std::regex part{R"(\{([a-z]+)\})"};
    for (std::sregex_iterator at{path.begin(), path.end(), part}, end; at != end; ++at)
      wanted.insert((*at)[1]);
    for (const auto& parameter : item["parameters"].items) {
      const auto& p = checker.resolve(parameter);
      if (p["in"].text == "path") named.insert(p["name"].text);
    }
    EXPECT_EQ(named, wanted) << path;
  }
}

void each_reference(const node& n, const std::function<void(const node&)>& f) {
  if (n.has("$ref")) f(n);
  for (const auto& item : n.items) each_reference(item, f);
  for (const auto& [name, member] : n.members) each_reference(member, f);
}

TEST(openapi, refers_to_what_exists_and_uses_what_it_has) {
  std::set<std::string> used;
  for (const auto* document : {&openapi(), &asyncapi()}) {
    each_reference(*document, [&](const node& n) {
      auto to = n["$ref"].text;
      const bool foreign = to.starts_with("./openapi.yaml");
      if (foreign) to.erase(0, std::string_view("./openapi.yaml").size());
      if (foreign || document == &openapi()) used.insert(to);
      node reference;
      reference.is = node::kind::map;
      reference.members.emplace_back(
          "$ref", node{.is = node::kind::scalar, .text = to, .quoted = true, .items = {}, .members = {}});
      const schema_checker checker{foreign ? openapi() : *document};
      EXPECT_NE(checker.resolve(reference).is, node::kind::none) << n["$ref"].text;
    });
  }
  for (const auto& [name, s] : openapi()["components"]["schemas"].members) {
    EXPECT_TRUE(used.contains("#/components/schemas/" + name)) << name << " is used nowhere";
  }
}

// -- what is answered --------------------------------------------------------------------------------------------

void check_example(const schema_checker& checker, const node& media, const std::string& where) {
  if (!media.has("example") || !media.has("schema")) return;
  EXPECT_THAT(checker.check(media["example"], media["schema"]), IsEmpty()) << where;
}

TEST(openapi, examples_are_what_their_schemas_say) {
  const schema_checker checker{openapi()};
  std::size_t seen = 0;
  for (const auto& [key, operation] : operations()) {
    for (const auto& [type, media] : (*operation)["requestBody"]["content"].members) {
      check_example(checker, media, key);
    }
    for (const auto& [status, answer] : (*operation)["responses"].members) {
      for (const auto& [type, media] : checker.resolve(answer)["content"].members) {
        check_example(checker, media, key + " " + status);
        seen += media.has("example");
      }
    }
  }
  EXPECT_GE(seen, 15u);
}

TEST(openapi, request_examples_are_taken) {
  parts p;
  const auto documented = operations();
  const auto path = "/v1/conversations/" + conversation_of("acme");
  EXPECT_EQ(p.call(method::patch, path, R"({"status":"resolved","tags":["vip","refund"]})")->status(), 200);
  const auto& example =
      (*documented.at("patch /v1/conversations/{id}"))["requestBody"]["content"]["application/json"];
  EXPECT_EQ(example["example"]["status"].text, "resolved");
}

TEST(openapi, answers_are_what_their_schemas_say) {
  const schema_checker checker{openapi()};
  parts p;
  p.engine.log.commit(message_event());
  parts backed_up;
  backed_up.settings->storage.backup_dir = "/b";
  backed_up.engine.backup_now = {.state = actors::backup_progress::phase::done,
                                 .path = "/b/a",
                                 .first = 1,
                                 .last = 2,
                                 .files = 3,
                                 .bytes = 4,
                                 .bytes_all = 4,
                                 .problem = {}};
  const std::pair<std::string, std::string> cases[] = {
      {p.admin("/status")->answer().body, "Status"},
      {p.admin("/backup")->answer().body, "Backup"},
      {backed_up.admin("/backup")->answer().body, "Backup"},
      {p.get("/v1/events?from=earliest")->answer().body, "EventPage"},
      {p.call(method::post, "/v1/tickets", "")->answer().body, "Ticket"},
      {p.get("/v1/conversations")->answer().body, "ConversationPage"},
      {p.get("/v1/dead-letters")->answer().body, "DeadLetterPage"},
      {p.get("/v1/events?from=x")->answer().body, "Problem"},
      {p.get("/v1/events", "")->answer().body, "Problem"},
      {p.get("/nothing")->answer().body, "Problem"},
      {p.call(method::patch, "/v1/conversations/" + conversation_of("acme"), "{\"x\":1}")->answer().body,
       "Problem"},
  };
  for (const auto& [body, name] : cases) {
    EXPECT_THAT(checker.check(read_json(body), schema(name)), IsEmpty()) << body;
  }
}

/// An event with everything that an event can have.
domain::event fullest() {
  auto e = message_event("acme", 3);
  const auto t = e.at;
  auto& c = *e.conversation;
  c.customer_avatar_url = c.customer_handle = c.post_id = c.post_url = "x";
  c.assigned_to.value = c.queue.value = "q";
  c.tags = {"vip", "a"};
  c.customer_attributes = {{"plan", "gold"}};
  c.language = "pt-BR";
  c.language_set = true;
  c.first_response_at = c.resolved_at = c.snooze_until = c.delivered_up_to = c.read_up_to =
      c.last_inbound_at = c.last_from_ad_at = t;
  c.customer_since = c.last_agent_at = t;
  c.last_agent.value = "ann";
  c.routed = 7;
  c.sending = 1;
  c.shared = true;
  auto& m = *e.message;
  m.attachments.push_back({"image", "u", "m", 7, "n", "p", domain::media_state::ready});
  m.reply_to = m.edit_version = "r";
  m.delivery = domain::delivery_status::read;
  m.error = domain::delivery_error{"1", "t", "d"};
  m.reactions.push_back({"\xf0\x9f\x91\x8d", "s", t});
  m.removed_reactions.push_back({"", "s", t});
  m.edited_at = t;
  m.deleted = m.note = m.placeholder = true;
  m.payload = R"({"k":1})";
  e.previous = domain::previous_state{domain::conversation_status::pending, domain::priority::low, t};
  e.reaction = domain::reaction{"x", "s", t};
  auto& cu = e.customer.emplace();
  cu.id.value = "cu_1";
  cu.brand.value = "acme";
  cu.account.value = "acme-wa";
  cu.platform_user_id = cu.name = cu.handle = cu.avatar_url = "x";
  cu.created_at = cu.updated_at = t;
  e.dead_letter = domain::dead_letter{.id = {"dl_1"},
                                      .source = {"meta"},
                                      .brand = {"acme"},
                                      .reason = "r",
                                      .detail = "d",
                                      .raw = "{}",
                                      .received_at = t,
                                      .replayed_at = t,
                                      .erased = true};
  e.origin = domain::event_origin{"message", "i", "v"};
  e.config_version = "v";
  e.account = domain::account_health{.brand = {"acme"},
                                     .account = {"wa"},
                                     .platform = domain::platform::whatsapp,
                                     .access = domain::access_state::refused,
                                     .subscription_note = "note",
                                     .revoked_at = e.at,
                                     .gap = domain::feed_gap{"jetstream", e.at, e.at},
                                     .detail = "because",
                                     .since = e.at};
  domain::sla::clock k{.what = domain::sla::metric::assignee_response,
                       .started = t,
                       .target = std::chrono::hours{1},
                       .business_days = 1,
                       .counted = std::chrono::minutes{1},
                       .from = t + std::chrono::minutes{1},
                       .pauses = {{t, t}},
                       .due = t,
                       .never = true,
                       .breached = true,
                       .warned = 1,
                       .next_warning = t,
                       .ended = t,
                       .agent = {"ann"}};
  c.sla = domain::sla::kept_clocks(
      domain::sla::clocks{.policy = "gold",
                          .fingerprint = 1,
                          .cycle = 1,
                          .solved = true,
                          .answered = true,
                          .since = t,
                          .unanswered = t,
                          .with_bot = true,
                          .answer = 1,
                          .answer_to = t,
                          .all = {k, {.started = t, .from = t, .due = t, .warned = 1}}});
  e.sla = domain::sla::clock_note{.policy = "gold",
                                  .clock = k,
                                  .at = t,
                                  .reason = "spam",
                                  .by = {"ann"},
                                  .elapsed = std::chrono::hours{2},
                                  .threshold = 1,
                                  .late_arrival = true,
                                  .fired_late = true,
                                  .actions = {{domain::sla::action_kind::notify, "assignee"}}};
  e.offer = domain::offer{.id = "of_1",
                          .brand = {"acme"},
                          .conversation = c.id,
                          .agent = {"ann"},
                          .queue = {"sales"},
                          .epoch = 1,
                          .expires_at = t};
  e.agent = domain::agent_shown{
      .id = {"ann"}, .brand = {"acme"}, .status = "online", .grace_until = t, .wrap_up_until = t};
  e.erased = domain::erasure{.brand = {"acme"},
                             .account = {"acme-wa"},
                             .conversation = c.id,
                             .customer = {"cu_1"},
                             .by = 1,
                             .reference = 2,
                             .origin = 3,
                             .comment = true,
                             .aliases = {{{1, 2}, {3, 4}, t, {"cu_1"}}}};
  e.aliases = e.erased->aliases;
  return e;
}

/// Which names stand in the value, by schema: "Message/content" …
void collect(const schema_checker& checker, const node& value, const node& s, const std::string& name,
             std::set<std::string>& out) {
  const auto next = s.has("$ref") ? s["$ref"].text.substr(s["$ref"].text.rfind('/') + 1) : name;
  const auto& resolved = checker.resolve(s);
  for (const auto& item : value.items) collect(checker, item, resolved["items"], next, out);
  for (const auto& [key, member] : value.members) {
    out.insert(next + "/" + key);
    collect(checker, member, resolved["properties"][key], next + "." + key, out);
  }
}

TEST(openapi, events_have_the_members_that_are_documented_and_the_reverse) {
  const schema_checker checker{openapi()};
  const auto full = read_json(storage::encode(fullest(), "/switchboard").bytes);
  EXPECT_THAT(checker.check(full, schema("Event")), IsEmpty());
  auto binary = fullest();
  binary.dead_letter->raw = "\xff";
  const auto second = read_json(storage::encode(binary, "/switchboard").bytes);
  EXPECT_THAT(checker.check(second, schema("Event")), IsEmpty());
  EXPECT_THAT(
      checker.check(read_json(storage::encode(message_event(), "/switchboard").bytes), schema("Event")),
      IsEmpty())
      << "what is required is there in the plainest event too";

  std::set<std::string> seen;
  collect(checker, full, schema("Event"), "Event", seen);
  collect(checker, second, schema("Event"), "Event", seen);
  for (const auto* name : {"Event",
                           "EventData",
                           "Conversation",
                           "ConversationMetadata",
                           "Message",
                           "Attachment",
                           "Reaction",
                           "DeliveryError",
                           "Customer",
                           "DeadLetter",
                           "AppliedConfig",
                           "PreviousState",
                           "Origin",
                           "Erasure",
                           "ThreadAlias",
                           "AccountHealth",
                           "Offer",
                           "AgentPresence",
                           "ConversationPromises",
                           "Clock",
                           "ClockPause",
                           "ClockNote",
                           "ClockAction"}) {
    for (const auto& [property, s] : schema(name)["properties"].members) {
      // Event and EventData are reached by their parent's member, so their names come from there.
      EXPECT_TRUE(seen.contains(std::string(name) + "/" + property))
          << name << "." << property << " is never written";
    }
  }
}

template <class Enum>
void expect_words(const node& s, std::size_t count) {
  std::set<std::string> words, documented;
  for (std::size_t i = 0; i < count; ++i) words.emplace(to_word(static_cast<Enum>(i)));
  for (const auto& item : s["enum"].items) documented.insert(item.text);
  EXPECT_EQ(words, documented);
  EXPECT_FALSE(words.contains(""));
}

TEST(openapi, enums_have_the_words_of_the_domain) {
  expect_words<domain::platform>(schema("Platform"), 7);
  expect_words<domain::conversation_status>(schema("ConversationStatus"), 5);
  expect_words<domain::priority>(schema("Priority"), 4);
  expect_words<domain::thread_kind>(schema("ConversationMetadata")["properties"]["source"], 4);
  expect_words<domain::direction>(schema("Message")["properties"]["direction"], 2);
  expect_words<domain::sender_type>(schema("Message")["properties"]["senderType"], 4);
  expect_words<domain::content_type>(schema("Message")["properties"]["contentType"], 13);
  expect_words<domain::delivery_status>(schema("Message")["properties"]["deliveryStatus"], 6);
  expect_words<domain::media_state>(schema("Attachment")["properties"]["state"], 4);
  expect_words<domain::subscription_state>(schema("AccountHealth")["properties"]["subscription"], 4);
  expect_words<domain::sla::metric>(schema("ClockKind"), domain::sla::metric_count);
  expect_words<domain::sla::clock_state>(schema("ClockState"), 5);
  expect_words<domain::sla::action_kind>(schema("ClockAction")["properties"]["do"], 5);
  expect_words<domain::access_use>(schema("AccountHealth")["properties"]["refusedFor"], 3);
  expect_words<actors::health>(schema("Status")["properties"]["state"], 6);
  expect_words<actors::backup_progress::phase>(schema("Backup")["properties"]["state"], 4);
}

TEST(openapi, lists_the_problems_that_the_code_names_and_no_other) {
  std::set<std::string> in_code, documented;
  const std::regex named{
      R"re((?:\b[45][0-9]{2},\s*|slug = |come_back\(\s*|respond_wrong_field\([^,]*,\s*)"([a-z][a-z0-9-]+)")re"};
  for (const auto& entry : fs::recursive_directory_iterator(root + "/net")) {
    if (entry.path().extension() != ".cpp") continue;
    const auto text = read_file(entry.path().string());
    for (std::sregex_iterator at{text.begin(), text.end(), named}, end; at != end; ++at)
      in_code.insert((*at)[1]);
  }
  for (const auto& item : schema("ProblemCode")["enum"].items) documented.insert(item.text);
  EXPECT_EQ(in_code, documented);
}

TEST(openapi, claims_no_license_that_is_not_there) {
  EXPECT_EQ(openapi()["info"].has("license"), fs::exists(root + "/LICENSE"));
}

}  // namespace
}  // namespace switchboard::net::testing
