#pragma once
// One request and its answer as libcurl sees them: its handle set up, its callbacks, and what its end means. Of the client's thread.

#include "net/client/http_client.hpp"

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

namespace switchboard::net::client {

struct easy_deleter {
  void operator()(CURL* c) const { curl_easy_cleanup(c); }
};
struct list_deleter {
  void operator()(curl_slist* l) const { curl_slist_free_all(l); }
};

/// One request under way. libcurl keeps pointers into it: it does not move.
struct transfer {
  request asked;
  http_client::handler done;
  std::uint64_t answer_bytes_max = 0;
  std::unique_ptr<CURL, easy_deleter> easy;
  std::unique_ptr<curl_slist, list_deleter> headers, leads_to;
  const options* of = nullptr;
  std::size_t sent = 0;  ///< of the body
  std::size_t head_bytes = 0;
  bool too_large = false;
  bool address_refused = false;
  result got;
  std::list<std::unique_ptr<transfer>>::iterator place = {};  ///< among those under way
};

/// Makes `t.easy`, a handle that may have been used before or null, what `t.asked` wants. `o` outlives it. False: no memory.
[[nodiscard]] bool set_up(transfer& t, const options& o);
/// Tells `t.done`. `why`: libcurl's words for `code`.
void finish(transfer& t, CURLcode code, const char* why);

}  // namespace switchboard::net::client
