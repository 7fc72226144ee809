#pragma once
// Names of the domain, for headers that only pass them on.

#include <cstdint>

namespace switchboard::domain {

template <class Tag>
struct id;
struct thread_id;
struct conversation_id;
struct message_id;

enum class platform : std::uint8_t;
enum class conversation_status : std::uint8_t;
enum class priority : std::uint8_t;
enum class thread_kind : std::uint8_t;
enum class direction : std::uint8_t;
enum class sender_type : std::uint8_t;
enum class content_type : std::uint8_t;
enum class delivery_status : std::uint8_t;
enum class media_state : std::uint8_t;
enum class inbound_kind : std::uint8_t;
enum class event_type : std::uint8_t;
enum class refusal : std::uint8_t;

struct attachment;
struct reaction;
struct delivery_error;
struct message;
struct conversation;
struct customer;
struct dead_letter;

struct inbound_event;
struct rejected_part;
struct unpacked_body;
struct event_origin;
struct previous_state;
struct erasure;
struct event;

struct conversation_policy;
struct thread_state;
struct receive;
struct patch;
struct add_note;
struct mark_read;
struct wake;
struct erase;
struct refused;
struct settle_media;

}  // namespace switchboard::domain
