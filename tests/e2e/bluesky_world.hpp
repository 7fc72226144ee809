#pragma once
// Bluesky for the tests of feeds: what is said there, and a record of it to compare with what an engine read.

#include "tests/fake_platform/bluesky_server.hpp"
#include "tests/fake_platform/jetstream.hpp"

#include <ctime>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::e2e {

inline constexpr std::string_view our_did = "did:plc:reader7a5cbsq2mtnhxuz4fk";
inline const std::string our_post = "at://" + std::string(our_did) + "/app.bsky.feed.post/ours1";

inline std::string rfc3339(std::uint64_t us) {
  const auto seconds = static_cast<std::time_t>(us / 1'000'000);
  std::tm t{};
  ::gmtime_r(&seconds, &t);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000Z", &t);
  return text;
}

/// Bluesky: what is said there, by five people, with a time of its own in which much lies between two things. So what an
/// engine reads again to be sure covers none of it, and a position that was noted too soon shows.
class world {
 public:
  explicit world(fake_platform::jetstream_options o = {}) : stream(std::move(o)) {}

  static std::string person(unsigned n) { return "did:plc:person" + std::to_string(n % 5); }
  std::string post(const std::string& text = "hello") {
    const auto n = ++made_;
    const auto key = "p" + std::to_string(n), uri = "at://" + person(n) + "/app.bsky.feed.post/" + key;
    const auto at = next_time();
    stream.add(
        at, commit(at, person(n), "create", key,
                   R"(,"cid":"cid-)" + key + R"(","record":{"$type":"app.bsky.feed.post","createdAt":")" +
                       rfc3339(at) + R"(","text":")" + text +
                       R"(","facets":[{"index":{"byteStart":0,"byteEnd":1},"features":[{"$type":)" +
                       R"("app.bsky.richtext.facet#mention","did":")" + std::string(our_did) + R"("}]}]})"));
    expected.insert(uri);
    return uri;
  }
  void withdraw(const std::string& uri) {
    const auto did = uri.substr(5, uri.find('/', 5) - 5), key = uri.substr(uri.rfind('/') + 1);
    const auto at = next_time();
    stream.add(at, commit(at, did, "delete", key, ""));
  }
  /// Of the kind that there are hundreds of each second, and that concern nobody here.
  void noise() {
    const auto at = next_time();
    stream.add(at, commit(at, "did:plc:stranger", "create", "x" + std::to_string(at),
                          R"(,"cid":"c","record":{"$type":"app.bsky.feed.post","text":"so"})"));
  }
  std::string notification(const std::string& text = "and?") {
    const auto n = ++made_;
    const auto uri = "at://" + person(n) + "/app.bsky.feed.post/n" + std::to_string(n);
    const auto at = rfc3339(next_time());
    server.notify(R"({"uri":")" + uri + R"(","cid":"c","author":{"did":")" + person(n) +
                  R"(","handle":"p.example.com"},"reason":"reply","reasonSubject":")" + our_post +
                  R"(","record":{"createdAt":")" + at + R"(","text":")" + text +
                  R"(","reply":{"root":{"uri":")" + our_post + R"(","cid":"c"},"parent":{"uri":")" +
                  our_post + R"(","cid":"c"}}},"indexedAt":")" + at + "\"}");
    expected.insert(uri);
    return uri;
  }
  std::string message() {
    const auto n = ++made_;
    const auto id = "m" + std::to_string(n);
    server.say(R"({"$type":"chat.bsky.convo.defs#logCreateMessage","convoId":"convo)" +
               std::to_string(n % 5) + R"(","message":{"id":")" + id +
               R"(","rev":"1","text":"hi","sender":{"did":")" + person(n) + R"("},"sentAt":")" +
               rfc3339(next_time()) + "\"}}");
    expected.insert(id);
    return id;
  }

  /// By Bluesky's clock.
  [[nodiscard]] std::uint64_t now_us() const { return time_us_; }
  [[nodiscard]] std::string http_date() const {
    const auto seconds = static_cast<std::time_t>(time_us_ / 1'000'000);
    std::tm t{};
    ::gmtime_r(&seconds, &t);
    char text[40];
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &t);
    return text;
  }

  fake_platform::jetstream stream;
  fake_platform::bluesky server;
  std::multiset<std::string> expected;  ///< platformMessageIds

 private:
  static std::string commit(std::uint64_t at, const std::string& did, const std::string& operation,
                            const std::string& key, const std::string& rest) {
    return R"({"did":")" + did + R"(","time_us":)" + std::to_string(at) +
           R"(,"kind":"commit","commit":{"rev":"3)" + key + R"(","operation":")" + operation +
           R"(","collection":"app.bsky.feed.post","rkey":")" + key + "\"" + rest + "}}";
  }
  std::uint64_t next_time() { return time_us_ += 100'000'000; }

  unsigned made_ = 0;
  std::uint64_t time_us_ = (static_cast<std::uint64_t>(std::time(nullptr)) - 30 * 86'400) * 1'000'000;
};

struct difference {
  std::vector<std::string> missing, twice;
};
inline difference compare(const std::multiset<std::string>& made, const std::multiset<std::string>& seen) {
  difference d;
  for (const auto& id : made) {
    if (!seen.contains(id)) d.missing.push_back(id);
    if (seen.count(id) > 1) d.twice.push_back(id);
  }
  return d;
}

}  // namespace switchboard::e2e
