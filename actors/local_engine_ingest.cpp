// What of the engine takes webhooks in: to whom each event of a body belongs, and what becomes of those of nobody.

#include "actors/local_engine.hpp"
#include "actors/owners.hpp"
#include "actors/partition.hpp"
#include "actors/quarantine.hpp"
#include "storage/hash.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace switchboard::actors {

namespace {

/// Of the rejected parts, those that become their account's health.
std::uint32_t count_told(const domain::unpacked_body& body,
                         const std::vector<const config::account_settings*>& owners) {
  std::uint32_t told = 0;
  for (std::size_t i = 0; i < body.rejected.size(); ++i)
    told += owners[body.events.size() + i] != nullptr && body.rejected[i].revoked_at ? 1 : 0;
  return told;
}

/// A dead letter names at most so many of a body's unknown accounts.
constexpr std::size_t accounts_named_max = 10;

}  // namespace

void local_engine::deliver(const config::account_settings& account, domain::inbound_event&& e,
                           domain::timestamp received_at, const ticket_ptr& t) {
  // Nobody may be on the way to a thread by what was found before an alias came into force: a copy of the same event
  // would be sent elsewhere, arrive first, and not be found where this one is going.
  std::shared_lock finding{finding_, std::defer_lock};
  std::unique_lock telling{finding_, std::defer_lock};
  if (threads_.may_tell(account.id, e)) {
    telling.lock();
  } else {
    finding.lock();
  }
  auto found = threads_.find(account.id, e, account.brand);
  auto d = std::make_shared<delivery>();
  d->thread = found.unless_in.value_or(found.thread);
  if (found.unless_in) d->otherwise = found.thread;
  d->done = t;
  auto& r = d->what;
  r.brand = account.brand;
  r.account = account.id;
  r.customer = std::move(found.customer);
  r.other_name = found.other_name;
  r.aliases = std::move(found.aliases);
  r.received_at = received_at;
  r.inbound = std::move(e);
  const auto& owner = owner_of(d->thread);
  caf::anon_send(owner, std::move(d));
}

void local_engine::keep(const domain::source_id& source, const domain::brand_id& brand, std::string reason,
                        std::string detail, std::string raw, domain::timestamp received_at,
                        const ticket_ptr& t) {
  auto q = std::make_shared<quarantined>();
  auto& letter = q->letter;
  letter.id = storage::dead_letter_hash(node_.hash_seed, source.value, detail, raw);
  letter.source = source;
  letter.brand = brand;
  letter.reason = std::move(reason);
  letter.detail = std::move(detail);
  letter.raw = std::move(raw);
  letter.received_at = received_at;
  q->done.ticket = t;
  caf::anon_send(quarantine_, std::move(q));
}

void local_engine::tell(const config::account_settings& a, const domain::rejected_part& notice,
                        const ticket_ptr& t) {
  observation o{.found = {.brand = a.brand,
                          .account = a.id,
                          .platform = a.platform,
                          .revoked_at = notice.revoked_at,
                          .detail = notice.detail}};
  o.done.ticket = t;
  caf::anon_send(health_, observation_ptr(std::make_shared<observation>(std::move(o))));
}

void local_engine::ingest(const config::settings& by, const domain::source_id& source,
                          domain::unpacked_body&& body, std::string_view raw, domain::timestamp received_at,
                          const ticket_ptr& t) {
  const auto inside = door_.enter();
  if (!inside) {
    t->expect();
    return writer_.fail({.ticket = t, .then = {}});
  }
  // All of it before the first is handed over, so that the ticket can't be complete too soon.
  t->expect(static_cast<std::uint32_t>(std::max<std::size_t>(1, body.events.size() + body.rejected.size())));
  thread_local std::vector<const config::account_settings*> owners;
  const bool one_brand = find_owners(by, source.value, body, owners);
  const auto strangers = static_cast<std::uint32_t>(
      std::count(owners.begin(), owners.begin() + static_cast<std::ptrdiff_t>(body.events.size()), nullptr));
  const auto told = count_told(body, owners);
  t->brings(source, raw, one_brand,
            {.events = static_cast<std::uint32_t>(body.events.size()) - strangers + told,
             .quarantined = static_cast<std::uint32_t>(body.rejected.size()) + strangers - told});
  std::vector<std::string> unknown;
  for (std::size_t i = 0; i < body.events.size(); ++i) {
    auto& e = body.events[i];
    if (owners[i]) {
      deliver(*owners[i], std::move(e), received_at, t);
      continue;
    }
    // One of them stands for all: the body is kept once, however many accounts it names.
    if (!unknown.empty()) writer_.submit({}, {.ticket = t, .then = {}});
    auto named = std::string(to_word(e.platform)) + " " + e.account_platform_id;
    if (std::find(unknown.begin(), unknown.end(), named) == unknown.end() &&
        unknown.size() < accounts_named_max) {
      unknown.push_back(std::move(named));
    }
  }
  if (strangers > 0) {
    std::string detail =
        "no [[account]] of source \"" + source.value + "\" has the platform and platform_id of";
    for (const auto& name : unknown) detail += (&name == unknown.data() ? " " : ", ") + name;
    detail += "; add what is missing, reload, and replay this";
    keep(source, brand_of(by, source.value), "unknown-account", std::move(detail), std::string(raw),
         received_at, t);
  }
  for (std::size_t i = 0; i < body.rejected.size(); ++i) {
    auto& r = body.rejected[i];
    const auto* owner = owners[body.events.size() + i];
    if (owner && r.revoked_at) {
      tell(*owner, r, t);
      continue;
    }
    // The whole body is shown to a brand only where nothing in it is another's.
    const bool shown = owner && (one_brand || r.raw.size() < raw.size());
    keep(source, shown ? owner->brand : brand_of(by, source.value), std::move(r.reason), std::move(r.detail),
         std::move(r.raw), received_at, t);
  }
  if (body.events.empty() && body.rejected.empty()) writer_.submit({}, {.ticket = t, .then = {}});
}

}  // namespace switchboard::actors
