// H105 to H120: who is not the platform.

#include "hostile.hpp"
#include "net/platforms/platform.hpp"
#include "net/platforms/signature.hpp"
#include "tests/e2e/setup.hpp"

#include <cctype>

namespace switchboard::attacks {

namespace {

using namespace std::string_literals;

const std::string name = "X-Hub-Signature-256: ";

std::string digest(std::string_view body, std::string_view secret = "demo-secret") {
  const auto line = signature_line(body, secret);
  return line.substr(name.size() + 7, 64);
}

class signature_rows {
 public:
  std::vector<hostile> take() { return std::move(rows_); }

  [[nodiscard]] std::string fresh() {
    return e2e::whatsapp_text(e2e::acme_number, "105", "s." + std::to_string(++ids_), "hello");
  }
  hostile& add(int number, std::string what, std::string_view source, std::string_view lines,
               std::string body) {
    auto& row = rows_.emplace_back();
    row.number = number;
    row.name = std::move(what);
    row.head = post_head(source, lines, body);
    row.body = std::move(body);
    row.forged_too = false;
    return row;
  }
  void refused(int number, std::string what, std::string_view lines, std::string body,
               std::string_view source = "meta") {
    add(number, std::move(what), source, lines, std::move(body)).status = 401;
  }
  void handshake(int number, std::string what, std::string_view query, int status, std::string answer = {},
                 std::string_view source = "meta") {
    auto& row = rows_.emplace_back();
    row.number = number;
    row.name = std::move(what);
    row.head =
        "GET /webhooks/" + std::string(source) + "?" + std::string(query) + " HTTP/1.1\r\nHost: t\r\n\r\n";
    row.status = status;
    row.answer = std::move(answer);
    row.ends = status == 414;
    row.forged_too = false;
  }
  void told_elsewhere(int number, std::string what, std::string_view by) {
    auto& row = rows_.emplace_back();
    row.number = number;
    row.name = std::move(what);
    row.told_by = by;
  }

