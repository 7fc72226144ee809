#pragma once
// How a GET is answered: on a reader thread, once the views show everything that was acknowledged before.

#include "actors/engine.hpp"
#include "net/api/route.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::api {

/// Runs `answer` on a reader thread with what the views show; it ends the exchange. 503 where too many wait.
void read(call&& c, std::function<void(const call&, const storage::views&)> answer);

/// The brands whose rows the caller may see, one by one: a row lies under its brand, an id alone doesn't tell.
[[nodiscard]] std::vector<std::string> visible_brands(const caller& who, const actors::engine& e);

/// The brands of the query's `brand`, of those that the caller may see; all of these where it names none. False: it names none of
/// them, and there is nothing to show.
[[nodiscard]] bool read_brands(const call& c, std::vector<std::string>& brands);

/// The brand under which this conversation lies; nullopt: there is none that the caller may see.
[[nodiscard]] std::optional<std::string> brand_of(const storage::views& v,
                                                  const std::vector<std::string>& brands,
                                                  const domain::conversation_id& id);

/// A conversation's row, with its version for If-Match.
void respond_conversation(const http::exchange_ptr& x, std::string json);

/// `limit` of the query, 1 to 1000; nullopt: malformed.
[[nodiscard]] std::optional<std::size_t> read_limit(const http::request& r, std::size_t otherwise);

/// The rows of a page together; it ends early rather than be larger, but never without a row.
inline constexpr std::size_t page_bytes_max = 4 << 20;

using list_rows =
    std::function<expected<storage::page, storage::views_error>(std::size_t limit, std::string_view after)>;
/// A page of at most `limit` rows and page_bytes_max bytes. Rows are asked for in growing steps, so that a page
/// of large ones is not in memory whole before it is cut.
[[nodiscard]] expected<storage::page, storage::views_error> bounded_page(std::size_t limit, std::string after,
                                                                         const list_rows& list);

/// Link: rel=next, the request's own target with this cursor.
void link_next(const http::request& r, std::string_view cursor, http::response& to);

/// {"<name>":[…],"cursor":"…"}; the cursor is left out on the last page. Link: rel=next beside it.
/// 400 where there is no page: the cursor is none of this list.
void respond_page(const http::exchange_ptr& x, std::string_view name,
                  const expected<storage::page, storage::views_error>& p);

}  // namespace switchboard::net::api
