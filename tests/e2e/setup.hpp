#pragma once
// The configuration that these tests share, bodies for it, and the few calls that most of them make.

#include "engine_process.hpp"
#include "wire.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::e2e {

inline constexpr std::string_view acme_number = "106540352242922";    ///< acme-whatsapp
inline constexpr std::string_view globex_number = "106540352242999";  ///< globex-whatsapp
inline constexpr std::string_view acme_page = "1234567890321";
inline constexpr std::string_view acme_x = "1245855954975051776";
inline constexpr std::string_view globex_x = "1693649499";
inline constexpr std::string_view acme_organization = "urn:li:organization:96072893";
inline constexpr std::string_view globex_organization = "urn:li:organization:96072999";
inline constexpr std::string_view acme_did = "did:plc:acme2kq7a5cbsq2mtnhxuz4f";
inline constexpr std::string_view globex_did = "did:plc:globex7a5cbsq2mtnhxuz4fk";
inline constexpr std::string_view admin_token = "demo-admin";  ///< every brand
inline constexpr std::string_view acme_token = "acme-reader";  ///< role reader
inline constexpr std::string_view globex_token = "globex-reader";
inline constexpr std::string_view agent_token = "acme-agent";  ///< role agent

/// Brands acme and globex, sources meta, telegram, x, linkedin (with the application "child") and bluesky, an account of each
/// platform for acme and of WhatsApp, Facebook, X, LinkedIn and Bluesky for globex. Members are further lines of their sections; `more` stands at the end.
struct setup {
  std::string server, storage, limits, more;
  [[nodiscard]] std::string toml(const std::filesystem::path& data_dir) const;
};

[[nodiscard]] std::string account_toml(std::string_view id, std::string_view brand, std::string_view source,
                                       std::string_view platform, std::string_view platform_id);

/// Content-Type and the signature that the source of `setup` with this name accepts.
[[nodiscard]] headers signed_headers(std::string_view source, std::string_view body);
/// The whole request.
[[nodiscard]] std::string signed_request(std::string_view source, std::string_view body);
[[nodiscard]] headers bearer(std::string_view token);

/// One WhatsApp text message as the Cloud API sends it.
[[nodiscard]] std::string whatsapp_text(std::string_view phone_number_id, std::string_view from,
                                        std::string_view id, std::string_view text,
                                        std::uint64_t seconds = 1'795'248'000);
/// The same, as many as there are ids, in one body.
[[nodiscard]] std::string whatsapp_texts(std::string_view phone_number_id, std::string_view from,
                                         const std::vector<std::string>& ids);

[[nodiscard]] answer deliver(http_connection& to, std::string_view source, std::string_view body);
/// On a connection of its own.
[[nodiscard]] answer deliver(const engine_process& to, std::string_view source, std::string_view body);
[[nodiscard]] answer get(const engine_process& from, std::string_view target,
                         std::string_view token = admin_token);

/// Everything in the log behind `cursor` ("earliest": all), by the plain GET; `cursor` moves to the end.
/// Throws on any answer but 200.
[[nodiscard]] std::vector<std::string> read_log(const engine_process& from, std::string& cursor,
                                                std::string_view query = {},
                                                std::string_view token = admin_token);

/// Rows of all pages of a list. Throws on any answer but 200.
[[nodiscard]] std::vector<std::string> read_list(const engine_process& from, const std::string& target,
                                                 std::string_view name, std::string_view token = admin_token);

/// Asks the admin listener until it answers with this status; throws when it takes over a minute.
void wait_ready(const engine_process& engine, int status);

}  // namespace switchboard::e2e
