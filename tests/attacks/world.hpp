#pragma once
// Three brands that share one engine, one source and nothing else: the real engine on a directory of its own, the
// real routes, no sockets. Every field that a platform, an agent or an operator can fill holds a canary of its brand.

#include "asked.hpp"
#include "canaries.hpp"
#include "net/admission.hpp"
#include "net/api/event_stream.hpp"
#include "net/api/router.hpp"
#include "net/api/tickets.hpp"
#include "net/backfill.hpp"
#include "net/media.hpp"
#include "net/webhook.hpp"
#include "tests/e2e/scratch.hpp"
#include "tests/net/api/fake_server.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::attacks {

inline constexpr std::string_view roles[] = {"reader", "agent", "supervisor", "admin"};

/// One brand, and what can be known of it from outside.
struct tenant {
  explicit tenant(char letter, std::uint64_t seed) : words(letter, seed) {}
  canaries words;
  std::string brand, agent, number, page;  ///< number, page: the platform's ids of its accounts
  std::vector<std::string> accounts;
  std::vector<std::string> conversations, messages, customers, letters;
  std::string queue, session;  ///< where all of its conversations wait; its agent's, who serves none
  std::string webhook;         ///< that nothing is delivered to
  std::string pictured;        ///< a message with an attachment
  std::vector<std::string> event_cursors;
  /// Where a list of its own goes on: the list's target, the cursor.
  std::vector<std::pair<std::string, std::string>> page_cursors;
  [[nodiscard]] std::string token(std::string_view role) const {
    return words.of("_token_") + std::string(role);
  }
};

/// What came back, everything of it: also the events of a stream.
struct reply {
  int status = 0;  ///< of a stream 200 or 101; 0: nothing came
  std::string head, body;
  bool operator==(const reply&) const = default;
};

class world {
 public:
  explicit world(std::uint64_t seed = 1);
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  /// One after the other, `at_once` of them under way together. `by`: a router with another table; null: ours.
  [[nodiscard]] std::vector<reply> ask(const std::vector<request_text>& all, net::http::handler* by = nullptr,
                                       net::http::listener on = net::http::listener::open);
  [[nodiscard]] reply ask(const request_text& one, net::http::handler* by = nullptr,
                          net::http::listener on = net::http::listener::open) {
    return ask(std::vector{one}, by, on).front();
  }
  [[nodiscard]] reply get(std::string target, std::string_view token);
  /// Signed as the platform does.
  [[nodiscard]] reply deliver(const std::string& body);
  /// A ticket of that token; throws where there is none.
  [[nodiscard]] std::string ticket(std::string_view token, net::http::handler* by = nullptr);
  /// Everything that is stored, as a token of all brands sees it.
  [[nodiscard]] bool is_routed();
  [[nodiscard]] std::string everything();

  std::vector<tenant> tenants;
  canaries nobody;  ///< of what has no brand
  net::api::context ctx;
  /// What the engine told its operator.
  [[nodiscard]] std::string told() const;
  [[nodiscard]] std::string all_token(std::string_view role) const {
    return nobody.of("_token_") + std::string(role);
  }
  /// Of every brand but this one; null: of every brand.
  [[nodiscard]] std::vector<const canaries*> words_but(const tenant* mine) const;

 private:
  void start();
  void fill(const tenant& t);
  void learn(tenant& t);
  void must(const reply& r, int status, const std::string& what) const;

  e2e::scratch directory_;
  loop io_;
  std::unique_ptr<actors::engine> engine_;
  net::testing::fake_server server_{io_};
  std::unique_ptr<net::admission> credits_;
  std::unique_ptr<net::webhook> webhooks_;
  net::api::ticket_office tickets_;
  /// Reaches nothing.
  net::backfill backfill_{{}};
  net::media media_{{.client = {}, .may_reach = [](std::span<const std::uint8_t>) { return false; }}};
  std::unique_ptr<net::api::event_stream> stream_;
  std::unique_ptr<net::api::router> router_;
  mutable std::mutex told_mutex_;
  std::string told_;
};

[[nodiscard]] inline std::pair<std::string, std::string> bearer(std::string_view token) {
  return {"Authorization", "Bearer " + std::string(token)};
}

/// WhatsApp's envelope around these messages, to this number.
[[nodiscard]] std::string whatsapp_body(const tenant& to, std::string_view customer,
                                        std::string_view messages);
[[nodiscard]] std::string whatsapp_message(const tenant& of, std::string_view customer, std::string_view id,
                                           std::string_view text);

}  // namespace switchboard::attacks
