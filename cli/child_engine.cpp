#include "cli/child_engine.hpp"

#include "cli/http_client.hpp"
#include "cli/interrupt.hpp"
#include "cli/sockets.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace switchboard::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds ready_timeout{60};
constexpr std::chrono::seconds end_timeout{15};
constexpr std::size_t log_tail_bytes = 600;

std::string tail_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (text.size() > log_tail_bytes) text.erase(0, text.size() - log_tail_bytes);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

std::string bench_config(const std::string& listen, const std::string& admin_listen,
                         const std::string& data_dir) {
  return "[server]\nlisten = \"" + listen + "\"\nadmin_listen = \"" + admin_listen +
         "\"\ndemo = true\n\n[storage]\ndata_dir = \"" + data_dir +
         R"("

[[brand]]
id = "acme"

[[source]]
id = "meta"
kind = "meta"
secrets = ["demo-secret"]
verify_token = "demo-verify"

[[account]]
id = "acme-whatsapp"
brand = "acme"
source = "meta"
platform = "whatsapp"
platform_id = "106540352242922"

[[token]]
value = "demo-admin"
brand = "acme"
role = "admin"
)";
}

expected<std::unique_ptr<child_engine>, std::string> child_engine::start(const std::string& data_root,
                                                                         const std::string& program) {
  std::unique_ptr<child_engine> child(new child_engine);
  std::error_code ec;
  const fs::path root = data_root.empty() ? fs::temp_directory_path(ec) : fs::path(data_root);
  std::string pattern = (root / "switchboard-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    return unexpected{"cannot make a directory below " + root.string() + ": " + std::strerror(errno)};
  child->directory_ = pattern;
  child->port_ = free_port();
  child->admin_port_ = free_port();
  const std::string config = pattern + "/bench.toml", log = pattern + "/engine.log";
  std::ofstream(config) << bench_config("127.0.0.1:" + std::to_string(child->port_),
                                        "127.0.0.1:" + std::to_string(child->admin_port_), pattern + "/data");
  const file_descriptor output(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  const auto parent = ::getpid();
  child->pid_ = ::fork();
  if (child->pid_ == 0) {
    // A benchmark that is killed must not leave its engine behind.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(1);
    ::dup2(output.get(), STDOUT_FILENO);
    ::dup2(output.get(), STDERR_FILENO);
    ::execl(program.c_str(), "switchboard", "serve", "--config", config.c_str(), nullptr);
    ::_exit(127);
  }
  if (child->pid_ < 0) return unexpected{std::string("cannot start the engine: ") + std::strerror(errno)};
  if (auto ready = child->wait_ready(); !ready) return unexpected{ready.error() + ": " + tail_of(log)};
  return child;
}

expected<void, std::string> child_engine::wait_ready() {
  const cli::url admin{.tls = false, .host = "127.0.0.1", .port = admin_port_, .prefix = {}};
  const auto give_up = std::chrono::steady_clock::now() + ready_timeout;
  while (std::chrono::steady_clock::now() < give_up && !interrupted().load()) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return unexpected{std::string("the engine ended at once")};
    }
    http_client client(admin, {.answer_timeout = std::chrono::milliseconds(2'000), .stop = &interrupted()});
    const auto reply = client.send({.target = "/readyz", .headers = {}, .body = {}});
    if (reply && reply->status == 200) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return unexpected{std::string("the engine was not ready within 60 s")};
}

child_engine::~child_engine() {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    const auto give_up = std::chrono::steady_clock::now() + end_timeout;
    while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > give_up) ::kill(pid_, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  std::error_code ec;
  if (!directory_.empty()) fs::remove_all(directory_, ec);
}

std::string child_engine::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

double child_engine::cpu_seconds() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;  // state … cmajflt
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::uint64_t child_engine::resident_bytes() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/statm");
  std::uint64_t size = 0, resident = 0;
  in >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace switchboard::cli
