#pragma once
// A dialog about subscriptions, played against answers that are told beforehand, and how the platforms word them.

#include "net/platforms/subscriptions.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::net::platforms {

inline const domain::timestamp asked_at{std::chrono::seconds{1'700'000'000}};

struct reply {
  int status;
  std::string body;
};

/// Plays the platform: what was asked, "METHOD path", until the dialog or the replies end.
struct played {
  std::vector<std::string> asked;
  std::vector<call> calls;
  std::vector<subscription_finding> found;
  bool over = false;
};
inline played play(subscription_dialog d, const std::vector<reply>& replies) {
  played p;
  for (std::size_t i = 0;; ++i) {
    const auto c = next_call(d);
    if (!c) {
      p.over = true;
      break;
    }
    const auto path = c->url.substr(c->url.find('/', c->url.find("://") + 3));
    p.asked.push_back(std::string(c->method) + ' ' + path);
    p.calls.push_back(*c);
    if (i == replies.size()) break;
    take_answer(d, {replies[i].status, {}, replies[i].body}, asked_at);
  }
  p.found = std::move(d.found);
  return p;
}

inline subscription_dialog dialog(domain::platform p, subscribing_app app, subscribed_account account) {
  app.source = "src";
  EXPECT_TRUE(can_ask_subscription(p, app, account));
  return {.platform = p, .app = std::move(app), .accounts = {std::move(account)}};
}

inline const std::string confirmed = R"({"success":true})";
inline std::string meta_app(std::string_view id, std::string_view fields) {
  return R"({"id":")" + std::string(id) + R"(","name":"n","subscribed_fields":[)" + std::string(fields) +
         "]}";
}
inline std::string list_of(std::string_view items) {
  return R"({"data":[)" + std::string(items) + "]}";
}
inline constexpr std::string_view all_page_fields =
    R"("messages","messaging_postbacks","messaging_optins","message_deliveries","message_reads","message_echoes",)"
    R"("message_reactions","message_edits","messaging_referrals","messaging_handovers",)"
    R"("messaging_policy_enforcement","standby","feed","mention","ratings")";

inline subscription_dialog page(std::string app_id) {
  return dialog(domain::platform::facebook, {.app_id = std::move(app_id)},
                {.as = {.platform_id = "77", .access_token = "t"}});
}

// -- Telegram

inline subscription_dialog bot(std::string url) {
  return dialog(domain::platform::telegram, {.public_url = std::move(url), .secret_token = "s3"},
                {.as = {.platform_id = "42", .access_token = "42:abc"}});
}
/// What the normaliser understands.
inline constexpr std::string_view all_updates =
    R"("message","edited_message","channel_post","edited_channel_post","business_message",)"
    R"("edited_business_message","callback_query","message_reaction","my_chat_member","chat_member",)"
    R"("chat_join_request","business_connection","deleted_business_messages")";
inline std::string info(std::string_view rest) {
  return R"({"ok":true,"result":{)" + std::string(rest) + "}}";
}
inline constexpr std::string_view ours = "https://h.example/webhooks/tg";

// -- X

inline subscription_dialog x_accounts(std::vector<std::string> users, std::string url = std::string(ours)) {
  subscription_dialog d{.platform = domain::platform::x,
                        .app = {.source = "src", .app_token = "app", .public_url = url}};
  for (auto& u : users) d.accounts.push_back({.as = {.platform_id = u, .access_token = "user-" + u}});
  return d;
}
inline std::string hook(std::string_view id, std::string_view url, bool valid) {
  return R"({"id":")" + std::string(id) + R"(","url":")" + std::string(url) + R"(","valid":)" +
         (valid ? "true}" : "false}");
}
inline constexpr std::array<std::string_view, 8> all_events{"dm.received",       "post.mention.create",
                                                            "post.reply.create", "post.quote.create",
                                                            "chat.received",     "dm.sent",
                                                            "dm.read",           "post.delete"};
inline std::string x_event(std::string_view user, std::string_view type, std::string_view to = "7") {
  return R"({"event_type":")" + std::string(type) + R"(","filter":{"user_id":")" + std::string(user) +
         R"("},"webhook_id":")" + std::string(to) + "\"}";
}
inline const reply our_hook{200,
                            list_of(hook("8", "https://else.example/", true) + ',' + hook("7", ours, true))};
inline const reply no_users{200, R"({"data":{"subscriptions":[]}})"},
    no_events{200, R"({"data":[],"meta":{}})"};
inline const reply not_bought{
    403, R"({"title":"Forbidden","type":"https://api.twitter.com/2/problems/client-forbidden"})"};
inline std::string bearer_of(const call& c) {
  for (const auto& h : c.headers) {
    if (h.name == "Authorization") return h.value;
  }
  return {};
}

}  // namespace switchboard::net::platforms
