#include "hostile_round.hpp"

#include "tests/e2e/certificate.hpp"
#include "tests/e2e/json_text.hpp"
#include "tests/e2e/setup.hpp"
#include "tests/eventually.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace switchboard::attacks {

namespace {

/// Below limits.connections_per_address_max.
constexpr std::size_t lanes = 128;
constexpr std::size_t findings_max = 40;
const std::string metrics_request = e2e::request_bytes("GET", "/metrics", {}, {});

std::string canary_request(const std::string& challenge) {
  return "GET /webhooks/meta?hub.mode=subscribe&hub.verify_token=demo-verify&hub.challenge=" + challenge +
         " HTTP/1.1\r\nHost: t\r\n\r\n";
}

std::uint64_t figure(const std::string& text, const std::string& name) {
  const auto at = text.find("\n" + name + " ");
  if (at == std::string::npos) throw std::runtime_error("no " + name + " in the metrics");
  return std::stoull(text.substr(at + name.size() + 2));
}

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const auto n =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(n));
  return out;
}

std::string source_toml(std::string_view id, std::string_view kind, std::string_view secret) {
  return "\n[[source]]\nid = \"" + std::string(id) + "\"\nkind = \"" + std::string(kind) +
         "\"\nsecrets = [\"" + std::string(secret) + "\"]\n" +
         (kind == "meta" ? "verify_token = \"other-verify\"\n" : "");
}

std::string shown(std::string_view text) {
  return std::string(text.substr(0, 200));
}

}  // namespace

hostile_round::hostile_round(const std::filesystem::path& directory, bool tls, const std::string& program)
    : engine_(directory, program) {
  e2e::setup s;
  s.limits = "webhook_body_bytes_max = " + std::to_string(body_bytes_max) + "\n";
  if (tls) {
    const auto certificate = (directory / "certificate.pem").string(), key = (directory / "key.pem").string();
    e2e::write_certificate(certificate, key);
    s.server = "[server.tls]\ncertificate_file = " + e2e::json_string(certificate) +
               "\nkey_file = " + e2e::json_string(key) + "\n";
    wires_.ca_file = certificate;
  }
  s.more = source_toml(other_source, "meta", other_secret) +
           source_toml(other_bot_source, "telegram", other_bot_token) +
           e2e::account_toml("globex-other", "globex", other_source, "whatsapp", "106540352242998") +
           e2e::account_toml("globex-bot", "globex", other_bot_source, "telegram", "110201544");
  engine_.configure(s.toml(engine_.data()));
  engine_.start();
  for (std::size_t i = 0; i < lanes; ++i)
    lanes_.push_back(std::make_unique<e2e::http_connection>(engine_.port(), wires_));
  reader_ = std::make_unique<e2e::http_connection>(engine_.port(), wires_);
  admin_ = std::make_unique<e2e::http_connection>(engine_.admin_port());
  handshakes_before_ = read_figures().handshakes;
  (void)new_events();
}

hostile_round::~hostile_round() = default;

void hostile_round::find(const hostile& row, const std::string& what) {
  if (findings_.size() < findings_max)
    findings_.push_back("H" + std::to_string(row.number) + " " + row.name + ": " + what);
}

hostile_round::figures hostile_round::read_figures() {
  const auto a = admin_->ask("GET", "/metrics");
  if (a.status != 200) throw std::runtime_error("no metrics: " + std::to_string(a.status));
  return {figure(a.body, "switchboard_http_in_bytes_total"),
          figure(a.body, "switchboard_http_gate_refusals_total"),
          figure(a.body, R"(switchboard_handshakes_total{outcome="accepted"})")};
}

e2e::answer hostile_round::ask(const std::string& target, std::string_view token) {
  auto a = reader_->ask("GET", target, e2e::bearer(token));
  if (a.status != 200)
    throw std::runtime_error(target + ": " + std::to_string(a.status) + " " + shown(a.body));
  return a;
}

std::vector<std::string> hostile_round::new_events() {
  std::vector<std::string> all;
  for (;;) {
    const auto page = ask("/v1/events?limit=1000&from=" + cursor_, e2e::admin_token);
    auto events = e2e::elements_at(page.body, "/events");
    cursor_ = e2e::text_at(page.body, "/cursor").value_or("");
    if (events.empty()) return all;
    std::move(events.begin(), events.end(), std::back_inserter(all));
  }
}