 private:
  std::vector<hostile> rows_;
  int ids_ = 0;
};

void add_spellings(signature_rows& t) {
  const auto with = [&](int number, std::string what, auto header) {
    auto body = t.fresh();
    const std::string lines = header(body);
    t.refused(number, std::move(what), lines, std::move(body));
  };
  using text = const std::string&;
  with(105, "none", [](text) { return ""s; });
  with(106, "empty", [](text) { return name + "\r\n"; });
  with(107, "a digest of no digits", [](text) { return name + "sha256=\r\n"; });
  with(107, "63 digits", [](text b) { return name + "sha256=" + digest(b).substr(1) + "\r\n"; });
  with(107, "65 digits", [](text b) { return name + "sha256=" + digest(b) + "0\r\n"; });
  with(107, "6,400 digits", [](text b) {
    std::string many;
    for (int i = 0; i < 100; ++i) many += digest(b);
    return name + "sha256=" + many + "\r\n";
  });
  auto& head = t.add(107, "100,000 digits, which no head may hold", "meta",
                     name + "sha256=" + std::string(100'000, 'a') + "\r\n", t.fresh());
  head.status = 431;
  head.ends = true;
  with(108, "upper case, which no platform sends", [](text b) {
    auto line = "sha256=" + digest(b);
    for (std::size_t i = 7; i < line.size(); ++i)
      line[i] = static_cast<char>(std::toupper(static_cast<unsigned char>(line[i])));
    return name + line + "\r\n";
  });
  with(109, "not hexadecimal", [](text b) { return name + "sha256=" + digest(b).substr(1) + "g\r\n"; });
  with(109, "64 spaces", [](text) { return name + "sha256=" + std::string(64, ' ') + "\r\n"; });
  with(110, "sha1= before the right digest", [](text b) { return name + "sha1=" + digest(b) + "\r\n"; });
  with(110, "SHA256= before the right digest", [](text b) { return name + "SHA256=" + digest(b) + "\r\n"; });
  with(110, "no algorithm", [](text b) { return name + digest(b) + "\r\n"; });
  with(110, "the old header alone", [](text b) { return "X-Hub-Signature: sha256=" + digest(b) + "\r\n"; });
  with(111, "the prefix twice", [](text b) { return name + "sha256=sha256=" + digest(b) + "\r\n"; });
  with(111, "two in one line",
       [](text b) { return name + "sha256=" + digest(b) + ",sha256=" + digest(b) + "\r\n"; });
  with(111, "two headers, the same", [](text b) { return signature_line(b) + signature_line(b); });
  with(111, "two headers, the first good", [](text b) { return signature_line(b) + name + "sha256=\r\n"; });
  with(111, "two headers, the second good", [](text b) { return name + "sha256=\r\n" + signature_line(b); });
}

void add_strangers(signature_rows& t) {
  auto body = t.fresh();
  t.refused(112, "of another body", signature_line(t.fresh()), body);
  t.refused(112, "of the same body and a space", signature_line(body + " "), body);
  t.refused(112, "by another brand's source", signature_line(body, other_secret), body);
  t.refused(112, "to another brand's source", signature_line(body), body, other_source);
  t.refused(112, "by a bot's token", signature_line(body, "demo-telegram-secret"), body);
  t.refused(112, "to a bot", signature_line(body), body, "telegram");
  t.refused(112, "by the verify token", signature_line(body, "demo-verify"), body);
  for (const std::size_t place : {0u, 1u, 31u, 32u, 62u, 63u}) {
    auto wrong = digest(body);
    wrong[place] = wrong[place] == '0' ? '1' : '0';
    t.refused(112, "right but for digit " + std::to_string(place), name + "sha256=" + wrong + "\r\n", body);
  }
  const auto with_text = [](std::string_view id, std::string_view text) {
    return R"({"object":"page","entry":[{"id":"1234567890321","time":1795248000000,"messaging":[{"sender":{"id":"113"},)"
           R"("recipient":{"id":"1234567890321"},"timestamp":1795248000123,"message":{"mid":")" +
           std::string(id) + R"(","text":")" + std::string(text) + "\"}}]}]}";
  };
  const auto escaped = with_text("s.113", "caf\\u00e9 \\/");
  auto& raw = t.add(113, "escapes as they came", "meta", signature_line(escaped), escaped);
  raw.ids = {"s.113"};
  raw.conversations = 1;
  t.refused(113, "the same JSON, written anew", signature_line(escaped), with_text("s.113", "caf\xc3\xa9 /"));
  t.refused(113, "the same JSON with a space", signature_line(escaped), escaped + " ");
  t.refused(114, "of nothing", signature_line(""), t.fresh());
  t.refused(114, "of another body, and none is there", signature_line("x"), "");
  // The dead letter of H101, delivered again.
  auto& nothing =
      t.add(114, "of nothing, and nothing is there", "meta", signature_line("") + "X-Row: 114\r\n", "");
  nothing.answer = R"({"events":0,"quarantined":1})";
  t.told_elsewhere(115, "an old secret, within its time and behind it",
                   "secrets.rotated_under_load_refuse_no_good_signature");
  t.told_elsewhere(116, "a thousand times", "hostile.a_thousand_replays_have_one_effect");
  t.told_elsewhere(117, "when its dedup key is over",
                   "replay.behind_the_dedup_window_brings_no_message_back");
}

void add_tokens_and_challenges(signature_rows& t) {
  const std::string token = "X-Telegram-Bot-Api-Secret-Token: ", good = "demo-telegram-secret";
  const auto update = [](int n) {
    return R"({"update_id":)" + std::to_string(n) + R"(,"message":{"message_id":)" + std::to_string(n) +
           R"(,"chat":{"id":118,"type":"private"},"date":1795248000,"text":"hello"}})";
  };
  t.refused(118, "no token", "", update(1), "telegram");
  t.refused(118, "an empty token", token + "\r\n", update(2), "telegram");
  t.refused(118, "a prefix of the token", token + good.substr(0, good.size() - 1) + "\r\n", update(3),
            "telegram");
  t.refused(118, "the token and a byte", token + good + "x\r\n", update(4), "telegram");
  t.refused(118, "another bot's token", token + std::string(other_bot_token) + "\r\n", update(5), "telegram");
  t.refused(118, "to another bot", token + good + "\r\n", update(6), other_bot_source);
  t.refused(118, "the token in upper case", token + "DEMO-TELEGRAM-SECRET\r\n", update(7), "telegram");
  t.refused(118, "the token twice", token + good + "\r\n" + token + good + "\r\n", update(8), "telegram");
  t.refused(118, "the token of 2,000 bytes", token + good + std::string(2'000, 'x') + "\r\n", update(9),
            "telegram");

  const std::string ask = "hub.mode=subscribe&hub.verify_token=", challenge = "&hub.challenge=";
  t.handshake(119, "a wrong verify token", ask + "wrong" + challenge + "1", 403);
  t.handshake(119, "a prefix of the verify token", ask + "demo-verif" + challenge + "1", 403);
  t.handshake(119, "no verify token", ask + challenge + "1", 403);
  t.handshake(119, "the verify token twice",
              ask + "demo-verify&hub.verify_token=demo-verify" + challenge + "1", 403);
  t.handshake(119, "HTML", ask + "demo-verify" + challenge + "%3Cscript%3Ealert(1)%3C/script%3E", 400);
  t.handshake(119, "a challenge of 257 bytes", ask + "demo-verify" + challenge + std::string(257, '1'), 400);
  t.handshake(119, "a challenge of 1,900 bytes", ask + "demo-verify" + challenge + std::string(1'900, '1'),
              400);
  t.handshake(119, "a challenge of 4 KiB", ask + "demo-verify" + challenge + std::string(4'096, '1'), 414);
  t.handshake(119, "no challenge", ask + "demo-verify", 400);
  t.handshake(119, "two challenges", ask + "demo-verify" + challenge + "1" + challenge + "2", 400);
  t.handshake(119, "a challenge that is a token", ask + "demo-verify" + challenge + "aZ09_-", 200, "aZ09_-");
  t.handshake(119, "a challenge of 256 bytes", ask + "demo-verify" + challenge + std::string(256, '1'), 200,
              std::string(256, '1'));
  t.told_elsewhere(120, "where the first wrong byte is",
                   "timing.of_a_signature_does_not_tell_where_it_is_wrong");
}

// -- X and LinkedIn
// ---------------------------------------------------------------------------------------------------

const net::platforms::platform_functions& x() {
  return net::platforms::functions_of(net::platforms::kind::x);
}
const net::platforms::platform_functions& linkedin() {
  return net::platforms::functions_of(net::platforms::kind::linkedin);
}
constexpr std::string_view x_secret = "demo-x-secret", linkedin_secret = "demo-linkedin-secret";

std::string x_message(std::string_view id, std::string_view text = "hello") {
  return R"({"for_user_id":")" + std::string(e2e::acme_x) +
         R"(","direct_message_events":[{"type":"message_create","id":")" + std::string(id) +
         R"(","created_timestamp":"1795248000123","message_create":{"sender_id":"121","target":{"recipient_id":")" +
         std::string(e2e::acme_x) + R"("},"message_data":{"text":")" + std::string(text) + "\"}}}]}";
}
std::string linkedin_comment(std::string_view id, std::string_view text = "hello") {
  return R"({"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[{"notificationId":1,"organizationalEntity":")" +
         std::string(e2e::acme_organization) +
         R"(","action":"COMMENT","sourcePost":"urn:li:activity:1","generatedActivity":"urn:li:comment:)" +
         std::string(id) +
         R"(","lastModifiedAt":1795248000123,"decoratedGeneratedActivity":{"comment":{"owner":"urn:li:person:122","text":")" +
         std::string(text) + "\"}}}]}";
}

void add_x(signature_rows& t) {
  const std::string line = "x-twitter-webhooks-signature: ", body = x_message("121001");
  const auto good = x().sign(body, x_secret).second;
  const auto digest = good.substr(7);
  const auto refused = [&](int number, std::string what, const std::string& lines) {
    t.refused(number, "X: " + std::move(what), lines, body, "x");
  };
  refused(105, "none", "");
  refused(106, "empty", line + "\r\n");
  refused(107, "43 characters", line + "sha256=" + digest.substr(1) + "\r\n");
  refused(107, "45 characters", line + good + "=\r\n");
  refused(108, "in hexadecimal",
          line + "sha256=" + net::platforms::to_hex(*net::platforms::hmac_sha256(x_secret, body)) + "\r\n");
  refused(109, "44 times =", line + "sha256=" + std::string(44, '=') + "\r\n");
  refused(110, "no algorithm", line + digest + "\r\n");
  refused(110, "SHA256=", line + "SHA256=" + digest + "\r\n");
  refused(110, "under Meta's name", name + good + "\r\n");
  refused(111, "twice", line + good + "\r\n" + line + good + "\r\n");
  refused(111, "two in one line", line + good + "," + good + "\r\n");
  refused(112, "of another body", line + x().sign(body + " ", x_secret).second + "\r\n");
  refused(112, "by LinkedIn's secret", line + x().sign(body, linkedin_secret).second + "\r\n");
  refused(112, "by Meta's secret", line + x().sign(body, "demo-secret").second + "\r\n");
  for (const std::size_t place : {0u, 21u, 42u}) {
    auto wrong = digest;
    wrong[place] = wrong[place] == 'A' ? 'B' : 'A';
    refused(112, "right but for character " + std::to_string(place), line + "sha256=" + wrong + "\r\n");
  }
  // What anybody is given who asks for it: the answer to a challenge.
  for (const char* token : {"123", "null", "token"}) {
    t.refused(112, std::string("X: of a challenge, ") + token,
              line + x().sign(token, x_secret).second + "\r\n", token, "x");
  }
  const auto escaped = x_message("121113", "caf\\u00e9 \\/");
  auto& raw =
      t.add(113, "X: escapes as they came", "x", line + x().sign(escaped, x_secret).second + "\r\n", escaped);
  raw.ids = {"121113"};
  raw.conversations = 1;
  t.refused(113, "X: the same JSON, written anew", line + x().sign(escaped, x_secret).second + "\r\n",
            x_message("121113", "caf\xc3\xa9 /"), "x");
  t.handshake(119, "X: no token", "nonce=1", 400, {}, "x");
  t.handshake(119, "X: two tokens", "crc_token=a&crc_token=a", 400, {}, "x");
  t.handshake(119, "X: a body instead of a token", "crc_token=%7B%22for_user_id%22%3A%221%22%7D", 400, {},
              "x");
  t.handshake(119, "X: a token of 513 bytes", "crc_token=" + std::string(513, 'a'), 400, {}, "x");
  t.handshake(119, "X: a token", "crc_token=token", 200,
              R"({"response_token":")" + x().sign("token", x_secret).second + "\"}", "x");
}

void add_linkedin(signature_rows& t) {
  const std::string line = "X-LI-Signature: ", body = linkedin_comment("122001");
  const auto good = linkedin().sign(body, linkedin_secret).second;
  const auto refused = [&](int number, std::string what, const std::string& lines) {
    t.refused(number, "LinkedIn: " + std::move(what), lines, body, "linkedin");
  };
  refused(105, "none", "");
  refused(107, "63 digits", line + good.substr(1) + "\r\n");
  refused(108, "upper case", line + "A" + good.substr(1) + "\r\n");
  refused(110, "with the prefix, which is signed and not sent", line + "hmacsha256=" + good + "\r\n");
  refused(110, "with sha256=", line + "sha256=" + good + "\r\n");
  refused(111, "twice", line + good + "\r\n" + line + good + "\r\n");
  refused(112, "of the body without the prefix",
          line + net::platforms::to_hex(*net::platforms::hmac_sha256(linkedin_secret, body)) + "\r\n");
  refused(112, "by X's secret", line + linkedin().sign(body, x_secret).second + "\r\n");
  refused(112, "of another body", line + linkedin().sign(body + " ", linkedin_secret).second + "\r\n");
  const auto by_child = linkedin_comment("122113", "caf\\u00e9");
  auto& child = t.add(113, "LinkedIn: by a child application", "linkedin",
                      line + linkedin().sign(by_child, "demo-child-secret").second + "\r\n", by_child);
  child.ids = {"urn:li:comment:122113"};
  child.conversations = 1;
  const auto answer = [](std::string_view secret) {
    return R"({"challengeCode":"a-1","challengeResponse":")" +
           net::platforms::to_hex(*net::platforms::hmac_sha256(secret, "a-1")) + "\"}";
  };
  t.handshake(119, "LinkedIn: no code", "applicationId=child", 400, {}, "linkedin");
  t.handshake(119, "LinkedIn: a signature of a body for the asking", "challengeCode=hmacsha256%3D%7B%7D", 400,
              {}, "linkedin");
  t.handshake(119, "LinkedIn: a stranger's application", "challengeCode=a-1&applicationId=stranger", 403, {},
              "linkedin");
  t.handshake(119, "LinkedIn: two applications", "challengeCode=a-1&applicationId=child&applicationId=other",
              400, {}, "linkedin");
  t.handshake(119, "LinkedIn: its own", "challengeCode=a-1", 200, answer(linkedin_secret), "linkedin");
  t.handshake(119, "LinkedIn: a child's", "challengeCode=a-1&applicationId=child", 200,
              answer("demo-child-secret"), "linkedin");
}

std::string bluesky_mention(std::string_view key, std::string_view text = "hello") {
  return R"({"did":"did:plc:ana","time_us":1795248000123456,"kind":"commit","commit":{"rev":"3m","operation":"create",)"
         R"("collection":"app.bsky.feed.post","rkey":")" +
         std::string(key) + R"(","cid":"c","record":{"text":")" + std::string(text) +
         R"(","facets":[{"features":[{"$type":"app.bsky.richtext.facet#mention","did":")" +
         std::string(e2e::acme_did) + R"("}]}]}}})";
}

/// Nothing is signed there: only who was given the source's secret may bring anything.
void add_bluesky(signature_rows& t) {
  const auto& f = net::platforms::functions_of(net::platforms::kind::bluesky);
  constexpr std::string_view secret = "demo-bluesky-secret";
  const std::string line = "X-Switchboard-Signature-256: ", body = bluesky_mention("b001");
  const auto good = f.sign(body, secret).second;
  const auto refused = [&](int number, std::string what, const std::string& lines) {
    t.refused(number, "Bluesky: " + std::move(what), lines, body, "bluesky");
  };
  refused(105, "none", "");
  refused(106, "empty", line + "\r\n");
  refused(107, "63 digits", line + good.substr(0, good.size() - 1) + "\r\n");
  refused(110, "no algorithm", line + good.substr(7) + "\r\n");
  refused(110, "under Meta's name", name + good + "\r\n");
  refused(111, "twice", line + good + "\r\n" + line + good + "\r\n");
  refused(112, "by Meta's secret", line + f.sign(body, "demo-secret").second + "\r\n");
  refused(112, "of another body", line + f.sign(body + " ", secret).second + "\r\n");
  const auto escaped = bluesky_mention("b113", "caf\\u00e9 \\/");
  auto& raw = t.add(113, "Bluesky: escapes as they came", "bluesky",
                    line + f.sign(escaped, secret).second + "\r\n", escaped);
  raw.ids = {"at://did:plc:ana/app.bsky.feed.post/b113"};
  raw.conversations = 1;
  t.handshake(119, "Bluesky: there is none", "hub.challenge=1", 400, {}, "bluesky");
}

}  // namespace

std::string post_head(std::string_view source, std::string_view lines, std::string_view body) {
  return "POST /webhooks/" + std::string(source) +
         " HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n" + std::string(lines) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
}

std::string signature_line(std::string_view body, std::string_view secret) {
  const auto& meta = net::platforms::functions_of(net::platforms::kind::meta);
  return name + meta.sign(body, std::string(secret)).second + "\r\n";
}

std::vector<hostile> hostile_signatures() {
  signature_rows t;
  add_spellings(t);
  add_strangers(t);
  add_tokens_and_challenges(t);
  add_x(t);
  add_linkedin(t);
  add_bluesky(t);
  return t.take();
}

std::vector<hostile> hostile_webhooks() {
  auto all = hostile_json();
  for (auto& row : hostile_signatures()) all.push_back(std::move(row));
  return all;
}

}  // namespace switchboard::attacks
