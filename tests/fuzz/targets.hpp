#pragma once
// One function for each parser of what strangers send: given any bytes it must come back, and abort() where something
// that must hold does not. libFuzzer drives them one at a time (fuzzer_main.cpp), the replay all of them over their
// seeds and what was found before (replay_main.cpp).

#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

namespace switchboard::fuzz {

struct target {
  std::string_view name;  ///< and the folder below tests/fuzz/seeds
  void (*run)(std::string_view bytes);
};

void run_gate(std::string_view bytes);
void run_chunks(std::string_view bytes);
void run_meta(std::string_view bytes);
void run_page(std::string_view bytes);
void run_instagram(std::string_view bytes);
void run_whatsapp(std::string_view bytes);
void run_telegram(std::string_view bytes);
void run_x(std::string_view bytes);
void run_linkedin(std::string_view bytes);
void run_bluesky(std::string_view bytes);
void run_signature(std::string_view bytes);
void run_query(std::string_view bytes);
void run_config(std::string_view bytes);
void run_cursor(std::string_view bytes);
void run_record(std::string_view bytes);
void run_json(std::string_view bytes);
void run_outgoing(std::string_view bytes);
void run_answer(std::string_view bytes);
void run_zone(std::string_view bytes);
void run_routing(std::string_view bytes);

inline constexpr target targets[] = {{"gate", run_gate},
                                     {"chunks", run_chunks},
                                     {"meta", run_meta},
                                     {"page", run_page},
                                     {"instagram", run_instagram},
                                     {"whatsapp", run_whatsapp},
                                     {"telegram", run_telegram},
                                     {"x", run_x},
                                     {"linkedin", run_linkedin},
                                     {"bluesky", run_bluesky},
                                     {"signature", run_signature},
                                     {"query", run_query},
                                     {"config", run_config},
                                     {"cursor", run_cursor},
                                     {"record", run_record},
                                     {"json", run_json},
                                     {"outgoing", run_outgoing},
                                     {"answer", run_answer},
                                     {"zone", run_zone},
                                     {"routing", run_routing}};

/// Ends the process where it does not.
inline void hold(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace switchboard::fuzz
