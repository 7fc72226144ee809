// The gate held against a second reading of the RFC: whatever it lets pass, the reference lets pass too, and both take
// the same bytes for the same request. Mutations of the table of attacks, of good requests, and of both spliced.

#include "gate_reader.hpp"
#include "strict_reader.hpp"
#include "tests/full.hpp"
#include "tests/net/http/attacks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

namespace switchboard::fuzz {
namespace {

using verdict = request_reading::verdict;
namespace http = net::http::testing;

constexpr std::size_t whole = std::size_t{1} << 40;
/// Of longer seeds there is little to change that matters.
constexpr std::size_t seed_bytes_max = 2'048;

struct seed {
  int number;  ///< of the attack; 0: a good request
  std::string bytes;
};

constexpr std::size_t good_seeds = 8;

std::vector<seed> seeds() {
  std::vector<seed> all;
  for (const auto& a : http::attacks()) {
    if (!a.bytes.empty() && a.bytes.size() <= seed_bytes_max) all.push_back({a.number, a.bytes});
  }
  for (const auto& good :
       {http::get("/v1/events?from=latest&type=message.received"),
        http::post("Content-Length: 5\r\n", "hello"),
        http::post(
            "Content-Type: application/json\r\nContent-Length: 2\r\nX-Hub-Signature-256: sha256=00\r\n",
            "{}"),
        http::chunked("5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n"), http::chunked("0\r\n\r\n"),
        http::get("http://t:80/a?b", "Host: t:80\r\n"), std::string("GET / HTTP/1.0\r\n\r\n"),
        std::string("OPTIONS * HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n")}) {
    all.push_back({0, good});
  }
  return all;
}

/// What has meant two things to two parsers before.
constexpr std::array pieces{"\r\n",
                            "\r",
                            "\n",
                            "\r\n\r\n",
                            "\r\n ",
                            "\t",
                            " ",
                            ":",
                            ";",
                            ",",
                            "0",
                            "00",
                            "5",
                            "chunked",
                            "identity",
                            "Content-Length: 5\r\n",
                            "Content-Length: 0\r\n",
                            "Transfer-Encoding: chunked\r\n",
                            "Host: u\r\n",
                            "HTTP/1.0",
                            "HTTP/1.1",
                            "0\r\n\r\n",
                            "5\r\nhello\r\n",
                            "\x0b",
                            "\x0c",
                            "\x7f",
                            "\xff",
                            "%00",
                            "..",
                            "[",
                            "]",
                            "@",
                            "GET /canary HTTP/1.1\r\nHost: t\r\n\r\n"};

class mutator {
 public:
  explicit mutator(std::uint64_t from) : random_(from) {}

  std::string operator()(const std::vector<seed>& from, int& number) {
    // Half of them from the good ones at the end: what begins as an attack is seldom let in.
    const auto& first = from[pick(2) == 0 ? pick(from.size()) : from.size() - 1 - pick(good_seeds)];
    number = first.number;
    auto bytes = first.bytes;
    for (auto n = pick(4); n-- > 0 && !bytes.empty();) change(bytes, from);
    return bytes;
  }
  std::size_t pick(std::size_t of) { return random_() % of; }

 private:
  void change(std::string& bytes, const std::vector<seed>& from) {
    const auto at = pick(bytes.size());
    switch (pick(8)) {
      case 0:
        bytes[at] = static_cast<char>(random_());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << pick(8)));
        break;
      case 2:
        bytes.erase(at, pick(6) + 1);
        break;
      case 3:
      case 4:
        bytes.insert(at, pieces[pick(pieces.size())]);
        break;
      case 5: {  // a line twice, or moved
        const auto end = bytes.find("\r\n", at);
        if (end == std::string::npos) break;
        const auto line = bytes.substr(at, end + 2 - at);
        bytes.insert(pick(bytes.size()), line);
        break;
      }
      case 6: {
        const auto& other = from[pick(from.size())].bytes;
        bytes = bytes.substr(0, at) + other.substr(pick(other.size()));
        break;
      }
      default:
        bytes.insert(at, 1, static_cast<char>(random_()));
    }
  }

  std::mt19937_64 random_;
};

std::uint64_t seed_of_run() {
  const char* const given = std::getenv("SWITCHBOARD_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

TEST(gate_agreement, with_the_reference_on_the_table_itself) {
  for (const auto& a : http::attacks()) {
    if (a.bytes.empty()) continue;
    const auto ours = read_by_gate(a.bytes, whole);
    EXPECT_EQ(disagreement(a.bytes, ours), std::nullopt) << "H" << a.number << " " << a.name;
  }
  for (const auto& s : seeds()) {
    if (s.number != 0) continue;
    EXPECT_EQ(read_by_gate(s.bytes, whole).is, verdict::accepted) << s.bytes;
    EXPECT_EQ(read_strictly(s.bytes, test_body_bytes_max).is, verdict::accepted) << s.bytes;
  }
}

TEST(gate_agreement, with_the_reference_on_whatever_becomes_of_it) {
  const auto from = seeds();
  const auto seed = seed_of_run();
  RecordProperty("seed", std::to_string(seed));
  std::printf("SWITCHBOARD_SEED=%llu\n", static_cast<unsigned long long>(seed));
  mutator mutate(seed);
  const int rounds = full() ? 50'000'000 : 1'000'000;
  std::map<verdict, int> seen;
  for (int i = 0; i < rounds; ++i) {
    int number = 0;
    const auto bytes = mutate(from, number);
    const auto once = read_by_gate(bytes, whole);
    ++seen[once.is];
    const auto differs = disagreement(bytes, once);
    ASSERT_FALSE(differs) << *differs << ", from H" << number << ":\n" << testing::PrintToString(bytes);
    // In pieces it may be refused as something else, never accepted otherwise.
    const auto split = read_by_gate(bytes, mutate.pick(9) + 1);
    ASSERT_EQ(once.is == verdict::accepted, split.is == verdict::accepted) << testing::PrintToString(bytes);
    if (once.is == verdict::accepted) {
      ASSERT_EQ(static_cast<const request_reading&>(once), static_cast<const request_reading&>(split))
          << testing::PrintToString(bytes);
    }
  }
  std::printf("%d accepted, %d refused, %d unfinished\n", seen[verdict::accepted], seen[verdict::refused],
              seen[verdict::more]);
  EXPECT_GT(seen[verdict::accepted], rounds / 50) << "or nothing was compared";
}

// Without the gate Beast is all there is: the reference finds what it lets pass, and by mutation alone, from good
// requests, most of it again.
TEST(gate_agreement, finds_what_a_build_without_the_gate_lets_pass) {
  std::set<int> found;
  for (const auto& a : http::attacks()) {
    if (!a.bytes.empty() && disagreement(a.bytes, read_by_beast(a.bytes))) found.insert(a.number);
  }
  EXPECT_THAT(found, testing::IsSupersetOf({3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 17, 18, 54, 64, 65}))
      << "what Beast 1.81 takes";
  std::vector<seed> good;
  for (const auto& s : seeds()) {
    if (s.number == 0) good.push_back(s);
  }
  mutator mutate(seed_of_run());
  std::map<std::string, int> differences;
  for (int i = 0; i < 100'000; ++i) {
    int number = 0;
    const auto bytes = mutate(good, number);
    if (const auto differs = disagreement(bytes, read_by_beast(bytes))) ++differences[differs->substr(0, 9)];
  }
  EXPECT_GT(differences["the refer"], 10) << "it takes what the reference does not";
}

}  // namespace
}  // namespace switchboard::fuzz
