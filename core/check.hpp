// Assertions that stay on in release: a broken invariant aborts with its values.
//
// Neighbours: included by everything. Must not know: any other Sentrail header.
// A failed check means that the program is wrong. What a user, a peer or a disk can cause is a
// Diagnostic, a Result or a value inside a Decision, never a check.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace sentrail {

// Prints the condition and its place on standard error and aborts. threads: any.
[[noreturn]] inline void check_failed(const char* condition, const char* file, int line,
                                      const char* note) noexcept {
  std::fprintf(stderr, "%s:%d: check failed: %s%s%s\n", file, line, condition,
               *note != '\0' ? ": " : "", note);
  std::abort();
}

}  // namespace sentrail

// Aborts unless `condition` holds; on in every build.
#define SENTRAIL_CHECK(condition)                      \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::sentrail::check_failed(#condition, __FILE__, __LINE__, ""))

// As SENTRAIL_CHECK, with a C string that says what went wrong.
#define SENTRAIL_CHECK_NOTE(condition, note) \
  (static_cast<bool>(condition)              \
       ? static_cast<void>(0)                \
       : ::sentrail::check_failed(#condition, __FILE__, __LINE__, (note)))

// Marks code that no input reaches.
#define SENTRAIL_UNREACHABLE(note) \
  ::sentrail::check_failed("unreachable", __FILE__, __LINE__, (note))
