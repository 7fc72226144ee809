// Which addresses are taken at all. The other half of the table, with a canary that none of it may reach, stands in
// tests/net/media.

#include "net/platforms/media_address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace switchboard::net::platforms {
namespace {

TEST(media_address, is_taken_in_its_one_spelling) {
  for (const auto& [url, host] :
       {std::pair{"https://a.example/x", "a.example"}, std::pair{"https://a.example", "a.example"},
        std::pair{"https://a.example:443/x?y=1&z=%2F..", "a.example"},
        std::pair{"https://a.example?q", "a.example"},
        std::pair{"https://xn--bcher-kva.example/@/:80", "xn--bcher-kva.example"},
        std::pair{"https://scontent-1.xx.fbcdn.net/v/t1/1.jpg?oe=6/a@b", "scontent-1.xx.fbcdn.net"}}) {
    const auto got = host_of_media(url);
    ASSERT_TRUE(got) << url;
    EXPECT_EQ(*got, host);
  }
}

TEST(media_address, is_none_in_any_other) {
  const std::string longest = "https://" + std::string(64, 'a') + ".example/";
  for (const std::string& url : {std::string{},
                                 std::string{"https://"},
                                 std::string{"https:///x"},
                                 std::string{"https:/a.example/"},
                                 std::string{"http://a.example/"},
                                 std::string{"HTTPS://a.example/"},
                                 std::string{"https://A.example/"},
                                 std::string{"https://a.example:80/"},
                                 std::string{"https://a.example:0443/"},
                                 std::string{"https://a.example:443:443/"},
                                 std::string{"https://a.example:/"},
                                 std::string{"https://a.example./"},
                                 std::string{"https://.a.example/"},
                                 std::string{"https://a..example/"},
                                 std::string{"https://a-.example/"},
                                 std::string{"https://-a.example/"},
                                 std::string{"https://a_b.example/"},
                                 std::string{"https://example/"},
                                 std::string{"https://a.example.1/"},
                                 std::string{"https://a.0x7f/"},
                                 std::string{"https://user@a.example/"},
                                 std::string{"https://a.example@b.example/"},
                                 std::string{"https://a.example/#b"},
                                 std::string{"https://a.example#@b.example/"},
                                 std::string{"https://a.example\\@b.example/"},
                                 std::string{"https://a.example/ x"},
                                 std::string{"https://a.example/\t"},
                                 std::string{"https://a.example/\r\nHost: b"},
                                 std::string{"https://a.example/\xc3\xa9"},
                                 std::string{"https://\xc3\xa9.example/"},
                                 std::string{"https://a\xe3\x80\x82"
                                             "example/"},
                                 std::string{"https://%61.example/"},
                                 std::string("https://a.example/\0", 19),
                                 longest,
                                 "https://a.example/" + std::string(5000, 'x')}) {
    EXPECT_FALSE(host_of_media(url)) << url;
  }
}

TEST(media_address, lies_below_a_host_at_a_point_only) {
  EXPECT_TRUE(is_host_below("fbcdn.net", "fbcdn.net"));
  EXPECT_TRUE(is_host_below("a.b.fbcdn.net", "fbcdn.net"));
  EXPECT_FALSE(is_host_below("afbcdn.net", "fbcdn.net"));
  EXPECT_FALSE(is_host_below("fbcdn.net.evil.example", "fbcdn.net"));
  EXPECT_FALSE(is_host_below("net", "fbcdn.net"));
  EXPECT_FALSE(is_host_below("fbcdn.net", ""));
}

TEST(media_address, is_of_an_origin_letter_for_letter) {
  EXPECT_TRUE(is_of_origin("http://127.0.0.1:90/x", "http://127.0.0.1:90"));
  EXPECT_TRUE(is_of_origin("http://127.0.0.1:90/x", "http://127.0.0.1:90/"));
  for (const auto* url : {"http://127.0.0.1:90", "http://127.0.0.1:901/x", "http://127.0.0.1:90@b.example/",
                          "https://127.0.0.1:90/x", "http://127.0.0.1:90?x", "http://127.0.0.1:9/x",
                          "http://127.0.0.1:90/ x"}) {
    EXPECT_FALSE(is_of_origin(url, "http://127.0.0.1:90")) << url;
  }
  EXPECT_FALSE(is_of_origin("/x", ""));
}

}  // namespace
}  // namespace switchboard::net::platforms
