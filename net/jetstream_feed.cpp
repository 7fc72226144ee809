// The posts of all of Bluesky, of which those are taken that concern an account of ours. Read in order; several may be on
// their way to the disk at a time, and only what is durable with everything before it is noted as read, about once a
// second. A deletion names nothing but the post: whether any of ours has it, the views say.

#include "net/client/websocket_client.hpp"
#include "net/feed_intake.hpp"
#include "net/log.hpp"
#include "net/platforms/bluesky_reading.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace switchboard::net {
namespace {

constexpr std::chrono::seconds note_interval{1};

class jetstream_feed final : public feed_reader, public std::enable_shared_from_this<jetstream_feed> {
 public:
  jetstream_feed(feed_links& links, config::settings_ptr s, const config::source_settings& source,
                 feed_figures_ptr figures)
      : links_(links),
        settings_(std::move(s)),
        source_(source),
        figures_(std::move(figures)),
        intake_(std::make_shared<feed_intake>(links, source.id, figures_)),
        again_(links.loop),
        note_(links.loop) {
    for (const auto& a : settings_->accounts) {
      if (a.source != source.id) continue;
      accounts_.push_back(a.id.value);
      dids_.push_back(a.platform_id);
    }
  }

  void start() override {
    intake_->recall(figures_->reader, figures_->feed, [weak = weak_from_this()](std::string position) {
      const auto self = weak.lock();
      if (!self || self->stopped_) return;
      self->position_ = self->noted_ = std::move(position);
      self->connect();
      self->note_in_a_while();
    });
  }
  void stop() override {
    stopped_ = true;
    intake_->stop();
    again_.cancel();
    note_.cancel();
    if (socket_) socket_->close();
  }

 private:
  struct deletion {
    platforms::jetstream_frame frame;
    std::string body;
    domain::under_way::number number = 0;
  };

  void connect() {
    const auto& l = settings_->limits;
    const auto weak = weak_from_this();
    paused_ = false;
    asked_from_ = reached();
    nothing_came_ = true;
    socket_ = client::websocket_client::connect(
        links_.loop.get_executor(),
        {.url = source_.jetstream_url,
         .target = platforms::jetstream_target(domain::resume_from(reached()), l.feed_message_bytes_max),
         .message_bytes_max = l.feed_message_bytes_max,
         .idle_timeout = l.feed_idle_timeout,
         .user_agent = "switchboard/" SWITCHBOARD_VERSION,
         .ca_file = settings_->server.outbound_ca_file},
        {.opened =
             [weak] {
               if (const auto self = weak.lock())
                 self->figures_->connected.store(true, std::memory_order_relaxed);
             },
         .message =
             [weak](std::string_view m) {
               const auto self = weak.lock();
               return self && !self->stopped_ && self->take(m);
             },
         .closed =
             [weak](const std::string& why) {
               if (const auto self = weak.lock(); self && !self->stopped_) self->connect_again(why);
             }});
  }

  void connect_again(std::string_view why) {
    if (socket_) socket_->close();
    figures_->connected.store(false, std::memory_order_relaxed);
    figures_->reconnects.fetch_add(1, std::memory_order_relaxed);
    figures_->failures.fetch_add(1, std::memory_order_relaxed);
    log::write_rarely(log::level::warning, "feed-failed", "a stream ended; it is connected anew",
                      {{"source", source_.id.value}, {"feed", figures_->feed}, {"why", why}});
    again_.expires_after(domain::next_fetch(domain::fetch_end::later, ++failures_, std::nullopt,
                                            links_.chance(), policy_of(settings_->limits)));
    again_.async_wait([weak = weak_from_this()](boost::system::error_code ended) {
      if (const auto self = weak.lock(); self && !ended && !self->stopped_) self->connect();
    });
  }

  /// False: no more for now.
  bool take(std::string_view message) {
    figures_->frames.fetch_add(1, std::memory_order_relaxed);
    auto frame = platforms::read_jetstream_frame(
        message, dids_, {settings_->limits.json_depth_max, settings_->limits.batch_events_max});
    if (!frame) {
      // Whoever connects again meets it again: anybody on the network can have posted it.
      figures_->gaps.fetch_add(1, std::memory_order_relaxed);
      log::write_rarely(log::level::warning, "feed-gap", "a frame of a stream can't be read, and is left out",
                        {{"source", source_.id.value}, {"bytes", std::to_string(message.size())}});
      return true;
    }
    failures_ = 0;
    if (std::exchange(nothing_came_, false)) {
      if (const auto missing = domain::missing_before(asked_from_, frame->at)) tell_gap(*missing);
    }
    figures_->read_up_to_us.store(frame->at.time_since_epoch().count(), std::memory_order_relaxed);
    if (!frame->deleted.empty()) {
      seek({*std::move(frame), std::string(message)});
    } else if (frame->concerns.empty()) {
      under_way_.pass(frame->at);
    } else {
      hand(under_way_.begin(frame->at), frame->concerns, message);
    }
    if (noted_.empty() && under_way_.reached()) note();
    paused_ = seeking_.has_value() || under_way_.size() >= settings_->limits.feed_in_flight_max;
    return !paused_;
  }

