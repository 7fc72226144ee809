#pragma once
// An engine that reads feeds, and what it says of them.

#include "bluesky_world.hpp"
#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/eventually.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::e2e {

inline std::string source_toml(const std::string& jetstream_url, const std::string& account) {
  return "\n[[source]]\nid = \"sky\"\nkind = \"bluesky\"\n" +
         (jetstream_url.empty() ? "" : "jetstream_url = \"" + jetstream_url + "\"\n") +
         account_toml("acme-sky", "acme", "sky", "bluesky", our_did) + account;
}
inline std::string password_toml(const world& w) {
  return "access_token = \"app-password\"\napi_url = \"" + w.server.url() + "\"\n";
}
inline constexpr const char* quick =
    "feed_poll_interval = \"100ms\"\nfeed_backoff = \"20ms\"\nfeed_backoff_max = \"100ms\"\n"
    "feed_access_retry = \"200ms\"\n";

/// An engine that reads such a world.
class reading {
 public:
  explicit reading(std::string program = engine_binary()) : engine(place_.path(), std::move(program)) {}

  void start(const std::string& more, const std::string& limits = {}, const std::string& server = {}) {
    configure(more, limits, server);
    engine.start();
  }
  void configure(const std::string& more, const std::string& limits = {}, const std::string& server = {},
                 const std::string& storage = {}) {
    setup s;
    s.limits = quick + limits;
    s.server = server;
    s.storage = storage;
    s.more = more;
    engine.configure(s.toml(engine.data()));
  }
  /// platformMessageIds of what customers said, in the stream's order, since the last call.
  std::vector<std::string> more_messages() {
    std::vector<std::string> ids;
    for (const auto& e : read_log(engine, cursor_, "&type=message.received"))
      ids.push_back(text_at(e, "/data/message/platformMessageId").value_or(""));
    for (const auto& id : ids) seen.insert(id);
    return ids;
  }
  /// Until there are so many in all.
  bool wait_messages(std::size_t many) {
    return eventually([&] {
      (void)more_messages();
      return seen.size() >= many;
    });
  }
  bool wait_event(const std::string& type) {
    return eventually([&] {
      std::string cursor = "earliest";
      return !read_log(engine, cursor, "&type=" + type).empty();
    });
  }
  /// The value of a metric's sample of this feed.
  std::string metric(const std::string& name, const std::string& feed) {
    http_connection c(engine.admin_port());
    const auto page = c.ask("GET", "/metrics").body;
    for (std::size_t at = page.find("\n" + name + "{"); at != std::string::npos;
         at = page.find("\n" + name + "{", at + 1)) {
      const auto line = page.substr(at + 1, page.find('\n', at + 1) - at - 1);
      if (line.find("feed=\"" + feed + "\"") != std::string::npos) return line.substr(line.rfind(' ') + 1);
    }
    return "none";
  }
  bool wait_metric_above(const std::string& name, const std::string& feed, int value) {
    return eventually([&] {
      const auto text = metric(name, feed);
      return text != "none" && std::stoi(text) > value;
    });
  }
  bool wait_metric(const std::string& name, const std::string& feed, const std::string& value) {
    return eventually([&] { return metric(name, feed) == value; });
  }

  std::multiset<std::string> seen;

 private:
  scratch place_;
  std::string cursor_ = "earliest";

 public:
  engine_process engine;
};

}  // namespace switchboard::e2e
