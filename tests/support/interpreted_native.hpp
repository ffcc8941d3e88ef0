// Native code without LLVM: the formulas are interpreted. So every test, in every build, runs what
// decides with native code, whoever makes that code.
//
// Neighbours: runtime/jit (plans, and the interface that this stands in for), compiled.hpp. Must
// not know: LLVM, policies. threads: one.
#pragma once

#include <array>
#include <cstdint>

#include "runtime/jit/library.hpp"

namespace sentrail::support {

// What a request's rules come to for such inputs: certainly true, certainly false.
[[nodiscard]] std::array<std::uint64_t, 2> masks_of(const jit::JitRequest& request,
                                                    const std::uint64_t* inputs);

// In place of the shared object. At most 1,024 functions live at once; further ones fail, and their
// rules are judged without.
[[nodiscard]] const jit::JitApi& interpreted_api() noexcept;

// A maker of such code, for the process.
[[nodiscard]] const decide::NativeMaker& interpreted_native(jit::Coverage coverage);

}  // namespace sentrail::support
