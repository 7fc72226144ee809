// Every special range at its edges: the last address before it, its first, its last, the first behind it.

#include "domain/public_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace switchboard::domain {
namespace {

bool is_public(const std::string& text) {
  std::array<std::uint8_t, 16> bytes{};
  const bool v6 = text.find(':') != std::string::npos;
  EXPECT_EQ(::inet_pton(v6 ? AF_INET6 : AF_INET, text.c_str(), bytes.data()), 1) << text;
  return is_public_address(std::span(bytes).first(v6 ? 16 : 4));
}

TEST(public_address, is_none_of_a_machine_or_a_network) {
  for (const auto* text :
       {"0.0.0.0",         "0.255.255.255",   "10.0.0.0",        "10.255.255.255",  "100.64.0.0",
        "100.127.255.255", "127.0.0.0",       "127.0.0.1",       "127.255.255.255", "169.254.0.0",
        "169.254.169.254", "169.254.255.255", "172.16.0.0",      "172.31.255.255",  "192.0.0.0",
        "192.0.0.192",     "192.0.2.1",       "192.88.99.1",     "192.168.0.0",     "192.168.255.255",
        "198.18.0.0",      "198.19.255.255",  "198.51.100.1",    "203.0.113.1",     "224.0.0.0",
        "239.255.255.250", "240.0.0.0",       "255.255.255.255", "192.31.196.1",    "192.52.193.1",
        "192.175.48.1"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
  for (const auto* text : {"::",
                           "::1",
                           "::ffff:127.0.0.1",
                           "::ffff:8.8.8.8",
                           "::127.0.0.1",
                           "::ffff:0:127.0.0.1",
                           "64:ff9b::7f00:1",
                           "64:ff9b::8.8.8.8",
                           "64:ff9b:1::1",
                           "100::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "ff02::1",
                           "2001::1",
                           "2001:10::1",
                           "2001:20::1",
                           "2001:db8::1",
                           "2002:7f00:1::",
                           "2002:808:808::1",
                           "3ffe::1",
                           "3fff::1",
                           "5f00::1",
                           "4000::1",
                           "2620:4f:8000::1",
                           "1fff:ffff::1"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
}

TEST(public_address, is_every_other_one) {
  for (const auto* text :
       {"1.0.0.0",         "9.255.255.255", "11.0.0.0",        "100.63.255.255",  "100.128.0.0",
        "126.255.255.255", "128.0.0.0",     "169.253.255.255", "169.255.0.0",     "172.15.255.255",
        "172.32.0.0",      "192.0.1.0",     "192.0.3.0",       "192.167.255.255", "192.169.0.0",
        "198.17.255.255",  "198.20.0.0",    "203.0.112.255",   "203.0.114.0",     "223.255.255.255",
        "157.240.1.35",    "2600::1",       "2001:200::1",     "2001:4860::8888", "2a03:2880:f12d::1",
        "2003::1",         "3ffd:ffff::1",  "2620:4f:7fff::1"}) {
    EXPECT_TRUE(is_public(text)) << text;
  }
}

TEST(public_address, has_four_or_sixteen_bytes) {
  const std::array<std::uint8_t, 17> bytes{8, 8, 8, 8};
  EXPECT_TRUE(is_public_address(std::span(bytes).first(4)));
  for (const std::size_t n : {0u, 1u, 3u, 5u, 8u, 15u, 17u}) {
    EXPECT_FALSE(is_public_address(std::span(bytes).first(n))) << n;
  }
}

}  // namespace
}  // namespace switchboard::domain
