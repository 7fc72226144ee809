#pragma once
// The owner of all accounts of one application: of a source (an app of Meta's, X's or LinkedIn's, a bot), or of what Bluesky
// counts by this machine's address. What a platform counts for the application is drawn from by whichever account has work,
// and nobody else; an account with none holds nothing back. Where they have to share, agents go before bots before bulk, and
// within a lane who had his turn longest ago.
//
// Messages, each with an account's id in front
//   wanted_ptr     a reply is to be sent; in the order of the log
//   settled_ptr    a reply was settled otherwise (echo, receipt), or needs no sending any more
//   forgotten_ptr  nothing more is to be said in a thread
//   begun_ptr      the attempts are durable: call
//   ended_ptr      an attempt's outcome
//   question_ptr   what a question takes of the limits is durable: ask
//   looked_up_ptr  what the platform said of one whose end was unknown
//   draw_ptr       something else of ours is to be asked of the platform
//   returned_ptr   … and has ended
//   heard_ptr      messages came in, which take of the account's limits, too
//   signal_ptr     the customer is to see that we read or type
//   signalled_ptr  the platform was told
//   wake           time has passed
// and
//   closeall       the node stops

#include "actors/account.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::actors {

/// The name of the application that an account belongs to.
[[nodiscard]] std::string application_of(const config::settings& s, const std::string& account,
                                         domain::platform p);

class application_owner {
 public:
  using tools_for = std::function<account_owner::tools(const std::string& account)>;
  /// `left`: what a node before this one kept of its limits, and of its accounts'.
  application_owner(outbox_links& links, std::string name, tools_for tools,
                    std::vector<domain::kept_limit> left);

  /// The account, which is made where there was none.
  [[nodiscard]] account_owner& of(const domain::brand_id& brand, const domain::account_id& account,
                                  domain::platform platform);
  /// Null: nothing was ever to be done for it.
  [[nodiscard]] account_owner* find(const std::string& account);
  /// Something has changed for this account: everything is done that may be done now.
  void pump(account_owner& a);
  void leave();

 private:
  [[nodiscard]] std::vector<domain::kept_limit> left_for(const std::string& account, domain::platform p);
  [[nodiscard]] account_owner* whose_turn();

  outbox_links& links_;
  const std::string name_;
  tools_for tools_;
  const std::shared_ptr<domain::application_limits> limits_ = std::make_shared<domain::application_limits>();
  std::map<std::string, std::unique_ptr<account_owner>> accounts_;
  std::vector<domain::kept_limit> left_;  ///< by those who have not come yet
  std::uint64_t turns_ = 0;
};

struct application_state {
  static inline const char* name = "application";
  std::optional<application_owner> owner;
};

caf::behavior application(caf::stateful_actor<application_state>* self, outbox_links* links, std::string name,
                          std::shared_ptr<std::vector<domain::kept_limit>> left);

}  // namespace switchboard::actors
