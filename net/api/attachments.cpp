// GET /v1/conversations/{id}/messages/{message}/attachments/{index}: what a customer sent, shown to whoever may read the
// message, without a token of the platform. It is a stranger's file on our own origin: nothing in it may ever run.
#include "domain/media_rules.hpp"
#include "net/api/handlers.hpp"
#include "net/api/reading.hpp"
#include "net/media.hpp"

#include <algorithm>
#include <charconv>

namespace switchboard::net::api {

namespace {

constexpr std::size_t name_bytes_max = 100;

/// Which attachment of which message.
struct place {
  domain::message_id message;
  std::size_t index = 0;
};

std::optional<place> read_place(const call& c) {
  const auto conversation = domain::parse_conversation_id(c.arguments.at(0));
  const auto message = domain::parse_message_id(c.arguments.at(1));
  const auto& digits = c.arguments.at(2);
  std::size_t index = 0;
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool is_number = bad == std::errc{} && end == digits.data() + digits.size();
  if (!conversation || !message || message->conversation != *conversation || !is_number) return std::nullopt;
  return place{*message, index};
}

/// What it may be saved as: its own name as far as no system takes offence, or one of ours with the type's ending.
std::string name_for(const domain::attachment& a, std::size_t index, std::string_view type) {
  constexpr std::string_view kept = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. ()";
  std::string name;
  // The end of a long one: there is its ending.
  const auto from = a.name.size() > name_bytes_max ? a.name.size() - name_bytes_max : 0;
  for (const char c : std::string_view(a.name).substr(from)) {
    const bool plain = kept.find(c) != std::string_view::npos;
    if (plain || name.empty() || name.back() != '_') name += plain ? c : '_';
  }
  const auto begin = name.find_first_not_of(" ._");
  name.erase(0, std::min(begin, name.size()));
  if (!name.empty()) return name;
  name = "attachment-" + std::to_string(index);
  if (!type.empty()) name += '.' + std::string(type.substr(type.find('/') + 1));
  return name;
}

http::response show(const domain::attachment& a, std::size_t index, media_result&& r) {
  const auto type = platforms::shown_type(r.type, a.mime, a.name.empty() ? r.name : a.name);
  http::response out;
  out.content_type = type.empty() ? "application/octet-stream" : std::string(type);
  out.headers = {{"Content-Disposition", std::string(type.empty() ? "attachment" : "inline") +
                                             "; filename=\"" + name_for(a, index, type) + '"'},
                 {"Content-Security-Policy", "sandbox; default-src 'none'"},
                 {"Cross-Origin-Resource-Policy", "same-origin"},
                 {"Cache-Control", "private, max-age=300"},
                 {"Vary", "Authorization"}};
  out.body = std::move(r.body);
  out.place = std::move(r.place);
  return out;
}

struct problem_of_outcome {
  media_outcome outcome;
  int status;
  std::string_view slug, title;
};
constexpr problem_of_outcome problems[] = {
    {media_outcome::nothing, 404, "no-media", "There is nothing to fetch"},
    {media_outcome::no_access, 409, "account-has-no-access", "The account may not fetch this"},
    {media_outcome::host_refused, 409, "media-host-refused", "This is not fetched from there"},
    {media_outcome::expired, 410, "media-expired", "Its platform has it no more"},
    {media_outcome::too_large, 502, "media-too-large", "This is larger than is fetched"},
    {media_outcome::too_slow, 504, "media-timeout", "Its platform was too slow"},
    {media_outcome::failed, 502, "media-failed", "It could not be fetched"},
    {media_outcome::full, 503, "media-busy", "Too many attachments at a time"},
    {media_outcome::over_share, 429, "media-busy", "Too many attachments at a time"},
};

void respond_without(const context& ctx, const http::exchange_ptr& x, const media_result& r) {
  const auto* const what = std::find_if(std::begin(problems), std::end(problems),
                                        [&](const auto& each) { return each.outcome == r.outcome; });
  http::problem p;
  p.status = what->status;
  p.slug = what->slug;
  p.title = what->title;
  p.detail = r.detail;
  auto answer = http::to_response(p);
  if (p.slug == "media-busy") {
    answer.headers.emplace_back("Retry-After", std::to_string(retry_after(ctx).count()));
  }
  x->respond(std::move(answer));
}

/// What the fetch says of the attachment's state; nullopt: nothing, for it says something of us.
std::optional<domain::media_state> state_after(media_outcome o) {
  switch (o) {
    case media_outcome::ready:
      return domain::media_state::ready;
    case media_outcome::expired:
      return domain::media_state::expired;
    case media_outcome::too_large:
    case media_outcome::too_slow:
    case media_outcome::failed:
      return domain::media_state::failed;
    case media_outcome::nothing:
    case media_outcome::no_access:
    case media_outcome::host_refused:
    case media_outcome::full:
    case media_outcome::over_share:
      break;
  }
  return std::nullopt;
}

/// Kept until its exchange is answered.
struct asked_media {
  call by;
  std::string brand;
  place at;
  domain::attachment what;
};

/// The message as it is shown now; nullopt: there is none with such an attachment.
std::optional<domain::message> find(const storage::views& v, const std::string& brand, const place& at) {
  if (!v.conversation_json(brand, at.message.conversation)) return std::nullopt;
  auto m = v.find_message(brand, at.message);
  return m && at.index < m->attachments.size() ? std::move(m) : std::nullopt;
}

/// Who was erased while his picture was on its way is shown no more.
void show_if_still_there(const std::shared_ptr<asked_media>& asked,
                         const std::shared_ptr<media_result>& result) {
  read(call(asked->by), [asked, result](const call& by, const storage::views& v) {
    if (!find(v, asked->brand, asked->at)) return respond_not_found(by.exchange);
    by.exchange->respond(show(asked->what, asked->at.index, std::move(*result)));
  });
}

void respond(const std::shared_ptr<asked_media>& asked, const std::shared_ptr<media_result>& result) {
  if (result->outcome == media_outcome::ready) return show_if_still_there(asked, result);
  respond_without(*asked->by.ctx, asked->by.exchange, *result);
}

/// A state that changes is durable before anybody is answered, so that the next read shows it.
void settle(const std::shared_ptr<asked_media>& asked, media_result&& r) {
  const auto result = std::make_shared<media_result>(std::move(r));
  const auto to = state_after(result->outcome);
  if (!to || domain::settled(asked->what.state, *to) == asked->what.state) return respond(asked, result);
  domain::settle_media what{
      .id = asked->at.message, .index = asked->at.index, .fetched = asked->what, .to = *to};
  // Where that comes to nothing the journal has failed, which ends the node, or the message is gone, which is seen.
  asked->by.ctx->engine->execute(asked->brand, std::move(what),
                                 [asked, result](actors::command_result&&) { respond(asked, result); });
}

void fetch(const std::shared_ptr<asked_media>& asked, const domain::conversation& c,
           std::chrono::seconds age) {
  if (asked->what.state == domain::media_state::expired) {
    return respond_without(*asked->by.ctx, asked->by.exchange,
                           {.outcome = media_outcome::expired, .detail = "its platform said so before"});
  }
  auto& ctx = *asked->by.ctx;
  ctx.media->fetch({.settings = ctx.engine->settings(),
                    .brand = asked->brand,
                    .account = c.account,
                    .platform = c.platform,
                    .what = asked->what,
                    .age = age},
                   [asked](media_result&& r) { settle(asked, std::move(r)); });
}

std::chrono::seconds age_of(const domain::message& m) {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now() - m.received_at);
}

}  // namespace

void get_attachment(call&& c) {
  const auto at = read_place(c);
  if (!at) return respond_not_found(c.exchange);
  auto brands = visible_brands(c.who, *c.ctx->engine);
  read(std::move(c), [at = *at, brands = std::move(brands)](const call& by, const storage::views& v) {
    const auto brand = brand_of(v, brands, at.message.conversation);
    const auto m = brand ? find(v, *brand, at) : std::nullopt;
    const auto thread = m ? v.load_thread(*brand, at.message.conversation.thread) : std::nullopt;
    if (!thread) return respond_not_found(by.exchange);
    const auto asked = std::make_shared<asked_media>(
        asked_media{.by = by, .brand = *brand, .at = at, .what = m->attachments[at.index]});
    fetch(asked, thread->current, age_of(*m));
  });
}

}  // namespace switchboard::net::api