  /// The server keeps less than we were away for. An account that is asked for its notifications has what answered, quoted or
  /// named it from there, as far back as limits.feed_backfill_max (net/account_feed).
  void tell_gap(domain::time_span missing) {
    figures_->gaps.fetch_add(1, std::memory_order_relaxed);
    log::write(log::level::warning, "feed-gap",
               "a stream begins later than it was read to: its server no longer has what lies between",
               {{"source", source_.id.value},
                {"from", domain::to_rfc3339(missing.from)},
                {"to", domain::to_rfc3339(missing.to)}});
    for (const auto& a : settings_->accounts) {
      if (a.source != source_.id) continue;
      const bool read_otherwise = !a.access_token.empty();
      links_.engine.observe(
          {.brand = a.brand,
           .account = a.id,
           .platform = a.platform,
           .gap = domain::feed_gap{figures_->feed, missing.from, missing.to},
           .detail =
               read_otherwise
                   ? "posts of a while are kept by the stream's server no more; they are read from the "
                     "account's notifications"
                   : "posts of a while are kept by the stream's server no more; with an access_token the "
                     "account's notifications would have them"});
    }
  }

  void hand(domain::under_way::number n, const std::vector<std::string>& dids, std::string_view frame) {
    ++handed_;
    intake_->hand(platforms::bluesky_envelope(dids, frame), [weak = weak_from_this(), n](bool durable) {
      const auto self = weak.lock();
      if (!self || self->stopped_ || !durable) return;  // not durable: the node ends
      --self->handed_;
      self->settle(n);
    });
  }

  void settle(domain::under_way::number n) {
    under_way_.done(n);
    // What was handed over before is in the views' reach now.
    if (seeking_ && handed_ == 0) look(*std::exchange(seeking_, std::nullopt));
    if (noted_.empty()) note();
    if (!paused_ || seeking_ || under_way_.size() >= settings_->limits.feed_in_flight_max) return;
    paused_ = false;
    socket_->resume();
  }

  // -- deletions
  // ---------------------------------------------------------------------------------------------------

  void seek(deletion&& d) {
    d.number = under_way_.begin(d.frame.at);
    if (handed_ == 0) return look(std::move(d));
    seeking_ = std::move(d);  // the post itself may be on its way
  }

  void look(deletion&& d) {
    const auto what = std::make_shared<deletion>(std::move(d));
    const bool begun = links_.engine.read([self = shared_from_this(), what](const storage::views& views) {
      auto& concerns = what->frame.concerns;
      for (std::size_t i = 0; i < self->accounts_.size(); ++i) {
        const bool told = std::find(concerns.begin(), concerns.end(), self->dids_[i]) != concerns.end();
        if (!told && views.find_thread(self->accounts_[i], what->frame.deleted))
          concerns.push_back(self->dids_[i]);
      }
      boost::asio::post(self->links_.loop, [self, what] {
        if (!self->stopped_) self->found(*what);
      });
    });
    if (begun) return;
    const auto wait =
        std::make_shared<boost::asio::steady_timer>(links_.loop, std::chrono::milliseconds{100});
    wait->async_wait([weak = weak_from_this(), wait, what](boost::system::error_code) {
      if (const auto self = weak.lock(); self && !self->stopped_) self->look(std::move(*what));
    });
  }

  void found(const deletion& d) {
    if (d.frame.concerns.empty()) return settle(d.number);
    hand(d.number, d.frame.concerns, d.body);
  }

  // -- how far
  // -----------------------------------------------------------------------------------------------------

  [[nodiscard]] std::string reached() const {
    const auto t = under_way_.reached();
    return t ? domain::later_position(position_, domain::position_at(*t)) : position_;
  }

  void note_in_a_while() {
    note_.expires_after(note_interval);
    note_.async_wait([weak = weak_from_this()](boost::system::error_code ended) {
      const auto self = weak.lock();
      if (!self || ended || self->stopped_) return;
      self->note();
      self->note_in_a_while();
    });
  }

  /// One at a time. The very first at once: a start without a position begins with what happens then.
  void note() {
    auto position = reached();
    if (noting_ || position.empty() || position == noted_) return;
    noting_ = true;
    intake_->note({.brand = {}, .reader = figures_->reader, .feed = figures_->feed, .position = position},
                  [weak = weak_from_this(), position](bool durable) {
                    const auto self = weak.lock();
                    if (!self || self->stopped_ || !durable) return;  // not durable: the node ends
                    self->noting_ = false;
                    self->noted_ = position;
                  });
  }

  feed_links& links_;
  const config::settings_ptr settings_;
  const config::source_settings source_;
  const feed_figures_ptr figures_;
  const std::shared_ptr<feed_intake> intake_;
  std::vector<std::string> accounts_, dids_;  ///< ids and DIDs of the source's accounts, in one order
  boost::asio::steady_timer again_, note_;
  std::shared_ptr<client::websocket_client> socket_;
  domain::under_way under_way_;
  std::size_t handed_ = 0;           ///< of what is under way: given to the engine
  std::optional<deletion> seeking_;  ///< waits until nothing is
  std::string position_;             ///< where the log says that an earlier start came to
  std::string noted_;
  std::string asked_from_;    ///< of this connection, but for the overlap
  bool nothing_came_ = true;  ///< … yet
  std::uint32_t failures_ = 0;
  bool noting_ = false;
  bool paused_ = false;
  bool stopped_ = false;
};

}  // namespace

std::shared_ptr<feed_reader> read_jetstream(feed_links& links, config::settings_ptr s,
                                            const config::source_settings& source, feed_figures_ptr figures) {
  return std::make_shared<jetstream_feed>(links, std::move(s), source, std::move(figures));
}

}  // namespace switchboard::net
