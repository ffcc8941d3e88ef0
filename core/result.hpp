// The channel for "an operation could not be done": Result<T> with an Error.
//
// Neighbours: check.hpp (the program is wrong), compiler/diag (the policy text is wrong),
// decision.hpp (the request is odd). Must not know: any library's own error type; those are
// translated once, at the wall.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace sentrail {

// What kind of failure: chosen by what the caller can do about it.
enum class Errc : std::uint8_t {
  invalid_argument,   // the caller's input is wrong; the message says how
  not_found,          // the named thing does not exist
  already_exists,     // the named thing exists and must not
  conflict,           // a compare-and-swap lost, or the state does not permit it
  permission_denied,  // the caller may not do this
  corrupt,            // bytes from disk or network fail their own checks
  io,                 // the operating system refused
  limit_exceeded,     // a limit of core/limits.hpp was met
  unavailable,        // try again later: locked, overloaded, not connected
  timed_out,          // a deadline passed
  unsupported,        // a version or feature this build does not have
};

// Stable lower-case name of a code, for logs and JSON.
[[nodiscard]] constexpr const char* name_of(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_argument:
      return "invalid_argument";
    case Errc::not_found:
      return "not_found";
    case Errc::already_exists:
      return "already_exists";
    case Errc::conflict:
      return "conflict";
    case Errc::permission_denied:
      return "permission_denied";
    case Errc::corrupt:
      return "corrupt";
    case Errc::io:
      return "io";
    case Errc::limit_exceeded:
      return "limit_exceeded";
    case Errc::unavailable:
      return "unavailable";
    case Errc::timed_out:
      return "timed_out";
    case Errc::unsupported:
      return "unsupported";
  }
  return "unknown";
}

// A failure. `message` is lower case, without a final period, names the thing and the remedy.
struct [[nodiscard]] Error {
  Errc code = Errc::invalid_argument;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

// A value or the Error that stood in its way.
template <class T>
using Result = tl::expected<T, Error>;

// A Result without a value.
using Status = Result<void>;

// Builds the failing side of any Result.
[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string message) {
  return tl::make_unexpected(Error{code, std::move(message)});
}

}  // namespace sentrail

#define SENTRAIL_CONCAT_INNER(a, b) a##b
#define SENTRAIL_CONCAT(a, b) SENTRAIL_CONCAT_INNER(a, b)

// Returns the Error of `expression` (a Status or Result) from the enclosing function, if any.
#define SENTRAIL_TRY(expression)                                     \
  do {                                                               \
    if (auto sentrail_try = (expression); !sentrail_try) {           \
      return ::tl::make_unexpected(std::move(sentrail_try).error()); \
    }                                                                \
  } while (false)

// `SENTRAIL_ASSIGN_OR_RETURN(auto bytes, read_file(path));`: the value, or return the Error.
#define SENTRAIL_ASSIGN_OR_RETURN(declaration, expression) \
  SENTRAIL_ASSIGN_INNER(SENTRAIL_CONCAT(sentrail_result_, __LINE__), declaration, expression)
#define SENTRAIL_ASSIGN_INNER(temporary, declaration, expression) \
  auto temporary = (expression);                                  \
  if (!temporary) {                                               \
    return ::tl::make_unexpected(std::move(temporary).error());   \
  }                                                               \
  declaration = std::move(*temporary)
