#include "net/api/tickets.hpp"

#include "domain/ids.hpp"
#include "domain/json.hpp"

#include <openssl/rand.h>

#include <array>

namespace switchboard::net::api {

std::optional<ticket_office::ticket> ticket_office::issue(const caller& who, std::chrono::seconds ttl,
                                                          std::size_t tickets_max) {
  domain::thread_id random;
  std::array<unsigned char, sizeof(random.high) * 2> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return std::nullopt;
  for (std::size_t i = 0; i < 8; ++i) {
    random.high = random.high << 8 | bytes[i];
    random.low = random.low << 8 | bytes[8 + i];
  }
  ticket t{"t_", ttl};
  domain::append_base32(t.text, random);

  const std::lock_guard lock{mutex_};
  const auto now = now_();
  if (issued_.size() >= tickets_max)
    std::erase_if(issued_, [&](const auto& e) { return e.second.until <= now; });
  if (issued_.size() >= tickets_max) return std::nullopt;
  issued_.emplace(t.text, issued{who, now + ttl});
  return t;
}

std::optional<caller> ticket_office::redeem(std::string_view text) {
  const std::lock_guard lock{mutex_};
  const auto found = issued_.find(std::string(text));
  if (found == issued_.end()) return std::nullopt;
  auto taken = std::move(found->second);
  issued_.erase(found);
  if (taken.until <= now_()) return std::nullopt;
  return std::move(taken.who);
}

void issue_ticket(call&& c) {
  const auto settings = c.ctx->engine->settings();
  const auto t = c.ctx->tickets->issue(c.who, settings->limits.ticket_ttl, settings->limits.tickets_max);
  if (!t) {
    return respond_problem(c.exchange, 503, "too-many-tickets", "Service unavailable",
                           "too many tickets are outstanding; try again in a moment");
  }
  std::string body;
  domain::json_object o{body};
  o.text("ticket", t->text);
  o.number("expiresInSeconds", static_cast<std::uint64_t>(t->ttl.count()));
  o.end();
  respond_json(c.exchange, std::move(body), 201);
}

}  // namespace switchboard::net::api
