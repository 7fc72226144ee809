#include "domain/customer.hpp"

#include <algorithm>

namespace switchboard::domain {

customer seen_again(const customer& before, customer now) {
  now.created_at = std::min(before.created_at, now.created_at);
  for (const auto text :
       {&customer::platform_user_id, &customer::name, &customer::handle, &customer::avatar_url}) {
    if ((now.*text).empty()) now.*text = before.*text;
  }
  return now;
}

}  // namespace switchboard::domain
