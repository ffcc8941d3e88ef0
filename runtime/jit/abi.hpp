// What the programs and the shared object with LLVM say to each other: C data and functions, so
// that neither needs the other to be built.
//
// Neighbours: library.cpp calls, llvm_compiler.cpp answers; formula.hpp makes the nodes. Must not
// know: policies, LLVM. Whoever changes anything here changes kJitAbi. The caller trusts what it
// called as it trusts itself: the handshake finds mistakes, not enemies.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace sentrail::jit {

// What both sides must say of themselves: "SENTJIT!", the version of this file, the name of the one
// function that is looked up.
inline constexpr std::uint64_t kJitMagic = 0x5345'4e54'4a49'5421;
inline constexpr std::uint32_t kJitAbi = 1;
inline constexpr const char* kJitSymbol = "sentrail_jit_api";

// What a node of a formula is. `a` and `b` of connectives are nodes before it.
enum class FormulaOp : std::uint32_t {
  constant,  // a is 0 or 1
  equals,    // the value of input a is b
  within,    // the value of input a is at least b, and below b + c
  among,     // bit `value of input a`, which is below 32, of b
  both,
  either,
  negation,  // of a
};

// A node.
struct FormulaNode {
  FormulaOp op = FormulaOp::constant;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;

  friend auto operator<=>(const FormulaNode&, const FormulaNode&) = default;
};

// Stands for the node that is false where another is true, and true where it is false.
inline constexpr std::uint32_t kOpposite = 0xffffffff;

// The nodes by which a rule is certainly true, and certainly false.
struct FormulaRule {
  std::uint32_t yes = 0;
  std::uint32_t no = kOpposite;
};

// One function to be made: what NativeCode does for these rules, at most 64.
struct JitRequest {
  const FormulaNode* nodes = nullptr;
  std::uint32_t node_count = 0;
  const FormulaRule* rules = nullptr;
  std::uint32_t rule_count = 0;
  std::uint32_t instructions_max = 0;  // before anything of LLVM's runs that costs time
  std::uint32_t code_bytes_max = 0;    // before it is made executable
};

// What was made. `code` lives as long as its session.
struct JitResult {
  void (*code)(const std::uint64_t* inputs, std::uint64_t* masks) = nullptr;
  std::uint32_t instructions = 0;
  std::uint32_t code_bytes = 0;
};

// How it went.
enum class JitStatus : std::uint32_t { made, too_many_instructions, too_many_bytes, failed };

// The shared object. Functions write what went wrong into `why`, ended by a zero byte.
// threads: one at a time for each session.
struct JitApi {
  std::uint64_t magic = kJitMagic;
  std::uint32_t abi = kJitAbi;
  std::uint32_t node_bytes = sizeof(FormulaNode);
  const char* version = nullptr;  // of Sentrail
  void* (*open)(char* why, std::size_t why_bytes) = nullptr;
  JitStatus (*compile)(void* session, const JitRequest* request, JitResult* result, char* why,
                       std::size_t why_bytes) = nullptr;
  void (*close)(void* session) = nullptr;
};
using JitApiFunction = const JitApi* (*)();

}  // namespace sentrail::jit
