#pragma once
// What the fake platforms have: accounts, what was said to whom, what is counted. Of one thread at a time: its owner
// (platform.hpp) holds a lock around every answer.

#include "domain/ids.hpp"
#include "domain/model.hpp"
#include "tests/fake_platform/limits.hpp"
#include "tests/fake_platform/server.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace switchboard::fake_platform {

struct account {
  std::string id;  ///< its name in the engine's config
  domain::platform platform = domain::platform::whatsapp;
  std::string platform_id, access_token;
  std::string page_id = {};               ///< Instagram: the page that it is linked to
  std::string source = {};                ///< the webhook that hears of it
  std::uint32_t messages_per_second = 0;  ///< WhatsApp: of this number; 0: as of every one
};

enum class edge : std::uint8_t { message, comment, private_reply };

/// A message that a platform took.
struct taken {
  const account* by = nullptr;
  edge where = edge::message;
  std::string recipient;  ///< a person, a chat, or what a comment stands below
  std::string text;       ///< of what has none: of which kind it is, in brackets
  std::string reference;  ///< our own id, where the platform has a place for it
  std::string id;         ///< the platform's
  std::string post = {},
              parent = {};     ///< what it stands below: whose comments, and which of them; empty: not known
  bool in_anothers = false;    ///< Instagram: in media that is not the account's
  std::string shown = {};      ///< X: as others see it, with the names of those it answers before it
  std::size_t shown_from = 0;  ///< … where its own words begin, in characters
  std::string record_key = {}, record_cid = {}, record = {};  ///< Bluesky
  instant at{};
  std::chrono::system_clock::time_point wall{};
};

/// What was said in public.
struct publication {
  std::string post = {};    ///< below which it stands
  std::string parent = {};  ///< the comment that it answers, as the platform nests them
  std::string author = {}, handle = {};
};

/// An entry of Bluesky's log of messages.
struct log_entry {
  std::string json;  ///< without its rev
  std::uint64_t ticket = 0;
};

struct world {
  std::vector<account> accounts;
  std::vector<taken> book;
  limit_book limits;
  /// account id / customer: when he last wrote, as far as it is known. Of who is not known the window is taken for open.
  std::map<std::string, std::chrono::system_clock::time_point> heard;
  /// The same: when he wrote first after a click on an ad.
  std::map<std::string, std::chrono::system_clock::time_point> came_by_ad = {};
  /// When a comment was made; of one that is not known, just now.
  std::map<std::string, std::chrono::system_clock::time_point> commented = {};
  std::map<std::string, std::uint64_t> sessions = {};  ///< Bluesky: by DID
  std::set<std::string> unsubscribed = {};  ///< pages, numbers' businesses …: of which nothing is delivered
  /// What of them is subscribed to (fields, events, updates), by the same; of who is not there, what the platform takes of itself.
  std::map<std::string, std::set<std::string>> subscribed_to = {};
  /// Where what is subscribed goes, by the same; else to us.
  std::map<std::string, std::string> delivered_to = {};
  /// Pages to which another app is subscribed as well.
  std::set<std::string> other_apps = {};
  std::set<std::string> app_tokens = {};  ///< X: the app's own
  bool x_webhook_valid = true;
  bool x_has_users = true;                           ///< the Account Activity API is open to the app
  std::map<std::string, std::string> undelivered{};  ///< Telegram: by bot, why its updates don't get through
  std::set<std::string> revoked = {};                ///< accounts whose token is good no more
  struct past_message {
    std::string customer, text;
    std::chrono::system_clock::time_point at;
  };
  /// What customers said that was never delivered, by account, in order. Given as history.
  std::map<std::string, std::vector<past_message>> past = {};
  /// By its id. Of customers', as far as a test tells it.
  std::map<std::string, publication> published = {};
  std::map<std::string, std::vector<log_entry>> chat_logs = {};  ///< by DID
  std::vector<std::uint64_t> logs_read = {};                     ///< tickets of what somebody has read there
  std::uint64_t next_id = 1;
  std::uint64_t refused = 0;  ///< for what they said
  std::uint64_t limited = 0;  ///< for how many they were
  std::uint64_t marked_read = 0, typings = 0;

  /// nullptr: nobody has this token.
  [[nodiscard]] const account* with_token(std::string_view token, std::string_view platform_id = {}) const;
  /// How long ago the customer wrote; nullopt: not known.
  [[nodiscard]] std::optional<std::chrono::seconds> silent_for(const account& a,
                                                               const std::string& customer) const;
  /// Keeps it, and gives it its times. The text is to be one that is said once: two of them are a doubled send.
  const taken& keep(taken&& t);
  /// The latest first.
  [[nodiscard]] std::vector<const taken*> said(const account& a, edge where,
                                               std::string_view recipient) const;
  [[nodiscard]] std::uint64_t doubled() const { return doubled_; }

 private:
  std::unordered_map<std::string, std::uint32_t> times_said_;
  std::uint64_t doubled_ = 0;
};

/// "Bearer …", or empty.
[[nodiscard]] std::string_view bearer(const asked& a);
[[nodiscard]] std::string_view path_of(const asked& a);                      ///< without the query
[[nodiscard]] std::string parameter(const asked& a, std::string_view name);  ///< decoded; empty: none
/// The path's segments, decoded.
[[nodiscard]] std::vector<std::string> segments(const asked& a);
[[nodiscard]] std::string json_list(const std::set<std::string>& names);  ///< ["a","b"]
[[nodiscard]] std::string seconds_of(std::chrono::milliseconds d);        ///< rounded up

// One function a family of APIs: the answer to a request that reached it, and what it took is in the book.
[[nodiscard]] told graph_answer(world& w, const asked& a, instant now);  ///< Facebook, Instagram
[[nodiscard]] told whatsapp_answer(world& w, const account& from, const asked& a, instant now);
[[nodiscard]] told telegram_answer(world& w, const asked& a, instant now);
[[nodiscard]] told x_answer(world& w, const asked& a, instant now);
[[nodiscard]] told linkedin_answer(world& w, const asked& a, instant now);
[[nodiscard]] told bluesky_answer(world& w, const asked& a, instant now);
/// Graph's way of saying no.
[[nodiscard]] told graph_error(world& w, int status, int code, std::string_view message, int subcode = 0);

}  // namespace switchboard::fake_platform
