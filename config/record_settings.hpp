#pragma once
// What there are any number of in a configuration: brands, sources, accounts, tokens, calendars. Defaults, bounds and sentences stand in
// records.cpp.

#include "domain/calendar.hpp"
#include "domain/conversation.hpp"
#include "domain/event.hpp"
#include "domain/ids.hpp"
#include "domain/model.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::config {

enum class source_kind : std::uint8_t { meta, x, linkedin, telegram, bluesky };
enum class role : std::uint8_t { reader, agent, supervisor, admin };
[[nodiscard]] std::string_view to_word(source_kind);
[[nodiscard]] std::string_view to_word(role);

struct brand_settings {
  domain::brand_id id;
  std::string name;
  domain::conversation_policy conversations;
  domain::queue_id queue = {};  ///< where nothing says otherwise; empty: the brand's first [[queue]]
};

/// A child application of a LinkedIn source: its events come to the same address, signed with its own secret.
struct application_settings {
  std::string id;                    ///< LinkedIn's
  std::vector<std::string> secrets;  ///< as a source's
};

struct source_settings {
  domain::source_id id;
  source_kind kind = source_kind::meta;
  std::vector<std::string>
      secrets;  ///< resolved; none empty; the first is the current one. Empty for Bluesky only
  std::string verify_token;
  std::vector<application_settings> applications = {};
  /// Its platform asks who we are at least so often; 0: it does not.
  std::chrono::seconds handshakes_apart_max{0};
  std::string jetstream_url = {};  ///< Bluesky: where posts are read; empty: they are not
  std::string public_url = {};     ///< as platforms were told it: by it our webhook is known, and named anew
  std::string app_id = {};         ///< Meta, LinkedIn: what the platform calls our app
  std::string app_token = {};      ///< X: the app's own (app-only) bearer token
  std::string consumer_key = {};   ///< X: OAuth 1.0a; its secret is the first of `secrets`
};

struct account_settings {
  domain::account_id id;
  domain::brand_id brand;
  domain::source_id source;
  domain::platform platform = domain::platform::facebook;
  std::string platform_id;
  std::string access_token;
  std::string api_url = {};       ///< of the platform's API, instead of its own; empty: its own
  std::string api_version = {};   ///< empty: the one that this version was written for
  std::string page_id = {};       ///< Instagram: the page that it is linked to
  std::string business_id = {};   ///< WhatsApp: the business account (WABA) that the number is of
  std::string subscriber = {};    ///< LinkedIn: the member (URN) by whose rights events are subscribed to
  std::string oauth1_token = {};  ///< X: of OAuth 1.0a, for media
  std::string oauth1_token_secret = {};  ///< … both, or none
  bool human_agent_tag = false;          ///< Meta granted the app the tag HUMAN_AGENT
  bool read_receipts = true;             ///< the customer is shown that an agent has read him
  bool split_long_texts = true;          ///< else what is too long for the platform is refused
  /// WhatsApp: what the number may send and receive together; 0: what the platform gives to every one.
  std::uint32_t messages_per_second = 0;
  std::vector<std::string> media_hosts = {};  ///< beside the platform's own; each with all below it
};

struct token_settings {
  std::string sha256;  ///< 64 lower-case hex digits of the token's SHA-256; literal values are hashed on load
  std::string brand;   ///< "*": all
  config::role role = role::reader;
  domain::agent_id agent;
};

/// Where the public events of one brand are delivered to, signed.
struct webhook_settings {
  std::string id;
  domain::brand_id brand;
  std::string url;
  bool loopback = false;          ///< the url's host is this machine; only then may it be reached there
  std::vector<std::string> keys;  ///< decoded: what to sign with, the current one first, one or two
  std::vector<domain::event_type> events;  ///< each once, in the order of the enum
  bool ordered = false;
  bool enabled = true;
  std::chrono::milliseconds timeout{15'000};      ///< of one attempt
  std::chrono::seconds give_up_after{24 * 3600};  ///< since the first attempt was due
  std::uint32_t concurrency = 8;                  ///< attempts at a time
};

struct calendar_settings {
  domain::calendar_id id;
  std::string zone = {};         ///< its name
  std::string zone_digest = {};  ///< of the tz database's file for it: a change of law is a change of this
  std::shared_ptr<const domain::calendar> calendar = {};
};

}  // namespace switchboard::config
