// api/asyncapi.yaml against what it describes: the event types, parameters and close codes that the code knows. Both
// directions each time.

#include "document.hpp"
#include "net/api/route.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>

namespace switchboard::net::testing {
namespace {

namespace fs = std::filesystem;

const std::string root = SWITCHBOARD_SOURCE_DIR;

std::set<std::string> event_words() {
  std::set<std::string> words;
  for (std::size_t i = 0; i < domain::public_event_type_count; ++i)
    words.emplace(to_word(static_cast<domain::event_type>(i)));
  return words;
}

TEST(asyncapi, has_a_message_for_each_event_type_and_no_other) {
  std::set<std::string> messages, listed;
  for (const auto& [name, message] : asyncapi()["components"]["messages"].members) {
    messages.insert(name);
    EXPECT_EQ(message["name"].text, name);
    EXPECT_EQ(message["payload"]["allOf"].items.at(1)["properties"]["type"]["const"].text, name);
    EXPECT_FALSE(message["description"].text.empty()) << name;
  }
  for (const auto& [name, message] : asyncapi()["channels"]["events"]["messages"].members)
    listed.insert(name);
  EXPECT_EQ(messages, event_words());
  EXPECT_EQ(listed, event_words());
  EXPECT_EQ(asyncapi()["channels"]["events"]["address"].text, "/v1/events");
  EXPECT_EQ(asyncapi()["operations"]["sendEvents"]["action"].text, "send");
}

TEST(asyncapi, lists_the_parameters_of_a_stream_and_no_other) {
  std::set<std::string> taken, named;
  for (const auto& r : api::routes()) {
    if (r.operation == "streamEvents") taken.insert(r.parameters.begin(), r.parameters.end());
  }
  // Of the plain GET alone.
  for (const auto* name : {"limit", "wait"}) EXPECT_EQ(taken.erase(name), 1u) << name;
  const auto& query = asyncapi()["channels"]["events"]["bindings"]["ws"]["query"]["properties"];
  for (const auto& [name, parameter] : query.members) {
    named.insert(name);
    EXPECT_FALSE(parameter["description"].text.empty()) << name;
    const bool once = name == "from" || name == "ticket";
    EXPECT_EQ(parameter["type"].text, once ? "string" : "array") << name;
  }
  EXPECT_EQ(named, taken);
}

/// Those that our code names, and those with which Beast refuses frames, which stream_test.cpp provokes.
TEST(asyncapi, lists_the_close_codes_that_are_sent_and_no_other) {
  std::set<std::string> sent, documented;
  const auto collect = [&sent](const std::string& path, const std::regex& named) {
    const auto text = read_file(root + path);
    const auto before = sent.size();
    for (std::sregex_iterator at{text.begin(), text.end(), named}, end; at != end; ++at)
      sent.insert((*at)[1]);
    EXPECT_GT(sent.size(), before) << path;
  };
  collect("/net/api/event_subscribers.cpp", std::regex{R"(std::uint16_t code_\w+ = (\d{4});)"});
  collect("/net/http/websocket_channel.cpp", std::regex{R"(\b[a-z_]+ = (1\d{3})\b)"});
  collect("/tests/net/http/stream_test.cpp", std::regex{R"(\s(1\d{3})\},)"});
  for (const auto& item : asyncapi()["channels"]["events"]["x-close-codes"].items) {
    EXPECT_TRUE(documented.insert(item["code"].text).second) << item["code"].text;
    EXPECT_FALSE(item["when"].text.empty()) << item["code"].text;
  }
  EXPECT_EQ(sent, documented);
}

/// Only the code that decides or notes events names their enumerators; that is how we know which ones there are.
TEST(asyncapi, marks_the_types_that_are_not_emitted_yet) {
  std::string code;
  for (const auto* folder : {"/domain", "/actors"}) {
    for (const auto& entry : fs::directory_iterator(root + folder)) {
      if (entry.path().extension() == ".cpp") code += read_file(entry.path().string());
    }
  }
  for (const auto& [name, message] : asyncapi()["components"]["messages"].members) {
    auto enumerator = "event_type::" + name;
    std::replace(enumerator.begin(), enumerator.end(), '.', '_');
    const bool emitted = std::regex_search(code, std::regex(enumerator + "\\b"));
    const bool marked = message["description"].text.starts_with("Not emitted in this version");
    EXPECT_NE(emitted, marked) << name;
    EXPECT_EQ(marked, message["payload"]["allOf"].items.at(0)["$ref"].text.ends_with("/ReservedEvent"))
        << name;
  }
}

}  // namespace
}  // namespace switchboard::net::testing
