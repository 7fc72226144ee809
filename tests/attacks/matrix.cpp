#include "matrix.hpp"

#include "net/platforms/platform.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace switchboard::attacks {

namespace {

using net::api::access;
using net::api::entrance;
using net::api::realm;
using net::http::listener;
using net::http::method;

constexpr method verbs[] = {method::get,   method::head, method::post,   method::put,
                            method::patch, method::del,  method::options};
constexpr std::size_t told_max = 50;

/// How somebody presents themselves.
struct presented {
  std::string name;
  net::http::header_list headers;
  bool valid = false;
  int rank = 0;                ///< of its role, as in `roles`
  const tenant* of = nullptr;  ///< its brand; null with `valid`: all
};

std::vector<presented> tokens_of(const world& w) {
  const auto& t = w.tenants[0];
  std::vector<presented> all{
      {"no token", {}},
      {"an empty one", {{"Authorization", "Bearer "}}},
      {"no scheme", {{"Authorization", t.token("admin")}}},
      {"another scheme", {{"Authorization", "Basic " + t.token("admin")}}},
      {"two", {bearer(t.token("admin")), bearer(t.token("admin"))}},
      {"its digest", {bearer(net::api::token_digest(t.token("admin")))}},
      {"a longer one", {bearer(t.token("admin") + "x")}},
      {"a list", {bearer(t.token("admin") + "," + t.token("admin"))}},
      {"an unsigned JWT", {bearer("eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4iLCJicmFuZCI6IioifQ.")}},
      {"an unknown one", {bearer("cnry0unknown_token")}},
      {"no header of ours", {{"X-Authorization", "Bearer " + t.token("admin")}}},
  };
  for (int rank = 0; rank < 4; ++rank) {
    const auto role = roles[static_cast<std::size_t>(rank)];
    for (const auto& of : w.tenants)
      all.push_back({of.brand + " " + std::string(role), {bearer(of.token(role))}, true, rank, &of});
    all.push_back({"all brands " + std::string(role), {bearer(w.all_token(role))}, true, rank, nullptr});
  }
  return all;
}

/// A thing of the first brand, and one that is not there.
struct thing {
  std::string id;
  const tenant* of = nullptr;  ///< null: nobody's
};

std::vector<thing> things_of(const world& w, std::string_view pattern) {
  if (pattern.find('{') == std::string_view::npos) return {{}};
  const auto& t = w.tenants[0];
  if (pattern.find("{message}") != std::string_view::npos)
    return {{t.pictured, &t}, {"m_00000000000000000000000000-1-1"}, {"nothing"}};
  if (pattern.starts_with("/v1/conversations/"))
    return {{t.conversations.front(), &t}, {"c_00000000000000000000000000-1"}, {"nothing"}};
  if (pattern.starts_with("/v1/accounts/")) return {{t.accounts.front(), &t}, {"nothing"}};
  if (pattern.starts_with("/v1/customers/")) return {{t.customers.front(), &t}, {"cu_nothing"}};
  if (pattern.find("{session}") != std::string_view::npos)
    return {{t.agent + "/sessions/" + t.session, &t}, {"nothing"}};
  if (pattern.starts_with("/v1/agents/")) return {{t.agent, &t}, {"nothing"}};
  if (pattern.starts_with("/v1/offers/")) return {{t.conversations.front() + "~" + t.agent, &t}, {"nothing"}};
  if (pattern.starts_with("/v1/queues/")) return {{t.queue, &t}, {"nothing"}};
  if (pattern.starts_with("/v1/webhooks/")) return {{t.webhook, &t}, {"nothing"}};
  if (pattern.starts_with("/v1/dead-letters/")) return {{t.letters.front(), &t}, {"dl_nothing"}};
  return {{"nothing"}};  // a pattern that this test has not met: its things are nobody's
}

int least_rank(access a) {
  switch (a) {
    case access::reader:
      return 0;
    case access::agent:
      return 1;
    case access::supervisor:
      return 2;
    case access::admin:
      return 3;
    case access::signers:
    case access::operators:
      break;
  }
  return 4;
}

/// Nobody has the thing's conversation, and all brands' agent is none of any.
bool is_anothers(const entrance& at, const presented& as) {
  if (as.rank != 1) return false;
  const auto any = [&](auto... names) { return ((at.operation == names) || ...); };
  if (any("assignConversation", "unassignConversation", "transferConversation")) return true;
  return !as.of && any("setPresence", "openSession", "renewSession", "closeSession", "pullWork",
                       "reassignWork", "acceptOffer", "declineOffer");
}

/// What somebody is told who was let in and asks for what is not to be had.
std::optional<int> told_no(std::string_view operation) {
  static const std::map<std::string_view, int> all{
      {"syncAccount", 409},           // WhatsApp has no history
      {"postMessage", 409},           // its account has no token to send with
      {"getAttachment", 409},         // … or to fetch with
      {"assignConversation", 422},    // no such agent
      {"transferConversation", 422},  // no such queue
      {"unassignConversation", 409},  // it is nobody's
      {"pullWork", 409},              // he serves no queue
      {"acceptOffer", 409},           // he is asked nothing
      {"declineOffer", 409},
  };
  const auto found = all.find(operation);
  return found == all.end() ? std::nullopt : std::optional(found->second);
}

/// 200 stands for any success.
int expected_status(const entrance& at, const presented& as, const thing& of) {
  // Whoever gets as far as being told that a backup wants a name was let in.
  if (at.needs.whose() == realm::node) return at.operation == "startBackup" ? 400 : 200;
  if (!as.valid) return 401;
  if (as.rank < least_rank(at.needs.who())) return 403;
  const bool names = at.pattern.find('{') != std::string_view::npos;
  if (names && (!of.of || (as.of && as.of != of.of))) return 404;
  if (is_anothers(at, as)) return 403;
  if (const auto no = told_no(at.operation)) return *no;
  return 200;
}

struct asking {
  request_text request;
  std::string name;
  int expected = 0;
  const presented* as = nullptr;
};

class matrix {
 public:
  matrix(world& w, net::http::handler* by, std::span<const net::api::route> table)
      : w_(w), by_(by), table_(table), tokens_(tokens_of(w)) {}

