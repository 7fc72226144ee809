#include "actors/application.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace switchboard::actors {

std::string application_of(const config::settings& s, const std::string& account, domain::platform p) {
  // Its servers count whoever asks by his address, whatever account he asks for.
  if (p == domain::platform::bluesky) return "address bluesky";
  const auto* const a = s.find_account(account);
  return a == nullptr ? "account " + account : "source " + a->source.value;
}

application_owner::application_owner(outbox_links& links, std::string name, tools_for tools,
                                     std::vector<domain::kept_limit> left)
    : links_(links), name_(std::move(name)), tools_(std::move(tools)), left_(std::move(left)) {}

/// What was kept of the account; and of the application, as far as this platform knows of it.
std::vector<domain::kept_limit> application_owner::left_for(const std::string& account, domain::platform p) {
  const auto quotas = links_.client->quotas(p);
  const auto is_for = [&](const domain::kept_limit& k) {
    if (k.of != domain::quota::scope::application) return k.whose == account;
    return k.limit.empty() ||
           std::any_of(quotas.begin(), quotas.end(), [&](const auto& q) { return q.name == k.limit; });
  };
  const auto first =
      std::stable_partition(left_.begin(), left_.end(), [&](const auto& k) { return !is_for(k); });
  std::vector<domain::kept_limit> found(std::make_move_iterator(first), std::make_move_iterator(left_.end()));
  left_.erase(first, left_.end());
  return found;
}

account_owner& application_owner::of(const domain::brand_id& brand, const domain::account_id& account,
                                     domain::platform platform) {
  auto& a = accounts_[account.value];
  if (a == nullptr) {
    a = std::make_unique<account_owner>(links_, brand, account, platform,
                                        account_owner::application{.name = name_, .limits = limits_},
                                        tools_(account.value));
    a->resume(left_for(account.value, platform));
  }
  return *a;
}

account_owner* application_owner::find(const std::string& account) {
  const auto a = accounts_.find(account);
  return a == accounts_.end() ? nullptr : a->second.get();
}

account_owner* application_owner::whose_turn() {
  account_owner* next = nullptr;
  domain::turn best;
  for (auto& [id, a] : accounts_) {
    const auto lane = a->next_lane();
    if (!lane) continue;
    const domain::turn his{*lane, a->latest_turn};
    if (next != nullptr && !goes_before(his, best)) continue;
    best = his;
    next = a.get();
  }
  return next;
}

void application_owner::pump(account_owner& a) {
  if (limits_->all().empty()) {  // it shares nothing: what happens to it is nothing to the others
    a.begin_turn();
    while (a.next_lane()) a.step();
    return a.end_turn();
  }
  for (auto& [id, each] : accounts_) each->begin_turn();
  while (auto* const next = whose_turn()) {
    next->latest_turn = ++turns_;
    next->step();
  }
  for (auto& [id, each] : accounts_) each->end_turn();
}

void application_owner::leave() {
  for (auto& [id, a] : accounts_) a->leave();
}

// -- the actor -----------------------------------------------------------------------------------------------

namespace {

using self_ptr = caf::stateful_actor<application_state>*;
using wake_atom = caf::atom_constant<caf::atom("wake")>;

account_owner::tools tools_of(self_ptr self, const std::string& account) {
  account_owner::tools tools;
  // Weakly: what the client keeps of us must not keep us.
  const auto weak = caf::actor_cast<caf::weak_actor_ptr>(caf::actor_cast<caf::actor>(self));
  const auto tell = [weak, account](auto what) {
    if (const auto strong = caf::actor_cast<caf::actor>(weak))
      caf::anon_send(strong, account, std::move(what));
  };
  tools.begun = [tell](begun_ptr b) { tell(std::move(b)); };
  tools.ended = [tell](ended_ptr e) { tell(std::move(e)); };
  tools.kept = [tell](question_ptr q) { tell(std::move(q)); };
  tools.returned = [tell](returned_ptr r) { tell(std::move(r)); };
  tools.looked_up = [tell](looked_up_ptr l) { tell(std::move(l)); };
  tools.signalled = [tell](signalled_ptr s) { tell(std::move(s)); };
  tools.wake_in = [self, account](std::chrono::microseconds after) {
    self->delayed_send(self, after, account, wake_atom::value);
  };
  tools.now = [] {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return domain::timestamp(std::chrono::duration_cast<std::chrono::microseconds>(since));
  };
  return tools;
}

/// `what` with the account of that name, if there is one, and everything that follows from it.
template <class What>
void with(application_owner& owner, const std::string& account, What&& what) {
  auto* const a = owner.find(account);
  if (a == nullptr) return;
  what(*a);
  owner.pump(*a);
}

}  // namespace

caf::behavior application(caf::stateful_actor<application_state>* self, outbox_links* links, std::string name,
                          std::shared_ptr<std::vector<domain::kept_limit>> left) {
  self->state.owner.emplace(
      *links, std::move(name), [self](const std::string& account) { return tools_of(self, account); },
      std::move(*left));
  auto& owner = *self->state.owner;
  return {
      [&owner](const std::string&, const wanted_ptr& w) {
        const auto& c = w->what->conversation;
        auto& a = owner.of(c.brand, c.account, c.platform);
        a.want(*w);
        owner.pump(a);
      },
      [&owner](const std::string& id, const settled_ptr& s) {
        with(owner, id, [&](account_owner& a) { a.settle(s->id); });
      },
      [&owner](const std::string& id, const forgotten_ptr& f) {
        with(owner, id, [&](account_owner& a) { a.forget(*f); });
      },
      [&owner](const std::string& id, const begun_ptr& b) {
        with(owner, id, [&](account_owner& a) { a.begun(*b); });
      },
      [&owner](const std::string& id, const ended_ptr& e) {
        with(owner, id, [&](account_owner& a) { a.ended(*e); });
      },
      [&owner](const std::string& id, const question_ptr& q) {
        with(owner, id, [&](account_owner& a) { a.ask(*q); });
      },
      [&owner](const std::string&, const draw_ptr& d) {
        const auto& of = d->what;
        owner.of(of.brand, of.account, of.platform).draw(*d);
      },
      [&owner](const std::string& id, const returned_ptr& r) {
        with(owner, id, [&](account_owner& a) { a.take_back(*r); });
      },
      [&owner](const std::string& id, const looked_up_ptr& l) {
        with(owner, id, [&](account_owner& a) { a.learned(*l); });
      },
      [&owner](const std::string& id, const heard_ptr& h) {
        if (auto* const a = owner.find(id)) a->heard(*h);  // nothing may go that might not before
      },
      [&owner](const std::string&, const signal_ptr& s) {
        const auto& c = s->conversation;
        owner.of(c.brand, c.account, c.platform).signal(*s);
      },
      [&owner](const std::string& id, const signalled_ptr& s) {
        with(owner, id, [&](account_owner& a) { a.told(*s); });
      },
      [&owner](const std::string& id, wake_atom) { with(owner, id, [](account_owner&) {}); },
      [self, &owner](close_atom_t) {
        owner.leave();
        self->quit();
      },
  };
}

}  // namespace switchboard::actors
