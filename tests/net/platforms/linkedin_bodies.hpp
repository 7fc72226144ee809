#pragma once
// LinkedIn's notifications, for the tests of their normaliser.

#include "net/platforms/linkedin.hpp"
#include "support.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace switchboard::net::platforms::testing {

inline constexpr std::string_view organization = "urn:li:organization:96072893";
inline constexpr std::string_view source_post = "urn:li:activity:7094637247890620418";
inline constexpr std::string_view comment_short =
    "urn:li:comment:(activity:7094637247890620418,7094977717598625792)";
inline constexpr std::string_view comment_full =
    "urn:li:comment:(urn:li:activity:7094637247890620418,7094977717598625792)";
inline constexpr std::string_view member = "urn:li:person:zLqTygBP8S";

inline domain::unpacked_body normalise_linkedin(std::string_view body) {
  auto out = linkedin_functions().normalise(body, {}, {}, received_at);
  expect_sound(out);
  return out;
}
inline std::string all_of_them(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts) all += part;
  return all;
}
inline std::string notifications(std::string_view elements) {
  return all_of_them(
      {R"({"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[)", elements, "]}"});
}
/// `rest`: further members, each behind a comma.
inline std::string notification(std::string_view action, std::string_view activity,
                                std::string_view rest = {}, std::string_view id = "5603453321") {
  return all_of_them({R"({"notificationId":)", id, R"(,"organizationalEntity":")", organization,
                      R"(","action":")", action, R"(","sourcePost":")", source_post,
                      R"(","generatedActivity":")", activity,
                      R"(","lastModifiedAt":1691574506310,"subscriber":"urn:li:person:Sub")", rest, "}"});
}
/// The decorated comment of `owner`.
inline std::string decorated(std::string_view owner, std::string_view text,
                             std::string_view object = source_post, std::string_view kind = "comment",
                             std::string_view entity = comment_full) {
  return all_of_them({R"(,"decoratedSourcePost":{"entity":"urn:li:share:1","owner":")", organization,
                      R"(","text":"Our post","mediaCategory":"NONE"},"decoratedGeneratedActivity":{")", kind,
                      R"(":{"owner":")", owner, R"(","text":")", text, R"(","entity":")", entity,
                      R"(","object":")", object, R"("}})"});
}

}  // namespace switchboard::net::platforms::testing
