// Bundles for tests: one with every kind of row, keys, and the same bytes with another statement.
//
// Neighbours: all tests of this folder and tests/fuzz/fuzz_bundle.cpp's seeds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "core/program.hpp"
#include "crypto/note.hpp"
#include "runtime/bundles/loaded_bundle.hpp"

namespace sentrail::support {

// A policy that uses every test, operand, node, tier and reason there is.
[[nodiscard]] compiler::ir::Policy full_policy();

// Its tables, and its bundle.
[[nodiscard]] ProgramStorage full_program();
[[nodiscard]] std::string full_bundle(std::span<const crypto::NoteSigner> signers = {});

// The bundle with other content and a statement, unsigned, that fits it.
[[nodiscard]] std::string with_content(std::string_view content);

// The content of a bundle.
[[nodiscard]] std::string content_of(std::string_view bundle);

// Options that accept anything whole.
[[nodiscard]] bundles::LoadOptions unsigned_allowed();

// Loads and, if accepted, verifies again and decides on requests of many kinds.
// out: whether it was accepted.
bool survives(std::string_view bundle);

}  // namespace sentrail::support
