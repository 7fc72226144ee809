// An account's notifications and its messages' log, read by asking. Grammar of the positions: domain/feed.hpp.
//
//   notifications   newest first: pages are read back to where the last reading ended, then handed over oldest first,
//                   and only when all of them are durable is it noted how new the newest was
//   messages        oldest first, behind a cursor of the platform's: one page, durable, noted, the next
//
// After a failure in between the reading begins again at its beginning.

#include "net/feed_intake.hpp"
#include "net/log.hpp"
#include "net/outbound_parts.hpp"
#include "net/platforms/bluesky_reading.hpp"

#include <boost/asio/post.hpp>

#include <unordered_set>
#include <utility>

namespace switchboard::net {
namespace {

using domain::attempt_end;
using domain::fetch_end;

class account_feed : public feed_reader, public std::enable_shared_from_this<account_feed> {
 public:
  account_feed(feed_links& links, config::settings_ptr s, const config::account_settings& a,
               feed_figures_ptr figures)
      : links_(links),
        settings_(std::move(s)),
        account_(a),
        figures_(std::move(figures)),
        intake_(std::make_shared<feed_intake>(links, a.source, figures_)),
        timer_(links.loop) {}

  void start() override {
    intake_->recall(figures_->reader, figures_->feed, [weak = weak_from_this()](std::string position) {
      const auto self = weak.lock();
      if (!self || self->stopped_) return;
      self->position_ = std::move(position);
      self->begin();
    });
  }
  void stop() override {
    stopped_ = true;
    intake_->stop();
    timer_.cancel();
  }

 protected:
  using question = std::function<platforms::call(const platforms::sending_account&)>;

  /// A reading begins.
  virtual void begin() = 0;
  virtual void answered(std::string&& body, std::optional<domain::timestamp> date) = 0;
  /// The answer is more than is taken.
  virtual void was_too_large() = 0;

