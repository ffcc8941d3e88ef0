// Reads the members of a JSON request body, strictly: each named once, typed, none left over.
//
// Neighbours: every route with a body. Must not know: what the members mean. The first thing wrong
// is kept and told; later reads are harmless, so that a route reads all members and asks once.
// source: docs/api.md A1.1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"

namespace sentrail::gateway {

// One object being read. The document outlives it.
class Fields {
 public:
  // Not an object: every read fails and finish() says so.
  explicit Fields(JsonValue object);

  // A member that must be there.
  [[nodiscard]] std::string required_text(std::string_view name);
  [[nodiscard]] std::int64_t required_integer(std::string_view name, std::int64_t least,
                                              std::int64_t most);
  // A member that may be left out, or be null.
  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  [[nodiscard]] std::optional<bool> flag(std::string_view name);
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name, std::int64_t least,
                                                    std::int64_t most);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  // The member as it is; points nowhere if it is left out.
  [[nodiscard]] JsonValue any(std::string_view name);

  // Notes a fault of a member that only the route can see.
  void refuse(std::string_view name, std::string_view why);

  // Refuses members that were not asked for. fails: invalid_argument with the first thing wrong.
  [[nodiscard]] Status finish();

 private:
  [[nodiscard]] JsonValue take(std::string_view name);
  [[nodiscard]] JsonValue take(std::string_view name, JsonKind kind, std::string_view type);
  void require(std::string_view name, bool there);

  // No route takes more members.
  static constexpr std::size_t kAskedMax = 16;

  JsonValue object_;
  std::array<std::string_view, kAskedMax> asked_;
  std::size_t asked_count_ = 0;
  std::uint64_t met_ = 0;  // a bit for each of the first 64 members that was asked for
  std::string fault_;
};

}  // namespace sentrail::gateway
