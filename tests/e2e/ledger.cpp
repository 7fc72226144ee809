#include "ledger.hpp"

#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace switchboard::e2e {

namespace {

std::string milliseconds() {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::steady_clock::now().time_since_epoch())
                            .count());
}

std::string member(simdjson::dom::element e, std::string_view pointer) {
  std::string_view text;
  return e.at_pointer(pointer).get(text) == simdjson::SUCCESS ? std::string(text) : std::string{};
}

void append(std::string& out, std::string_view name, const std::vector<std::string>& found) {
  constexpr std::size_t shown_max = 5;
  out.append(name).append("=").append(std::to_string(found.size()));
  for (std::size_t i = 0; i < found.size() && i < shown_max; ++i)
    out.append(i == 0 ? " (" : "; ").append(found[i]);
  out += found.empty() ? " " : ") ";
}

}  // namespace

std::uint64_t hash_of(std::string_view text) {  // FNV-1a
  std::uint64_t h = 14'695'981'039'346'656'037ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
  return h;
}

ledger::ledger(std::filesystem::path file)
    : file_(std::move(file)), fd_(::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (!fd_.open()) throw std::runtime_error(file_.string() + ": " + std::strerror(errno));
}

void ledger::put(std::string line) const {
  line += '\n';
  if (::write(fd_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    throw std::runtime_error("the ledger cannot be written");
  }
}

void ledger::intend(std::string_view id, std::string_view customer, unsigned connection, std::uint64_t n,
                    std::uint64_t hash) const {
  std::string line = "I ";
  line.append(id).append(" ").append(customer).append(" ").append(std::to_string(connection)).append(" ");
  line.append(std::to_string(n)).append(" ").append(std::to_string(hash)).append(" ").append(milliseconds());
  put(std::move(line));
}

void ledger::answered(std::string_view id, int status) const {
  std::string line = "A ";
  line.append(id).append(" ").append(std::to_string(status)).append(" ").append(milliseconds());
  put(std::move(line));
}

ledger_entries read_ledger(const std::filesystem::path& file) {
  std::ifstream in(file);
  ledger_entries all;
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    char what = 0;
    std::string id;
    fields >> what >> id;
    if (what == 'I') {
      ledger_entry e;
      fields >> e.customer >> e.connection >> e.n >> e.hash;
      all.try_emplace(id, std::move(e));
    } else {
      int status = 0;
      fields >> status;
      if (status == 200) all.at(id).acknowledged = true;
    }
    if (!fields) throw std::runtime_error("not a line of a ledger: " + line);
  }
  return all;
}

void account_of_engine::take(std::string_view event_json) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element e;
  if (parser.parse(event_json.data(), event_json.size()).get(e) != simdjson::SUCCESS) {
    throw std::runtime_error("not an event: " + std::string(event_json));
  }
  std::uint64_t sequence = 0;
  if (e["sequence"].get(sequence) != simdjson::SUCCESS) return;  // about no conversation
  const auto conversation = member(e, "/subject");
  auto& last = last_sequence[conversation];
  if (sequence != last + 1) {
    gaps.push_back(conversation + " goes from " + std::to_string(last) + " to " + std::to_string(sequence));
  }
  last = sequence;
  if (member(e, "/type") != "message.received") return;
  if (e.at_pointer("/data/erased").error() == simdjson::SUCCESS) return;  // its customer is
  const auto id = member(e, "/data/message/platformMessageId");
  auto& m = messages[id];
  if (++m.times > 1) return;
  m.customer = member(e, "/data/conversation/metadata/customerPlatformId");
  m.conversation = conversation;
  m.sequence = sequence;
  m.hash = hash_of(member(e, "/data/message/content"));
  conversations[conversation].push_back(id);
}

bool findings::none() const {
  return lost.empty() && duplicated.empty() && phantom.empty() && altered.empty() && gaps.empty() &&
         disordered.empty();
}

std::string findings::text() const {
  std::string out;
  append(out, "lost", lost);
  append(out, "duplicated", duplicated);
  append(out, "phantom", phantom);
  append(out, "altered", altered);
  append(out, "gaps", gaps);
  append(out, "disordered", disordered);
  return out;
}

findings compare(const ledger_entries& ledger, const account_of_engine& engine) {
  findings f;
  f.gaps = engine.gaps;
  for (const auto& [id, entry] : ledger) {
    if (entry.acknowledged && !engine.messages.contains(id)) f.lost.push_back(id);
  }
  for (const auto& [id, m] : engine.messages) {
    const auto intended = ledger.find(id);
    if (intended == ledger.end()) {
      f.phantom.push_back(id);
      continue;
    }
    if (m.times > 1) f.duplicated.push_back(id);
    if (m.hash != intended->second.hash || m.customer != intended->second.customer) f.altered.push_back(id);
  }
  for (const auto& [conversation, ids] : engine.conversations) {
    std::map<unsigned, std::pair<std::uint64_t, std::string>> last;  // by connection: a sequential sender
    for (const auto& id : ids) {
      const auto intended = ledger.find(id);
      if (intended == ledger.end()) continue;
      auto& [n, before] = last[intended->second.connection];
      if (!before.empty() && intended->second.n <= n) f.disordered.push_back(id + " behind " + before);
      n = intended->second.n;
      before = id;
    }
  }
  return f;
}

}  // namespace switchboard::e2e
