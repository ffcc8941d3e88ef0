// What people are told: the rule's name, its `because` with values filled in, values themselves.
//
// Neighbours: engine.hpp, explain.hpp; the gateway shows these in answers, approvals and records.
// Must not know: how the decision came about. Requests are hostile text: every value is escaped and
// capped here, once, so that callers may show it as it is. The cold path: this allocates.
// source: docs/language.md, L8.10.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "runtime/decide/engine.hpp"
#include "runtime/decide/obligations.hpp"

namespace sentrail::decide {

// `module.tier.rule` of a rule, see Program::written; `default` for Decision::kByDefault. Valid as
// long as the program.
[[nodiscard]] std::string_view rule_name_of(const Program& program, std::uint32_t rule);

// The reason of a decision: the because of what decided, each hole filled with show_value; without
// a because, `Policy '<rule>' matched`. out: one line of UTF-8, at most
// limits::kReasonCharactersMax characters. `full_limit`, of deciding_limit(), is named instead. in:
// obligations whose hidden values a reason does not show; null: it shows all.
[[nodiscard]] std::string reason_of(const Engine& engine, const Decision& decision,
                                    const Facts& facts,
                                    std::optional<std::uint32_t> full_limit = std::nullopt,
                                    const ObligationSet* hidden = nullptr);

// The value that a slot of the program has in some facts.
[[nodiscard]] Fact fact_of(const Engine& engine, std::uint32_t slot, const Facts& facts);

// Whether obligations hide what a slot names, or a part of it; null hides nothing.
[[nodiscard]] bool is_hidden(const Engine& engine, std::uint32_t slot, const ObligationSet* hidden);

// A value on one line for people: texts escaped and cut short, containers by their size alone,
// since a whole body is no reason and may hold secrets.
[[nodiscard]] std::string show_value(const Fact& fact);

}  // namespace sentrail::decide
