#pragma once
// What the commands that ask a running engine have in common: where it is, with which token, and what they say when it refuses.

#include "cli/http_client.hpp"
#include "domain/expected.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace switchboard::cli {

/// A command on stderr: "switchboard NAME: what", behind what it has printed. Returns exit_failed.
int fail(std::string_view command, const std::string& what);

/// One engine, asked by one thread. Stops waiting when the command is interrupted.
class asked_engine {
 public:
  /// `url` may be empty: http://127.0.0.1:8080. The error is a sentence.
  [[nodiscard]] static expected<asked_engine, std::string> at(const std::string& url,
                                                              const std::string& token);
  /// Waits for the answer, whatever its status. `target` may need percent_encode().
  [[nodiscard]] expected<http_reply, std::string> ask(const std::string& target,
                                                      const std::string& method = "GET");

 private:
  asked_engine(url where, const std::string& token);
  http_client client_;
  http_fields headers_;
};

/// What a caller can do about a refusal.
struct refusal_hints {
  std::string_view whose_token = "a token";  ///< of a 401 or 403: what to give
  std::string_view where_missing = {};       ///< of a 404; empty: nothing
};
/// Why it answered so, and what to do; a sentence.
[[nodiscard]] std::string refusal(const http_reply& reply, const refusal_hints& hints = {});

/// Nullopt: `text` is on stdout, whole.
[[nodiscard]] std::optional<std::string> put_out(std::string_view text);
/// exit_ok, if all of stdout has gone where it should.
[[nodiscard]] int finish(std::string_view command);

}  // namespace switchboard::cli
