#include "actors/owners.hpp"

#include <cstdint>

namespace switchboard::actors {

namespace {

/// The account of a part that could not be read further than that, its platform neither. Where accounts of two
/// brands have the same id, each on its own platform, it is nobody's rather than the wrong one's.
const config::account_settings* find_account(const config::settings& s, std::string_view source,
                                             std::string_view platform_id) {
  if (platform_id.empty()) return nullptr;
  const config::account_settings* found = nullptr;
  for (std::uint8_t p = 0; p <= static_cast<std::uint8_t>(domain::platform::telegram); ++p) {
    const auto* a = s.find_account(source, static_cast<domain::platform>(p), platform_id);
    if (a && found && a->brand != found->brand) return nullptr;
    if (a) found = a;
  }
  return found;
}

}  // namespace

domain::brand_id brand_of(const config::settings& s, std::string_view source) {
  const config::account_settings* first = nullptr;
  for (const auto& a : s.accounts) {
    if (a.source.value != source) continue;
    if (first && a.brand != first->brand) return {};
    if (!first) first = &a;
  }
  return first ? first->brand : domain::brand_id{};
}

bool find_owners(const config::settings& s, std::string_view source, const domain::unpacked_body& body,
                 std::vector<const config::account_settings*>& owners) {
  owners.clear();
  const config::account_settings* first = nullptr;
  bool one_brand = true;
  bool all_named = true;
  const auto add = [&](const config::account_settings* a, bool named) {
    owners.push_back(a);
    if (!first) first = a;
    all_named = all_named && named;
    if (named && (!a || a->brand != first->brand)) one_brand = false;
  };
  for (const auto& e : body.events) add(s.find_account(source, e.platform, e.account_platform_id), true);
  for (const auto& r : body.rejected)
    add(find_account(s, source, r.account_platform_id), !r.account_platform_id.empty());
  return one_brand && first && (all_named || brand_of(s, source) == first->brand);
}

}  // namespace switchboard::actors
