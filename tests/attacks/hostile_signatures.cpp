// H105 to H120: who is not the platform.

#include "hostile.hpp"
#include "net/platforms/platform.hpp"
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
  void handshake(int number, std::string what, std::string_view query, int status, std::string answer = {}) {
    auto& row = rows_.emplace_back();
    row.number = number;
    row.name = std::move(what);
    row.head = "GET /webhooks/meta?" + std::string(query) + " HTTP/1.1\r\nHost: t\r\n\r\n";
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
  return t.take();
}

std::vector<hostile> hostile_webhooks() {
  auto all = hostile_json();
  for (auto& row : hostile_signatures()) all.push_back(std::move(row));
  return all;
}

}  // namespace switchboard::attacks
