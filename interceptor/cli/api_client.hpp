// One blocking connection to the gate: a request out, an answer in, within a deadline.
//
// Neighbours: context.hpp; runtime/http/ is the codec. Must not know: routes, people. Certificates
// are verified against the system's roots and the extra file; there is no switch against it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "interceptor/cli/settings.hpp"
#include "runtime/http/message.hpp"

namespace sentrail::cli {

// A client of one server. Opens a connection for each call. threads: one.
class ApiClient {
 public:
  ApiClient(Endpoint endpoint, std::string ca_file)
      : endpoint_(std::move(endpoint)), ca_file_(std::move(ca_file)) {}

  // Sends one request and waits for the whole answer. Host and framing are set here.
  // fails: unavailable when the server cannot be reached, timed_out, corrupt for an answer that
  // breaks HTTP's framing.
  [[nodiscard]] Result<http::HttpResponse> call(http::HttpRequest request,
                                                std::int64_t deadline_ms) const;

 private:
  Endpoint endpoint_;
  std::string ca_file_;
};

}  // namespace sentrail::cli
