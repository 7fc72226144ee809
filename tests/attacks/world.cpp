#include "world.hpp"

#include "config/load.hpp"
#include "net/platforms/platform.hpp"
#include "tests/e2e/json_text.hpp"
#include "tests/eventually.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace switchboard::attacks {

namespace {

using net::http::method;
constexpr std::string_view secret = "demo-secret";
/// Answers under way at the same time.
constexpr std::size_t at_once = 64;

std::string account(std::string_view id, const tenant& t, std::string_view platform,
                    std::string_view platform_id) {
  return "\n[[account]]\nid = \"" + std::string(id) + "\"\nbrand = \"" + t.brand +
         "\"\nsource = \"meta\"\nplatform = \"" + std::string(platform) + "\"\nplatform_id = \"" +
         std::string(platform_id) + "\"\n";
}

std::string tokens(const std::string& brand, const std::string& stem, const std::string& agent) {
  std::string out;
  for (const auto role : roles) {
    out += "\n[[token]]\nvalue = \"" + stem + std::string(role) + "\"\nbrand = \"" + brand + "\"\nrole = \"" +
           std::string(role) + "\"\n";
    if (role != "reader") out += "agent = \"" + agent + "\"\n";
  }
  return out;
}

/// Nothing is given to anybody by itself, so that what is answered does not hang on when it is asked.
std::string routing(const tenant& t) {
  const auto brand = "brand = \"" + t.brand + "\"\n";
  return "\n[[queue]]\nid = \"" + t.queue + "\"\n" + brand + "name = \"" + t.words.of("queuename") +
         "\"\nmode = \"pull\"\n[[agent]]\nid = \"" + t.agent + "\"\n" + brand + "name = \"" +
         t.words.of("agentname") + "\"\nskills = { " + t.words.of("skill") + " = 1 }\n" +
         "[[webhook]]\nid = \"" + t.webhook + "\"\n" + brand + "url = \"https://" + t.words.of("host") +
         ".example/in\"\nsecret = \"whsec_" + std::string(32, t.words.letter()) +
         "\"\nevents = [\"message.received\"]\nenabled = false\n";
}

std::string page_comment(const tenant& t, std::string_view id, std::string_view text) {
  return R"({"object":"page","entry":[{"id":")" + t.page +
         R"(","time":1795248100,"changes":[{"field":"feed","value":{"item":"comment","verb":"add","comment_id":")" +
         t.words.of("post") + "_" + std::string(id) + R"(","post_id":")" + t.page + "_" + t.words.of("post") +
         R"(","parent_id":")" + t.page + "_" + t.words.of("post") + R"(","from":{"id":")" +
         t.words.of("commenter") + R"(","name":")" + t.words.of("commentername") + R"("},"message":")" +
         std::string(text) + R"(","created_time":1795248099}}]}]})";
}

std::string messenger(const tenant& t) {
  return R"({"object":"page","entry":[{"id":")" + t.page + R"(","time":1795248000000,"messaging":[)" +
         R"({"sender":{"id":")" + t.words.of("psid") + R"("},"recipient":{"id":")" + t.page +
         R"("},"timestamp":1795248000123,"message":{"mid":")" + t.words.of("mid") + R"(","text":")" +
         t.words.of("messengertext") +
         R"(","attachments":[{"type":"image","payload":{"url":"https://cdn.example/)" +
         t.words.of("picture") + R"(.jpg"}}]}}]}]})";
}

std::string head_of(const net::http::response& r) {
  std::string head = r.content_type;
  for (const auto& [name, value] : r.headers) head += "\n" + name + ": " + value;
  return head;
}

}  // namespace

std::string whatsapp_message(const tenant& of, std::string_view customer, std::string_view id,
                             std::string_view text) {
  return R"({"from":")" + of.words.of(customer) + R"(","id":")" + of.words.of(id) +
         R"(","timestamp":"1795248000","type":"text","text":{"body":")" + of.words.of(text) + "\"}}";
}

std::string whatsapp_body(const tenant& to, std::string_view customer, std::string_view messages) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":)"
         R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":")" +
         to.words.of("number") + R"(","phone_number_id":")" + to.number +
         R"("},"contacts":[{"profile":{"name":")" + to.words.of("name") + R"("},"wa_id":")" +
         to.words.of(customer) + R"("}],"messages":[)" + std::string(messages) + "]}}]}]}";
}