/// The connections read what is there, so that a request in two parts is really read in two. What asks for the figures
/// is counted too.
void hostile_round::await_received(const figures& before, std::uint64_t bytes) {
  std::uint64_t asked = 0;
  const bool received = eventually([&] {
    const auto now = read_figures();
    ++asked;
    return now.bytes_in - before.bytes_in - asked * metrics_request.size() >= bytes ||
           now.refusals > before.refusals;
  });
  if (!received) throw std::runtime_error("the engine does not read what was sent");
}

void hostile_round::check_answers(const hostile& row, std::size_t lane, std::size_t cut,
                                  const std::string& challenge) {
  const auto where = "cut at " + std::to_string(cut) + ": ";
  const auto first = lanes_[lane]->receive();
  if (first.status != row.status || (!row.answer.empty() && first.body != row.answer)) {
    find(row, where + "answered " + std::to_string(first.status) + " " + shown(first.body));
    lanes_[lane]->close();
    return;
  }
  const bool is_challenge = row.status == 200 && !row.head.starts_with("POST");
  const auto type =
      row.answer.starts_with('{') ? "application/json" : "text/plain";  // what X and LinkedIn are told
  if (is_challenge && (!first.header("Content-Type").starts_with(type) ||
                       first.header("X-Content-Type-Options") != "nosniff")) {
    find(row, where + "a challenge that is no " + type + ": " + shown(first.head));
  }
  if (row.ends) {
    if (first.header("Connection") != "close") find(row, where + "the connection goes on");
    lanes_[lane]->close();
    return;
  }
  const auto second = lanes_[lane]->receive();
  if (second.status != 200 || second.body != challenge) {
    find(row, where + "the canary was answered " + std::to_string(second.status) + " " + shown(second.body));
    lanes_[lane]->close();
  }
}

void hostile_round::send_cut(const hostile& row, std::span<const std::size_t> cuts) {
  const auto bytes = row.head + row.body;
  const auto together = row.ends || bytes.size() > (64 << 10) ? 1 : lanes;
  for (; !cuts.empty(); cuts = cuts.subspan(std::min(cuts.size(), together))) {
    const auto group = cuts.first(std::min(cuts.size(), together));
    const auto before = read_figures();
    std::uint64_t first_parts = 0;
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (group[i] == 0) continue;
      if (!lanes_[i]->ready() || !lanes_[i]->send(std::string_view(bytes).substr(0, group[i])))
        throw std::runtime_error("cannot send");
      first_parts += group[i];
    }
    if (first_parts > 0) await_received(before, first_parts);
    std::vector<std::string> challenges;
    for (std::size_t i = 0; i < group.size(); ++i) {
      challenges.push_back("c" + std::to_string(++canaries_));
      // A row that ends its connection may have ended it by now.
      (void)lanes_[i]->send(bytes.substr(group[i]) + canary_request(challenges.back()));
    }
    for (std::size_t i = 0; i < group.size(); ++i) check_answers(row, i, group[i], challenges[i]);
    requests_ += group.size();
    if (!row.ends) canaries_due_ += group.size();
    if (row.status == 200 && row.head.starts_with("GET")) {
      handshakes_due_ += group.size();
      const auto source = row.head.substr(std::string_view("GET /webhooks/").size());
      asked_by_.insert(source.substr(0, source.find('?')));
    }
  }
}

void hostile_round::check_letter(const hostile& row, const std::string& event) {
  const auto reason = e2e::text_at(event, "/data/deadLetter/reason").value_or("");
  if (reason != row.reason) find(row, "a dead letter: " + reason);
  const auto letter =
      ask("/v1/dead-letters/" + e2e::text_at(event, "/data/deadLetter/id").value_or(""), e2e::admin_token);
  const auto text = e2e::text_at(letter.body, "/raw"), encoded = e2e::text_at(letter.body, "/rawBase64");
  if (text ? *text != row.body : encoded != base64(row.body)) find(row, "the dead letter holds other bytes");
}

bool hostile_round::tells_of_a_handshake(const std::string& event) const {
  const auto is = [&](const char* pointer) { return e2e::text_at(event, pointer).value_or(""); };
  return is("/type") == "account.updated" && asked_by_.contains(is("/data/account/platform")) &&
         is("/data/account/handshake") == "kept" && is("/data/account/access") == "unknown" &&
         is("/data/account/subscription") == "unknown";
}

