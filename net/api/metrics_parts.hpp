#pragma once
// Parts of GET /metrics that have a sample for each queue or webhook of the config. See metrics.cpp.

#include "actors/promise_figures.hpp"
#include "actors/webhook_calls.hpp"
#include "net/api/exposition.hpp"

#include <vector>

namespace switchboard::net::api {

void put_promises(exposition& out, const std::vector<actors::promise_count>& all);
void put_webhooks(exposition& out, const std::vector<actors::webhook_figures>& all, domain::timestamp now);

}  // namespace switchboard::net::api
