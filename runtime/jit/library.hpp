// Native code for rules, made by the shared object with LLVM, which is loaded when it is first
// wanted.
//
// Neighbours: plan.hpp (what to make), abi.hpp (how it is asked for), llvm_compiler.cpp (in the
// shared object); runtime/server and the bench hand a maker to decide::Engine. Must not know: LLVM,
// requests. Nothing is searched for: the file is one path. Once loaded it stays, because LLVM does
// not like to be unloaded; the code of a program goes with the program.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "core/result.hpp"
#include "runtime/decide/native.hpp"
#include "runtime/jit/abi.hpp"
#include "runtime/jit/plan.hpp"

namespace sentrail::jit {

// Name of the shared object.
inline constexpr const char* kLibraryName = "libsentrail_jit.so";

// Where it should be: in the folder of the running program.
[[nodiscard]] std::string library_path();

// How much is made, and of what. The limits' defaults are those of core/limits.hpp.
struct LibraryOptions {
  std::string path = library_path();
  Coverage coverage = Coverage::gainful;
  std::size_t instructions_max = limits::kNativeInstructionsMax;
  std::size_t code_bytes_max = limits::kNativeCodeBytesMax;
};

// A shared object, or the wish for one. threads: any.
class Library final : public decide::NativeMaker {
 public:
  // `instead`: what stands for the shared object in tests; null: the object itself.
  explicit Library(LibraryOptions options = {}, const JitApi* instead = nullptr)
      : options_(std::move(options)), api_(instead) {}

  // Loads it, if that has not been done. fails: not_found; unsupported if it is not of this
  // program; the message names the remedy.
  [[nodiscard]] Status load() const;
  // Its functions; loads it. fails: as load.
  [[nodiscard]] Result<const JitApi*> api() const;

  [[nodiscard]] decide::NativeMade make(const decide::BoundProgram& bound,
                                        const decide::RuleTable& table, bool asked) const override;

 private:
  const LibraryOptions options_;
  mutable std::mutex mutex_;
  mutable const JitApi* api_;
};

}  // namespace sentrail::jit