void hostile_round::check_effect(const hostile& row) {
  std::vector<std::string> ids;
  unsigned conversations = 0, letters = 0;
  for (const auto& event : new_events()) {
    const auto type = e2e::text_at(event, "/type").value_or("");
    if (type == "message.received") {
      ids.push_back(e2e::text_at(event, "/data/message/platformMessageId").value_or(""));
      if (e2e::text_at(event, "/brand") != "acme")
        find(row, "a message of " + e2e::text_at(event, "/brand").value_or(""));
    } else if (type == "conversation.created") {
      ++conversations;
    } else if (type == "deadletter.added") {
      ++letters;
      check_letter(row, event);
    } else if (!tells_of_a_handshake(event) ||
               !told_of_.insert(e2e::text_at(event, "/data/account/id").value_or("")).second) {
      find(row, "an event that it should not bring: " + shown(event));
    }
  }
  // By conversation in order, but these are of several.
  auto wanted = row.ids;
  std::sort(wanted.begin(), wanted.end());
  std::sort(ids.begin(), ids.end());
  if (ids != wanted) {
    std::string all;
    for (const auto& id : ids) all += " " + e2e::json_string(id);
    find(row, "messages:" + shown(all));
  }
  if (conversations != row.conversations) find(row, std::to_string(conversations) + " conversations began");
  if (letters != (row.reason.empty() ? 0u : 1u)) find(row, std::to_string(letters) + " dead letters");
}

void hostile_round::strike(const hostile& row, std::span<const std::size_t> cuts) {
  if (!row.told_by.empty()) return;
  if (row.forged_too) {  // first: whatever it said would be new
    auto forged = row;
    forged.name += ", forged";
    forged.status = 401;
    forged.answer.clear();
    forged.ids.clear();
    forged.conversations = 0;
    forged.reason.clear();
    const bool meta = row.head.starts_with("POST /webhooks/meta ");
    forged.head = post_head(
        meta ? "meta" : "telegram",
        meta ? signature_line(row.body, "wrong-secret") : "X-Telegram-Bot-Api-Secret-Token: wrong\r\n",
        row.body);
    const std::size_t places[] = {0, forged.head.size()};
    send_cut(forged, std::span(places).first(row.body.empty() ? 1 : 2));
    check_effect(forged);
  }
  constexpr std::size_t whole[] = {0};
  send_cut(row, cuts.empty() ? std::span<const std::size_t>(whole) : cuts);
  check_effect(row);
}

void hostile_round::repeat(const hostile& row, std::size_t times) {
  const std::vector<std::size_t> whole(times, 0);
  send_cut(row, whole);
  check_effect(row);
}

void hostile_round::conclude() {
  hostile all;
  all.name = "all together";
  const auto ran = read_figures().handshakes - handshakes_before_;
  if (ran != canaries_due_ + handshakes_due_)
    find(all, std::to_string(ran) + " canaries ran, not " + std::to_string(canaries_due_ + handshakes_due_));
  const auto foreign = ask("/v1/events?from=earliest&limit=1000", e2e::globex_token);
  for (const auto& seen : e2e::elements_at(foreign.body, "/events")) {
    // Handshakes are of a source, and so of its accounts of every brand.
    const bool own = tells_of_a_handshake(seen) && e2e::text_at(seen, "/brand") == "globex";
    if (!own) find(all, "another brand saw " + shown(seen));
  }
  for (auto& lane : lanes_) lane->close();
  if (const auto end = engine_.terminate(); end.code != 0)
    find(all, "the engine ended with " + std::to_string(end.code));
}

std::vector<std::size_t> cuts_of(const hostile& row, std::size_t bytes_max) {
  const auto bytes = row.head.size() + row.body.size();
  std::set<std::size_t> cuts{0};
  if (bytes <= bytes_max) {
    for (std::size_t i = 1; i < bytes; ++i) cuts.insert(i);
  } else {
    constexpr std::size_t bulk = 1 << 20;
    const auto around = [&](std::size_t place, std::size_t so_far) {
      for (std::size_t i = place; i <= place + so_far; ++i) cuts.insert(i);
    };
    around(row.head.size() - 1, 2);
    if (bytes < bulk) {
      around(row.head.find("\r\n"), 2);
      around(row.head.find("Content-Length"), 4);
      for (std::size_t i = 4'096; i < bytes; i *= 8) cuts.insert(i);
    }
    cuts.insert(bytes - 1);
  }
  std::erase_if(cuts, [&](std::size_t c) { return c >= bytes; });
  return {cuts.begin(), cuts.end()};
}

}  // namespace switchboard::attacks
