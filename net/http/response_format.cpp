#include "net/http/response_format.hpp"

#include <algorithm>
#include <charconv>

namespace switchboard::net::http {
namespace {

void append_number(std::string& out, std::uint64_t n) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
  out.append(digits, end);
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
  });
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

bool is_bodiless(int status) {
  return status == 204 || status == 304 || status < 200;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  if (name.empty() || !is_printable(name) || !is_printable(value)) return;
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

void append_response_head(std::string& out, const response& r, const response_context& c) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(std::clamp(r.status, 100, 599)));
  out += ' ';
  out += reason_phrase(r.status);
  out += "\r\nDate: ";
  out += c.date;
  if (!is_bodiless(r.status)) {
    if (!r.content_type.empty() && is_printable(r.content_type)) {
      out += "\r\nContent-Type: ";
      out += r.content_type;
    }
    out += "\r\nContent-Length: ";
    append_number(out, r.body.size());
  }
  out += "\r\nX-Content-Type-Options: nosniff";
  out += "\r\n";
  for (const auto& [name, value] : r.headers) append_header(out, name, value);
  if (c.close) {
    out += "Connection: close\r\n";
  } else if (c.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

std::string http_date(std::time_t at) {
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char rest[32];
  const auto n = std::strftime(rest, sizeof rest, "%Y %H:%M:%S GMT", &parts);
  std::string out = days[parts.tm_wday];
  out += parts.tm_mday < 10 ? ", 0" : ", ";
  append_number(out, static_cast<std::uint64_t>(parts.tm_mday));
  out += ' ';
  out += months[parts.tm_mon];
  out += ' ';
  out.append(rest, n);
  return out;
}

}  // namespace switchboard::net::http