world::world(std::uint64_t seed) : nobody(nobodys_letter, seed + 99) {
  for (std::uint64_t n = 0; n < 3; ++n) {
    auto& t = tenants.emplace_back(static_cast<char>('a' + n), seed * 10 + n);
    t.brand = t.words.of("brand");
    t.agent = t.words.of("agent");
    t.queue = t.words.of("queue");
    t.webhook = t.words.of("webhook");
    t.number = "10654035224290" + std::to_string(n);
    t.page = "98765432101230" + std::to_string(n);
    t.accounts = {t.words.of("whatsapp"), t.words.of("page")};
    for (const auto* id : {&t.number, &t.page}) t.words.learn(*id);
  }
  start();
  for (const auto& t : tenants) fill(t);
  for (auto& t : tenants) learn(t);
}

void world::start() {
  std::string toml = "[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\ndemo = true\n";
  toml +=
      "[storage]\nfree_space_min_bytes = 0\ndata_dir = \"" + (directory_.path() / "data").string() + "\"\n";
  toml += "\n[routing]\nsessions_max = 1000\nlease = \"1h\"\n";
  for (const auto& t : tenants) toml += "\n[[brand]]\nid = \"" + t.brand + "\"\n";
  toml += "\n[[source]]\nid = \"meta\"\nkind = \"meta\"\nsecrets = [\"" + std::string(secret) +
          "\"]\nverify_token = \"demo-verify\"\n";
  for (const auto& t : tenants) {
    toml += account(t.accounts[0], t, "whatsapp", t.number) + account(t.accounts[1], t, "facebook", t.page);
    toml += tokens(t.brand, t.words.of("_token_"), t.agent) + routing(t);
  }
  toml += tokens("*", nobody.of("_token_"), nobody.of("agent"));
  const auto settings = config::load_text(toml, "world.toml");
  if (!settings) throw std::runtime_error(to_text(settings.error().front()));

  credits_ = std::make_unique<net::admission>(**settings);
  webhooks_ = std::make_unique<net::webhook>(*credits_, *settings);
  auto engine = actors::engine::start(
      *settings, [this](std::vector<actors::ticket_ptr>&& done) { webhooks_->committed(std::move(done)); });
  if (!engine) throw std::runtime_error(engine.error().what);
  engine_ = std::move(*engine);
  const auto tell = [this](const std::string& what) {
    const std::lock_guard lock{told_mutex_};
    told_ += what + "\n";
  };
  engine_->on_problem(tell);
  engine_->on_fatal([tell](const std::string& what, bool) { tell("fatal: " + what); });
  stream_ = std::make_unique<net::api::event_stream>(*engine_, server_);
  webhooks_->serve(engine_.get(), &server_);
  ctx.engine = engine_.get();
  ctx.server = &server_;
  ctx.admission = credits_.get();
  ctx.webhooks = webhooks_.get();
  ctx.media = &media_;
  ctx.backfill = &backfill_;
  ctx.tickets = &tickets_;
  ctx.stream = stream_.get();
  ctx.reload = [] { return net::reload_outcome{}; };
  ctx.ready = true;
  router_ = std::make_unique<net::api::router>(ctx);
}

world::~world() {
  (void)engine_->stop(std::chrono::seconds{30});
  stream_->stop();
  (void)io_.run();
}

void world::must(const reply& r, int status, const std::string& what) const {
  if (r.status == status) return;
  throw std::runtime_error(what + ": " + std::to_string(r.status) + " " + r.body);
}

reply world::deliver(const std::string& body) {
  const auto signature =
      net::platforms::functions_of(net::platforms::kind::meta).sign(body, std::string(secret));
  return ask({method::post, "/webhooks/meta", {{"Content-Type", "application/json"}, signature}, body});
}

