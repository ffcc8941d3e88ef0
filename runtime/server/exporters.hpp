// The exporters of one server: made from the configuration, run, counted.
//
// Neighbours: daemon.cpp owns them, export/exporter.hpp is one, config_exporters.hpp says which.
// Must not know: formats.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "runtime/audit/retention.hpp"
#include "runtime/export/exporter.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/server/config_exporters.hpp"
#include "runtime/server/log.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::server {

// Says in the server's log when one begins to fail and when it goes on. threads: the daemon's;
// write_metrics() and write_warnings() any.
class Exporters {
 public:
  // `logger` outlives this.
  explicit Exporters(Logger& logger) : logger_(logger) {}

  // Makes them; their cursors are in `folder`, which is made. All outlive this. fails: as the
  // parts.
  [[nodiscard]] Status make(const std::vector<ExporterConfig>& configs, const std::string& folder,
                            const std::string& public_url, const std::string& ca_file,
                            const store::Reader& reader, http::IoThread& io);
  // Begins to deliver.
  void start();
  // Ends all of them; what was under way is delivered again after the next start.
  void stop() { exporters_.clear(); }

  // The exporter that is behind the others; none: nobody is behind.
  [[nodiscard]] audit::SlowestReader slowest() const;
  // Writes a gauge for each exporter's lag, and counts of failures.
  void write_metrics(std::string& out) const;
  // Adds a sentence for each exporter that fails now.
  void write_warnings(std::vector<std::string>& out) const;

 private:
  Logger& logger_;
  std::vector<std::unique_ptr<exporting::Exporter>> exporters_;
};

}  // namespace sentrail::server
