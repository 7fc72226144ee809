// What the morning's customers and agents do: the calls that they make. The rest of morning_director.
#include "actors/wall_clock.hpp"
#include "cli/first_words.hpp"
#include "cli/morning_director.hpp"
#include "domain/json.hpp"
#include "net/platforms/platform.hpp"

#include <simdjson.h>

namespace switchboard::cli {

namespace {

constexpr milliseconds beat_every{2'500};  // a quarter of the config's lease
constexpr milliseconds pull_every{600};
constexpr milliseconds try_again{300};
constexpr std::size_t pulled_at_once = 3;  // what somebody takes who may take what he wants
constexpr std::uint32_t attempts_max = 50;

std::string text_at(const std::string& json, std::string_view pointer) {
  simdjson::dom::parser parser;
  std::string_view text;
  if (parser.parse(json).at_pointer(pointer).get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

bool is_set(const std::string& json, std::string_view pointer) {
  simdjson::dom::parser parser;
  bool b = false;
  return parser.parse(json).at_pointer(pointer).get(b) == simdjson::SUCCESS && b;
}

net::platforms::kind kind_of(config::source_kind k) {
  using config::source_kind;
  using net::platforms::kind;
  switch (k) {
    case source_kind::meta:
      return kind::meta;
    case source_kind::x:
      return kind::x;
    case source_kind::linkedin:
      return kind::linkedin;
    case source_kind::telegram:
      return kind::telegram;
    case source_kind::bluesky:
      return kind::bluesky;
  }
  return kind::meta;
}

std::string member(std::string_view name, std::string_view value) {
  std::string out;
  domain::json_object o(out);
  o.text(name, value);
  o.end();
  return out;
}

std::string conversations(std::size_t n) {
  return std::to_string(n) + (n == 1 ? " conversation" : " conversations");
}

std::string offer_path(const morning_event& offer) {
  return "/v1/offers/" + percent_encode(offer.conversation + '~' + offer.agent) + '/';
}

}  // namespace

// -- customers -----------------------------------------------------------------------------------------------

void morning_director::writes(const arrival& a, std::uint32_t attempt) {
  const auto* const account = settings_.find_account(a.account);
  const auto* const source = settings_.find_source(account->source.value);
  const auto now = actors::wall_clock();
  const auto digits = std::to_string(10'000 + a.number) + run_;
  stage_call c{.tag = next_tag_++, .method = "POST", .target = "/webhooks/" + source->id.value};
  c.body = first_word_body(
      *account, {.customer = digits, .name = a.name, .text = a.text, .in_public = a.in_public, .at = now});
  c.headers = {net::platforms::functions_of(kind_of(source->kind)).sign(c.body, source->secrets.front()),
               {"Content-Type", "application/json"}};
  names_[customer_platform_id(account->platform, digits)] = a.name;
  awaited_.emplace(c.tag, [this, &a, attempt](const stage_answer& reply) {
    // Full: a platform would deliver it again, too.
    if ((reply.status == 429 || reply.status == 503) && attempt < attempts_max)
      return in(try_again, [this, &a, attempt] { writes(a, attempt + 1); });
    --to_write_;
    expect(reply, 200, "the webhook of " + a.name);
    if (reply.status == 200 && reply.body.find("\"quarantined\":0") == std::string::npos)
      fault("the webhook of " + a.name + " was not understood: " + reply.body);
  });
  stage_.call(std::move(c));
}

// -- agents --------------------------------------------------------------------------------------------------

void morning_director::log_in(const std::string& agent) {
  ask(agent, "POST", "/v1/agents/" + agent + "/sessions", "{}", [this, agent](const stage_answer& a) {
    if (a.status != 201) return expect(a, 201, agent + "'s login");
    auto& state = agents_.at(agent);
    state.session = text_at(a.body, "/sessionId");
    in(beat_every, [this, agent, session = state.session] { beat(agent, session); });
    if (is_set(a.body, "/agent/awayByItself")) {
      ask(agent, "PUT", "/v1/agents/" + agent + "/presence", member("status", "online"),
          [this, agent](const stage_answer& set) { expect(set, 200, agent + "'s status"); });
    }
    if (state.pulls) in(pull_every, [this, agent] { pull(agent); });
  });
}

void morning_director::beat(const std::string& agent, const std::string& session) {
  const auto& state = agents_.at(agent);
  if (state.session != session || state.silent) return;
  ask(agent, "PUT", "/v1/agents/" + agent + "/sessions/" + session, "{\"active\":true}",
      [this, agent, session](const stage_answer& a) {
        auto& now = agents_.at(agent);
        if (now.session != session || now.silent) return;
        if (a.status == 404) {  // a machine so busy that the lease ran out: a browser would sign in again
          now.session.clear();
          return log_in(agent);
        }
        expect(a, 200, agent + "'s heartbeat");
        in(beat_every, [this, agent, session] { beat(agent, session); });
      });
}

void morning_director::offered(const morning_event& e) {
  auto& state = agents_.at(e.agent);
  const auto does = answer_of(plan_.seed, e.agent, state.asked++);
  if (state.silent || state.session.empty() || does.does == offer_answer::what::miss) return;
  in(does.after, [this, e, accept = does.does == offer_answer::what::accept] { answer(e, accept); });
}

void morning_director::answer(const morning_event& offer, bool accept) {
  if (agents_.at(offer.agent).silent) return;
  ask(offer.agent, "POST", offer_path(offer) + (accept ? "accept" : "decline"),
      "{\"epoch\":" + std::to_string(offer.epoch) + "}", [this, offer, accept](const stage_answer& a) {
        if (a.status == 409) {
          ++deeds_.too_late;
          return;
        }
        expect(a, accept ? 200 : 204,
               offer.agent + (accept ? " accepting " : " declining ") + offer.conversation);
      });
}

void morning_director::solve(const std::string& conversation, const std::string& agent) {
  const auto& state = agents_.at(agent);
  const auto his = ledger_.cases().find(conversation);
  if (his == ledger_.cases().end() || his->second.owner != agent || his->second.solved) return;
  if (kept_.contains(conversation) || state.silent || state.session.empty())
    return in(try_again, [this, conversation, agent] { solve(conversation, agent); });
  solving_.insert(conversation);
  ask(agent, "PATCH", "/v1/conversations/" + conversation, R"({"status":"resolved"})",
      [this, conversation, agent](const stage_answer& a) {
        solving_.erase(conversation);
        // It may have become another's meanwhile; the stream will tell.
        if (a.status == 403 || a.status == 404 || a.status == 409)
          return in(try_again, [this, conversation, agent] { solve(conversation, agent); });
        expect(a, 200, agent + " solving " + conversation);
      });
}

void morning_director::pull(const std::string& agent) {
  const auto& state = agents_.at(agent);
  if (state.session.empty() || state.left) return;
  in(pull_every, [this, agent] { pull(agent); });
  if (state.silent || ledger_.work_of(agent).size() >= pulled_at_once) return;
  ask(agent, "POST", "/v1/agents/" + agent + "/pull", {}, [this, agent](const stage_answer& a) {
    if (a.status == 409) return;  // nothing there
    expect(a, 200, agent + "'s pull");
    deeds_.pulled += a.status == 200;
  });
}

std::vector<const morning_case*> morning_director::spare_work(const std::string& agent) const {
  auto all = ledger_.work_of(agent);
  std::erase_if(all, [&](const auto* c) { return solving_.contains(c->id); });
  return all;
}

// -- the script's acts -----------------------------------------------------------------------------------------

void morning_director::perform(const act& a) {
  const auto& state = agents_.at(a.agent);
  const bool needs_work = a.does != act::what::blinks;
  if (state.session.empty() || state.silent || (needs_work && spare_work(a.agent).empty()))
    return in(try_again, [this, &a] { perform(a); });
  switch (a.does) {
    case act::what::blinks:
      return blink(a);
    case act::what::drops_out:
      return drop_out(a);
    case act::what::hands_over:
    case act::what::hands_over_warm:
      return hand_over(a);
    case act::what::ends_shift:
      return end_shift(a);
  }
}

void morning_director::blink(const act& a) {
  auto& state = agents_.at(a.agent);
  say(style_.agent(a.agent) + "'s browser is closed, and opened again in " + in_seconds(a.back_after));
  ask(a.agent, "DELETE", "/v1/agents/" + a.agent + "/sessions/" + std::exchange(state.session, {}), {},
      [this, &a](const stage_answer& reply) {
        expect(reply, 204, a.agent + " closing the browser");
        in(a.back_after, [this, &a] {
          log_in(a.agent);
          --to_perform_;
        });
      });
}

void morning_director::drop_out(const act& a) {
  auto& state = agents_.at(a.agent);
  say(style_.agent(a.agent) + "'s connection is lost: no heartbeat from now on, and " +
      conversations(ledger_.work_of(a.agent).size()) + " open");
  state.silent = true;
  state.session.clear();
  in(a.back_after, [this, &a] {
    say(style_.agent(a.agent) + "'s connection is back");
    agents_.at(a.agent).silent = false;
    log_in(a.agent);
    --to_perform_;
  });
}

void morning_director::hand_over(const act& a) {
  const bool warm = a.does == act::what::hands_over_warm;
  const auto& c = *spare_work(a.agent).front();
  kept_.insert(c.id);
  say(style_.agent(a.agent) + " hands " + style_.customer(c) + " over to " + style_.queue(a.to) +
      (warm ? ", and keeps it until somebody has taken it" : ""));
  ask(a.agent, "POST", "/v1/conversations/" + c.id + "/transfer",
      R"({"queue":")" + a.to + R"(","warm":)" + (warm ? "true}" : "false}"),
      [this, &a, warm, id = c.id](const stage_answer& reply) {
        if (reply.status == 409 || reply.status == 403) {  // it was solved, or taken, in this moment
          kept_.erase(id);
          return in(try_again, [this, &a] { perform(a); });
        }
        expect(reply, 200, a.agent + "'s transfer");
        if (!warm) kept_.erase(id);
        --to_perform_;
        (warm ? deeds_.warm : deeds_.cold) += reply.status == 200;
      });
}

/// Away first: else he is offered what he hands back.
void morning_director::end_shift(const act& a) {
  say(style_.agent(a.agent) + "'s shift ends with " + conversations(ledger_.work_of(a.agent).size()) +
      " open, for others");
  for (const auto* const c : ledger_.work_of(a.agent)) kept_.insert(c->id);
  ask(a.agent, "PUT", "/v1/agents/" + a.agent + "/presence", member("status", "away"),
      [this, &a](const stage_answer& set) {
        expect(set, 200, a.agent + "'s status");
        ask(a.agent, "POST", "/v1/agents/" + a.agent + "/reassign", "{}",
            [this, &a](const stage_answer& moved) {
              expect(moved, 200, a.agent + "'s reassignment");
              simdjson::dom::parser parser;
              std::uint64_t n = 0;
              if (parser.parse(moved.body)["moved"].get(n) == simdjson::SUCCESS) deeds_.reassigned += n;
              auto& state = agents_.at(a.agent);
              state.left = true;
              ask(a.agent, "DELETE",
                  "/v1/agents/" + a.agent + "/sessions/" + std::exchange(state.session, {}), {},
                  [this, &a](const stage_answer& gone) { expect(gone, 204, a.agent + " leaving"); });
              --to_perform_;
            });
      });
}

}  // namespace switchboard::cli
