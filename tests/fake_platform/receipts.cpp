#include "tests/fake_platform/receipts.hpp"

#include "domain/json.hpp"
#include "net/client/http_client.hpp"
#include "net/platforms/platform.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace switchboard::fake_platform {
namespace {

using domain::json_object;
using domain::platform;

std::optional<net::platforms::kind> kind_of(config::source_kind k) {
  switch (k) {
    case config::source_kind::meta:
      return net::platforms::kind::meta;
    case config::source_kind::telegram:
      return net::platforms::kind::telegram;
    case config::source_kind::x:
      return net::platforms::kind::x;
    case config::source_kind::linkedin:
      return net::platforms::kind::linkedin;
    case config::source_kind::bluesky:
      break;  // it has no webhooks
  }
  return std::nullopt;
}

std::string quoted(std::string_view text) {
  std::string out;
  domain::append_json_string(out, text);
  return out;
}
std::string milliseconds_of(const taken& t) {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(t.wall.time_since_epoch()).count());
}

std::string whatsapp_status(const taken& t, std::string_view status) {
  std::string s;
  json_object o{s};
  o.text("id", t.id);
  o.text("status", status);
  o.text("timestamp", std::to_string(std::chrono::system_clock::to_time_t(t.wall)));
  o.text("recipient_id", t.recipient);
  o.text_if("biz_opaque_callback_data", t.reference);
  o.end();
  return R"({"object":"whatsapp_business_account","entry":[{"id":"0","changes":[{"field":"messages","value":)"
         R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"0","phone_number_id":)" +
         quoted(t.by->platform_id) + R"(},"statuses":[)" + s + "]}}]}]}";
}

/// Of one element of messaging[], whose sender and recipient are given.
std::string messaging(const taken& t, const std::string& sender, const std::string& recipient,
                      const std::string& what) {
  const bool instagram = t.by->platform == platform::instagram;
  return std::string(R"({"object":")") + (instagram ? "instagram" : "page") + R"(","entry":[{"id":)" +
         quoted(t.by->platform_id) + R"(,"time":)" + milliseconds_of(t) +
         R"(,"messaging":[{"sender":{"id":)" + quoted(sender) + R"(},"recipient":{"id":)" +
         quoted(recipient) + R"(},"timestamp":)" + milliseconds_of(t) + ',' + what + "}]}]}";
}

std::vector<std::string> messenger_bodies(const taken& t) {
  const std::string& page = t.by->platform_id;
  std::string echo = R"("message":{"mid":)" + quoted(t.id) + R"(,"is_echo":true,"text":)" + quoted(t.text);
  if (!t.reference.empty()) echo += R"(,"metadata":)" + quoted(t.reference);
  std::vector<std::string> all{messaging(t, page, t.recipient, echo + '}')};
  if (t.by->platform == platform::instagram) {  // it tells of no delivery, and names what was read
    all.push_back(messaging(t, t.recipient, page, R"("read":{"mid":)" + quoted(t.id) + '}'));
    return all;
  }
  const std::string watermark = R"("watermark":)" + milliseconds_of(t);
  all.push_back(
      messaging(t, t.recipient, page, R"("delivery":{"mids":[)" + quoted(t.id) + "]," + watermark + '}'));
  all.push_back(messaging(t, t.recipient, page, R"("read":{)" + watermark + '}'));
  return all;
}

std::vector<std::string> x_bodies(const taken& t) {
  const std::string us = quoted(t.by->platform_id), them = quoted(t.recipient), id = quoted(t.id);
  const std::string at = R"("created_timestamp":")" + milliseconds_of(t) + '"';
  return {R"({"for_user_id":)" + us + R"(,"direct_message_events":[{"type":"message_create","id":)" + id +
              ',' + at + R"(,"message_create":{"target":{"recipient_id":)" + them + R"(},"sender_id":)" + us +
              R"(,"message_data":{"text":)" + quoted(t.text) + "}}}]}",
          R"({"for_user_id":)" + us + R"(,"direct_message_mark_read_events":[{)" + at + R"(,"sender_id":)" +
              them + R"(,"target":{"recipient_id":)" + us + R"(},"last_read_event_id":)" + id + "}]}"};
}

}  // namespace

std::vector<std::string> receipt_bodies(const taken& t) {
  if (t.where != edge::message) return {};
  switch (t.by->platform) {
    case platform::whatsapp:
      return {whatsapp_status(t, "sent"), whatsapp_status(t, "delivered"), whatsapp_status(t, "read")};
    case platform::facebook:
    case platform::instagram:
      return messenger_bodies(t);
    case platform::x:
      return x_bodies(t);
    case platform::linkedin:
    case platform::bluesky:
    case platform::telegram:
      return {};
  }
  return {};
}

class receipts::teller {
 public:
  teller(receipts_options o, std::vector<config::source_settings> sources)
      : options_(std::move(o)), sources_(std::move(sources)), client_({}) {
    thread_ = std::thread([this] { run(); });
  }
  ~teller() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void tell(const std::string& engine) {
    const std::lock_guard lock(mutex_);
    options_.engine = engine;
  }

  void tell_of(const taken& t) {
    const config::source_settings* source = nullptr;
    for (const auto& s : sources_) {
      if (s.id.value == t.by->source) source = &s;
    }
    if (source == nullptr || source->secrets.empty()) return;
    auto due = t.at;
    const std::lock_guard lock(mutex_);
    if (options_.engine.empty()) return;
    for (auto& body : receipt_bodies(t)) {
      due += options_.apart;
      waiting_.emplace(due, webhook{source, std::move(body)});
    }
    changed_.notify_all();
  }

 private:
  struct webhook {
    const config::source_settings* source = nullptr;
    std::string body;
  };

  void run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
      if (waiting_.empty()) {
        changed_.wait(lock);
      } else if (const auto due = waiting_.begin()->first; due > std::chrono::steady_clock::now()) {
        changed_.wait_until(lock, due);
      } else {
        auto what = std::move(waiting_.begin()->second);
        waiting_.erase(waiting_.begin());
        const std::string engine = options_.engine;
        lock.unlock();
        post(engine, std::move(what));
        lock.lock();
      }
    }
  }

  /// An engine that does not take it is not asked again: the real ones would, for hours.
  void post(const std::string& engine, webhook&& w) {
    const auto kind = kind_of(w.source->kind);
    if (!kind) return;
    auto signature = net::platforms::functions_of(*kind).sign(w.body, w.source->secrets.front());
    net::client::request r{.url = engine + "/webhooks/" + w.source->id.value,
                           .headers = {{"Content-Type", "application/json"}, std::move(signature)},
                           .body = std::move(w.body)};
    client_.perform(std::move(r), [](net::client::result&&) {});
  }

  receipts_options options_;  ///< the engine: under the lock
  const std::vector<config::source_settings> sources_;
  net::client::http_client client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::multimap<instant, webhook> waiting_;
  std::thread thread_;
};

receipts::receipts(receipts_options o, std::vector<config::source_settings> sources)
    : teller_(std::make_unique<teller>(std::move(o), std::move(sources))) {}
receipts::~receipts() = default;

void receipts::tell(const std::string& engine) {
  teller_->tell(engine);
}
void receipts::tell_of(const taken& t) {
  teller_->tell_of(t);
}

}  // namespace switchboard::fake_platform
