// The values that some attributes can have at all: what a check warns past, and an editor offers.
//
// Neighbours: schema.hpp (the attributes), compiler/check, compiler/lsp. Must not know: catalogs,
// which know the actions and tools.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "core/schema.hpp"

namespace sentrail {

// The values of risk, env, resource.ref_type and http.method. source: docs/language.md, L4.2; the
// methods are those that the gate forwards.
inline constexpr std::array<std::string_view, 4> kKnownRisks = {"low", "medium", "high",
                                                                "critical"};
inline constexpr std::array<std::string_view, 2> kKnownEnvironments = {"live", "test"};
inline constexpr std::array<std::string_view, 3> kKnownRefTypes = {"branch", "tag", "other"};
inline constexpr std::array<std::string_view, 7> kKnownMethods = {
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};

// All values that an attribute can have; none where that is not known.
[[nodiscard]] constexpr std::span<const std::string_view> known_values(AttributeId id) noexcept {
  switch (id) {
    case AttributeId::risk:
      return kKnownRisks;
    case AttributeId::env:
      return kKnownEnvironments;
    case AttributeId::resource_ref_type:
      return kKnownRefTypes;
    case AttributeId::http_method:
      return kKnownMethods;
    default:
      return {};
  }
}

}  // namespace sentrail