void world::fill(const tenant& t) {
  const auto& w = t.words;
  const auto send = [&](const std::string& body) { must(deliver(body), 200, body); };
  send(whatsapp_body(t, "waid", whatsapp_message(t, "waid", "wamid1", "text1")));
  send(whatsapp_body(t, "waid",
                     R"({"from":")" + w.of("waid") + R"(","id":")" + w.of("wamid2") +
                         R"(","timestamp":"1795248001","type":"image","image":{"id":")" + w.of("media") +
                         R"(","mime_type":"image/jpeg","sha256":")" + w.of("sha") + R"(","caption":")" +
                         w.of("caption") + R"("},"context":{"from":")" + w.of("waid") + R"(","id":")" +
                         w.of("wamid1") + R"("},"referral":{"source_url":"https://x.example/)" +
                         w.of("referral") + R"(","headline":")" + w.of("headline") + R"(","body":")" +
                         w.of("ad") + "\"}}"));
  send(whatsapp_body(t, "waid",
                     R"({"from":")" + w.of("waid") + R"(","id":")" + w.of("wamid3") +
                         R"(","timestamp":"1795248002","type":"document","document":{"id":")" +
                         w.of("paper") + R"(","mime_type":"application/pdf","filename":")" + w.of("file") +
                         R"(.pdf"}})"));
  send(whatsapp_body(t, "waid",
                     R"({"from":")" + w.of("waid") + R"(","id":")" + w.of("wamid4") +
                         R"(","timestamp":"1795248003","type":"reaction","reaction":{"message_id":")" +
                         w.of("wamid1") + R"(","emoji":"\ud83d\udc4d"}})"));
  for (int n = 0; n < 4; ++n) {
    const auto who = "other" + std::to_string(n);
    send(whatsapp_body(t, who, whatsapp_message(t, who, who + "id", who + "text")));
  }
  send(messenger(t));
  send(page_comment(t, "1", w.of("comment")));
  // What can't be understood: of this brand alone, and in bodies where others have a part too.
  const std::string broken =
      R"({"from":")" + w.of("waid") + R"(","timestamp":"1","type":"text","text":{"body":")";
  send(whatsapp_body(t, "waid", broken + w.of("broken1") + "\"}}"));
  send(whatsapp_body(t, "waid", broken + w.of("broken2") + "\"}}"));
  for (const auto& other : tenants) {
    if (&other == &t) continue;
    const auto entries = [](const std::string& body) {
      const auto from = body.find("\"entry\":[") + 9;
      return body.substr(from, body.size() - from - 2);
    };
    const auto wrapped = [](const std::string& all) {
      return R"({"object":"whatsapp_business_account","entry":[)" + all + "]}";
    };
    const auto mine =
        entries(whatsapp_body(t, "waid", broken + w.of("mixed") + other.words.letter() + "\"}}"));
    const auto id = std::string("shared") + w.letter();
    const auto theirs = whatsapp_body(other, "waid", whatsapp_message(other, "waid", id, id + "text"));
    send(wrapped(mine + "," + entries(theirs)));
    // Theirs again, in a part that does not say whose it is.
    auto unnamed =
        entries(whatsapp_body(other, "waid", whatsapp_message(other, "waid", id + "x", id + "lost")));
    const auto name = unnamed.find("\"phone_number_id\":\"" + other.number + "\"");
    unnamed.replace(name, 20 + other.number.size(), "\"phone_number_id\":{}");
    send(wrapped(mine + "," + unnamed));
  }
  auto strangers = t;
  strangers.number = "700000000000000";
  strangers.words = nobody;
  send(whatsapp_body(
      strangers, "waid",
      whatsapp_message(strangers, "waid", std::string("stranger") + w.letter(), "strangertext")));
}

reply world::get(std::string target, std::string_view token) {
  return ask({method::get, std::move(target), {bearer(token)}, {}});
}

/// What its own people do and see.
void world::learn(tenant& t) {
  const auto admin = t.token("admin");
  const auto list = [&](const std::string& target, const char* name, std::vector<std::string>& ids) {
    const auto all = get(target + "?limit=1000", admin);
    must(all, 200, target);
    for (const auto& row : e2e::elements_at(all.body, "/" + std::string(name)))
      ids.push_back(e2e::text_at(row, "/id").value());
    const auto page = get(target + "?limit=1", admin);
    if (const auto cursor = e2e::text_at(page.body, "/cursor")) t.page_cursors.emplace_back(target, *cursor);
  };
  list("/v1/conversations", "conversations", t.conversations);
  for (const auto& id : t.conversations) {
    const auto path = "/v1/conversations/" + id;
    must(ask({method::patch,
              path,
              {bearer(admin)},
              R"({"tags":[")" + t.words.of("tag") + R"("],"priority":"high"})"}),
         200, path);
    must(ask({method::post,
              path + "/notes",
              {bearer(t.token("agent"))},
              R"({"content":")" + t.words.of("note") + "\"}"}),
         201, path);
    list(path + "/messages", "messages", t.messages);
    for (const auto& m : e2e::elements_at(get(path + "/messages", admin).body, "/messages")) {
      if (e2e::text_at(m, "/contentType") == "image") t.pictured = e2e::text_at(m, "/id").value();
    }
    const auto customer = e2e::text_at(get(path, admin).body, "/customerId").value();
    t.customers.push_back(customer);
    const auto mine = "/v1/customers/" + customer;
    must(get(mine, admin), 200, mine);
  }
  const auto session =
      ask({method::post, "/v1/agents/" + t.agent + "/sessions", {bearer(t.token("agent"))}, {}});
  must(session, 201, "a session");
  t.session = e2e::text_at(session.body, "/sessionId").value();
  t.words.learn(t.session);
  list("/v1/dead-letters", "deadLetters", t.letters);
  const auto events = get("/v1/events?from=earliest&limit=1000", admin);
  must(events, 200, "events");
  for (const auto& e : e2e::elements_at(events.body, "/events"))
    t.event_cursors.push_back(e2e::text_at(e, "/cursor").value());
  // Not the cursors of events: they are places in the log, which all share.
  for (const auto* ids : {&t.conversations, &t.messages, &t.customers, &t.letters}) {
    for (const auto& id : *ids) t.words.learn(id);
  }
  for (const auto& [target, cursor] : t.page_cursors) t.words.learn(cursor);
}

