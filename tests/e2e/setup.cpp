#include "setup.hpp"

#include "json_text.hpp"
#include "net/platforms/platform.hpp"
#include "tests/eventually.hpp"

#include <stdexcept>

namespace switchboard::e2e {

namespace {

constexpr std::string_view meta_secret = "demo-secret";
constexpr std::string_view telegram_secret = "demo-telegram-secret";
constexpr std::string_view x_secret = "demo-x-secret";
constexpr std::string_view linkedin_secret = "demo-linkedin-secret";
constexpr std::string_view bluesky_secret = "demo-bluesky-secret";

std::string token_toml(std::string_view value, std::string_view brand, std::string_view role) {
  std::string out = "\n[[token]]\nvalue = \"" + std::string(value) + "\"\nbrand = \"" + std::string(brand) +
                    "\"\nrole = \"" + std::string(role) + "\"\n";
  if (role == "agent") out += "agent = \"ana\"\n";
  return out;
}

std::string envelope(std::string_view phone_number_id, std::string_view from, std::string_view messages) {
  std::string out = R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[)"
                    R"({"field":"messages","value":{"messaging_product":"whatsapp","metadata":)"
                    R"({"display_phone_number":"15550783881","phone_number_id":")";
  out.append(phone_number_id).append(R"("},"contacts":[{"profile":{"name":"Customer )").append(from);
  out.append(R"("},"wa_id":")").append(from).append(R"("}],"messages":[)").append(messages).append("]}}]}]}");
  return out;
}

std::string message(std::string_view from, std::string_view id, std::string_view text,
                    std::uint64_t seconds) {
  std::string out = R"({"from":")";
  out.append(from)
      .append(R"(","id":")")
      .append(id)
      .append(R"(","timestamp":")")
      .append(std::to_string(seconds));
  out.append(R"(","type":"text","text":{"body":)").append(json_string(text)).append("}}");
  return out;
}

}  // namespace

std::string account_toml(std::string_view id, std::string_view brand, std::string_view source,
                         std::string_view platform, std::string_view platform_id) {
  std::string out = "\n[[account]]\n";
  const auto line = [&](const char* key, std::string_view value) {
    out.append(key).append(" = ").append(json_string(value)).append("\n");
  };
  line("id", id);
  line("brand", brand);
  line("source", source);
  line("platform", platform);
  line("platform_id", platform_id);
  return out;
}

std::string setup::toml(const std::filesystem::path& data_dir) const {
  std::string out =
      "[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\ndemo = true\n" + server;
  out += "\n[storage]\ndata_dir = " + json_string(data_dir.string()) + "\n";
  // The machine's own disk is not what is tested, except where a test says so.
  if (storage.find("free_space_min_bytes") == std::string::npos) out += "free_space_min_bytes = 0\n";
  out += storage + "\n[limits]\n" + limits;
  out += "\n[[brand]]\nid = \"acme\"\n\n[[brand]]\nid = \"globex\"\n";
  out += "\n[[source]]\nid = \"meta\"\nkind = \"meta\"\nsecrets = [\"" + std::string(meta_secret) +
         "\"]\nverify_token = \"demo-verify\"\n";
  out += "\n[[source]]\nid = \"telegram\"\nkind = \"telegram\"\nsecrets = [\"" +
         std::string(telegram_secret) + "\"]\n";
  out += "\n[[source]]\nid = \"x\"\nkind = \"x\"\nsecrets = [\"" + std::string(x_secret) + "\"]\n";
  out += "\n[[source]]\nid = \"linkedin\"\nkind = \"linkedin\"\nsecrets = [\"" +
         std::string(linkedin_secret) +
         "\"]\n[[source.application]]\nid = \"child\"\nsecrets = [\"demo-child-secret\"]\n";
  out += "\n[[source]]\nid = \"bluesky\"\nkind = \"bluesky\"\nsecrets = [\"" + std::string(bluesky_secret) +
         "\"]\n";
  out += account_toml("acme-whatsapp", "acme", "meta", "whatsapp", acme_number);
  out += account_toml("globex-whatsapp", "globex", "meta", "whatsapp", globex_number);
  out += account_toml("acme-page", "acme", "meta", "facebook", acme_page);
  out += account_toml("globex-page", "globex", "meta", "facebook", "9234567890321");
  out += account_toml("acme-instagram", "acme", "meta", "instagram", "17841452691600098");
  out += account_toml("acme-bot", "acme", "telegram", "telegram", "110201543");
  out += account_toml("acme-x", "acme", "x", "x", acme_x);
  out += account_toml("globex-x", "globex", "x", "x", globex_x);
  out += account_toml("acme-linkedin", "acme", "linkedin", "linkedin", acme_organization);
  out += account_toml("globex-linkedin", "globex", "linkedin", "linkedin", globex_organization);
  out += account_toml("acme-bluesky", "acme", "bluesky", "bluesky", acme_did);
  out += account_toml("globex-bluesky", "globex", "bluesky", "bluesky", globex_did);
  out += token_toml(admin_token, "*", "admin") + token_toml(acme_token, "acme", "reader") +
         token_toml(globex_token, "globex", "reader") + token_toml(agent_token, "acme", "agent");
  return out + more;
}

