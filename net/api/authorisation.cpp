#include "net/api/authorisation.hpp"

namespace switchboard::net::api {

namespace {

bool role_suffices(access least, config::role has) {
  switch (least) {
    case access::reader:
      return has >= config::role::reader;
    case access::agent:
      return has >= config::role::agent;
    case access::supervisor:
      return has >= config::role::supervisor;
    case access::admin:
      return has >= config::role::admin;
    case access::signers:
    case access::operators:
      break;
  }
  return false;
}

}  // namespace

verdict authorise(const rule& by, http::listener on, const caller* who) {
  switch (by.whose()) {
    case realm::source:  // the body's signature is looked at when it is there
      return on == http::listener::open ? verdict::allowed : verdict::absent;
    case realm::node:
      return on == http::listener::admin ? verdict::allowed : verdict::absent;
    case realm::brand:
    case realm::caller:
      if (on != http::listener::open) return verdict::absent;
      if (!who || who->token_sha256.empty() || (!who->all_brands && who->brand.empty()))
        return verdict::unauthorized;
      return role_suffices(by.who(), who->role) ? verdict::allowed : verdict::forbidden;
  }
  return verdict::absent;
}

}  // namespace switchboard::net::api
