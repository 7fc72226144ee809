#include "cli/signing.hpp"

#include "cli/url.hpp"
#include "config/load.hpp"

#include <cstdlib>
#include <optional>

namespace switchboard::cli {

namespace {

using net::platforms::kind;

std::optional<kind> kind_from(std::string_view word) {
  if (word == "meta") return kind::meta;
  if (word == "telegram") return kind::telegram;
  if (word == "x") return kind::x;
  if (word == "linkedin") return kind::linkedin;
  if (word == "bluesky") return kind::bluesky;
  return std::nullopt;
}

std::string listener_url(const config::settings& s) {
  const bool tls = !s.server.tls.certificate_file.empty();
  std::string host = s.server.listen.host;
  if (host == "0.0.0.0" || host == "*" || host.empty()) host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = '[' + host + ']';
  return (tls ? "https://" : "http://") + host + ':' + std::to_string(s.server.listen.port);
}

constexpr std::string_view default_url = "http://127.0.0.1:8080";

}  // namespace

std::pair<std::string, std::string> signer::sign(std::string_view body) const {
  return net::platforms::functions_of(kind).sign(body, secret);
}

std::string url_from_config(const std::string& config_file) {
  const auto loaded = config::load_file(config_file);
  return loaded ? listener_url(**loaded) : std::string(default_url);
}

expected<signer, std::string> find_signer(const signing_options& o) {
  signer out;
  out.secret = o.secret;
  if (out.secret.empty()) {
    if (const char* env = std::getenv("SWITCHBOARD_SECRET"); env != nullptr) out.secret = env;
  }
  out.base_url = o.url;
  std::string kind_word = o.kind;

  const bool flags_suffice = !out.secret.empty() && !kind_word.empty() && !out.base_url.empty();
  if (!flags_suffice || o.config_given) {
    const auto loaded = config::load_file(o.config);
    const bool needed = out.secret.empty() || kind_word.empty() || o.config_given;
    if (!loaded && needed) {
      return unexpected{"cannot take the secret of source " + o.source +
                        " from the config: " + config::to_text(loaded.error().front()) +
                        "; name another with --config, or give --secret and --kind"};
    }
    if (loaded) {
      const auto* source = (*loaded)->find_source(o.source);
      if (source == nullptr && (out.secret.empty() || kind_word.empty())) {
        std::string known;
        for (const auto& s : (*loaded)->sources) known += (known.empty() ? "" : ", ") + s.id.value;
        return unexpected{o.config + " has no source \"" + o.source +
                          "\"; it has: " + (known.empty() ? "none" : known)};
      }
      if (source != nullptr) {
        if (out.secret.empty() && !source->secrets.empty()) out.secret = source->secrets.front();
        if (kind_word.empty()) kind_word = config::to_word(source->kind);
      }
      if (out.base_url.empty()) out.base_url = listener_url(**loaded);
    }
  }
  if (out.base_url.empty()) out.base_url = default_url;
  // Whoever copies the webhook's own address means the same.
  if (const auto webhook = "/webhooks/" + percent_encode(o.source); out.base_url.ends_with(webhook)) {
    out.base_url.resize(out.base_url.size() - webhook.size());
  }
  const auto which = kind_from(kind_word);
  if (!which)
    return unexpected{"cannot sign as \"" + kind_word + "\"; --kind takes meta, telegram, x, linkedin or bluesky"};
  if (out.secret.empty()) return unexpected{"source " + o.source + " has no secret; give one with --secret"};
  out.kind = *which;
  return out;
}

}  // namespace switchboard::cli