  findings run() {
    for (const auto on : {listener::open, listener::admin}) {
      for (const auto& r : table_) add_path(on, r.pattern);
      for (const auto* path :
           {"/", "/v1", "/v1/events/", "/v1/brands", "/v1/tokens", "/debug", "/webhooks", "/reload/"})
        add_path(on, path);
      if (on == listener::open) add_webhooks();
      ask_all(on);
    }
    return std::move(found_);
  }

 private:
  void add_path(listener on, std::string_view pattern) {
    for (const auto verb : verbs) {
      const auto wanted = verb == method::head ? method::get : verb;
      const entrance* at = nullptr;
      bool path_is_there = false;
      for (const auto& r : table_) {
        if (r.where != on || r.pattern != pattern) continue;
        path_is_there = true;
        if (r.verb == wanted) at = &r;
      }
      for (const auto& of : things_of(w_, pattern)) {
        for (const auto& as : tokens_) {
          const int status = at ? expected_status(*at, as, of) : path_is_there ? 405 : 404;
          add(verb, path_of(pattern, of.id), at ? body_for(at->operation) : "", as, status);
        }
      }
    }
  }

  void add(method verb, std::string target, std::string body, const presented& as, int status,
           net::http::header_list more = {}) {
    more.insert(more.end(), as.headers.begin(), as.headers.end());
    auto name = std::string(to_word(verb)) + " " + target + " by " + as.name;
    if (verb == method::get || verb == method::head) body.clear();
    asked_.push_back(
        {{verb, std::move(target), std::move(more), std::move(body)}, std::move(name), status, &as});
  }

