#include "net/feed_intake.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace switchboard::net {

namespace {
constexpr std::chrono::milliseconds pause_max{2'000};
}  // namespace

void feed_intake::hand(std::string body, handler done) {
  auto w = std::make_shared<waiting>(links_.loop, std::move(body), std::move(done));
#ifdef SWITCHBOARD_FAULT_NOTE_FIRST  // planted in tests/e2e: what was read counts as read before it is durable
  w->done(true);
  w->done = [](bool) {};
  w->again.expires_after(std::chrono::milliseconds{500});
  w->again.async_wait([self = shared_from_this(), w](boost::system::error_code) { self->attempt(w); });
#else
  attempt(w);
#endif
}

void feed_intake::attempt(const std::shared_ptr<waiting>& w) {
  if (stopped_) return;
  const auto start = links_.webhooks.take(source_, w->body,
                                          [self = shared_from_this(), w](actors::ingest_counts, bool failed) {
                                            boost::asio::post(self->links_.loop, [self, w, failed] {
                                              if (self->stopped_) return;
                                              if (!failed)
                                                self->figures_->taken.fetch_add(1, std::memory_order_relaxed);
                                              w->done(!failed);
                                            });
                                          });
  if (start == webhook::replay_start::started) return;
  // Full, or not ready yet: the same again, for it is nowhere else.
  figures_->refused.fetch_add(1, std::memory_order_relaxed);
  w->again.expires_after(w->pause);
  w->pause = std::min(w->pause * 2, pause_max);
  w->again.async_wait([self = shared_from_this(), w](boost::system::error_code) { self->attempt(w); });
}

void feed_intake::note(domain::feed_position what, handler done) {
  links_.engine.note(std::move(what), [self = shared_from_this(), done = std::move(done)](bool durable) {
    boost::asio::post(self->links_.loop, [self, done, durable] {
      if (durable) self->figures_->noted.fetch_add(1, std::memory_order_relaxed);
      if (!self->stopped_) done(durable);
    });
  });
}

void feed_intake::recall(std::string reader, std::string feed, std::function<void(std::string)> done) {
  const auto asked =
      std::make_shared<std::pair<std::string, std::string>>(std::move(reader), std::move(feed));
  const bool begun =
      links_.engine.read([self = shared_from_this(), asked, done](const storage::views& views) {
        auto position = views.feed_position(asked->first, asked->second);
        boost::asio::post(self->links_.loop, [self, done, position = std::move(position)]() mutable {
          if (!self->stopped_) done(std::move(position));
        });
      });
  if (begun) return;
  const auto again = std::make_shared<boost::asio::steady_timer>(links_.loop, pause_max / 10);
  again->async_wait([self = shared_from_this(), again, asked, done](boost::system::error_code) {
    if (!self->stopped_) self->recall(asked->first, asked->second, done);
  });
}

}  // namespace switchboard::net
