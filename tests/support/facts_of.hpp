// The engines' view of the oracle's requests and decisions, so that both can be asked the same.
//
// Neighbours: compiler/oracle/value.hpp, core/facts.hpp. Must not know: any evaluator.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "compiler/oracle/oracle.hpp"
#include "compiler/oracle/value.hpp"
#include "core/decision.hpp"
#include "core/facts.hpp"

namespace sentrail::support {

// Facts with the texts, sets and documents that they show.
class OwnedFacts {
 public:
  // The facts of a request; nothing where facts have no words for it: a part of a JSON value that
  // is unreadable alone, or an object with a repeated key.
  [[nodiscard]] static std::optional<OwnedFacts> of(const compiler::oracle::Request& request);

  // Says what the clocks of these zones show at the instant of the request.
  void set_zones(std::vector<std::string> names);

  OwnedFacts(OwnedFacts&&) noexcept;
  OwnedFacts& operator=(OwnedFacts&&) noexcept;
  ~OwnedFacts();

  [[nodiscard]] const Facts& operator*() const noexcept;
  [[nodiscard]] const Facts* operator->() const noexcept { return &**this; }

 private:
  struct Storage;
  OwnedFacts();

  std::unique_ptr<Storage> storage_;
};

// An engine's decision in the oracle's words, its candidates as far as they were kept.
[[nodiscard]] compiler::oracle::Decision oracle_form(const Decision& decision);

// The oracle's decision as an engine would give it.
[[nodiscard]] Decision engine_form(const compiler::oracle::Decision& decision);

// What differs between the oracle's decision and an engine's; empty if nothing.
[[nodiscard]] std::string difference(const compiler::oracle::Decision& expected,
                                     const Decision& actual);

}  // namespace sentrail::support
