#include "net/media.hpp"

#include "domain/public_address.hpp"
#include "domain/share.hpp"
#include "net/outbound_parts.hpp"
#include "net/platforms/media_address.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace switchboard::net {

namespace {

using platforms::media_end;

constexpr std::array<std::string_view, media_outcomes> outcome_words{
    "ready",     "nothing",  "no_access", "host_refused", "expired",
    "too_large", "too_slow", "failed",    "full",         "over_share"};

media_outcome outcome_of(media_end end) {
  switch (end) {
    case media_end::nothing:
      return media_outcome::nothing;
    case media_end::no_access:
      return media_outcome::no_access;
    case media_end::host_refused:
      return media_outcome::host_refused;
    case media_end::expired:
      return media_outcome::expired;
    case media_end::too_large:
      return media_outcome::too_large;
    case media_end::failed:
      break;
  }
  return media_outcome::failed;
}

media_result failed(media_outcome outcome, std::string detail) {
  return {.outcome = outcome, .detail = std::move(detail)};
}

client::options guarded(media::options& o) {
  auto c = std::move(o.client);
  c.may_reach = o.may_reach ? std::move(o.may_reach) : domain::is_public_address;
  return c;
}

std::string header_of(const client::result& r, std::string_view name) {
  const auto at =
      std::find_if(r.headers.begin(), r.headers.end(), [&](const auto& each) { return each.first == name; });
  return at == r.headers.end() ? std::string{} : at->second;
}

/// Of X, where all four are configured.
std::optional<platforms::oauth1_keys> oauth1_of(const config::settings& s,
                                                const config::account_settings& a) {
  const auto* const source = s.find_source(a.source.value);
  if (a.platform != domain::platform::x || source == nullptr || source->consumer_key.empty() ||
      source->secrets.empty() || a.oauth1_token.empty() || a.oauth1_token_secret.empty()) {
    return std::nullopt;
  }
  return platforms::oauth1_keys{.consumer_key = source->consumer_key,
                                .consumer_secret = source->secrets.front(),
                                .token = a.oauth1_token,
                                .token_secret = a.oauth1_token_secret};
}

/// 128 bits in hex: used once, which is all that is asked of it.
std::string fresh_nonce() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device random;
  std::string out;
  for (int i = 0; i < 4; ++i) {
    for (std::uint32_t bits = random(), n = 0; n < 8; ++n, bits >>= 4) out += digits[bits & 15U];
  }
  return out;
}

/// The last part of an address's path.
std::string name_in(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  return std::string{url.substr(url.rfind('/') + 1)};
}

/// The end of a fetch that got no whole answer.
media_result cut_off(const client::result& r) {
  switch (r.by) {
    case client::cut::too_large:
      return failed(media_outcome::too_large, "it is larger than limits.media_bytes_max");
    case client::cut::too_slow:
      return failed(media_outcome::too_slow, "it did not come within limits.media_timeout");
    case client::cut::address:
      return failed(media_outcome::host_refused, r.why);
    case client::cut::none:
      break;
  }
  return failed(media_outcome::failed, "its host gave no whole answer: " + r.why);
}

}  // namespace

std::string_view to_word(media_outcome v) {
  return outcome_words.at(static_cast<std::size_t>(v));
}

/// One attachment on its way. The requests that are read from it point into it: it does not move.
struct media::fetching {
  media_order order;
  std::function<void(media_result&&)> done;
  std::shared_ptr<const void> place;
  platforms::sending_account account;
  std::chrono::steady_clock::time_point until;
  std::string name;
  std::optional<platforms::oauth1_keys> oauth1;
  std::string nonce;

  [[nodiscard]] platforms::media_request request() const {
    const auto& s = *order.settings;
    const auto* const a = s.find_account(order.account.value);
    return {.platform = order.platform,
            .account = account,
            .what = order.what,
            .more_hosts =
                a != nullptr ? std::span<const std::string>(a->media_hosts) : std::span<const std::string>(),
            .demo = s.server.demo,
            .bytes_max = s.limits.media_bytes_max,
            .age = order.age,
            .oauth1 = oauth1 ? &*oauth1 : nullptr,
            .nonce = nonce,
            .now = wall_clock()};
  }
};

media::media(options o) : leads_to_(std::move(o.leads_to)), http_(guarded(o)) {}

media::~media() {
  http_.stop();
}

void media::stop() {
  http_.stop();
}

