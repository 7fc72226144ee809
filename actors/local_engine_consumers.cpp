// The consumers of the log that stand beside the engine's own work: what sends, what wakes, and what delivers to webhooks.
#include "actors/local_engine.hpp"
#include "actors/wall_clock.hpp"

#include <caf/send.hpp>

#include <thread>
#include <utility>

namespace switchboard::actors {

/// Before anybody else commits: nothing was since the views were asked what is on its way.
void local_engine::start_outbox(std::shared_ptr<platform_client> client, outbox_start&& on_their_way) {
  outbox_links_.of = &node_;
  outbox_links_.client = std::move(client);
  outbox_links_.figures = &outbox_figures_;
  outbox_links_.calls = &calls_;
  node_.calls = &calls_;
  for (const auto& w : on_their_way.replies) {
    if (w.begun) calls_.add(w.what->message.id);
    threads_.expect_echo_of(w.what->conversation, w.what->message);
  }
  outbox_links_.wanted = [this](const reply& r) { threads_.expect_echo_of(r.conversation, r.message); };
  outbox_links_.client->draw_from([this](account_draw what, std::function<void(drawn_units)> then) {
    draw(std::move(what), std::move(then));
  });
  outbox_links_.observed = [this](domain::health_observation found) { observe(std::move(found)); };
  outbox_links_.to_thread = [this](act_ptr a) {
    const auto inside = door_.enter();
    if (!inside) return;  // the next start takes it up
    const auto& owner = owner_of(a->thread);
    caf::anon_send(owner, std::move(a));
  };
  outbox_ = system_.spawn<caf::detached>(outbox, &outbox_links_, &feed_, tail_.committed(), &outbox_awake_,
                                         std::make_shared<outbox_start>(std::move(on_their_way)));
  outbox_->attach_functor([this](const caf::error& why) {
    if (why) fatal("the outbox ended: " + to_string(why));
  });
  outbox_wake_ = feed_.on_commit([this](storage::log_sequence) {
    if (!outbox_awake_.exchange(true, std::memory_order_acq_rel)) {
      caf::anon_send(outbox_, committed_atom::value);
    }
  });
}

void local_engine::start_alarm(alarm_start&& due) {
  alarm_links_.of = &node_;
  alarm_links_.log = &feed_;
  alarm_links_.figures = &alarm_figures_;
  alarm_links_.to_thread = [this](act_ptr a) {
    const auto inside = door_.enter();
    if (!inside) return;  // the next start wakes it
    const auto& owner = owner_of(a->thread);
    caf::anon_send(owner, std::move(a));
  };
  alarm_ = system_.spawn<caf::detached>(alarm, &alarm_links_, std::make_shared<alarm_start>(std::move(due)));
  alarm_->attach_functor([this](const caf::error& why) {
    if (why) fatal("the alarm ended: " + to_string(why));
  });
  alarm_wake_ = feed_.on_commit([this](storage::log_sequence) {
    if (!alarm_links_.awake.exchange(true, std::memory_order_acq_rel)) {
      caf::anon_send(alarm_, committed_atom::value);
    }
  });
}

void local_engine::stop_alarm() {
  if (!alarm_) return;
  feed_.forget(alarm_wake_);
  caf::anon_send(alarm_, close_atom_t::value);
}

void local_engine::start_deliveries(std::shared_ptr<delivery_client> client, deliverer_start&& undelivered) {
  delivery_client_ = std::move(client);
  deliverer_links_.of = &node_;
  deliverer_links_.log = &feed_;
  deliverer_links_.client = delivery_client_.get();
  deliverer_links_.figures = &delivery_figures_;
  deliverer_ = system_.spawn<caf::detached>(deliverer, &deliverer_links_,
                                            std::make_shared<deliverer_start>(std::move(undelivered)));
  deliverer_->attach_functor([this](const caf::error& why) {
    if (why) fatal("the actor that delivers to webhooks ended: " + to_string(why));
  });
  deliverer_wake_ = feed_.on_commit([this](storage::log_sequence) {
    if (!deliverer_links_.awake.exchange(true, std::memory_order_acq_rel)) {
      caf::anon_send(deliverer_, committed_atom::value);
    }
  });
  // Of what was committed since it was spawned nobody has told it.
  if (!deliverer_links_.awake.exchange(true, std::memory_order_acq_rel)) {
    caf::anon_send(deliverer_, committed_atom::value);
  }
}

/// What is under way may still be answered: else it is sent once more by the next start.
void local_engine::finish_deliveries(std::chrono::steady_clock::time_point until) {
  deliverer_links_.draining.store(true, std::memory_order_release);
  while (delivery_figures_.under_way.load() > 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  delivery_client_->stop();  // what it ends with is heard while the actor is there
  feed_.forget(deliverer_wake_);
  caf::anon_send(deliverer_, close_atom_t::value);
}

void local_engine::replay_deliveries(webhook_replay what, webhook_replayed_handler reply) {
  const auto inside = door_.enter();
  if (!inside) return reply({.what = webhook_replayed::end::failed});
  if (!deliverer_) return reply({.what = webhook_replayed::end::no_webhook});
  caf::anon_send(deliverer_, replay_ptr(std::make_shared<wanted_replay>(
                                 wanted_replay{.what = std::move(what), .then = std::move(reply)})));
}

void local_engine::apply_promises(const config::settings& next) {
  auto before = node_.promises.load(std::memory_order_acquire);
  auto now = config::promises_of(next, before, node_.clock.now());
  if (now == before) return;
  node_.promises.store(std::move(now), std::memory_order_release);
  if (alarm_) caf::anon_send(alarm_, recheck_atom::value);
}

}  // namespace switchboard::actors