  /// Asks once the account's limits allow it, and leave its messages something; until then the reading stands still.
  /// `answer_bytes_max`: of the answer; 0: as of any.
  void ask(question what, std::uint64_t answer_bytes_max = 0) {
    const auto call = what({.platform_id = account_.platform_id,
                            .access_token = {},
                            .api_url = account_.api_url,
                            .api_version = {},
                            .page_id = {}});
    links_.engine.draw({.brand = account_.brand,
                        .account = account_.id,
                        .platform = account_.platform,
                        .draws = draws_of(call, platforms::quotas(account_.platform))},
                       [self = shared_from_this(), what = std::move(what),
                        answer_bytes_max](actors::drawn_units units) mutable {
                         boost::asio::post(self->links_.loop, [self, what = std::move(what), answer_bytes_max,
                                                               units = std::move(units)]() mutable {
                           if (self->stopped_) return;
                           if (!units) return self->ask_in(units.error(), std::move(what), answer_bytes_max);
                           self->ask_within(*std::move(units), std::move(what), answer_bytes_max);
                         });
                       });
  }
  /// What was asked for is not what it should be.
  void misunderstood() { rest(fetch_end::later, std::nullopt, "not-understood"); }
  void rest(fetch_end end, std::optional<std::chrono::milliseconds> asked, std::string_view why = {}) {
    const bool failed = end == fetch_end::later || end == fetch_end::no_access;
    failures_ = failed ? failures_ + 1 : 0;
    figures_->connected.store(!failed, std::memory_order_relaxed);
    if (failed) {
      figures_->failures.fetch_add(1, std::memory_order_relaxed);
      log::write_rarely(log::level::warning, "feed-failed",
                        end == fetch_end::no_access
                            ? "an account cannot be read: the platform refuses its password"
                            : "an account could not be read; it is tried again",
                        {{"account", account_.id.value}, {"feed", figures_->feed}, {"why", why}});
    }
    if (exhausted_) asked = asked ? std::max(*asked, *exhausted_) : *exhausted_;
    exhausted_.reset();
    timer_.expires_after(
        domain::next_fetch(end, failures_, asked, links_.chance(), policy_of(settings_->limits)));
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code ended) {
      if (const auto self = weak.lock(); self && !ended && !self->stopped_) self->begin();
    });
  }
  /// So that somebody sees that something is missing. Said twice it is one dead letter.
  void pass_over(const std::string& what, std::function<void()> then) {
    log::write_rarely(log::level::warning, "feed-passed-over",
                      "what an account was asked for is too large, and is passed over; see its dead letter",
                      {{"account", account_.id.value}, {"feed", figures_->feed}});
    hand(platforms::bluesky_passed_over(figures_->feed, what), std::move(then));
  }
  void tell_gap(domain::time_span missing, std::string detail) {
    figures_->gaps.fetch_add(1, std::memory_order_relaxed);
    links_.engine.observe({.brand = account_.brand,
                           .account = account_.id,
                           .platform = account_.platform,
                           .gap = domain::feed_gap{figures_->feed, missing.from, missing.to},
                           .detail = std::move(detail)});
  }
  void hand(const std::string& page, std::function<void()> then) {
    intake_->hand(platforms::bluesky_envelope({&account_.platform_id, 1}, page),
                  [self = shared_from_this(), then = std::move(then)](bool durable) {
                    if (durable) then();  // else the node ends
                  });
  }
  void note(const std::string& position, std::function<void()> then) {
    if (position.empty() || position == position_) return then();
    intake_->note(
        {.brand = account_.brand, .reader = figures_->reader, .feed = figures_->feed, .position = position},
        [self = shared_from_this(), position, then = std::move(then)](bool durable) {
          if (!durable) return;
          self->position_ = position;
          then();
        });
  }
  [[nodiscard]] platforms::parse_limits limits() const {
    // Deeper than what is taken in: a page is only looked over here. What is too deep in it becomes a dead letter, and the
    // reading goes on behind it.
    constexpr std::size_t page_depth_max = 1'000;
    return {page_depth_max, settings_->limits.batch_events_max};
  }
  [[nodiscard]] const std::string& position() const { return position_; }
  [[nodiscard]] const config::limit_settings& bounds() const { return settings_->limits; }
  [[nodiscard]] feed_figures& figures() const { return *figures_; }
  [[nodiscard]] const std::string& account_id() const { return account_.id.value; }

 private:
  void ask_in(std::chrono::milliseconds wait, question&& what, std::uint64_t answer_bytes_max) {
    figures_->put_off.fetch_add(1, std::memory_order_relaxed);
    timer_.expires_after(wait);
    timer_.async_wait(
        [weak = weak_from_this(), what = std::move(what), answer_bytes_max](boost::system::error_code ended) {
          if (const auto self = weak.lock(); self && !ended && !self->stopped_)
            self->ask(what, answer_bytes_max);
        });
  }
  void ask_within(std::shared_ptr<const void> units, question&& what, std::uint64_t answer_bytes_max) {
    figures_->polls.fetch_add(1, std::memory_order_relaxed);
    links_.calls.fetch(account_, settings_->limits.send_timeout, answer_bytes_max, std::move(what),
                       [self = shared_from_this(), units = std::move(units)](outbound::fetched f) {
                         boost::asio::post(self->links_.loop, [self, f = std::move(f)]() mutable {
                           if (!self->stopped_) self->heard(std::move(f));
                         });
                       });
  }

  void heard(outbound::fetched&& f) {
    for (const auto& q : f.what.quotas) {
      if (q.remaining == 0U && q.full_again_in) exhausted_ = *q.full_again_in;
    }
    tell_access(f.what);
    if (f.what.end == attempt_end::sent) return answered(std::move(f.body), f.date);
    if (f.too_large) return was_too_large();
    const auto end = f.what.end == attempt_end::no_access ? fetch_end::no_access : fetch_end::later;
    rest(end, f.what.retry_after, f.what.error.code);
  }

