#include "net/platforms/oauth1.hpp"

#include "net/platforms/sending_parts.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

using field_list = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t sha1_bytes = 20;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// §3.4.1.3.1: as a form's fields, in which a plus is a space.
std::string decoded(std::string_view text) {
  constexpr int base = 16;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded =
        text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0;
    if (coded) {
      out += static_cast<char>(hex_value(text[i + 1]) * base + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

void add_query(field_list& to, std::string_view url) {
  const auto mark = url.find('?');
  if (mark == std::string_view::npos) return;
  std::string_view rest = url.substr(mark + 1, url.find('#', mark) - mark - 1);
  while (!rest.empty()) {
    const auto one = rest.substr(0, rest.find('&'));
    const auto equals = one.find('=');
    if (!one.empty()) {
      to.emplace_back(decoded(one.substr(0, equals)),
                      equals == std::string_view::npos ? std::string{} : decoded(one.substr(equals + 1)));
    }
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
  }
}

/// §3.4.1.2: scheme and host in lower case, without the port that the scheme has anyway, without the query.
std::string base_uri(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const auto host_at = url.find("://") + 3;
  const auto path_at = std::min(url.find('/', host_at), url.size());
  std::string out{url.substr(0, path_at)};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const std::string_view usual : {":443", ":80"}) {
    const bool fits = out.starts_with(usual == ":443" ? "https://" : "http://");
    if (fits && out.ends_with(usual)) out.resize(out.size() - usual.size());
  }
  return out += path_at == url.size() ? std::string_view{"/"} : url.substr(path_at);
}

/// §3.4.1.3.2: each encoded, then sorted by bytes.
std::string normalised(const field_list& fields) {
  field_list encoded;
  encoded.reserve(fields.size());
  for (const auto& [name, value] : fields) encoded.emplace_back(url_encoded(name), url_encoded(value));
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) {
    if (!out.empty()) out += '&';
    ((out += name) += '=') += value;
  }
  return out;
}

std::string hmac_sha1_base64(std::string_view key, std::string_view message) {
  std::array<unsigned char, sha1_bytes> digest{};
  unsigned int size = digest.size();
  const auto* const made =
      ::HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), &size);
  if (made == nullptr) return {};
  std::array<unsigned char, 4 * ((sha1_bytes + 2) / 3) + 1> text{};
  const int chars = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
  return {text.begin(), text.begin() + chars};
}

}  // namespace

std::string oauth1_signature(std::string_view method, std::string_view url, const oauth1_keys& keys,
                             field_list fields) {
  add_query(fields, url);
  std::string base{method};
  ((base += '&') += url_encoded(base_uri(url))) += '&';
  base += url_encoded(normalised(fields));
  return hmac_sha1_base64(url_encoded(keys.consumer_secret) + '&' + url_encoded(keys.token_secret), base);
}

std::string oauth1_header(std::string_view method, std::string_view url, const oauth1_keys& keys,
                          std::string_view nonce, domain::timestamp now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  field_list fields{{"oauth_consumer_key", keys.consumer_key},
                    {"oauth_nonce", std::string{nonce}},
                    {"oauth_signature_method", "HMAC-SHA1"},
                    {"oauth_timestamp", std::to_string(seconds)},
                    {"oauth_token", keys.token},
                    {"oauth_version", "1.0"}};
  fields.emplace_back("oauth_signature", oauth1_signature(method, url, keys, fields));
  std::string out = "OAuth ";
  for (const auto& [name, value] : fields) {
    if (out.back() == '"') out += ", ";
    (((out += name) += "=\"") += url_encoded(value)) += '"';
  }
  return out;
}

}  // namespace switchboard::net::platforms
