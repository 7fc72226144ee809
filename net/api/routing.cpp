#include "net/api/routing.hpp"

#include "net/api/acting.hpp"
#include "net/api/body.hpp"
#include "net/api/reading.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>

namespace switchboard::net::api {

std::optional<std::string> brand_of_agent(const call& c, std::string_view id) {
  const auto settings = c.ctx->engine->settings();
  const auto* const a = settings->find_agent(id);
  if (a == nullptr || !c.who.may_see(a->brand.value)) return std::nullopt;
  return a->brand.value;
}

std::optional<std::string> brand_of_queue(const call& c, std::string_view id) {
  const auto settings = c.ctx->engine->settings();
  const auto* const q = settings->find_queue(id);
  if (q == nullptr || !c.who.may_see(q->brand.value)) return std::nullopt;
  return q->brand.value;
}

bool acts_for(const caller& who, std::string_view agent) {
  return who.role >= config::role::supervisor || (!agent.empty() && who.agent.value == agent);
}

void respond_forbidden(const http::exchange_ptr& x, std::string_view what_it_may) {
  respond_problem(x, 403, "forbidden", "Forbidden", "an agent's token " + std::string(what_it_may));
}

std::optional<std::string> brand_to_act_in(const call& c) {
  const auto& agent = c.arguments.at(0);
  auto brand = brand_of_agent(c, agent);
  if (!brand) {
    respond_not_found(c.exchange);
    return std::nullopt;
  }
  if (!acts_for(c.who, agent)) {
    respond_forbidden(c.exchange, "acts for its own agent only");
    return std::nullopt;
  }
  if (!takes_acts(c)) return std::nullopt;
  return brand;
}

// -- questions -----------------------------------------------------------------------------------------------

namespace {

/// The router can't say, or do, anything now.
void respond_away(const context& ctx, const http::exchange_ptr& x, bool busy) {
  if (busy) {
    return x->respond(come_back("routing-busy",
                                "routing has too much to do, or still reads what was before its start",
                                retry_after(ctx)));
  }
  x->respond(come_back("unavailable", "the journal failed; nothing was changed", retry_after(ctx)));
}

/// What several routers say, each in its own time.
struct gathering {
  std::mutex mutex;
  std::vector<std::vector<std::string>> rows;  ///< by brand, in the order in which they were asked
  std::size_t missing = 0;
  bool busy = false, failed = false;
};

/// The last one answers for all.
void respond_gathered(const call& c, std::string_view name, gathering& all) {
  if (all.busy || all.failed) return respond_away(*c.ctx, c.exchange, !all.failed);
  storage::page page;
  for (auto& rows : all.rows) std::move(rows.begin(), rows.end(), std::back_inserter(page.rows));
  respond_page(c.exchange, name, page);
}

}  // namespace

void ask(const call& c, const std::string& brand, actors::routing_question what,
         std::function<void(const call&, std::vector<std::string>&&)> then) {
  c.ctx->engine->ask_router(brand, std::move(what),
                            [asked = c, then = std::move(then)](actors::routing_answer&& a) {
                              if (a.busy || a.failed) return respond_away(*asked.ctx, asked.exchange, a.busy);
                              then(asked, std::move(a.rows));
                            });
}

void respond_rows(call&& c, std::string_view name, actors::routing_question::of about) {
  const auto wanted = c.exchange->request().query_all("brand");
  auto brands = visible_brands(c.who, *c.ctx->engine);
  if (!wanted.empty()) {
    std::erase_if(brands, [&](const std::string& b) {
      return std::find(wanted.begin(), wanted.end(), b) == wanted.end();
    });
  }
  if (brands.empty()) return respond_page(c.exchange, name, storage::page{});
  auto all = std::make_shared<gathering>();
  all->rows.resize(brands.size());
  all->missing = brands.size();
  for (std::size_t i = 0; i < brands.size(); ++i) {
    c.ctx->engine->ask_router(brands[i], {.about = about}, [c, name, all, i](actors::routing_answer&& a) {
      bool last = false;
      {
        const std::lock_guard lock{all->mutex};
        all->rows[i] = std::move(a.rows);
        all->busy = all->busy || a.busy;
        all->failed = all->failed || a.failed;
        last = --all->missing == 0;
      }
      if (last) respond_gathered(c, name, *all);
    });
  }
}

// -- acts ----------------------------------------------------------------------------------------------------

namespace {

/// A problem for which the caller can do something.
struct saying {
  int status = 409;
  std::string_view slug, title, detail;
  std::string_view pointer = {};  ///< the member of the body that is wrong
};

saying saying_of(domain::routing::refusal why) {
  using enum domain::routing::refusal;
  switch (why) {
    case offer_gone:
      return {409, "offer-gone", "The offer is gone",
              "it was answered, expired, was withdrawn, or never was this agent's"};
    case over_hard_cap:
      return {409, "over-hard-cap", "The agent has no room",
              "it would take the agent beyond units_hard; with \"force\": true it is done all the same"};
    case unknown_conversation:
      return {409, "not-routed", "The conversation is not routed",
              "it waits for nobody and nobody has it: it is resolved or closed, or its customer is to answer"};
    case unknown_agent:
      return {422, "unknown-agent", "Unprocessable", "no [[agent]] of the brand has this id", "/agent"};
    case unknown_queue:
      return {422, "unknown-queue", "Unprocessable", "no [[queue]] of the brand has this id", "/queue"};
    case not_queued:
      return {409, "not-queued", "It does not wait", "somebody has the conversation, or is asked for it"};
    case not_assigned:
      return {409, "not-assigned", "It is nobody's", "the conversation is not assigned so, or not any more"};
    case not_eligible:
      return {409, "not-eligible", "The agent can't take it",
              "his presence, queues, skills or free units don't allow it; GET …/decisions says which"};
    case nothing_to_pull:
      return {409, "nothing-to-pull", "Nothing waits", "no conversation waits that this agent can take"};
    case bulk_too_large:
      return {422, "bulk-too-large", "Too many at once",
              "the agent has more than routing.bulk_max conversations; transfer some of them one by one"};
    case router_full:
      break;
  }
  return {503, "router-full", "Come back later",
          "as many conversations of the brand are routed as routing.conversations_max allows"};
}

}  // namespace

bool respond_unrouted(const context& ctx, const http::exchange_ptr& x, actors::routing_result& r) {
  if (r.refused) {
    const auto s = saying_of(*r.refused);
    if (s.status == 503) {
      x->respond(come_back(s.slug, s.detail, retry_after(ctx)));
    } else if (s.pointer.empty()) {
      respond_problem(x, s.status, s.slug, s.title, std::string(s.detail));
    } else {
      respond_wrong_field(x, s.status, s.slug, s.pointer, s.detail);
    }
  } else if (r.conversation_refused) {
    respond_act(ctx, x, {.refused = std::move(r.conversation_refused)});
  } else if (r.no_router) {
    respond_problem(x, 409, "no-routing", "The brand has no routing",
                    "its config has no [[queue]]; add one and reload");
  } else if (r.busy || r.failed) {
    respond_away(ctx, x, r.busy);
  } else {
    return false;
  }
  return true;
}

void respond_routed(const call& c, const std::string& brand, const domain::conversation_id& id,
                    actors::routing_result&& r) {
  if (respond_unrouted(*c.ctx, c.exchange, r)) return;
  if (!r.conversation.empty()) return respond_conversation(c.exchange, std::move(r.conversation));
  // It has what was asked for already, or keeps who has it until another accepts.
  read(call(c), [brand, id](const call& asked, const storage::views& v) {
    auto json = v.conversation_json(brand, id);
    if (!json) return respond_not_found(asked.exchange);
    respond_conversation(asked.exchange, std::move(*json));
  });
}

}  // namespace switchboard::net::api