  void tell_access(const domain::attempt_outcome& o) {
    const bool refused = o.end == attempt_end::no_access;
    if ((!refused && o.end != attempt_end::sent) || refused == told_refused_) return;
    told_refused_ = refused;
    links_.engine.observe({.brand = account_.brand,
                           .account = account_.id,
                           .platform = account_.platform,
                           .access = refused ? domain::access_state::refused : domain::access_state::good,
                           .used_for = domain::access_use::subscription,
                           .detail = refused ? "the platform refuses the account's password: " + o.error.code
                                             : "the platform is read"});
  }

  feed_links& links_;
  const config::settings_ptr settings_;
  const config::account_settings account_;
  const feed_figures_ptr figures_;
  const std::shared_ptr<feed_intake> intake_;
  boost::asio::steady_timer timer_;
  std::string position_;
  std::uint32_t failures_ = 0;
  std::optional<bool> told_refused_;                    ///< nullopt: nothing was asked since the start
  std::optional<std::chrono::milliseconds> exhausted_;  ///< the platform's limit is used up for so long
  bool stopped_ = false;
};

/// Of a page that is larger than other answers may be: so much is taken all the same, where it can't be had in smaller ones.
constexpr std::uint64_t large_page_bytes_max = 64u << 20;

class messages_feed final : public account_feed {
 public:
  using account_feed::account_feed;

 private:
  void begin() override {
    ask([cursor =
             position()](const platforms::sending_account& a) { return platforms::read_chat_log(a, cursor); },
        bytes_max_);
  }
  void answered(std::string&& body, std::optional<domain::timestamp>) override {
    bytes_max_ = 0;
    const auto page = platforms::read_chat_log_page(body, limits());
    if (!page) return misunderstood();
    // Where the cursor stands still there would be no end of it.
    const bool more = page->entries > 0 && !page->cursor.empty() && page->cursor != position();
    const auto noted = [this, cursor = page->cursor, more] {
      note(cursor, [this, more] { rest(more ? fetch_end::more : fetch_end::idle, std::nullopt); });
    };
    if (page->entries == 0) return noted();
    hand(body, noted);
  }
  /// The log can't be asked for fewer entries, and what is behind them has no name but the next page's: so this one page is
  /// taken whole.
  void was_too_large() override {
    if (bytes_max_ == large_page_bytes_max) return rest(fetch_end::later, std::nullopt, "too-large");
    bytes_max_ = large_page_bytes_max;
    begin();
  }

  std::uint64_t bytes_max_ = 0;  ///< 0: as of any answer
};

class notifications_feed final : public account_feed {
 public:
  using account_feed::account_feed;

