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
#include "runtime/store/store.hpp"

namespace sentrail::server {

// threads: the daemon's; write_metrics() any.
class Exporters {
 public:
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

 private:
  std::vector<std::unique_ptr<exporting::Exporter>> exporters_;
};

}  // namespace sentrail::server
