#include "faults.hpp"

namespace switchboard::attacks {

namespace {

/// A handler is a plain function: what it stands in for is kept here. One test at a time.
void (*forgotten)(net::api::call&&) = nullptr;

void forget(net::api::call&& c) {
  c.who.all_brands = true;
  c.who.brand.clear();
  forgotten(std::move(c));
}

}  // namespace

std::vector<net::api::route> forgets_the_brand(std::string_view operation) {
  std::vector<net::api::route> table(net::api::routes().begin(), net::api::routes().end());
  for (auto& r : table) {
    if (r.operation != operation) continue;
    forgotten = r.handle;
    r.handle = forget;
  }
  return table;
}

std::vector<net::api::route> forgets_the_role() {
  using namespace net::api;
  std::vector<route> table(routes().begin(), routes().end());
  for (auto& r : table) {
    if (r.needs.who() == access::supervisor) r.needs = rule{access::reader, realm::brand};
  }
  return table;
}

}  // namespace switchboard::attacks
