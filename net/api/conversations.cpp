#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"

namespace switchboard::net::api {

namespace {

void bad_query(const call& c, std::string detail) {
  respond_problem(c.exchange, 400, "bad-request", "Bad request", std::move(detail));
}

/// The words of a repeatable parameter; false (answered) where one is none.
template <class Enum>
bool read_words(const call& c, std::string_view name, std::vector<Enum>& out) {
  for (const auto& word : c.exchange->request().query_all(name)) {
    const auto value = domain::from_word<Enum>(word);
    if (!value) {
      bad_query(c, std::string(name) + " \"" + word + "\" is none that exists");
      return false;
    }
    out.push_back(*value);
  }
  return true;
}

}  // namespace

void list_conversations(call&& c) {
  const auto& r = c.exchange->request();
  storage::conversation_query q;
  if (!read_brands(c, q.brands)) return respond_page(c.exchange, "conversations", storage::page{});
  if (!read_words(c, "status", q.statuses) || !read_words(c, "platform", q.platforms)) return;
  q.accounts = r.query_all("account");
  q.assignees = r.query_all("assignee");
  q.queues = r.query_all("queue");
  q.tags = r.query_all("tag");
  q.customers = r.query_all("customer");
  const auto sort = r.query_value("sort").value_or("updated");
  if (sort == "updated") {
    q.sort = storage::conversation_query::order::updated;
  } else if (sort == "priority") {
    q.sort = storage::conversation_query::order::priority;
  } else if (sort == "deadline") {
    q.sort = storage::conversation_query::order::deadline;
  } else {
    return bad_query(c, "sort is updated, priority or deadline");
  }
  const auto limit = read_limit(r, q.limit);
  if (!limit) return bad_query(c, "limit is a number from 1 to 1000");
  q.limit = *limit;
  q.after = r.query_value("cursor").value_or("");
  read(std::move(c), [q = std::move(q)](const call& asked, const storage::views& v) {
    auto step = q;
    respond_page(asked.exchange, "conversations",
                 bounded_page(q.limit, q.after, [&](std::size_t rows, std::string_view after) {
                   step.limit = rows;
                   step.after = after;
                   return v.list_conversations(step);
                 }));
  });
}

void get_conversation(call&& c) {
  const auto id = domain::parse_conversation_id(c.arguments.at(0));
  if (!id) return respond_not_found(c.exchange);
  auto brands = visible_brands(c.who, *c.ctx->engine);
  read(std::move(c), [id = *id, brands = std::move(brands)](const call& asked, const storage::views& v) {
    for (const auto& b : brands) {
      if (auto json = v.conversation_json(b, id))
        return respond_conversation(asked.exchange, std::move(*json));
    }
    respond_not_found(asked.exchange);
  });
}

void list_messages(call&& c) {
  const auto id = domain::parse_conversation_id(c.arguments.at(0));
  if (!id) return respond_not_found(c.exchange);
  const auto limit = read_limit(c.exchange->request(), 100);
  if (!limit) return bad_query(c, "limit is a number from 1 to 1000");
  const auto word = c.exchange->request().query_value("order").value_or("oldest");
  if (word != "oldest" && word != "newest") return bad_query(c, "order is oldest or newest");
  const auto order = word == "newest" ? storage::message_order::newest : storage::message_order::oldest;
  auto after = c.exchange->request().query_value("cursor").value_or("");
  auto brands = visible_brands(c.who, *c.ctx->engine);
  read(std::move(c), [id = *id, limit = *limit, order, after = std::move(after), brands = std::move(brands)](
                         const call& asked, const storage::views& v) {
    const auto brand = brand_of(v, brands, id);
    if (!brand) return respond_not_found(asked.exchange);
    respond_page(asked.exchange, "messages",
                 bounded_page(limit, after, [&](std::size_t rows, std::string_view behind) {
                   return v.list_messages(*brand, id, rows, behind, order);
                 }));
  });
}

}  // namespace switchboard::net::api
