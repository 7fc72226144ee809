#include "storage/views_wakes.hpp"

#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"

#include <chrono>

namespace switchboard::storage {
namespace {

using domain::conversation_status;
using domain::event_type;

/// Nothing else changes it: what clocks do is said (sla.*), and a snooze is the conversation's status. Where clocks are at risk
/// its queue is told, too.
bool can_change(const record& r) {
  if (r.type >= event_type::sla_armed && r.type <= event_type::sla_cancelled) return true;
  return r.at_risk != 0 || r.place.status == conversation_status::snoozed ||
         (r.has_previous && r.previous.status == conversation_status::snoozed);
}

}  // namespace

void wake_rows::take(const record& r, rocksdb::WriteBatch& batch) {
  if (r.conversation_json.empty() || !can_change(r)) return;
  key_ = keys::conversation(r.brand, r.conversation);
  if (!r.wake_at) return remove(key_, batch);
  value_.assign(1, row_version);
  keys::append_number(value_, keys::milliseconds(*r.wake_at));
  if (r.at_risk != 0) {
    keys::append_number(value_, r.at_risk);
    keys::append_name(value_, r.queue);
  }
  const auto done = batch.Put(store_.handle(column::wakes), key_, value_);
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

void wake_rows::erase(std::string_view brand, domain::thread_id t, std::uint32_t up_to,
                      rocksdb::WriteBatch& batch) const {
  const auto last = keys::conversation(brand, {t, up_to});
  const auto rows = store_.rows(column::wakes);
  for (rows->Seek(keys::conversation(brand, {t, 0})); rows->Valid() && rows->key().ToStringView() <= last;
       rows->Next()) {
    remove(rows->key().ToStringView(), batch);
  }
  store_.check(*rows, column::wakes);
}

void wake_rows::remove(std::string_view key, rocksdb::WriteBatch& batch) const {
  const auto done = batch.Delete(store_.handle(column::wakes), rocksdb::Slice(key.data(), key.size()));
  if (!done.ok()) store_.fail("a batch refused a row", done);
}

// -- readers -------------------------------------------------------------------------------------------------

void views_on_disk::each_wake(const std::function<void(const wake_row&)>& each) const {
  const auto rows = store_->rows(column::wakes);
  wake_row row;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    std::string_view key = rows->key().ToStringView();
    std::string_view value = rows->value().ToStringView();
    std::uint64_t milliseconds = 0;
    const bool is_row = keys::take_name(key, row.brand) && keys::take_conversation(key, row.id) &&
                        key.empty() && !value.empty() && value.front() == row_version;
    if (is_row) value.remove_prefix(1);
    row.at_risk = 0;
    row.queue = {};
    bool whole = is_row && keys::take_number(value, milliseconds);
    if (whole && !value.empty()) {
      whole = keys::take_number(value, row.at_risk) && keys::take_name(value, row.queue) && value.empty();
    }
    if (!whole) {
      store_->damaged("wakes: a row that is none, at key " + keys::to_hex(rows->key().ToStringView()));
    }
    row.at = keys::time_of(milliseconds);
    each(row);
  }
  store_->check(*rows, column::wakes);
}

}  // namespace switchboard::storage
