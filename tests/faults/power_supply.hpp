#pragma once
// The plug of one engine: what its process must run with so that its power can be cut, and the cutting.

#include "power_cut.hpp"

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace switchboard::faults {

class power_supply {
 public:
  /// Keeps its record below `scratch`, on the file system of `data`.
  power_supply(std::filesystem::path scratch, std::filesystem::path data);

  /// Begins a new record of what is there, all of it durable, and returns the environment of the process that
  /// is to be recorded. `die_at`: it kills itself behind its so-manieth operation; 0: it does not.
  [[nodiscard]] std::vector<std::string> connect(std::uint64_t die_at = 0);
  /// Once the process has ended. Fails the test when there are several files of which the record knows nothing.
  cut_report cut(cut_plan plan, std::mt19937_64& random);
  [[nodiscard]] power_record record() const;

 private:
  std::filesystem::path record_, saved_, data_;
};

}  // namespace switchboard::faults