std::vector<reply> world::ask(const std::vector<request_text>& all, net::http::handler* by,
                              net::http::listener on) {
  auto& routes = by ? *by : *router_;
  std::vector<reply> replies;
  replies.reserve(all.size());
  std::vector<std::shared_ptr<asked>> batch;
  for (std::size_t from = 0; from < all.size(); from += at_once) {
    batch.clear();
    for (std::size_t i = from; i < std::min(all.size(), from + at_once); ++i) {
      auto x = batch.emplace_back(std::make_shared<asked>(io_, all[i]));
      const auto& r = x->request();
      auto verdict = routes.head(on, r, r.body.size(), false);
      if (verdict.refuse) {
        x->respond(std::move(*verdict.refuse));
      } else if (r.body.size() > verdict.body_bytes_max) {
        x->respond({.status = 413, .content_type = {}, .body = {}, .headers = {}});
      } else {
        routes.handle(on, x);
      }
    }
    if (!io_.run()) throw std::runtime_error("the loop never ends");
    for (const auto& x : batch) {
      auto& r = replies.emplace_back();
      if (!x->wait() || !io_.run()) continue;
      if (const auto& answer = x->answer()) {
        r = {answer->status, head_of(*answer), answer->body};
        continue;
      }
      r.status = x->opening().starts_with("101") ? 101 : 200;
      r.head = x->opening();
      for (const auto& frame : x->channel()->frames) r.body += frame;
      r.body += x->channel()->closed_with;
      x->channel()->leave();
      (void)io_.run();
      x->channel()->forget();
    }
  }
  return replies;
}

std::string world::ticket(std::string_view token, net::http::handler* by) {
  const auto r = ask({method::post, "/v1/tickets", {bearer(token)}, {}}, by);
  must(r, 201, "a ticket");
  return e2e::text_at(r.body, "/ticket").value();
}

/// Routers work behind the answers: every open conversation that waits has heard of its queue.
bool world::is_routed() {
  const auto count = [](const std::string& text, std::string_view what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
  };
  const auto admin = all_token("admin");
  std::size_t waiting = 0;
  for (const auto& row : e2e::elements_at(get("/v1/queues", admin).body, "/queues")) {
    waiting += std::stoul(e2e::json_at(row, "/waiting").value_or("0"));
  }
  return count(get("/v1/conversations?status=open&limit=1000", admin).body, "\"queue\":") == waiting;
}

std::string world::everything() {
  EXPECT_TRUE(eventually([this] { return is_routed(); }));
  const auto admin = all_token("admin");
  std::string all;
  const auto add = [&](const std::string& target) { all += get(target, admin).body + "\n"; };
  add("/v1/events?from=earliest&limit=1000");
  add("/v1/conversations?limit=1000");
  add("/v1/dead-letters?limit=1000");
  for (const auto& t : tenants) {
    for (const auto& id : t.conversations) add("/v1/conversations/" + id + "/messages?limit=1000");
    for (const auto& id : t.customers) add("/v1/customers/" + id);
    for (const auto& id : t.letters) add("/v1/dead-letters/" + id);
  }
  return all;
}

std::string world::told() const {
  const std::lock_guard lock{told_mutex_};
  return told_;
}

std::vector<const canaries*> world::words_but(const tenant* mine) const {
  std::vector<const canaries*> others;
  for (const auto& t : tenants) {
    if (&t != mine) others.push_back(&t.words);
  }
  return others;
}

}  // namespace switchboard::attacks
