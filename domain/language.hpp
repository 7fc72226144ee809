#pragma once
// The language somebody writes in, as platforms and integrations say it.

#include <string>
#include <string_view>

namespace switchboard::domain {

/// As RFC 5646 spells it (§2.1.1): "pt-BR" of "pt_br". Empty where it names no language: not well-formed, or und (not
/// determined), zxx (none), mul (several), or one of the codes for private use (qaa to qtz), of which X makes its own.
[[nodiscard]] std::string language_tag(std::string_view said);

}  // namespace switchboard::domain
