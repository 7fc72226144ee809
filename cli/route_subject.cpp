// The conversation that `route --explain` is asked about: JSON in, what rules look at out.

#include "cli/route.hpp"
#include "config/nearest.hpp"

#include <simdjson.h>

#include <array>
#include <optional>

namespace switchboard::cli {

namespace {

namespace dom = simdjson::dom;
using domain::routing::subject;

constexpr std::array platforms{domain::platform::facebook, domain::platform::instagram,
                               domain::platform::whatsapp, domain::platform::telegram,
                               domain::platform::x,        domain::platform::linkedin,
                               domain::platform::bluesky};
constexpr std::array kinds{domain::thread_kind::dm, domain::thread_kind::comment,
                           domain::thread_kind::mention, domain::thread_kind::review};
constexpr std::array priorities{domain::priority::low, domain::priority::medium, domain::priority::high,
                                domain::priority::urgent};

struct unreadable {
  std::string what;
};

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

/// A member that is absent or null is empty.
std::string text_of(dom::object o, std::string_view name) {
  dom::element e;
  if (o[name].get(e) != simdjson::SUCCESS || e.is_null()) return {};
  std::string_view text;
  if (e.get(text) != simdjson::SUCCESS) throw unreadable{in_quotes(name) + " must be a string"};
  return std::string(text);
}

/// nullopt where it is absent or null.
std::optional<dom::object> object_of(dom::object o, std::string_view name) {
  dom::element e;
  if (o[name].get(e) != simdjson::SUCCESS || e.is_null()) return std::nullopt;
  dom::object inner;
  if (e.get(inner) != simdjson::SUCCESS) throw unreadable{in_quotes(name) + " must be an object"};
  return inner;
}

/// `standard` where absent.
template <class Enum, std::size_t N>
Enum word_of(dom::object o, std::string_view name, const std::array<Enum, N>& all, Enum standard) {
  const auto text = text_of(o, name);
  if (text.empty()) return standard;
  std::array<std::string_view, N> words;
  std::string listed;
  for (std::size_t i = 0; i < N; ++i) {
    words[i] = to_word(all[i]);
    if (words[i] == text) return all[i];
    listed += (i == 0 ? "" : ", ") + in_quotes(words[i]);
  }
  const auto near = config::nearest(text, words);
  throw unreadable{
      in_quotes(name) + " is " + in_quotes(text) +
      (near.empty() ? ", which is none of " + listed : "; did you mean " + in_quotes(near) + "?")};
}

std::vector<std::string> tags_of(dom::object o) {
  std::vector<std::string> tags;
  dom::element e;
  if (o["tags"].get(e) != simdjson::SUCCESS || e.is_null()) return tags;
  dom::array list;
  if (e.get(list) != simdjson::SUCCESS) throw unreadable{"\"tags\" must be a list of strings"};
  for (const auto item : list) {
    std::string_view tag;
    if (item.get(tag) != simdjson::SUCCESS) throw unreadable{"\"tags\" must be a list of strings"};
    tags.emplace_back(tag);
  }
  return tags;
}

/// What the account says, and what may not contradict it.
void take_account(subject& about, const config::settings& s, dom::object o) {
  const auto id = text_of(o, "accountId");
  const auto* account = id.empty() ? nullptr : s.find_account(id);
  if (account == nullptr) {
    if (!id.empty()) {
      std::vector<std::string_view> known;
      for (const auto& a : s.accounts) known.push_back(a.id.value);
      const auto near = config::nearest(id, known);
      throw unreadable{"\"accountId\" is " + in_quotes(id) + ", and the config has no such [[account]]" +
                       (near.empty() ? "" : "; did you mean " + in_quotes(near) + "?")};
    }
    if (text_of(o, "platform").empty())
      throw unreadable{"\"platform\" is missing; name it, or an \"accountId\" of the config"};
    about.platform = word_of(o, "platform", platforms, platforms[0]);
    return;
  }
  about.account = account->id;
  about.source = account->source;
  about.platform = word_of(o, "platform", platforms, account->platform);
  if (about.platform != account->platform) {
    throw unreadable{"\"platform\" is " + in_quotes(to_word(about.platform)) + ", and account " +
                     in_quotes(id) + " is on " + in_quotes(to_word(account->platform))};
  }
  if (about.brand.empty()) about.brand = account->brand;
}

void take_brand(subject& about, const config::settings& s) {
  if (about.brand.empty()) throw unreadable{"\"brand\" is missing; name it, or use --brand"};
  if (s.find_brand(about.brand.value) != nullptr) return;
  std::vector<std::string_view> known;
  for (const auto& b : s.brands) known.push_back(b.id.value);
  const auto near = config::nearest(about.brand.value, known);
  throw unreadable{"the config has no [[brand]] " + in_quotes(about.brand.value) +
                   (near.empty() ? "" : "; did you mean " + in_quotes(near) + "?")};
}

void take_attributes(subject& about, dom::object of, std::string_view member) {
  const auto attributes = object_of(of, member);
  if (!attributes) return;
  for (const auto [name, value] : *attributes) {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS)
      throw unreadable{in_quotes(member) + " must be an object of strings, and " + in_quotes(name) +
                       " is none"};
    about.attributes[std::string(name)] = text;
  }
}

subject read(dom::object o, const config::settings& s, const std::string& brand) {
  subject about;
  about.brand.value = brand.empty() ? text_of(o, "brand") : brand;
  take_account(about, s, o);
  take_brand(about, s);
  if (const auto metadata = object_of(o, "metadata")) {
    about.kind = word_of(*metadata, "source", kinds, about.kind);
    about.language = text_of(*metadata, "language");
    take_attributes(about, *metadata, "customerAttributes");
  }
  about.priority = word_of(o, "priority", priorities, about.priority);
  about.tags = tags_of(o);
  about.text = text_of(o, "text");
  take_attributes(about, o, "attributes");
  return about;
}

}  // namespace

expected<subject, std::string> read_subject(std::string_view json, const config::settings& s,
                                            const std::string& brand) {
  dom::parser parser;
  dom::object root;
  if (const auto error = parser.parse(json.data(), json.size()).get(root); error != simdjson::SUCCESS) {
    return unexpected{std::string("is no JSON object (") + simdjson::error_message(error) + ")"};
  }
  try {
    return read(root, s, brand);
  } catch (const unreadable& u) {
    return unexpected{u.what};
  }
}

}  // namespace switchboard::cli
