// The one table: which functions serve which kind of source.

#include "net/platforms/bluesky.hpp"
#include "net/platforms/linkedin.hpp"
#include "net/platforms/meta.hpp"
#include "net/platforms/platform.hpp"
#include "net/platforms/telegram.hpp"
#include "net/platforms/x.hpp"

namespace switchboard::net::platforms {

const platform_functions& functions_of(kind k) {
  switch (k) {
    case kind::telegram:
      return telegram_functions();
    case kind::x:
      return x_functions();
    case kind::linkedin:
      return linkedin_functions();
    case kind::bluesky:
      return bluesky_functions();
    case kind::meta:
      break;
  }
  return meta_functions();
}

}  // namespace switchboard::net::platforms
