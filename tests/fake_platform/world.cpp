#include "tests/fake_platform/world.hpp"

#include "domain/json.hpp"
#include "net/http/message.hpp"

#include <algorithm>

namespace switchboard::fake_platform {
namespace {

/// As whatever comes in is read; what is not encoded as it should be names nothing.
std::string decoded(std::string_view text) {
  return net::http::percent_decode(text).value_or("");
}

}  // namespace

const account* world::with_token(std::string_view token, std::string_view platform_id) const {
  if (token.empty()) return nullptr;
  const auto at = std::find_if(accounts.begin(), accounts.end(), [&](const account& a) {
    return a.access_token == token && !revoked.contains(a.id) &&
           (platform_id.empty() || a.platform_id == platform_id || a.page_id == platform_id);
  });
  return at == accounts.end() ? nullptr : &*at;
}

std::optional<std::chrono::seconds> world::silent_for(const account& a, const std::string& customer) const {
  const auto at = heard.find(a.id + '/' + customer);
  if (at == heard.end()) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now() - at->second);
}

const taken& world::keep(taken&& t) {
  t.wall = std::chrono::system_clock::now();
  if (times_said_[t.by->id + '\n' + t.recipient + '\n' + t.text]++ > 0) ++doubled_;
  return book.emplace_back(std::move(t));
}

std::vector<const taken*> world::said(const account& a, edge where, std::string_view recipient) const {
  std::vector<const taken*> found;
  for (auto t = book.rbegin(); t != book.rend(); ++t) {
    if (t->by == &a && t->where == where && (recipient.empty() || t->recipient == recipient)) {
      found.push_back(&*t);
    }
  }
  return found;
}

std::string_view bearer(const asked& a) {
  constexpr std::string_view prefix = "Bearer ";
  const auto at = a.headers.find("authorization");
  if (at == a.headers.end() || !at->second.starts_with(prefix)) return {};
  return std::string_view{at->second}.substr(prefix.size());
}

std::string json_list(const std::set<std::string>& names) {
  std::string out = "[";
  for (const auto& each : names) {
    if (out.size() > 1) out += ',';
    domain::append_json_string(out, each);
  }
  return out + ']';
}

std::string_view path_of(const asked& a) {
  return std::string_view{a.target}.substr(0, a.target.find('?'));
}

std::string parameter(const asked& a, std::string_view name) {
  std::string_view query = a.target;
  const auto mark = query.find('?');
  if (mark == std::string_view::npos) return {};
  query.remove_prefix(mark + 1);
  while (!query.empty()) {
    const auto one = query.substr(0, query.find('&'));
    if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) {
      return decoded(one.substr(name.size() + 1));
    }
    query.remove_prefix(std::min(one.size() + 1, query.size()));
  }
  return {};
}

std::vector<std::string> segments(const asked& a) {
  std::vector<std::string> all;
  auto path = path_of(a);
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const auto one = path.substr(0, path.find('/'));
    all.push_back(decoded(one));
    path.remove_prefix(one.size());
  }
  return all;
}

std::string seconds_of(std::chrono::milliseconds d) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(d).count());
}

}  // namespace switchboard::fake_platform
