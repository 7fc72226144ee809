#pragma once
// Who may see what. Each way in carries one rule, which can't be left out or made up as one goes; one function
// asks it, and says no to what no rule allows. What a token may not see does not exist for it.

#include "config/settings.hpp"
#include "domain/ids.hpp"
#include "net/http/server.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace switchboard::net::api {

/// Who may call: a platform that signs (the webhooks), a role or better, or whoever reaches the admin listener.
enum class access : std::uint8_t { signers, reader, agent, supervisor, admin, operators };

/// Whose things are dealt with: those of a source (its signature says so), of the caller's brands (another brand's
/// do not exist), the caller's own, or the whole node's (the admin listener only).
enum class realm : std::uint8_t { source, brand, caller, node };

/// Has no default, and only the pairs that mean something compile.
class rule {
 public:
  consteval rule(access who, realm whose) : who_(who), whose_(whose) {
    const bool signers = who == access::signers;
    const bool operators = who == access::operators;
    if (signers != (whose == realm::source)) throw "signatures are for the things of sources, and only they";
    if (operators != (whose == realm::node)) throw "the node's things are for operators, and only they";
  }
  [[nodiscard]] constexpr access who() const { return who_; }
  [[nodiscard]] constexpr realm whose() const { return whose_; }
  [[nodiscard]] constexpr bool asks_for_token() const {
    return whose_ == realm::brand || whose_ == realm::caller;
  }

 private:
  access who_;
  realm whose_;
};

/// The token that a call came with. By default it may see nothing.
struct caller {
  std::string token_sha256;  ///< empty: no token (the admin listener, webhooks)
  bool all_brands = false;
  std::string brand;  ///< where not all
  config::role role = config::role::reader;
  domain::agent_id agent;

  /// Is a thing of this brand there for the caller? One without a brand is there for tokens of all brands only.
  [[nodiscard]] bool may_see(std::string_view of_brand) const {
    return all_brands || (!of_brand.empty() && of_brand == brand);
  }
};

enum class verdict : std::uint8_t {
  allowed,
  absent,        ///< not on this listener: 404
  unauthorized,  ///< no valid token: 401
  forbidden,     ///< its role is not enough: 403
};

/// May `who` (null: no valid token) come in by what carries this rule, on this listener? Which things it meets
/// there is caller::may_see's to say.
[[nodiscard]] verdict authorise(const rule& by, http::listener on, const caller* who);

}  // namespace switchboard::net::api
