#include "rig.hpp"

#include "cli/sockets.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <random>

namespace switchboard::load {

namespace {

constexpr std::uint64_t first_number = 106'540'352'242'922;
constexpr std::chrono::milliseconds look_again{100};

std::string toml(const rig_options& o, const std::string& data, std::uint16_t port) {
  std::string out = "[server]\nlisten = \"127.0.0.1:" + std::to_string(port) +
                    "\"\nadmin_listen = \"127.0.0.1:0\"\ndemo = true\n" + o.server +
                    "\n[storage]\ndata_dir = \"" + data + "\"\nfree_space_min_bytes = 0\n" + o.storage +
                    "\n[limits]\n" + o.limits;
  out +=
      "\n[[source]]\nid = \"meta\"\nkind = \"meta\"\nsecrets = [\"demo-secret\"]\nverify_token = \"v\"\n"
      "\n[[token]]\nvalue = \"" +
      std::string(token) + "\"\nbrand = \"*\"\nrole = \"admin\"\n";
  for (unsigned i = 0; i < o.brands; ++i) {
    const auto brand = "brand-" + std::to_string(i);
    out += "\n[[brand]]\nid = \"" + brand + "\"\n\n[[account]]\nid = \"" + brand + "-wa\"\nbrand = \"" +
           brand + "\"\nsource = \"meta\"\nplatform = \"whatsapp\"\nplatform_id = \"" +
           std::to_string(first_number + i) + "\"\n";
  }
  return out;
}

}  // namespace

rig::rig(const rig_options& options) : engine(directory.path()), run_(std::random_device{}()) {
  engine.configure(toml(options, engine.data().string(), cli::free_port()));
  const on_core here(engine_core);
  engine.start();
}

rig::~rig() = default;

cli::webhook_plan rig::webhooks(unsigned brand, std::uint64_t customers, std::uint64_t first) const {
  cli::webhook_plan p;
  p.host = host();
  p.phone_number_id = std::to_string(first_number + brand);
  p.customers = customers;
  p.first_customer = first;
  p.run = run_;
  return p;
}

void rig::restart(int signal) {
  if (signal == SIGKILL) {
    engine.kill();
  } else {
    engine.send_signal(signal);
    (void)engine.wait_end(std::chrono::seconds{60});
  }
  const on_core here(engine_core);
  engine.start();
}

std::uint64_t resident_bytes(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/statm");
  std::uint64_t size = 0, resident = 0;
  in >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

memory_watch::memory_watch(pid_t pid, std::uint64_t cap, std::atomic<bool>* too_much)
    : thread_([this, pid, cap, too_much] {
        while (!stop_) {
          samples_.push_back({std::chrono::steady_clock::now(), resident_bytes(pid)});
          if (too_much != nullptr && samples_.back().bytes > cap) *too_much = true;
          std::this_thread::sleep_for(look_again);
        }
      }) {}

void memory_watch::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

std::uint64_t memory_watch::most() const {
  std::uint64_t most = 0;
  for (const auto& s : samples_) most = std::max(most, s.bytes);
  return most;
}

double memory_watch::slope_per_minute(std::chrono::steady_clock::time_point from) const {
  double n = 0, t = 0, b = 0, tt = 0, tb = 0;
  for (const auto& s : samples_) {
    if (s.at < from) continue;
    const double minutes = std::chrono::duration<double>(s.at - from).count() / 60;
    const auto bytes = static_cast<double>(s.bytes);
    n += 1;
    t += minutes;
    b += bytes;
    tt += minutes * minutes;
    tb += minutes * bytes;
  }
  const double spread = n * tt - t * t;
  return spread > 0 ? (n * tb - t * b) / spread : 0;
}

}  // namespace switchboard::load