headers signed_headers(std::string_view source, std::string_view body) {
  using net::platforms::kind;
  const auto [which, secret] = source == "meta"                ? std::pair{kind::meta, meta_secret}
                               : source == "x"                 ? std::pair{kind::x, x_secret}
                               : source == "linkedin"          ? std::pair{kind::linkedin, linkedin_secret}
                               : source.starts_with("bluesky") ? std::pair{kind::bluesky, bluesky_secret}
                                                               : std::pair{kind::telegram, telegram_secret};
  return {{"Content-Type", "application/json"},
          net::platforms::functions_of(which).sign(body, std::string(secret))};
}

std::string signed_request(std::string_view source, std::string_view body) {
  return request_bytes("POST", "/webhooks/" + std::string(source), signed_headers(source, body), body);
}

headers bearer(std::string_view token) {
  return {{"Authorization", "Bearer " + std::string(token)}};
}

std::string whatsapp_text(std::string_view phone_number_id, std::string_view from, std::string_view id,
                          std::string_view text, std::uint64_t seconds) {
  return envelope(phone_number_id, from, message(from, id, text, seconds));
}

std::string whatsapp_texts(std::string_view phone_number_id, std::string_view from,
                           const std::vector<std::string>& ids) {
  std::string all;
  for (const auto& id : ids) {
    if (!all.empty()) all += ',';
    all += message(from, id, "text of " + id, 1'795'248'000);
  }
  return envelope(phone_number_id, from, all);
}

answer deliver(http_connection& to, std::string_view source, std::string_view body) {
  if (!to.send(signed_request(source, body))) {
    to.close();
    return {};
  }
  return to.receive();
}

answer deliver(const engine_process& to, std::string_view source, std::string_view body) {
  http_connection c(to.port());
  return deliver(c, source, body);
}

answer get(const engine_process& from, std::string_view target, std::string_view token) {
  http_connection c(from.port());
  return c.ask("GET", target, bearer(token));
}

std::vector<std::string> read_log(const engine_process& from, std::string& cursor, std::string_view query,
                                  std::string_view token) {
  std::vector<std::string> all;
  http_connection c(from.port());
  for (std::string next = cursor;;) {
    const std::string target = "/v1/events?limit=1000&from=" + next + std::string(query);
    const auto page = c.ask("GET", target, bearer(token));
    if (page.status != 200)
      throw std::runtime_error(target + ": " + std::to_string(page.status) + " " + page.body);
    auto events = elements_at(page.body, "/events");
    next = text_at(page.body, "/cursor").value_or("");
    if (events.empty()) {
      cursor = next;
      return all;
    }
    all.insert(all.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
  }
}

std::vector<std::string> read_list(const engine_process& from, const std::string& target,
                                   std::string_view name, std::string_view token) {
  std::vector<std::string> all;
  http_connection c(from.port());
  std::string cursor;
  const std::string first = target + (target.find('?') == std::string::npos ? "?" : "&") + "limit=1000";
  do {
    const auto page = c.ask("GET", cursor.empty() ? first : first + "&cursor=" + cursor, bearer(token));
    if (page.status != 200)
      throw std::runtime_error(target + ": " + std::to_string(page.status) + " " + page.body);
    auto rows = elements_at(page.body, "/" + std::string(name));
    all.insert(all.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
    cursor = text_at(page.body, "/cursor").value_or("");
  } while (!cursor.empty());
  return all;
}

void wait_ready(const engine_process& engine, int status) {
  answer last;
  const auto is_so = [&] {
    http_connection c(engine.admin_port());
    last = c.ask("GET", "/readyz");
    return last.status == status;
  };
  if (!eventually(is_so))
    throw std::runtime_error("/readyz stayed " + std::to_string(last.status) + " " + last.body);
}

}  // namespace switchboard::e2e
