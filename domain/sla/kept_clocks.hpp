#pragma once
// A conversation's clocks as the copies of it share them: most events change none of them.

#include <memory>

namespace switchboard::domain::sla {

struct clocks;

/// None, or some. Equal where what they say is.
class kept_clocks {
 public:
  kept_clocks() = default;
  explicit kept_clocks(clocks c);
  [[nodiscard]] explicit operator bool() const { return kept_ != nullptr; }
  [[nodiscard]] const clocks& operator*() const { return *kept_; }
  [[nodiscard]] const clocks* operator->() const { return kept_.get(); }
  bool operator==(const kept_clocks& other) const;

 private:
  std::shared_ptr<const clocks> kept_;
};

}  // namespace switchboard::domain::sla