expected<std::shared_ptr<const void>, media_outcome> media::take_place(const media_order& what) {
  const auto& limits = what.settings->limits;
  const auto all_max = limits.media_fetches_max;
  const auto share = domain::share_of(all_max, limits.brand_share_percent, what.settings->brands.size());
  const std::lock_guard lock(counts_->mutex);
  if (counts_->all >= all_max) return unexpected{media_outcome::full};
  auto& of_brand = counts_->of_brand[what.brand];
  if (of_brand >= share) return unexpected{media_outcome::over_share};
  ++of_brand;
  ++counts_->all;
  counts_->counters.under_way.store(counts_->all, std::memory_order_relaxed);
  return std::shared_ptr<const void>(nullptr, [c = counts_, brand = what.brand](const void*) {
    const std::lock_guard back(c->mutex);
    const auto at = c->of_brand.find(brand);
    if (--at->second == 0) c->of_brand.erase(at);
    --c->all;
    c->counters.under_way.store(c->all, std::memory_order_relaxed);
  });
}

void media::fetch(media_order what, std::function<void(media_result&&)> done) {
  const auto f = std::make_shared<fetching>();
  f->order = std::move(what);
  f->done = std::move(done);
  auto place = take_place(f->order);
  if (!place) {
    return finish(
        *f, failed(place.error(), place.error() == media_outcome::full
                                      ? "as many attachments as limits.media_fetches_max are on their way"
                                      : "as many attachments of this brand as may be are on their way"));
  }
  f->place = *std::move(place);
  const auto* const a = f->order.settings->find_account(f->order.account.value);
  if (a == nullptr) {
    return finish(*f, failed(media_outcome::no_access,
                             "account \"" + f->order.account.value + "\" is in the configuration no more"));
  }
  f->account = {.platform_id = a->platform_id,
                .access_token = a->access_token,
                .api_url = a->api_url,
                .api_version = a->api_version,
                .page_id = a->page_id};
  f->oauth1 = oauth1_of(*f->order.settings, *a);
  if (f->oauth1) f->nonce = fresh_nonce();
  f->until = std::chrono::steady_clock::now() + f->order.settings->limits.media_timeout;
  auto first = platforms::first_media(f->request());
  if (!first) return finish(*f, failed(outcome_of(first.error().end), first.error().detail));
  ask(f, *std::move(first));
}

void media::ask(const std::shared_ptr<fetching>& f, platforms::media_call&& next) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(f->until - std::chrono::steady_clock::now());
  if (left.count() <= 0) return finish(*f, cut_off({.by = client::cut::too_slow}));
  client::request r{.method = std::string(next.what.method),
                    .url = std::move(next.what.url),
                    .timeout = left,
                    .to_any_address = next.of_operator};
  for (auto& h : next.what.headers) r.headers.emplace_back(std::move(h.name), std::move(h.value));
  const bool with_token = !r.headers.empty();
  if (next.last) {
    r.answer_bytes_max = f->order.settings->limits.media_bytes_max;
    f->name = name_in(r.url);
  }
  if (!next.of_operator) {
    // Two readers of one address: where they differ, neither is believed.
    const auto host = platforms::host_of_media(r.url);
    if (!host || client::host_of(r.url) != *host) {
      return finish(*f, failed(media_outcome::host_refused, "its address can be read in two ways"));
    }
    if (leads_to_) r.leads_to = leads_to_(*host);
  }
  http_.perform(std::move(r), [this, f, last = next.last, with_token](client::result&& got) {
    answered(f, last, with_token, std::move(got));
  });
}

void media::answered(const std::shared_ptr<fetching>& f, bool last, bool with_token, client::result&& r) {
  if (r.what != client::reached::answered) return finish(*f, cut_off(r));
  std::vector<platforms::field> headers;
  for (const auto& [name, value] : r.headers) headers.push_back({name, value});
  const platforms::answer from{.status = r.status, .headers = headers, .body = r.body};
  if (!last) {
    auto next = platforms::next_media(f->request(), from);
    if (!next) return finish(*f, failed(outcome_of(next.error().end), next.error().detail));
    return ask(f, *std::move(next));
  }
  if (const auto good = platforms::read_media(f->request(), from, with_token); !good) {
    return finish(*f, failed(outcome_of(good.error().end), good.error().detail));
  }
  auto type = header_of(r, "content-type");
  finish(*f, {.outcome = media_outcome::ready,
              .body = std::move(r.body),
              .type = std::move(type),
              .name = std::move(f->name)});
}

void media::finish(fetching& f, media_result&& r) {
  auto& c = counts_->counters;
  c.fetches.at(static_cast<std::size_t>(r.outcome)).fetch_add(1, std::memory_order_relaxed);
  c.bytes.fetch_add(r.body.size(), std::memory_order_relaxed);
  r.place = std::move(f.place);
  std::exchange(f.done, nullptr)(std::move(r));
}

}  // namespace switchboard::net
