// The one table of what can be said where, and how.

#include "net/platforms/sending.hpp"

#include "net/platforms/fitting.hpp"
#include "net/platforms/sending_parts.hpp"

namespace switchboard::net::platforms {
namespace {

const sending_functions& functions_of(domain::platform platform) {
  switch (platform) {
    case domain::platform::facebook:
      break;
    case domain::platform::instagram:
      return instagram_sending();
    case domain::platform::whatsapp:
      return whatsapp_sending();
    case domain::platform::x:
      return x_sending();
    case domain::platform::linkedin:
      return linkedin_sending();
    case domain::platform::bluesky:
      return bluesky_sending();
    case domain::platform::telegram:
      return telegram_sending();
  }
  return facebook_sending();
}

const sending_functions& functions_of(const domain::conversation& conversation) {
  return functions_of(conversation.platform);
}

unexpected<unfit> no_shape(domain::platform platform, domain::thread_kind kind, bool privately) {
  const std::string where{domain::to_word(platform)};
  if (privately) {
    return unexpected{unfit{"unsupported-private", "private",
                            "below a " + std::string{domain::to_word(kind)} + " of " + where +
                                " nothing can be answered privately: leave private out"}};
  }
  return unexpected{unfit{
      "unsupported-thread", {}, where + " has no way to answer a " + std::string{domain::to_word(kind)}}};
}

}  // namespace

expected<std::vector<domain::outgoing>, unfit> fit(domain::platform platform, domain::thread_kind kind,
                                                   domain::outgoing&& what, split_policy policy) {
  const message_shape* shape = functions_of(platform).shape(kind, what.privately);
  if (shape == nullptr) return no_shape(platform, kind, what.privately);
  return fit_into(*shape, std::move(what), policy);
}

expected<call, unfit> render(const send_request& request) {
  return functions_of(request.conversation).render(request);
}
std::optional<call> typing(const thread_request& request) {
  return functions_of(request.conversation).typing(request);
}
std::optional<call> mark_read(const thread_request& request) {
  return functions_of(request.conversation).mark_read(request);
}
domain::attempt_outcome read_answer(domain::platform platform, const call& sent, const answer& from,
                                    domain::timestamp now) {
  return functions_of(platform).read_answer(sent, from, now);
}
std::span<const domain::quota> quotas(domain::platform platform) {
  return functions_of(platform).quotas();
}
std::optional<call> lookup(const lookup_request& request) {
  return functions_of(request.sent.conversation).lookup(request);
}
finding find_in(const lookup_request& request, const answer& from) {
  return functions_of(request.sent.conversation).find_in(request, from);
}

}  // namespace switchboard::net::platforms
