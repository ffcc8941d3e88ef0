// What every command shares: settings, the signed-in session, how answers and errors are shown.
//
// Neighbours: commands.hpp. Must not know: any one route. A session lives in this process only and
// is ended when the command ends.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.hpp"
#include "core/result.hpp"
#include "interceptor/cli/settings.hpp"
#include "runtime/http/message.hpp"

namespace sentrail::cli {

// Exit codes of the program.
inline constexpr int kFine = 0;      // done
inline constexpr int kRefused = 1;   // the gate said no, or a check found something
inline constexpr int kCouldNot = 2;  // usage, no terminal, gate not reachable

// Who a call is made as.
enum class As {
  nobody,  // open routes
  reader,  // SENTRAIL_KEY if set, else a person
  person,  // signs in first
};

// An answer of the gate. `json` is empty when the body is not JSON.
struct Answer {
  int status = 0;
  std::string body;
  JsonDocument json;
};

// The state of one command. threads: one.
class Context {
 public:
  // Settings from file and environment; flags may change them before the first call.
  Settings settings;
  bool json = false;

  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  // Signs out.
  ~Context();

  // Calls a route; `body` is JSON text or empty. fails: as ApiClient; permission_denied when the
  // gate refused, with its own sentence.
  [[nodiscard]] Result<Answer> call(As as, std::string_view method, std::string_view target,
                                    std::string body = {});
  // Asks an open route and takes whatever comes. fails: as ApiClient.
  [[nodiscard]] Result<Answer> probe(std::string_view target);
  // As call, with other content than JSON.
  [[nodiscard]] Result<Answer> upload(std::string_view method, std::string_view target,
                                      std::string_view content_type, std::string body);

  // Remembers the device token of an answer to signing in, for this server and account.
  void keep_device(const Answer& answer);

  // Runs one command: `work` prints what people see; its Error is printed and becomes the code.
  void finish(const std::function<Status()>& work);
  // The exit code of what ran.
  [[nodiscard]] int exit_code() const noexcept { return exit_code_; }
  void set_exit_code(int code) noexcept { exit_code_ = code; }

  // With --json prints the answer as it came and returns true.
  [[nodiscard]] bool printed_json(const Answer& answer) const;

 private:
  [[nodiscard]] Result<Answer> exchange(http::HttpRequest request);
  [[nodiscard]] Result<Answer> ask_as(As as, const http::HttpRequest& request);
  [[nodiscard]] Status authorise(As as, http::HttpRequest& request);
  [[nodiscard]] Status sign_in();

  std::string session_;
  int exit_code_ = kFine;
};

// The list of that name in an answer. fails: corrupt if the gate sent none.
[[nodiscard]] Result<JsonValue> list_in(const Answer& answer, std::string_view name);

// Where a list goes on, for `cursor`; empty at its end.
[[nodiscard]] std::string next_of(const Answer& answer);

// Bytes of a file, or of standard input for `-`, up to a limit.
[[nodiscard]] Result<std::string> read_input(const std::string& path, std::size_t bytes_max);

// A secret in a file, or on standard input for `-`, without the end of its line.
// fails: also invalid_argument if there is none.
[[nodiscard]] Result<std::string> read_token(const std::string& path);

// Percent-encodes one path segment or query value.
[[nodiscard]] std::string percent_encode(std::string_view text);

// `?a=b&c=d` of the pairs whose value is not empty; "" when there is none.
[[nodiscard]] std::string query_of(
    std::initializer_list<std::pair<std::string_view, std::string>> pairs);

}  // namespace sentrail::cli
