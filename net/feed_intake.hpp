#pragma once
// How what a reader has read comes into the engine: one body after the other or several at once, each waiting where the
// engine is full, none skipped. On the loop's thread.

#include "net/feed_parts.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>

namespace switchboard::net {

class feed_intake : public std::enable_shared_from_this<feed_intake> {
 public:
  /// `durable`: false: the journal failed, and the node ends.
  using handler = std::function<void(bool durable)>;

  feed_intake(feed_links& links, domain::source_id source, feed_figures_ptr figures)
      : links_(links), source_(std::move(source)), figures_(std::move(figures)) {}

  /// `done` once it is durable; never after stop().
  void hand(std::string body, handler done);
  /// How far `what.reader` has read; all before it is durable. `done(false)`: it could not be noted.
  void note(domain::feed_position what, handler done);
  /// What was noted last.
  void recall(std::string reader, std::string feed, std::function<void(std::string position)> done);
  void stop() { stopped_ = true; }

 private:
  struct waiting {
    waiting(boost::asio::io_context& loop, std::string b, handler d)
        : body(std::move(b)), done(std::move(d)), again(loop) {}
    std::string body;
    handler done;
    boost::asio::steady_timer again;
    std::chrono::milliseconds pause{50};
  };
  void attempt(const std::shared_ptr<waiting>& w);

  feed_links& links_;
  const domain::source_id source_;
  const feed_figures_ptr figures_;
  bool stopped_ = false;
};

}  // namespace switchboard::net