  /// By their signature or verify token alone, whoever else calls.
  void add_webhooks() {
    const std::string good = R"({"object":"whatsapp_business_account","entry":[]})";
    const auto signature = net::platforms::functions_of(net::platforms::kind::meta).sign(good, "demo-secret");
    const std::string handshake = "/webhooks/meta?hub.mode=subscribe&hub.challenge=7&hub.verify_token=";
    for (const auto& as : tokens_) {
      for (const auto verb : verbs) {
        const bool get = verb == method::get || verb == method::head;
        const bool there = std::ranges::any_of(net::api::webhook_routes(), [&](const entrance& e) {
          return e.verb == (get ? method::get : verb);
        });
        add(verb, "/webhooks/nowhere", good, as, there ? 404 : 405, {signature});
        if (!there) add(verb, "/webhooks/meta", good, as, 405, {signature});
      }
      add(method::get, handshake + "demo-verify", "", as, 200);
      add(method::get, handshake + "wrong", "", as, 403);
      add(method::post, "/webhooks/meta", good, as, 200, {signature});
      add(method::post, "/webhooks/meta", good + " ", as, 401, {signature});
      add(method::post, "/webhooks/meta", good, as, 401);
    }
  }

  void ask_all(listener on) {
    // Whose thing is deleted has nothing to be asked for any more.
    std::stable_partition(asked_.begin(), asked_.end(), [](const asking& a) {
      return a.request.method != method::del || a.expected != 200;
    });
    std::vector<request_text> requests;
    for (const auto& a : asked_) requests.push_back(a.request);
    const auto replies = w_.ask(requests, by_, on);
    for (std::size_t i = 0; i < replies.size(); ++i) judge(asked_[i], replies[i], on);
    found_.asked += replies.size();
    asked_.clear();
  }

  void judge(const asking& a, const reply& r, listener on) {
    const bool good = a.expected == 200 ? r.status >= 200 && r.status < 300 : r.status == a.expected;
    if (!good) {
      found_.add(a.name + ": " + std::to_string(r.status) + ", expected " + std::to_string(a.expected) + " " +
                 r.body.substr(0, 200));
    }
    const bool sees_all = on == listener::admin || (a.as->valid && !a.as->of);
    if (sees_all) return;
    std::string said = a.request.target + a.request.body;
    for (const auto& word : foreign_words(r.head + r.body, a.as->of ? a.as->of->words.letter() : '\0', said,
                                          w_.words_but(a.as->of)))
      found_.add(a.name + ": its answer holds " + word);
  }

  world& w_;
  net::http::handler* by_;
  std::span<const net::api::route> table_;
  std::vector<presented> tokens_;
  std::vector<asking> asked_;
  findings found_;
};

}  // namespace

void findings::add(std::string what) {
  if (wrong.size() < told_max) wrong.push_back(std::move(what));
}

std::string path_of(std::string_view pattern, std::string_view id) {
  std::string path(pattern);
  if (const auto message = path.find("{message}"); message != std::string::npos) {
    const bool is_message = id.starts_with("m_");
    std::string conversation(id), first = is_message ? std::string(id) : std::string(id) + "-1";
    if (is_message) conversation = "c_" + conversation.substr(2, conversation.rfind('-') - 2);
    if (first.starts_with("c_")) first.front() = 'm';
    path.replace(path.find("{index}"), 7, "0");
    path.replace(message, 9, first);
    path.replace(path.find("{id}"), 4, conversation);
  }
  constexpr std::string_view of_session = "{id}/sessions/{session}";
  if (const auto at = path.find(of_session);
      at != std::string::npos && id.find('/') != std::string_view::npos)
    path.replace(at, of_session.size(), id);
  for (auto from = path.find('{'); from != std::string::npos; from = path.find('{'))
    path.replace(from, path.find('}') - from + 1, id);
  return path;
}

std::string body_for(std::string_view operation) {
  if (operation == "addNote" || operation == "postMessage") return R"({"content":"hello"})";
  if (operation == "patchConversation") return R"({"priority":"low"})";
  if (operation == "assignConversation") return R"({"agent":"nobody-here"})";
  if (operation == "transferConversation") return R"({"queue":"no-queue"})";
  if (operation == "setPresence") return R"({"status":"online"})";
  if (operation == "replayDeliveries") return R"({"from":"2026-11-21T08:00:00Z"})";
  if (operation == "acceptOffer" || operation == "declineOffer") return R"({"epoch":1})";
  return {};
}

findings check_matrix(world& w, net::http::handler* by, std::span<const net::api::route> table) {
  return matrix(w, by, table).run();
}

}  // namespace switchboard::attacks
