#include "net/http/message.hpp"

#include <algorithm>

namespace switchboard::net::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Calls f(value, raw) for each parameter of that name until it returns false.
template <class F>
void each_parameter(std::string_view query, std::string_view name, F f) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto key = percent_decode(pair.substr(0, equals));
    if (!key || *key != name) continue;
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())));
    if (value && !f(std::move(*value))) return;
  }
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

std::string_view to_word(method m) {
  switch (m) {
    case method::get:
      return "GET";
    case method::head:
      return "HEAD";
    case method::post:
      return "POST";
    case method::put:
      return "PUT";
    case method::patch:
      return "PATCH";
    case method::del:
      return "DELETE";
    case method::options:
      return "OPTIONS";
  }
  return "GET";
}

std::optional<std::string_view> request::find(std::string_view name) const {
  for (const auto& h : headers) {
    if (same_name(h.name, name)) return h.value;
  }
  return std::nullopt;
}

std::optional<std::string> request::query_value(std::string_view name) const {
  std::optional<std::string> found;
  each_parameter(query, name, [&](std::string value) {
    found = std::move(value);
    return false;
  });
  return found;
}

std::vector<std::string> request::query_all(std::string_view name) const {
  std::vector<std::string> all;
  each_parameter(query, name, [&](std::string value) {
    all.push_back(std::move(value));
    return true;
  });
  return all;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+') {
      c = ' ';
    } else if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return std::nullopt;
    out += c;
  }
  return out;
}

response to_response(const problem& p) {
  response r;
  r.status = p.status;
  r.content_type = "application/problem+json";
  r.body.reserve(160 + p.slug.size() * 2 + p.title.size() + p.detail.size());
  r.body += R"({"type":"https://switchboard.example/problems/)";
  r.body += p.slug;
  r.body += R"(","title":)";
  append_json_string(r.body, p.title.empty() ? p.slug : p.title);
  r.body += R"(,"status":)";
  r.body += std::to_string(p.status);
  if (!p.detail.empty()) {
    r.body += R"(,"detail":)";
    append_json_string(r.body, p.detail);
  }
  r.body += R"(,"code":)";
  append_json_string(r.body, p.slug);
  for (const auto& [name, value] : p.members) {
    r.body += ',';
    append_json_string(r.body, name);
    r.body += ':';
    r.body += value;
  }
  r.body += '}';
  return r;
}

}  // namespace switchboard::net::http
