// The part of the property table that is about lists: brands, sources, accounts, tokens. The keys of
// calendars: calendar_keys.hpp; of routing: routing_keys.hpp.

#include "config/calendar_keys.hpp"
#include "config/properties.hpp"
#include "config/routing_keys.hpp"
#include "config/sla_keys.hpp"
#include "config/webhook_keys.hpp"

#include <algorithm>
#include <array>

namespace switchboard::config {
namespace {

constexpr std::uint64_t year_ms = 365ull * 24 * 3600 * 1000;
constexpr std::uint64_t month_ms = 30ull * 24 * 3600 * 1000;
constexpr std::string_view id_spelling = "string, 1 to 64 of a-z 0-9 _ -, a letter or digit first";
constexpr std::string_view secret_spelling =
    "{ env = \"…\" } or { file = \"…\" }, with demo = true also a string";

constexpr std::array keys{
    record_key{"brand",
               "id",
               "What accounts and tokens call it, and events carry.",
               id_spelling,
               "required",
               "\"acme\"",
               {}},
    record_key{"brand", "name", "For people.", "string, up to 256 bytes", "its id", "\"Acme\"", {}},
    record_key{
        "brand",
        "reopen_window",
        "A customer who writes this long after resolving reopens the conversation; later opens a new one.",
        "duration, 0s to 365d",
        "\"3d\"",
        "\"3d\"",
        {form::duration, 0, year_ms}},
    record_key{"brand",
               "queue",
               "Where a conversation goes that no [[routing.rule]] names a queue for.",
               "string, the id of a [[queue]] of the brand",
               "its first [[queue]]",
               "\"support\"",
               {}},
    record_key{"brand",
               "redact_deleted",
               "A message deleted on its platform loses its content here too (in the views; the journal "
               "keeps it until "
               "retention).",
               "true or false",
               "true",
               "true",
               {}},

    record_key{
        "source", "id", "Its webhooks are taken at /webhooks/<id>.", id_spelling, "required", "\"meta\"", {}},
    record_key{"source",
               "kind",
               "Who sends. meta is Messenger, Facebook pages, Instagram and WhatsApp.",
               "\"meta\", \"telegram\", \"x\", \"linkedin\" or \"bluesky\"",
               "required",
               "\"meta\"",
               {}},
    record_key{
        "source",
        "secrets",
        "What its signatures are checked with: a Meta app secret, a Telegram secret_token, an X "
        "consumer (API) secret, a LinkedIn client secret. Any number are live at once, so that one can "
        "be replaced without a gap; the handshakes of X and LinkedIn are answered with the first. Bluesky "
        "signs nothing and posts nothing, so that there they may be left out, and nobody can post then; with "
        "them, a relay of your own (or switchboard deliver) may, with X-Switchboard-Signature-256: sha256= "
        "and "
        "the hex HMAC-SHA256 of the body. Files are relative to this one; one newline at their end is "
        "dropped.",
        "list; each { env = \"…\" } or { file = \"…\" }, with demo = true also a string",
        "required",
        "[{ env = \"META_APP_SECRET\" }]",
        {}},
    record_key{
        "source",
        "verify_token",
        "Meta only, and needed there: the word that you entered in the app's dashboard for the handshake.",
        "string, { env = \"…\" } or { file = \"…\" }",
        "none",
        "{ env = \"META_VERIFY_TOKEN\" }",
        {}},

    record_key{"source",
               "handshakes_apart_max",
               "X and LinkedIn ask again and again who answers here. Nobody has for so long: its accounts "
               "are told to have "
               "missed their handshakes (account.updated). 0s: nobody looks.",
               "duration, 0s to 30d",
               "\"3h\" for x, \"5h\" for linkedin",
               "\"3h\"",
               {form::duration, 0, month_ms}},
    record_key{"source",
               "jetstream_url",
               "Bluesky only: the Jetstream server by which posts that answer, quote or name one of its "
               "accounts are "
               "read as they are made. Without it they come by the accounts' notifications only.",
               "string, a URL without a path; wss, or ws to this machine",
               "none",
               "\"wss://jetstream.example.com\"",
               {}},
    record_key{
        "source",
        "public_url",
        "The whole URL at which the platform delivers to this source, as it was told. By it the account's "
        "webhook is known for ours, and not another's. Telegram and LinkedIn are given it again where they "
        "deliver nothing (Telegram: or leave out updates), X is asked to try it again.",
        "string, an https URL",
        "none",
        "\"https://hooks.example.com/webhooks/x\"",
        {}},
    record_key{
        "source",
        "app_id",
        "Meta: the app's id, as its dashboard shows it; without it, it can't be told whether an app that "
        "is subscribed to an account is this one, nor are fields that it lacks subscribed to. LinkedIn: the "
        "developer application's id; with "
        "account.subscriber, LinkedIn is asked whether it still delivers.",
        "string, 1 to 256 bytes",
        "none",
        "\"1234567890\"",
        {}},
    record_key{
        "source",
        "app_token",
        "X only: the app's own bearer token (app-only). With it X is asked whether the webhook is valid "
        "and the accounts are subscribed.",
        secret_spelling,
        "none",
        "{ env = \"X_APP_TOKEN\" }",
        {}},
    record_key{
        "source",
        "consumer_key",
        "X only: the app's API key. Its secret is the first of secrets; with account.oauth1_token, media in "
        "direct messages are fetched with it.",
        "string, 1 to 256 bytes",
        "none",
        "\"xvz1evFS4wEEPTGEFPHBog\"",
        {}},

    record_key{"source.application",
               "id",
               "What LinkedIn calls it: applicationId in its handshakes.",
               "string, 1 to 256 bytes",
               "required",
               "\"86a1b2c3d4\"",
               {}},
    record_key{
        "source.application",
        "secrets",
        "As the source's: its handshakes are answered with the first, and bodies signed with any of them "
        "are the source's.",
        "list; each { env = \"…\" } or { file = \"…\" }, with demo = true also a string",
        "required",
        "[{ env = \"LINKEDIN_CHILD_SECRET\" }]",
        {}},

    record_key{"account",
               "id",
               "What events and the API call it.",
               id_spelling,
               "required",
               "\"acme-whatsapp\"",
               {}},
    record_key{"account",
               "brand",
               "Whose it is.",
               "string, the id of a [[brand]]",
               "required",
               "\"acme\"",
               {},
               false},
    record_key{"account",
               "source",
               "Which source may speak for it. A payload signed for another source is not believed.",
               "string, the id of a [[source]]",
               "required",
               "\"meta\"",
               {}},
    record_key{
        "account",
        "platform",
        "One that its source serves.",
        "\"facebook\", \"instagram\", \"whatsapp\" (meta), \"telegram\", \"x\", \"linkedin\" or \"bluesky\"",
        "required",
        "\"whatsapp\"",
        {}},
    record_key{"account",
               "platform_id",
               "The platform's own id, as in its payloads: page id, Instagram account id, phone_number_id, "
               "bot id, X user id (not the @name), LinkedIn organization (urn:li:organization:…), Bluesky "
               "DID (not the handle). A string, "
               "because numbers beyond 2^53 lose digits elsewhere.",
               "string, 1 to 256 bytes",
               "required",
               "\"106540352242922\"",
               {}},
    record_key{
        "account",
        "access_token",
        "What messages are sent with; for Bluesky an app password, by which notifications and direct "
        "messages "
        "(where it allows them) are read too. Else not needed to receive, so its variable may be unset until "
        "then.",
        secret_spelling,
        "none",
        "{ env = \"ACME_WHATSAPP_TOKEN\" }",
        {}},
    record_key{
        "account",
        "api_url",
        "Where the platform's API is asked instead of its own address: a proxy, a Bluesky account's PDS, or "
        "switchboard-fake-platform. Plain http only with demo = true.",
        "string, a URL without a path",
        "the platform's own",
        "\"https://pds.example.com\"",
        {}},
    record_key{"account",
               "api_version",
               "Of the platform's API, where it has versions and another one is wanted.",
               "string, 1 to 256 bytes",
               "the one that this program was written for",
               "\"v24.0\"",
               {}},
    record_key{
        "account",
        "page_id",
        "Instagram: the Facebook page that the account is linked to. Without it messages are sent as with "
        "Instagram Login.",
        "string, 1 to 256 bytes",
        "none",
        "\"112233445566\"",
        {}},
    record_key{
        "account",
        "business_id",
        "WhatsApp: the business account (WABA) that the number is of. With it Meta is asked whether it still "
        "delivers.",
        "string, 1 to 256 bytes",
        "none",
        "\"102290129340398\"",
        {}},
    record_key{
        "account",
        "subscriber",
        "LinkedIn: the member by whose rights the organization's events were subscribed to, an "
        "administrator of it. With source.app_id LinkedIn is asked whether the subscription stands, and "
        "with source.public_url it is made anew where it does not.",
        "string, 1 to 256 bytes",
        "none",
        "\"urn:li:person:a1B2c3D4e5\"",
        {}},
    record_key{
        "account",
        "oauth1_token",
        "X: the account's access token of OAuth 1.0a, with which media in its direct messages are fetched; "
        "needs "
        "oauth1_token_secret and source.consumer_key. Without it the access_token is tried, which then needs "
        "dm.read.",
        secret_spelling,
        "none",
        "{ env = \"ACME_X_OAUTH1_TOKEN\" }",
        {}},
    record_key{"account",
               "oauth1_token_secret",
               "The secret of oauth1_token.",
               secret_spelling,
               "none",
               "{ env = \"ACME_X_OAUTH1_SECRET\" }",
               {}},
    record_key{
        "account",
        "human_agent_tag",
        "Facebook and Instagram: Meta has granted the app the tag HUMAN_AGENT, so that a person may still "
        "answer 24 hours to 7 days after the customer's last message.",
        "true or false",
        "false",
        "true",
        {}},
    record_key{"account",
               "read_receipts",
               "The customer is shown that he was read, where his platform can show it, when an agent has "
               "(POST .../read).",
               "true or false",
               "true",
               "false",
               {}},
    record_key{"account",
               "split_long_texts",
               "What is longer than the platform takes goes out in parts. false: it is refused.",
               "true or false",
               "true",
               "false",
               {}},
    record_key{
        "account",
        "messages_per_second",
        "WhatsApp: how many messages the number may send and receive together, as WhatsApp has told you: "
        "80 of every number, 1000 where it has raised that, 20 where the WhatsApp Business app uses the "
        "number, too.",
        "integer, 1 to 1000",
        "80",
        "1000",
        {form::count, 1, 1000}},
    record_key{"account",
               "media_hosts",
               "Further hosts that attachments may be fetched from, each with all below it, beside those "
               "that are known as "
               "the platform's. Only over https, only at public addresses, and never with the access token.",
               "list of host names, up to 32",
               "[]",
               "[\"media.example.com\"]",
               {}},

    record_key{
        "token",
        "value",
        "The token that a client sends as Authorization: Bearer …; only its hash is kept. At least 16 bytes, "
        "except with demo = true. Either this or sha256.",
        secret_spelling,
        "none",
        "{ env = \"ACME_ADMIN_TOKEN\" }",
        {}},
    record_key{
        "token",
        "sha256",
        "Its SHA-256 instead, so that the token itself is nowhere on this machine (printf %s \"$TOKEN\" | "
        "sha256sum).",
        "string, 64 hex digits",
        "none",
        "\"2503e292f8988b9178574f0eb22a145f678ab3fe2271cd7d8bb97af143e56d4d\"",
        {}},
    record_key{"token",
               "brand",
               "The one brand it sees, or \"*\" for all. What it may not see does not exist for it.",
               "string, the id of a [[brand]] or \"*\"",
               "required",
               "\"acme\"",
               {}},
    record_key{
        "token",
        "role",
        "reader only reads; agent also works on conversations; supervisor on everyone's; admin everything.",
        "\"reader\", \"agent\", \"supervisor\" or \"admin\"",
        "required",
        "\"reader\"",
        {}},
    record_key{"token", "agent", "Who it is. Needed with role agent.", id_spelling, "none", "\"ana\"", {}},
};

constexpr std::array entries{
    section_entry{"server", "Listeners and threads."},
    section_entry{"server.tls", "TLS 1.2 and 1.3 on the public listener. Both files or none."},
    section_entry{"storage",
                  "The data directory: the journal, which is the truth, and the views folded from it."},
    section_entry{
        "limits",
        "Everything that could grow has a limit. The defaults suit a small machine; see large.toml."},
    section_entry{"brand", "A tenant. Nothing of one brand is visible to another.", true},
    section_entry{"source", "One webhook subscription: one URL, one set of secrets.", true},
    section_entry{
        "source.application",
        "A child application of a LinkedIn source: it comes to the same URL with an id and secrets of its "
        "own. Stands behind its [[source]].",
        true},
    section_entry{"account",
                  "One page, number, handle or bot of a brand. Payloads for others become dead letters.",
                  true},
    section_entry{"token", "Who may use the API and the stream.", true},
    section_entry{"queue",
                  "Where conversations of a brand wait for its agents: a department. A brand without any has "
                  "no routing.",
                  true},
    section_entry{
        "queue.ring",
        "Who may get what waits, from when on: each ring adds to the one before. Without any, whoever is "
        "in pool 0 of the queue, from the first moment. Stands behind its [[queue]].",
        true},
    section_entry{"queue.overflow", "When and where a conversation goes on. Stands behind its [[queue]]."},
    section_entry{
        "queue.tell_wait",
        "What its customers are told of how long they wait, as automatic replies. Without it, nothing. "
        "Stands behind its [[queue]]."},
    section_entry{"agent",
                  "A person who answers, and whom conversations are given to. Who has a token but no "
                  "[[agent]] can work, but "
                  "is given nothing by himself.",
                  true},
    section_entry{"routing", "Who gets what: the numbers that all brands share."},
    section_entry{"routing.priority_minutes",
                  "What a priority is worth in a queue whose order is aged: minutes of waiting."},
    section_entry{"routing.channel",
                  "What a conversation costs its agent. The first that fits it counts, and the last where "
                  "none does. Without "
                  "any: dm 20 units, everything else 10.",
                  true},
    section_entry{
        "routing.status",
        "What an agent may say of himself. With the first he comes; the last, which must take nothing, is "
        "set for him "
        "where he misses too much or does nothing. Without any: online, busy (takes nothing), away.",
        true},
    section_entry{"routing.rule",
                  "Where a conversation goes first: the first rule of which everything that is named fits, "
                  "as it is when "
                  "its customer's first message comes, or when it comes back. "
                  "What none fits goes "
                  "to its brand's queue.",
                  true},
    section_entry{"calendar",
                  "When a team works: days of the week with their windows, and dates that are unlike them.",
                  true},
    section_entry{
        "calendar.hours",
        "Windows of some days of the week, by the clock on the wall. Stands behind its [[calendar]].", true},
    section_entry{"calendar.override",
                  "A date with other hours, or none: a holiday. Stands behind its [[calendar]].", true},
    section_entry{"sla",
                  "What is promised: the first policy that fits a conversation is its own, and is asked for again when its priority, "
                  "queue, tags, language or attributes change. Without any, nothing is.",
                  true},
    section_entry{"sla.clock", "One thing that is measured. Stands behind its [[sla]].", true},
    section_entry{"webhook",
                  "Where events of a brand are delivered to, signed as Standard Webhooks has it: at least once, again and again "
                  "until somebody has taken them.",
                  true},
    section_entry{"flow", "", true, false},
    section_entry{"ai", "", false, false},
    section_entry{"crm", "", false, false},
    section_entry{"cluster", "", false, false},
};

template <std::size_t N, std::size_t M>
constexpr auto joined(const std::array<record_key, N>& a, const std::array<record_key, M>& b) {
  std::array<record_key, N + M> all{};
  std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), all.begin()));
  return all;
}
constexpr auto all_keys = joined(joined(joined(joined(keys, routing_keys), calendar_keys), sla_keys), webhook_keys);

}  // namespace

std::span<const record_key> record_keys() {
  return all_keys;
}

const record_key* find_record_key(std::string_view section, std::string_view name) {
  const auto found = std::find_if(all_keys.begin(), all_keys.end(), [&](const record_key& k) {
    return k.section == section && k.name == name;
  });
  return found == all_keys.end() ? nullptr : &*found;
}

std::span<const section_entry> sections() {
  return entries;
}

}  // namespace switchboard::config
