// Where an exporter's entries go.
//
// Neighbours: exporter.hpp delivers, file_sink.hpp and server/http_sink.hpp receive. Must not know:
// cursors.
#pragma once

#include <span>

#include "core/result.hpp"
#include "runtime/store/audit_entry.hpp"

namespace sentrail::exporting {

// threads: one at a time; it may block for as long as the receiver does.
class Sink {
 public:
  virtual ~Sink() = default;
  // Delivers entries. Once it has succeeded, the receiver has them for good; after a failure all of
  // them are delivered again.
  [[nodiscard]] virtual Status deliver(std::span<const store::AuditRow> rows) = 0;
  // Ends a delivery that is under way, as failed, and all later ones. threads: any.
  virtual void stop() noexcept {}
};

}  // namespace sentrail::exporting
