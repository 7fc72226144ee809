#include "engine_process.hpp"

#include "cli/sockets.hpp"
#include "json_text.hpp"
#include "tests/eventually.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace switchboard::e2e {

namespace {

namespace fs = std::filesystem;
using clock = std::chrono::steady_clock;

constexpr std::size_t tail_bytes = 2'000;

std::string read_from(const fs::path& file, std::uintmax_t from) {
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(from));
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string tail(std::string text) {
  if (text.size() > tail_bytes) text.erase(0, text.size() - tail_bytes);
  return text;
}

/// fork and exec; everything that allocates is done before. The child dies with the thread that made it.
pid_t spawn_program(const std::string& program, const std::vector<std::string>& arguments,
                    const std::vector<std::string>& environment, const fs::path& out, const fs::path& err) {
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment;  // first, since the first of a name counts
  for (char** v = environ; *v != nullptr; ++v) variables.emplace_back(*v);
  const auto pointers = [](std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& t : texts) all.push_back(t.data());
    all.push_back(nullptr);
    return all;
  };
  auto argv = pointers(words), envp = pointers(variables);
  const auto open_log = [](const fs::path& p) {
    return cli::file_descriptor(::open(p.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  };
  const auto output = open_log(out), errors = open_log(err);
  const auto parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(126);
    ::dup2(output.get(), STDOUT_FILENO);
    ::dup2(errors.get(), STDERR_FILENO);
    ::execve(program.c_str(), argv.data(), envp.data());
    ::_exit(127);
  }
  if (pid < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
  return pid;
}

bool reap_child(pid_t pid, bool wait, ending& into) {
  int status = 0;
  pid_t got = 0;
  do {
    got = ::waitpid(pid, &status, wait ? 0 : WNOHANG);
  } while (got < 0 && errno == EINTR);
  if (got != pid) return false;
  into.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  into.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return true;
}

}  // namespace

std::string engine_binary() {
  const char* named = std::getenv("SWITCHBOARD_BINARY");
  return named != nullptr ? named : SWITCHBOARD_BINARY;
}

ending run_command(const std::vector<std::string>& arguments, const fs::path& scratch,
                   const std::vector<std::string>& environment, std::chrono::seconds at_most) {
  const auto out = scratch / "command.out", err = scratch / "command.err";
  fs::remove(out);
  fs::remove(err);
  const pid_t pid = spawn_program(engine_binary(), arguments, environment, out, err);
  ending e;
  if (!eventually([&] { return reap_child(pid, false, e); }, at_most)) {
    ::kill(pid, SIGKILL);
    (void)reap_child(pid, true, e);
    throw std::runtime_error("switchboard " + arguments.front() + " did not end: " + tail(read_from(err, 0)));
  }
  e.out = read_from(out, 0);
  e.err = read_from(err, 0);
  return e;
}

engine_process::engine_process(fs::path directory, std::string program)
    : directory_(std::move(directory)), program_(std::move(program)) {}

engine_process::~engine_process() {
  if (running()) kill();
}

void engine_process::configure(const std::string& toml) {
  std::ofstream(config(), std::ios::trunc) << toml;
}

std::string engine_process::said() const {
  return read_from(directory_ / "engine.log", log_from_);
}

void engine_process::launch() {
  if (running()) throw std::runtime_error("the engine is running already");
  const auto log = directory_ / "engine.log";
  log_from_ = fs::exists(log) ? fs::file_size(log) : 0;
  searched_to_ = 0;
  std::vector<std::string> arguments{"serve", "--config", config().string()};
  arguments.insert(arguments.end(), options_.begin(), options_.end());
  pid_ = spawn_program(program_, arguments, environment_, log, log);
}

bool engine_process::reap(bool wait, ending& into) {
  if (!running() || !reap_child(pid_, wait, into)) return false;
  pid_ = -1;
  into.out = said();
  return true;
}

void engine_process::read_ports(const std::string& ready_line) {
  const auto port_of = [&](const char* pointer) {
    const auto address = text_at(ready_line, pointer).value_or("");
    const auto colon = address.rfind(':');
    if (colon == std::string::npos) throw std::runtime_error("no address in " + ready_line);
    return static_cast<std::uint16_t>(std::stoul(address.substr(colon + 1)));
  };
  port_ = port_of("/listen");
  admin_port_ = port_of("/admin");
}

std::chrono::milliseconds engine_process::start(std::chrono::seconds within) {
  const auto began = clock::now();
  if (const auto e = start_or_end(within)) {
    throw std::runtime_error("the engine ended with code " + std::to_string(e->code) + ", signal " +
                             std::to_string(e->signal) + ": " + tail(e->out));
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);
}

std::optional<ending> engine_process::start_or_end(std::chrono::seconds within) {
  launch();
  std::optional<ending> early;
  const auto is_decided = [&] {
    const auto text = said();
    const auto at = text.find("\"event\":\"ready\"");
    const auto end = at == std::string::npos ? at : text.find('\n', at);
    if (end != std::string::npos) {
      const auto before = text.rfind('\n', at);
      const auto first = before == std::string::npos ? 0 : before + 1;
      read_ports(text.substr(first, end - first));
      return true;
    }
    early = ended();
    return early.has_value();
  };
  if (!eventually(is_decided, within)) {
    kill();
    throw std::runtime_error("the engine was not ready in time: " + tail(said()));
  }
  return early;
}

std::optional<ending> engine_process::ended() {
  ending e;
  if (!reap(false, e)) return std::nullopt;
  return e;
}

ending engine_process::start_refused(std::chrono::seconds within) {
  launch();
  return wait_end(within);
}

void engine_process::kill() {
  if (!running()) return;
  ::kill(pid_, SIGKILL);
  ending ignored;
  (void)reap(true, ignored);
}

void engine_process::send_signal(int number) const {
  if (running()) ::kill(pid_, number);
}

ending engine_process::wait_end(std::chrono::seconds within) {
  if (!running()) throw std::runtime_error("the engine does not run");
  ending e;
  if (!eventually([&] { return reap(false, e); }, within)) {
    kill();
    throw std::runtime_error("the engine did not end in time: " + tail(said()));
  }
  return e;
}

ending engine_process::terminate(std::chrono::seconds within) {
  send_signal(SIGTERM);
  return wait_end(within);
}

void engine_process::wait_logged(const std::string& event, std::chrono::seconds within) {
  const std::string wanted = "\"event\":\"" + event + "\"";
  const auto is_logged = [&] {
    const auto at = said().find(wanted, searched_to_);
    if (at != std::string::npos) {
      searched_to_ = at + wanted.size();
      return true;
    }
    ending e;
    if (reap(false, e))
      throw std::runtime_error("the engine ended instead of saying " + event + ": " + tail(e.out));
    return false;
  };
  if (!eventually(is_logged, within))
    throw std::runtime_error("the engine never said " + event + ": " + tail(said()));
}

}  // namespace switchboard::e2e
