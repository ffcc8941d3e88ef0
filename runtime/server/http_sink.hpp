// Entries delivered over HTTP, through the server's own connections.
//
// Neighbours: export/exporter.hpp delivers, an I/O thread carries each request. Must not know:
// cursors. The exporter's thread waits here for the answer, so one request is under way at a time.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "runtime/export/format.hpp"
#include "runtime/export/sink.hpp"
#include "runtime/http/handler.hpp"

namespace sentrail::server {

// Where to, and how.
struct HttpSinkOptions {
  exporting::Format format = exporting::Format::json_lines;
  std::string origin;
  std::shared_ptr<const http::UpstreamTarget> target;
  std::string path;
  std::string authorization;  // empty: none. A secret.
};

// See export/sink.hpp. A 2xx answer means that the receiver has them.
class HttpSink final : public exporting::Sink {
 public:
  // `io` outlives the last delivery.
  HttpSink(http::IoThread& io, HttpSinkOptions options);
  ~HttpSink() override;

  [[nodiscard]] Status deliver(std::span<const store::AuditRow> rows) override;
  void stop() noexcept override;

 private:
  struct Outcome;
  class Observer;

  http::IoThread& io_;
  const HttpSinkOptions options_;
  const std::shared_ptr<Outcome> outcome_;
};

}  // namespace sentrail::server
