// The bypass list (reference: security, C9): everything that has made a fetcher of URLs connect to where it must not,
// against a server on 127.0.0.1 that counts connections. There may be none. The same with a check taken away is reached:
// else a silence would say nothing.

#include "canary.hpp"
#include "net/media.hpp"

#include <gtest/gtest.h>

#include <future>
#include <set>
#include <string>
#include <vector>

namespace switchboard::net {
namespace {

using testing::canary_server;

config::settings_ptr some_settings() {
  auto s = std::make_shared<config::settings>();
  s->brands.push_back({.id = {"acme"}, .name = "acme", .conversations = {}});
  config::account_settings a;
  a.id = {"page"};
  a.brand = {"acme"};
  a.platform = domain::platform::facebook;
  a.access_token = "secret";
  a.media_hosts = {"localtest.example"};
  s->accounts.push_back(std::move(a));
  s->server.demo = true;
  s->limits.media_timeout = std::chrono::seconds{3};
  s->index();
  return s;
}

media_result fetch(media& m, const std::string& url) {
  std::promise<media_result> got;
  domain::attachment a;
  a.type = "image";
  a.url = url;
  m.fetch({.settings = some_settings(), .brand = "acme", .account = {"page"}, .what = a},
          [&](media_result&& r) { got.set_value(std::move(r)); });
  return got.get_future().get();
}

/// {p}: the canary's port.
const std::vector<std::string> urls = {
    // plain
    "https://127.0.0.1:{p}/", "http://127.0.0.1:{p}/", "https://localhost:{p}/", "http://localhost:{p}/",
    "https://127.0.0.1:{p}", "https://127.0.0.1:{p}?x", "https://127.1.2.3:{p}/", "https://0.0.0.0:{p}/",
    // numbers in other notations
    "https://2130706433:{p}/", "https://0x7f000001:{p}/", "https://0x7f.0.0.1:{p}/",
    "https://0177.0.0.1:{p}/", "https://017700000001:{p}/", "https://127.1:{p}/", "https://127.0.1:{p}/",
    "https://0:{p}/", "https://0x7f.1:{p}/", "https://00000177.0x0.0.01:{p}/", "http://2130706433:{p}/",
    "http://0x7f000001:{p}/", "http://0177.0.0.1:{p}/", "http://127.1:{p}/", "https://127.0.0.1.:{p}/",
    "http://127.0.0.1.:{p}/",
    // IPv6 and what it can hold
    "https://[::ffff:7f00:1]:{p}/", "https://[::ffff:127.0.0.1]:{p}/", "https://[::1]:{p}/",
    "https://[0:0:0:0:0:ffff:7f00:1]:{p}/", "http://[::ffff:7f00:1]:{p}/", "https://[::127.0.0.1]:{p}/",
    "https://[64:ff9b::7f00:1]:{p}/", "https://[fe80::1%25lo]:{p}/", "https://[::]:{p}/",
    // a name in brackets
    "https://[localhost]:{p}/", "https://[127.0.0.1]:{p}/", "https://[a.fbcdn.net]:{p}/",
    // who is meant: before or behind the @
    "https://a.fbcdn.net@127.0.0.1:{p}/", "https://a.fbcdn.net:443@127.0.0.1:{p}/",
    "https://user:a.fbcdn.net@127.0.0.1:{p}/", "https://127.0.0.1:{p}#@a.fbcdn.net/",
    "https://127.0.0.1:{p}/#@a.fbcdn.net/", "https://a.fbcdn.net#@127.0.0.1:{p}/",
    "https://127.0.0.1:{p}?@a.fbcdn.net/", "https://127.0.0.1:{p};a.fbcdn.net/",
    "https://a.fbcdn.net%40127.0.0.1:{p}/", "http://a.fbcdn.net@127.0.0.1:{p}/",
    // slashes of all kinds
    "https://127.0.0.1:{p}\\@a.fbcdn.net/", "https://127.0.0.1:{p}\\.fbcdn.net/", "https:\\\\127.0.0.1:{p}/",
    "https:/127.0.0.1:{p}/", "https:127.0.0.1:{p}/", "https:////127.0.0.1:{p}/", "//127.0.0.1:{p}/",
    "127.0.0.1:{p}/", "https://127.0.0.1:{p}/.fbcdn.net", "https://127.0.0.1:{p}/a.fbcdn.net",
    // letters that become others
    "https://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.\xe2\x93\xaa.\xe2\x93\xaa.\xe2\x91\xa0:{p}/",  // circled digits
    "https://127\xe3\x80\x82"
    "0\xe3\x80\x82"
    "0\xe3\x80\x82"
    "1:{p}/",  // ideographic points
    "https://127\xef\xbc\x8e"
    "0\xef\xbc\x8e"
    "0\xef\xbc\x8e"
    "1:{p}/",                                                   // fullwidth points
    "https://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1:{p}/",  // fullwidth digits
    "https://loc\xe2\x93\x90lhost:{p}/", "https://LOCALHOST:{p}/", "https://%31%32%37.0.0.1:{p}/",
    "https://a.fbcdn.net%00.127.0.0.1:{p}/", "https://127.0.0.1%2f:{p}/",
    // what ends a line, a name or a header
    "https://127.0.0.1:{p}/\r\nHost: a.fbcdn.net", " https://127.0.0.1:{p}/",
    "https://127.0.0.1:{p}/ a.fbcdn.net", "https://127.0.0.1:{p}\t/",
    "https://a.fbcdn.net\r\n@127.0.0.1:{p}/", "https://a.fbcdn.net\n127.0.0.1:{p}/",
    // other languages
    "ftp://127.0.0.1:{p}/", "gopher://127.0.0.1:{p}/_x", "file:///etc/passwd", "dict://127.0.0.1:{p}/d",
    "ldap://127.0.0.1:{p}/", "HTTPS://127.0.0.1:{p}/", "jar:https://127.0.0.1:{p}!/",
    "tftp://127.0.0.1:{p}/x",
    // names of ours and of the clouds'
    "https://169.254.169.254/latest/meta-data/", "https://metadata.google.internal/",
    "https://[fd00:ec2::254]/", "https://localhost.localdomain:{p}/", "https://127.0.0.1.nip.io:{p}/",
    "https://a.fbcdn.net:{p}/", "https://fbcdn.net.:{p}/", "https://localtest.example:{p}/"};

std::string at(std::string url, std::uint16_t port) {
  for (auto from = url.find("{p}"); from != std::string::npos; from = url.find("{p}"))
    url.replace(from, 3, std::to_string(port));
  return url;
}

TEST(media_bypass, no_spelling_of_an_address_reaches_a_server_of_ours) {
  canary_server canary;
  media m({});
  EXPECT_GE(std::set<std::string>(urls.begin(), urls.end()).size(), 60u);
  for (const auto& each : urls) {
    const auto url = at(each, canary.port());
    EXPECT_EQ(fetch(m, url).outcome, media_outcome::host_refused) << url;
    EXPECT_EQ(canary.connects(), 0) << url;
  }
}

TEST(media_bypass, the_canary_hears_who_reads_these_addresses_without_the_checks) {
  canary_server canary;
  client::http_client c({.connect_timeout = std::chrono::milliseconds{300}});
  int reached = 0, asked = 0;
  for (const auto& each : urls) {
    if (each.find("{p}") == std::string::npos) continue;  // not to be asked in earnest
    if (each.find("nip.io") != std::string::npos || each.find("fbcdn.net") != std::string::npos ||
        each.find("localtest") != std::string::npos || each.find("localdomain") != std::string::npos) {
      continue;
    }
    std::promise<void> over;
    c.perform({.method = "GET", .url = at(each, canary.port()), .timeout = std::chrono::milliseconds{1'000}},
              [&](client::result&&) { over.set_value(); });
    over.get_future().get();
    ++asked;
    reached = canary.connects();
  }
  EXPECT_GE(reached, 30) << "of " << asked;
}

/// Where a name that is allowed may be said to lead. {p}: the canary's port; without it another one.
const std::vector<std::string> places = {"127.0.0.1:{p}",
                                         "127.0.0.2:{p}",
                                         "127.255.255.254:{p}",
                                         "0.0.0.0:{p}",
                                         "0.1.2.3:{p}",
                                         "10.0.0.1:{p}",
                                         "10.255.255.255:{p}",
                                         "172.16.0.1:{p}",
                                         "172.31.255.255:{p}",
                                         "192.168.1.1:{p}",
                                         "169.254.169.254:80",
                                         "169.254.0.1:{p}",
                                         "100.64.0.1:{p}",
                                         "100.127.255.254:{p}",
                                         "100.100.100.200:80",
                                         "192.0.0.192:80",
                                         "192.0.2.1:{p}",
                                         "198.18.0.1:{p}",
                                         "198.51.100.1:{p}",
                                         "203.0.113.1:{p}",
                                         "224.0.0.1:{p}",
                                         "239.255.255.250:{p}",
                                         "240.0.0.1:{p}",
                                         "255.255.255.255:{p}",
                                         "192.88.99.1:{p}",
                                         "[::1]:{p}",
                                         "[::]:{p}",
                                         "[::ffff:127.0.0.1]:{p}",
                                         "[::ffff:7f00:1]:{p}",
                                         "[::127.0.0.1]:{p}",
                                         "[::ffff:10.0.0.1]:{p}",
                                         "[::ffff:169.254.169.254]:80",
                                         "[64:ff9b::7f00:1]:{p}",
                                         "[64:ff9b:1::7f00:1]:{p}",
                                         "[2002:7f00:1::1]:{p}",
                                         "[2001::7f00:1]:{p}",
                                         "[fe80::1]:{p}",
                                         "[fc00::1]:{p}",
                                         "[fd00:ec2::254]:80",
                                         "[fec0::1]:{p}",
                                         "[ff02::1]:{p}",
                                         "[100::1]:{p}",
                                         "[2001:db8::1]:{p}",
                                         "[5f00::1]:{p}",
                                         "localhost:{p}",
                                         "2130706433:{p}",
                                         "0x7f000001:{p}",
                                         "0177.0.0.1:{p}",
                                         "127.1:{p}"};

TEST(media_bypass, no_name_server_leads_to_one_either) {
  canary_server canary;
  std::string place;
  media m({.client = {}, .leads_to = [&](std::string_view) { return at(place, canary.port()); }});
  for (const auto& each : places) {
    place = each;
    EXPECT_EQ(fetch(m, "https://a.fbcdn.net/x.jpg").outcome, media_outcome::host_refused) << each;
    EXPECT_EQ(fetch(m, "https://localtest.example/x.jpg").outcome, media_outcome::host_refused) << each;
    EXPECT_EQ(canary.connects(), 0) << each;
  }
}

TEST(media_bypass, a_name_server_that_changes_its_mind_changes_nothing) {
  canary_server open, forbidden;
  // What is asked first is a good address; what is asked next, ours.
  int asked = 0;
  media m({.client = {},
           .may_reach = [](std::span<const std::uint8_t> a) { return a.size() == 4 && a[3] == 1; },
           .leads_to =
               [&](std::string_view) {
                 return ++asked % 2 == 1 ? "127.0.0.1:" + std::to_string(open.port())
                                         : "127.0.0.2:" + std::to_string(forbidden.port());
               }});
  for (int round = 1; round <= 5; ++round) {
    EXPECT_EQ(fetch(m, "https://a.fbcdn.net/x.jpg").outcome, media_outcome::failed) << "it is no TLS server";
    EXPECT_EQ(asked, 2 * round - 1) << "once for each fetch";
    EXPECT_EQ(fetch(m, "https://a.fbcdn.net/x.jpg").outcome, media_outcome::host_refused);
  }
  EXPECT_EQ(open.connects(), 5);
}

TEST(media_bypass, the_canary_hears_who_does_not_ask_where_a_name_led) {
  canary_server canary;
  media m({.client = {},
           .may_reach = [](std::span<const std::uint8_t>) { return true; },
           .leads_to = [&](std::string_view) { return "127.0.0.1:" + std::to_string(canary.port()); }});
  EXPECT_EQ(fetch(m, "https://a.fbcdn.net/x.jpg").outcome, media_outcome::failed);
  EXPECT_EQ(canary.connects(), 1);
}

TEST(media_bypass, a_proxy_of_the_environments_is_not_used) {
  canary_server canary;
  const auto proxy = "http://127.0.0.1:" + std::to_string(canary.port());
  ::setenv("https_proxy", proxy.c_str(), 1);
  media m({.client = {}, .leads_to = [](std::string_view) { return std::string("127.0.0.1:1"); }});
  EXPECT_EQ(fetch(m, "https://a.fbcdn.net/x.jpg").outcome, media_outcome::host_refused);
  EXPECT_EQ(canary.connects(), 0);
  client::http_client unguarded({});
  std::promise<void> over;
  unguarded.perform({.method = "GET", .url = "https://a.fbcdn.net/x.jpg"},
                    [&](client::result&&) { over.set_value(); });
  over.get_future().get();
  ::unsetenv("https_proxy");
  EXPECT_EQ(canary.connects(), 1);
}

}  // namespace
}  // namespace switchboard::net
