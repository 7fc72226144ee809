#include "cli/child_engine.hpp"

#include "cli/http_client.hpp"
#include "cli/interrupt.hpp"
#include "cli/sockets.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace switchboard::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds ready_timeout{60};

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

expected<void, std::string> child_engine::make_directory(const std::string& below) {
  std::error_code ec;
  const fs::path root = below.empty() ? fs::temp_directory_path(ec) : fs::path(below);
  std::string pattern = (root / "switchboard-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    return unexpected{"cannot make a directory below " + root.string() + ": " + std::strerror(errno)};
  directory_ = pattern;
  data_dir_ = directory_ + "/data";
  listen_ = "127.0.0.1:" + std::to_string(free_port());
  admin_port_ = free_port();
  return {};
}

expected<void, std::string> child_engine::run(std::vector<std::string> arguments) {
  words_ = {"/proc/self/exe", "serve"};
  std::ranges::move(arguments, std::back_inserter(words_));
  auto started = child_process::start(words_, directory_ + "/engine.log");
  if (!started) return unexpected{started.error()};
  process_ = *std::move(started);
  if (auto ready = wait_ready(); !ready) return unexpected{ready.error() + ": " + process_->last_words()};
  return {};
}

expected<std::unique_ptr<child_engine>, std::string> child_engine::start(const std::string& data_root,
                                                                         const std::string& more) {
  std::unique_ptr<child_engine> child(new child_engine);
  if (auto made = child->make_directory(data_root); !made) return unexpected{made.error()};
  std::ofstream(child->config()) << bench_config(child->listen_,
                                                 "127.0.0.1:" + std::to_string(child->admin_port_),
                                                 child->data_dir_)
                                 << more;
  if (auto ran = child->run({"--config", child->config()}); !ran) return unexpected{ran.error()};
  return child;
}

expected<std::unique_ptr<child_engine>, std::string> child_engine::serve(const child_engine_plan& plan) {
  std::unique_ptr<child_engine> child(new child_engine);
  if (auto made = child->make_directory({}); !made) return unexpected{made.error()};
  if (!plan.data_dir.empty()) child->data_dir_ = plan.data_dir;
  if (!plan.listen.empty()) child->listen_ = plan.listen;
  auto ran = child->run({"--config", plan.config, "--data-dir", child->data_dir_, "--listen", child->listen_,
                         "--admin-listen", "127.0.0.1:" + std::to_string(child->admin_port_)});
  if (!ran) return unexpected{ran.error()};
  return child;
}

expected<void, std::string> child_engine::wait_ready() {
  const cli::url admin{.tls = false, .host = "127.0.0.1", .port = admin_port_, .prefix = {}};
  const auto give_up = std::chrono::steady_clock::now() + ready_timeout;
  while (std::chrono::steady_clock::now() < give_up && !interrupted().load()) {
    if (process_->has_ended()) return unexpected{std::string("the engine ended at once")};
    http_client client(admin, {.answer_timeout = std::chrono::milliseconds(2'000), .stop = &interrupted()});
    const auto reply = client.send({.target = "/readyz", .headers = {}, .body = {}});
    if (reply && reply->status == 200) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return unexpected{std::string("the engine was not ready within 60 s")};
}

expected<std::chrono::nanoseconds, std::string> child_engine::restart() {
  process_.reset();
  const auto began = std::chrono::steady_clock::now();
  if (auto ran = run({words_.begin() + 2, words_.end()}); !ran) return unexpected{ran.error()};
  return std::chrono::steady_clock::now() - began;
}

child_engine::~child_engine() {
  process_.reset();
  std::error_code ec;
  if (!directory_.empty()) fs::remove_all(directory_, ec);
}

std::string child_engine::admin_url() const {
  return "http://127.0.0.1:" + std::to_string(admin_port_);
}

std::string child_engine::url() const {
  return "http://" + listen_;
}

}  // namespace switchboard::cli
