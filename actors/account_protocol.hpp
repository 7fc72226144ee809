#pragma once
// What the owners of accounts are given, and what they are told.

#include "actors/conversation.hpp"
#include "actors/engine.hpp"
#include "actors/handed_over.hpp"
#include "actors/platform_client.hpp"
#include "actors/waiting_replies.hpp"
#include "domain/send_queue.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace switchboard::actors {

/// Counted over all accounts, for the metrics. Any thread.
struct outbox_figures {
  std::atomic<std::uint64_t> attempts{0}, sent{0}, failed{0}, unknown{0}, unresolved{0}, retried{0};
  std::atomic<std::uint64_t> signals_waiting{0};  ///< handed over, and not looked at yet
  std::atomic<std::uint64_t> signals_told{0}, signals_failed{0}, signals_dropped{0};
  std::atomic<std::int64_t> waiting{0}, under_way{0};
  waiting_replies by_brand;
};

/// What account actors are given; lives as long as the actor system.
struct outbox_links {
  node* of = nullptr;
  std::shared_ptr<platform_client> client;
  std::function<void(act_ptr)> to_thread;                    ///< to the owner of its thread; thread-safe
  std::function<void(domain::health_observation)> observed;  ///< thread-safe
  std::function<void(const reply&)> wanted;  ///< before anything is done about it; thread-safe
  outbox_figures* figures = nullptr;
  handed_over* calls = nullptr;
  std::atomic<bool> draining{false};  ///< the node is to stop: nothing more is begun
};

/// To the owner of the account's application, each with the account's id in front.
struct wanted {
  reply_ptr what;
  bool begun = false;  ///< it was under way when the node ended
};
using wanted_ptr = std::shared_ptr<const wanted>;

struct reply_settled {
  domain::message_id id;
};
using settled_ptr = std::shared_ptr<const reply_settled>;
struct thread_forgotten {
  domain::thread_id thread;
  std::uint32_t up_to = 0;  ///< its conversations up to this ordinal
};
using forgotten_ptr = std::shared_ptr<const thread_forgotten>;
struct attempts_begun {
  std::vector<domain::message_id> ids;
  bool durable = false;
};
using begun_ptr = std::shared_ptr<const attempts_begun>;
struct attempt_ended {
  domain::message_id id;
  domain::attempt_outcome outcome;
};
using ended_ptr = std::shared_ptr<const attempt_ended>;
/// What is asked of a platform beside messages, once what it takes of the limits is durable.
struct question {
  std::vector<domain::draw> draws;
  std::function<void()> ask;
  std::function<void()> leave = {};  ///< it can't be asked: the node is to stop
};
struct question_kept {
  question what;
  bool durable = false;
};
using question_ptr = std::shared_ptr<const question_kept>;
/// Something else of ours asks the account's platform (engine::draw).
struct wanted_draw {
  account_draw what;
  std::function<void(drawn_units)> then;
};
using draw_ptr = std::shared_ptr<const wanted_draw>;
struct draws_returned {
  std::vector<domain::draw> draws;
};
using returned_ptr = std::shared_ptr<const draws_returned>;
struct looked_up {
  domain::message_id id;
  lookup_outcome outcome;
  std::vector<domain::draw> draws;  ///< what the question took of the limits
};
using looked_up_ptr = std::shared_ptr<const looked_up>;

/// So many messages of customers came to it.
struct messages_heard {
  std::uint64_t many = 0;
};
using heard_ptr = std::shared_ptr<const messages_heard>;

/// To the owner of the conversation's account.
struct wanted_signal {
  thread_signal what = thread_signal::read;
  domain::conversation conversation;
};
using signal_ptr = std::shared_ptr<const wanted_signal>;
struct signalled {
  bool told = false;
  std::vector<domain::draw> draws;  ///< what it took of the limits
};
using signalled_ptr = std::shared_ptr<const signalled>;

}  // namespace switchboard::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::wanted_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::settled_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::forgotten_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::begun_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::ended_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::question_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::draw_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::returned_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::looked_up_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::heard_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::signal_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(switchboard::actors::signalled_ptr)
