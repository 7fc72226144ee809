#pragma once
// Words that stand in every field of one brand's things and nowhere else, so that whoever reads one of them knows
// whose it was. A word is "cnry", the letter of its owner, random digits, and the field.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::attacks {

inline constexpr char nobodys_letter = 'n';  ///< of what has no brand: for tokens of all brands only

class canaries {
 public:
  /// `letter`: whose.
  canaries(char letter, std::uint64_t seed);
  [[nodiscard]] char letter() const { return letter_; }
  /// The word of a field.
  [[nodiscard]] std::string of(std::string_view field) const { return stem_ + std::string(field); }
  /// What the engine itself made for this owner: ids, cursors, numbers. Looked for like the words.
  void learn(std::string text);
  [[nodiscard]] const std::set<std::string, std::less<>>& learned() const { return learned_; }

 private:
  char letter_;
  std::string stem_;
  std::set<std::string, std::less<>> learned_;
};

/// The words of owners other than `mine` in `text`, but for those that `said` holds, which is what the asker said
/// itself; and of `others` what they learned. `mine` '\0': whoever reads `text` may see nobody's.
[[nodiscard]] std::vector<std::string> foreign_words(std::string_view text, char mine, std::string_view said,
                                                     const std::vector<const canaries*>& others);

}  // namespace switchboard::attacks
