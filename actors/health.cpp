#include "actors/health.hpp"

#include "actors/wall_clock.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"

#include <optional>

namespace switchboard::actors {

namespace {

/// As this node knows it, or as the last one left it. Nobody else writes it, so the views are never behind what is asked here.
std::optional<domain::account_health> known(const health_state& state, const node& n,
                                            const std::string& account) {
  if (const auto k = state.known.find(account); k != state.known.end()) return k->second;
  const auto row = n.views->account_health(account);
  if (row.empty()) return std::nullopt;
  auto health = storage::decode_account(row);
  return health ? std::optional(*std::move(health)) : std::nullopt;
}

void commit(const node& n, const domain::account_health& is, completion done) {
  domain::event e;
  e.type = domain::event_type::account_updated;
  e.at = is.since;
  e.account = is;
  const std::vector records{std::make_shared<storage::record>(storage::encode(e, n.name))};
  const auto key = storage::fingerprint(n.hash_seed, "account", is.account.value, "");
  records.front()->partition = storage::partition_of({0, key}, n.partitions);
  n.writer->submit(records, std::move(done));
}

void count(health_figures& f, const domain::account_health& h, std::int64_t by) {
  if (h.access == domain::access_state::refused) f.refused.fetch_add(by, std::memory_order_relaxed);
  if (h.subscription == domain::subscription_state::lapsed) f.lapsed.fetch_add(by, std::memory_order_relaxed);
  if (h.subscription == domain::subscription_state::failing)
    f.failing.fetch_add(by, std::memory_order_relaxed);
  if (h.handshake == domain::handshake_state::missed) f.missed.fetch_add(by, std::memory_order_relaxed);
}

}  // namespace

caf::behavior health_owner(caf::stateful_actor<health_state>* self, node* of, health_figures* figures) {
  // What the last node left; of an account that the config got since, the views are asked when something is found.
  for (const auto& a : of->settings.load()->accounts) {
    if (auto was = known(self->state, *of, a.id.value)) {
      count(*figures, *was, 1);
      self->state.known.emplace(a.id.value, *std::move(was));
    }
  }
  return {
      [=](const observation_ptr& o) {
        const auto now = wall_clock();
        auto& state = self->state;
        const auto& account = o->found.account.value;
        const auto was = known(state, *of, account);
        const auto is = domain::observe(was, o->found, now);
        if (!is) {
          of->writer->submit({}, std::move(o->done));
          return;
        }
        if (state.known.contains(account)) count(*figures, *was, -1);
        count(*figures, state.known[account] = *is, 1);
        commit(*of, *is, std::move(o->done));
      },
      [=](close_atom_t) { self->quit(); },
  };
}

}  // namespace switchboard::actors
