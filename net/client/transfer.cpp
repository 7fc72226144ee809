#include "net/client/transfer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string_view>

namespace switchboard::net::client {

namespace {

/// One answer's headers, together.
constexpr std::size_t head_bytes_max = 64u << 10;

std::size_t read_body(char* to, std::size_t size, std::size_t count, void* of) {
  auto& t = *static_cast<transfer*>(of);
  const auto n = std::min(size * count, t.asked.body.size() - t.sent);
  std::memcpy(to, t.asked.body.data() + t.sent, n);
  t.sent += n;
  return n;
}

std::size_t write_body(const char* from, std::size_t size, std::size_t count, void* of) {
  auto& t = *static_cast<transfer*>(of);
  const auto n = size * count;
  if (t.got.body.size() + n > t.answer_bytes_max) {
    t.too_large = true;
    return 0;
  }
  if (t.got.body.empty()) {  // so that it does not grow by halves to twice its size
    curl_off_t announced = 0;
    curl_easy_getinfo(t.easy.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (announced > 0)
      t.got.body.reserve(std::min(static_cast<std::uint64_t>(announced), t.answer_bytes_max));
  }
  t.got.body.append(from, n);
  return n;
}

std::size_t write_header(const char* from, std::size_t size, std::size_t count, void* of) {
  auto& t = *static_cast<transfer*>(of);
  const auto n = size * count;
  std::string_view line(from, n);
  if (line.starts_with("HTTP/")) t.got.headers.clear();  // a 100 Continue went before
  t.head_bytes += n;
  if (t.head_bytes > head_bytes_max) {
    t.too_large = true;
    return 0;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return n;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  auto value = line.substr(colon + 1);
  while (!value.empty() && static_cast<unsigned char>(value.front()) <= ' ') value.remove_prefix(1);
  while (!value.empty() && static_cast<unsigned char>(value.back()) <= ' ') value.remove_suffix(1);
  t.got.headers.emplace_back(std::move(name), std::string(value));
  return n;
}

bool may_reach(const transfer& t, std::span<const std::uint8_t> address) {
  return t.asked.to_any_address || !t.of->may_reach || t.of->may_reach(address);
}

/// The address's bytes; none: of no family that we know.
std::span<const std::uint8_t> bytes_of(const sockaddr& a) {
  if (a.sa_family == AF_INET) {
    return {reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in&>(a).sin_addr), 4};
  }
  if (a.sa_family == AF_INET6) {
    return {reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in6&>(a).sin6_addr), 16};
  }
  return {};
}

/// With the address at hand that is connected to: whatever a name server says next makes no difference.
curl_socket_t open_socket(void* of, curlsocktype, curl_sockaddr* to) {
  auto& t = *static_cast<transfer*>(of);
  if (!may_reach(t, bytes_of(to->addr))) {
    t.address_refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/// Also of a connection that was kept, and may have been made for a request to which other addresses are open.
int before_request(void* of, char* address, char*, int, int) {
  auto& t = *static_cast<transfer*>(of);
  std::array<std::uint8_t, 16> bytes{};
  const bool v6 = std::strchr(address, ':') != nullptr;
  const bool read = ::inet_pton(v6 ? AF_INET6 : AF_INET, address, bytes.data()) == 1;
  if (read && may_reach(t, std::span(bytes).first(v6 ? 16 : 4))) return CURL_PREREQFUNC_OK;
  t.address_refused = true;
  return CURL_PREREQFUNC_ABORT;
}

/// Did anything of the request leave? libcurl is ready to send it (PRETRANSFER) only behind name, connection and TLS.
bool may_have_left(CURL* easy) {
  curl_off_t ready = 0;
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
  long bytes = 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &bytes);
  return ready > 0 || bytes > 0;
}

/// Where it may lead.
[[nodiscard]] bool guard(transfer& t, const options& o) {
  CURL* const c = t.easy.get();
  curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(t.answer_bytes_max));
  if (o.may_reach) {
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, &t);
    curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, &before_request);
    curl_easy_setopt(c, CURLOPT_PREREQDATA, &t);
  }
  if (t.asked.leads_to.empty()) return true;
  t.leads_to.reset(curl_slist_append(nullptr, ("::" + t.asked.leads_to).c_str()));
  curl_easy_setopt(c, CURLOPT_CONNECT_TO, t.leads_to.get());
  return t.leads_to != nullptr;
}

[[nodiscard]] bool add_header(transfer& t, const std::string& line) {
  auto* const more = curl_slist_append(t.headers.get(), line.c_str());
  if (more == nullptr) return false;
  (void)t.headers.release();
  t.headers.reset(more);
  return true;
}

}  // namespace

bool set_up(transfer& t, const options& o) {
  t.answer_bytes_max = t.asked.answer_bytes_max > 0 ? t.asked.answer_bytes_max : o.answer_bytes_max;
  t.of = &o;
  if (t.easy == nullptr) t.easy.reset(curl_easy_init());
  CURL* const c = t.easy.get();
  if (c == nullptr) return false;
  bool whole = add_header(t, "Expect:");  // no round trip for a permission
  for (const auto& [name, value] : t.asked.headers) whole = whole && add_header(t, name + ": " + value);
  if (!whole) return false;
  curl_easy_setopt(c, CURLOPT_PRIVATE, &t);
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);  // a name server that is silent holds up nobody else
  curl_easy_setopt(c, CURLOPT_URL, t.asked.url.c_str());
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(c, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(c, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!o.ca_file.empty()) curl_easy_setopt(c, CURLOPT_CAINFO, o.ca_file.c_str());
  curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, static_cast<long>(t.asked.timeout.count()));
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(o.connect_timeout.count()));
  curl_easy_setopt(c, CURLOPT_USERAGENT, o.user_agent.c_str());
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, t.headers.get());
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, &write_body);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, &t);
  curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, &write_header);
  curl_easy_setopt(c, CURLOPT_HEADERDATA, &t);
  if (t.asked.once) curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
  if (t.asked.method !=
      "GET") {  // libcurl's POST is whatever has a body; an empty one is told by its length, too
    curl_easy_setopt(c, CURLOPT_POST, 1L);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(t.asked.body.size()));
    curl_easy_setopt(c, CURLOPT_READFUNCTION, &read_body);
    curl_easy_setopt(c, CURLOPT_READDATA, &t);
    if (t.asked.method != "POST") curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, t.asked.method.c_str());
  }
  return guard(t, o);
}

void finish(transfer& t, CURLcode code, const char* why) {
  long status = 0;
  curl_easy_getinfo(t.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  auto& got = t.got;
  if (code == CURLE_OK) {
    got.what = reached::answered;
    got.status = static_cast<int>(status);
  } else {
    got.what = may_have_left(t.easy.get()) ? reached::no_answer : reached::not_sent;
    if (t.too_large || code == CURLE_FILESIZE_EXCEEDED) {
      got.by = cut::too_large;
    } else if (t.address_refused) {
      got.by = cut::address;
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
      got.by = cut::too_slow;
    }
    got.why = got.by == cut::too_large ? "the answer is larger than is taken"
              : got.by == cut::address ? "its host leads to an address that may not be reached"
                                       : why;
    got.headers.clear();
    got.body.clear();
  }
  t.done(std::move(got));
}

}  // namespace switchboard::net::client
