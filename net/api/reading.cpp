#include "net/api/reading.hpp"

#include "domain/json.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace switchboard::net::api {

void read(call&& c, std::function<void(const call&, const storage::views&)> answer) {
  auto shared = std::make_shared<call>(std::move(c));
  const bool queued = shared->ctx->engine->read(
      [shared, answer = std::move(answer)](const storage::views& v) { answer(*shared, v); });
  if (!queued) {
    shared->exchange->respond(come_back("too-many-reads", "too many reads are waiting; try again in a moment",
                                        retry_after(*shared->ctx)));
  }
}

std::vector<std::string> visible_brands(const caller& who, const actors::engine& e) {
  if (!who.all_brands) return {who.brand};
  std::vector<std::string> all;
  for (const auto& b : e.settings()->brands) all.push_back(b.id.value);
  return all;
}

bool read_brands(const call& c, std::vector<std::string>& brands) {
  brands = c.exchange->request().query_all("brand");
  const bool named = !brands.empty();
  std::erase_if(brands, [&](const std::string& b) { return !c.who.may_see(b); });
  if (named) return !brands.empty();
  brands = visible_brands(c.who, *c.ctx->engine);
  return true;
}

std::optional<std::string> brand_of(const storage::views& v, const std::vector<std::string>& brands,
                                    const domain::conversation_id& id) {
  for (const auto& b : brands) {
    if (v.conversation_json(b, id)) return b;
  }
  return std::nullopt;
}

namespace {

/// The digits of the row's own `version`, for If-Match. Within a JSON string its quotes would be escaped, so
/// the first place where it stands is the member.
std::string_view version_of(std::string_view json) {
  constexpr std::string_view member = "\"version\":";
  const auto at = json.find(member);
  if (at == std::string_view::npos) return {};
  json.remove_prefix(at + member.size());
  return json.substr(0, json.find_first_not_of("0123456789"));
}

}  // namespace

void respond_conversation(const http::exchange_ptr& x, std::string json) {
  http::response r;
  r.content_type = "application/json";
  r.headers.emplace_back("Cache-Control", "no-store");
  if (const auto version = version_of(json); !version.empty()) {
    r.headers.emplace_back("ETag", "\"" + std::string(version) + "\"");
  }
  r.body = std::move(json);
  x->respond(std::move(r));
}

std::optional<std::size_t> read_limit(const http::request& r, std::size_t otherwise) {
  const auto text = r.query_value("limit");
  if (!text) return otherwise;
  std::size_t n = 0;
  const auto [end, bad] = std::from_chars(text->data(), text->data() + text->size(), n);
  if (bad != std::errc{} || end != text->data() + text->size() || n < 1 || n > storage::page_rows_max)
    return std::nullopt;
  return n;
}

namespace {

/// The same target with its cursor replaced.
std::string next_target(const http::request& r, std::string_view cursor) {
  std::string out(r.path);
  out += '?';
  std::string_view rest = r.query;
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const auto part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (part.starts_with("cursor=") || part.empty()) continue;
    out += part;
    out += '&';
  }
  out += "cursor=";
  out += cursor;
  return out;
}

}  // namespace

expected<storage::page, storage::views_error> bounded_page(std::size_t limit, std::string after,
                                                           const list_rows& list) {
  constexpr std::size_t rows_first = 64;
  storage::page out;
  out.next = std::move(after);
  std::size_t bytes = 0;
  for (std::size_t step = rows_first;; step *= 2) {
    const auto wanted = std::min(step, limit - out.rows.size());
    auto got = list(wanted, out.next);
    if (!got) return got;
    std::size_t fit = 0;
    for (; fit < got->rows.size(); ++fit) {
      const auto size = got->rows[fit].size();
      if (bytes + size > page_bytes_max && (fit > 0 || !out.rows.empty())) break;
      bytes += size;
    }
    const bool full = fit < got->rows.size();
    if (full && fit == 0) return out;
    // Only the list knows the cursor behind a row in the middle: it is asked for just those that fit.
    if (full) got = list(fit, out.next);
    if (!got) return got;
    std::move(got->rows.begin(), got->rows.end(), std::back_inserter(out.rows));
    out.next = std::move(got->next);
    // A list may end a page early too, after looking at much that it leaves out.
    const bool short_page = got->rows.size() < wanted;
    if (full || short_page || out.next.empty() || out.rows.size() >= limit) return out;
  }
}

void link_next(const http::request& r, std::string_view cursor, http::response& to) {
  to.headers.emplace_back("Link", "<" + next_target(r, cursor) + ">; rel=\"next\"");
}

void respond_page(const http::exchange_ptr& x, std::string_view name,
                  const expected<storage::page, storage::views_error>& p) {
  if (!p) return respond_problem(x, 400, "bad-request", "Bad request", p.error().what);
  http::response r;
  r.content_type = "application/json";
  domain::json_object o{r.body};
  o.key(name);
  r.body += '[';
  for (const auto& row : p->rows) {
    if (r.body.back() != '[') r.body += ',';
    r.body += row;
  }
  r.body += ']';
  if (!p->next.empty()) {
    o.text("cursor", p->next);
    link_next(x->request(), p->next, r);
  }
  o.end();
  r.headers.emplace_back("Cache-Control", "no-store");
  x->respond(std::move(r));
}

}  // namespace switchboard::net::api
