#include "net/api/router.hpp"

#include "net/api/cors.hpp"
#include "net/api/parameters.hpp"
#include "net/api/tickets.hpp"
#include "net/webhook.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <random>

namespace switchboard::net::api {

namespace {

using http::listener;

/// `lower` is in lower case.
bool same_name(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

/// Splits off the part before the next '/', both of pattern and path.
std::string_view next_part(std::string_view& rest) {
  const auto slash = rest.find('/');
  const auto part = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  return part;
}

/// As bytes: the gate lets no percent-encoding into a path, and '/x/' is not '/x'.
bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& arguments) {
  arguments.clear();
  if (path.ends_with('/')) return false;
  while (!pattern.empty() && !path.empty()) {
    const auto want = next_part(pattern);
    const auto have = next_part(path);
    if (want.starts_with('{')) {
      if (have.empty()) return false;
      arguments.emplace_back(have);
    } else if (want != have) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

template <class Number>
void append_hex(std::string& out, Number n) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (int shift = std::numeric_limits<Number>::digits - 4; shift >= 0; shift -= 4)
    out += digits[n >> shift & 15];
}

http::response problem(int status, std::string_view slug, std::string_view title, std::string_view detail) {
  http::problem p;
  p.status = status;
  p.slug = slug;
  p.title = title;
  p.detail = detail;
  return http::to_response(p);
}

std::string list_of(const std::vector<http::method>& verbs) {
  std::string list;
  for (const auto v : verbs) {
    if (!list.empty()) list += ", ";
    list += to_word(v);
    if (v == http::method::get) list += ", HEAD";
  }
  return list;
}

http::response wrong_method(const std::vector<http::method>& verbs) {
  auto r =
      problem(405, "method-not-allowed", "Method not allowed", "this path takes other methods, see Allow");
  r.headers.emplace_back("Allow", list_of(verbs));
  return r;
}

/// What stands in for a route that is not there: 404, 405, or the answer to a preflight, for which there is no
/// route since it is asked before, and without a token.
http::response without_route(cors_decision::kind asks, const match& m) {
  if (m.other_verbs.empty()) return problem(404, "not-found", "Not found", "there is nothing at this path");
  if (asks == cors_decision::kind::preflight) return preflight_answer(list_of(m.other_verbs));
  if (asks == cors_decision::kind::refused_preflight) {
    return problem(403, "origin-not-allowed", "Forbidden", "this Origin is not in server.allowed_origins");
  }
  return wrong_method(m.other_verbs);
}

}  // namespace

match find_route(listener l, http::method verb, std::string_view path, std::span<const route> table) {
  match m;
  std::vector<std::string> arguments;
  const auto wanted = verb == http::method::head ? http::method::get : verb;
  for (const auto& r : table) {
    if (r.where != l || !matches(r.pattern, path, arguments)) continue;
    if (r.verb == wanted) {
      m.found = &r;
      m.arguments = std::move(arguments);
      return m;
    }
    m.other_verbs.push_back(r.verb);
  }
  return m;
}

std::string token_digest(std::string_view token) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(token.data(), token.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) return {};
  std::string hex;
  hex.reserve(64);
  for (unsigned int i = 0; i < length; ++i) append_hex(hex, digest[i]);
  return hex;
}

std::optional<caller> caller_of(const config::settings& s, std::string_view digest) {
  const auto* token = s.find_token(digest);
  if (!token) return std::nullopt;
  caller who;
  who.token_sha256 = digest;
  who.all_brands = token->brand == "*";
  if (!who.all_brands) who.brand = token->brand;
  who.role = token->role;
  who.agent = token->agent;
  return who;
}

bool still_allowed(const config::settings& s, const caller& who) {
  const auto* token = s.find_token(who.token_sha256);
  return token && token->role == who.role && token->agent == who.agent &&
         (who.all_brands ? token->brand == "*" : token->brand == who.brand);
}

http::response unauthorized() {
  auto r = problem(401, "unauthorized", "Unauthorized", "send a valid token: Authorization: Bearer …");
  r.headers.emplace_back("WWW-Authenticate", "Bearer");
  return r;
}

namespace {

/// What stands behind "Authorization: Bearer "; empty: nothing that could be a token. Two headers say nothing.
std::string_view bearer_token(const http::request& r) {
  constexpr std::string_view scheme = "bearer ";
  constexpr std::size_t header_bytes_max = 4096;
  std::optional<std::string_view> header;
  for (const auto& h : r.headers) {
    if (!same_name(h.name, "authorization")) continue;
    if (header) return {};
    header = h.value;
  }
  if (!header || header->size() <= scheme.size() || header->size() > header_bytes_max) return {};
  if (!same_name(header->substr(0, scheme.size()), scheme)) return {};
  return header->substr(scheme.size());
}

}  // namespace

std::optional<caller> authenticate(const http::request& r, const context& ctx, bool tickets_allowed) {
  const auto settings = ctx.engine->settings();
  if (tickets_allowed) {
    if (const auto t = r.query_value("ticket")) {
      auto who = ctx.tickets->redeem(*t);
      // The token may have been withdrawn since.
      if (!who || !still_allowed(*settings, *who)) return std::nullopt;
      // Who also shows a token must not become somebody else by a ticket that was found or slipped in.
      const bool shows_token = r.find("authorization").has_value();
      if (shows_token && token_digest(bearer_token(r)) != who->token_sha256) return std::nullopt;
      return who;
    }
  }
  const auto token = bearer_token(r);
  if (token.empty()) return std::nullopt;
  return caller_of(*settings, token_digest(token));
}

namespace {

/// Who it is, or the answer to whoever may not call this route. A ticket is used up by it.
std::optional<http::response> turn_away(const route& to, listener on, const http::request& r,
                                        const context& ctx, caller& who) {
  std::optional<caller> known;
  if (to.needs.asks_for_token()) known = authenticate(r, ctx, to.operation == "streamEvents");
  switch (authorise(to.needs, on, known ? &*known : nullptr)) {
    case verdict::allowed:
      if (known) who = std::move(*known);
      return std::nullopt;
    case verdict::unauthorized:
      return unauthorized();
    case verdict::forbidden:
      return problem(403, "forbidden", "Forbidden", "this token's role may not do that");
    case verdict::absent:
      break;
  }
  return problem(404, "not-found", "Not found", "there is nothing at this path");
}

/// This process's start and the number of the request: unique enough to find one answer in many logs.
std::string next_request_id() {
  static const auto process = static_cast<std::uint32_t>(std::random_device{}());
  static std::atomic<std::uint64_t> requests{0};
  std::string id;
  append_hex(id, process);
  id += '-';
  append_hex(id, static_cast<std::uint32_t>(requests.fetch_add(1, std::memory_order_relaxed) + 1));
  return id;
}

}  // namespace

http::body_verdict router::head(listener l, const http::request& head, std::uint64_t announced,
                                bool chunked) {
  if (!ctx_.ready.load(std::memory_order_acquire)) {
    http::body_verdict starting;
    starting.refuse = come_back("unavailable", "starting", std::chrono::seconds{1});
    return starting;
  }
  if (l == listener::open && webhook::is_ours(head.path))
    return ctx_.webhooks->head(head, announced, chunked);
  http::body_verdict v;
  cors_decision cors;
  if (l == listener::open) cors = decide_cors(head, ctx_.engine->settings()->server.allowed_origins);
  v.headers = std::move(cors.headers);
  // Only here, and not in a problem's body: there it would tell what is another's from what never was.
  v.headers.emplace_back("X-Request-Id", next_request_id());
  const auto m = find_route(l, head.method, head.path, table_);
  if (!m.found) {
    v.refuse = without_route(cors.is, m);
    return v;
  }
  if (!m.found->takes_body) return v;
  v.body_bytes_max = ctx_.engine->settings()->limits.body_bytes_max;
  // Nobody's body is read before it is known whose it is.
  const bool has_body = announced > 0 || chunked;
  if (caller who; has_body) v.refuse = turn_away(*m.found, l, head, ctx_, who);
  return v;
}

void router::handle(listener l, http::exchange_ptr x) {
  if (l == listener::open && webhook::is_ours(x->request().path)) return ctx_.webhooks->handle(x);
  auto m = find_route(l, x->request().method, x->request().path, table_);
  if (!m.found) return respond_not_found(x);
  call c{.exchange = x, .who = {}, .arguments = std::move(m.arguments), .ctx = &ctx_};
  if (auto no = turn_away(*m.found, l, x->request(), ctx_, c.who)) return x->respond(std::move(*no));
  if (const auto ok = check_parameters(x->request().query, m.found->parameters); !ok) {
    return respond_problem(x, 400, "bad-request", "Bad request", ok.error());
  }
  m.found->handle(std::move(c));
}

void respond_json(const http::exchange_ptr& x, std::string json, int status) {
  http::response r;
  r.status = status;
  r.content_type = "application/json";
  r.body = std::move(json);
  x->respond(std::move(r));
}

void respond_problem(const http::exchange_ptr& x, int status, std::string_view slug, std::string_view title,
                     std::string detail) {
  x->respond(problem(status, slug, title, detail));
}

http::response come_back(std::string_view slug, std::string_view detail, std::chrono::seconds after) {
  auto r = problem(503, slug, "Service unavailable", detail);
  r.headers.emplace_back("Retry-After", std::to_string(after.count()));
  return r;
}

std::chrono::seconds retry_after(const context& ctx) {
  return ctx.engine->settings()->limits.retry_after;
}

void respond_not_found(const http::exchange_ptr& x) {
  respond_problem(x, 404, "not-found", "Not found", "there is no such thing, or this token may not see it");
}

}  // namespace switchboard::net::api