 private:
  void begin() override {
    pages_.clear();
    names_.clear();
    newest_.reset();
    oldest_.reset();
    began_at_.reset();
    bytes_max_ = 0;
    ask_behind({});
  }
  void ask_behind(std::string cursor) {
    cursor_ = std::move(cursor);
    ask([cursor = cursor_, rows = rows_.now()](
            const platforms::sending_account& a) { return platforms::list_notifications(a, cursor, rows); },
        bytes_max_);
  }
  void answered(std::string&& body, std::optional<domain::timestamp> date) override {
    const auto page = platforms::read_notification_page(body, limits());
    if (!page) return misunderstood();
    if (!began_at_) began_at_ = date;
    bool fresh = false;
    for (const auto& name : page->names) {
      fresh = fresh || !known_.contains(name);
      names_.insert(name);
    }
    // All of it from before the last reading ended: known, or of somebody who was forgotten since.
    fresh =
        fresh && !(page->newest && !position().empty() && domain::reaches_back(position(), *page->newest));
    if (page->newest) newest_ = newest_ ? std::max(*newest_, *page->newest) : *page->newest;
    if (page->oldest) oldest_ = page->oldest;
    const bool too_large = std::exchange(bytes_max_, 0) > 0;
    if (!too_large) rows_.fitted();
    if (fresh && too_large) {  // only its name was wanted, and where it goes on
      return pass_over(page->names.front(), [this, page = *page] { go_on(page, true); });
    }
    if (fresh) pages_.push_back(std::move(body));
    go_on(*page, fresh);
  }
  void go_on(const platforms::notification_page& page, bool fresh) {
    // A first start takes what one page shows: what was long ago is nobody's business any more.
    const bool enough = names_.size() >= platforms::notification_rows_max;
    const bool there = !fresh || page.cursor.empty() || (position().empty() && (enough || !was_small_)) ||
                       (!position().empty() && page.oldest && domain::reaches_back(position(), *page.oldest));
    if (!there && names_.size() < bounds().feed_backfill_max) return ask_behind(page.cursor);
    if (!there && !position().empty()) {
      log::write(log::level::warning, "feed-gap",
                 "more notifications were missed than limits.feed_backfill_max: the older ones are left out",
                 {{"account", account_id()}, {"read", std::to_string(names_.size())}});
      tell_missing("more notifications were missed than limits.feed_backfill_max");
    }
    hand_over();
  }
  /// Between the last reading's end and the oldest that this one has.
  void tell_missing(std::string why) {
    const auto from = domain::time_of_position(position());
    const auto to = oldest_ ? oldest_ : began_at_;
    if (from && to && *from < *to) return tell_gap({*from, *to}, std::move(why));
    figures().gaps.fetch_add(1, std::memory_order_relaxed);
  }
  void was_too_large() override {
    was_small_ = true;
    if (rows_.halve()) return ask_behind(cursor_);
    if (bytes_max_ == 0) {
      bytes_max_ = large_page_bytes_max;
      return ask_behind(cursor_);
    }
    // Nothing says where it goes on behind this one: what is older stays unread.
    bytes_max_ = 0;
    tell_missing("a notification is larger than can be taken, and those before it can't be had");
    pass_over("all behind \"" + cursor_ + '"', [this] { hand_over(); });
  }
  /// The oldest first.
  void hand_over() {
    if (pages_.empty()) return finish();
    const std::string page = std::move(pages_.back());
    pages_.pop_back();
    hand(page, [this] { hand_over(); });
  }
  void finish() {
    known_ = std::move(names_);
    names_.clear();
    was_small_ = false;
    if (newest_)
      figures().read_up_to_us.store(newest_->time_since_epoch().count(), std::memory_order_relaxed);
    // Where there is none yet, the platform's own clock says how far it was read.
    const auto up_to = newest_ || !position().empty() ? newest_ : began_at_;
    if (!up_to) return rest(fetch_end::idle, std::nullopt);
    note(domain::later_position(position(), domain::position_at(*up_to)),
         [this] { rest(fetch_end::idle, std::nullopt); });
  }

  domain::page_size rows_{platforms::notification_rows_max};
  std::string cursor_;                     ///< of what is asked for
  std::uint64_t bytes_max_ = 0;            ///< 0: as of any answer
  bool was_small_ = false;                 ///< this reading's pages were not whole ones
  std::vector<std::string> pages_;         ///< newest first; not handed over yet
  std::unordered_set<std::string> names_;  ///< of this reading
  std::unordered_set<std::string> known_;  ///< of the last that ended
  std::optional<domain::timestamp> newest_, oldest_;
  std::optional<domain::timestamp> began_at_;  ///< this reading, by the platform's clock
};

}  // namespace

std::shared_ptr<feed_reader> read_notifications(feed_links& links, config::settings_ptr s,
                                                const config::account_settings& a, feed_figures_ptr figures) {
  return std::make_shared<notifications_feed>(links, std::move(s), a, std::move(figures));
}
std::shared_ptr<feed_reader> read_messages(feed_links& links, config::settings_ptr s,
                                           const config::account_settings& a, feed_figures_ptr figures) {
  return std::make_shared<messages_feed>(links, std::move(s), a, std::move(figures));
}

}  // namespace switchboard::net
