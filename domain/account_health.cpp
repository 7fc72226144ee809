#include "domain/account_health.hpp"

#include "domain/words.hpp"

namespace switchboard::domain {
namespace {

constexpr word_table<3> access_words{"unknown", "good", "refused"};
constexpr word_table<3> use_words{"sending", "subscription", "everything"};
constexpr word_table<4> subscription_words{"unknown", "live", "lapsed", "failing"};
constexpr word_table<3> handshake_words{"unknown", "kept", "missed"};

template <class State>
bool take(State& into, const std::optional<State>& found) {
  if (!found || *found == into) return false;
  into = *found;
  return true;
}

std::optional<account_health> revoke(account_health is, const health_observation& found, timestamp now) {
  if (is.revoked_at && *found.revoked_at <= *is.revoked_at) return std::nullopt;  // it was delivered again
  is.revoked_at = found.revoked_at;
  is.access = access_state::refused;
  is.refused_for = access_use::everything;
  is.subscription = subscription_state::lapsed;
  is.detail = found.detail;
  is.since = now;
  return is;
}

}  // namespace

std::string_view to_word(access_state s) {
  return word_of(access_words, s);
}
std::string_view to_word(subscription_state s) {
  return word_of(subscription_words, s);
}
std::string_view to_word(handshake_state s) {
  return word_of(handshake_words, s);
}
std::string_view to_word(access_use u) {
  return word_of(use_words, u);
}
std::optional<access_use> access_use_from_word(std::string_view word) {
  return value_of<access_use>(use_words, word);
}
std::optional<access_state> access_from_word(std::string_view word) {
  return value_of<access_state>(access_words, word);
}
std::optional<subscription_state> subscription_from_word(std::string_view word) {
  return value_of<subscription_state>(subscription_words, word);
}
std::optional<handshake_state> handshake_from_word(std::string_view word) {
  return value_of<handshake_state>(handshake_words, word);
}

std::optional<account_health> observe(const std::optional<account_health>& was,
                                      const health_observation& found, timestamp now) {
  account_health is = was.value_or(account_health{.brand = found.brand, .account = found.account});
  is.brand = found.brand;  // an account may have been given to another brand, or platform, by the config
  is.platform = found.platform;
  if (found.revoked_at) return revoke(std::move(is), found, now);
  const bool was_revoked = is.access == access_state::refused && is.refused_for == access_use::everything;
  const bool of_another =
      is.access == access_state::refused && !was_revoked && found.used_for != is.refused_for;
  const bool access = !of_another && take(is.access, found.access);
  if (access && is.access == access_state::refused) is.refused_for = found.used_for;
  // The subscription went with the rights, and nothing says that it came back with them.
  if (access && was_revoked && !found.subscription) is.subscription = subscription_state::unknown;
  const bool subscription = take(is.subscription, found.subscription);
  const bool note = found.subscription_note && *found.subscription_note != is.subscription_note;
  if (note) is.subscription_note = *found.subscription_note;
  const bool handshake = take(is.handshake, found.handshake);
  const bool gap = found.gap && found.gap != is.gap;
  if (gap) is.gap = found.gap;
  if (!access && !subscription && !note && !handshake && !gap) return std::nullopt;
  is.detail = found.detail;
  is.since = now;
  return is;
}

handshake_state handshake_of(std::optional<timestamp> last, timestamp since, timestamp now,
                             std::chrono::seconds apart_max) {
  if (now - last.value_or(since) > apart_max) return handshake_state::missed;
  return last ? handshake_state::kept : handshake_state::unknown;
}

}  // namespace switchboard::domain
