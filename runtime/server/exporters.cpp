// Making and counting exporters. See exporters.hpp.
#include "runtime/server/exporters.hpp"

#include <utility>

#include "runtime/export/file_sink.hpp"
#include "runtime/server/folder_copy.hpp"
#include "runtime/server/http_sink.hpp"

namespace sentrail::server {
namespace {

constexpr std::size_t kCursorSlotBytes = 4096;

std::string origin_of(const ExporterConfig& config, const std::string& public_url) {
  if (!config.origin.empty()) return config.origin;
  const std::size_t place = public_url.find("://");
  return "sentrail/" + (place == std::string::npos ? public_url : public_url.substr(place + 3));
}

Result<std::unique_ptr<exporting::Sink>> http_sink(const ExporterConfig& config,
                                                   const std::string& origin,
                                                   const std::string& ca_file, http::IoThread& io) {
  SENTRAIL_ASSIGN_OR_RETURN(const UrlParts url, parse_url(config.url));
  HttpSinkOptions options;
  options.format = config.format;
  options.origin = origin;
  options.path = url.target;
  if (!config.token_file.empty()) {
    SENTRAIL_ASSIGN_OR_RETURN(std::string token, read_small_file(config.token_file));
    while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
    options.authorization = "Bearer " + token;
  }
  auto target = std::make_shared<http::UpstreamTarget>();
  target->host = url.host;
  target->port = url.port;
  target->tls = url.tls;
  target->ca_file = ca_file;
  if (config.private_address) {
    target->private_ranges = {"127.0.0.0/8",    "10.0.0.0/8", "172.16.0.0/12",
                              "192.168.0.0/16", "::1/128",    "fc00::/7"};
  }
  options.target = std::move(target);
  return std::make_unique<HttpSink>(io, std::move(options));
}

std::unique_ptr<exporting::Sink> file_sink(const ExporterConfig& config,
                                           const std::string& origin) {
  exporting::FileSinkOptions options;
  options.format = config.format;
  options.origin = origin;
  options.path = config.file;
  options.bytes_max = static_cast<std::uint64_t>(config.file_mb) << 20;
  options.kept_max = static_cast<std::uint32_t>(config.files_kept);
  return std::make_unique<exporting::FileSink>(std::move(options));
}

void write_head(std::string& out, std::string_view name, std::string_view help,
                std::string_view type) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

}  // namespace

Status Exporters::make(const std::vector<ExporterConfig>& configs, const std::string& folder,
                       const std::string& public_url, const std::string& ca_file,
                       const store::Reader& reader, http::IoThread& io) {
  if (configs.empty()) return {};
  SENTRAIL_TRY(store::make_directory(folder));
  for (const ExporterConfig& config : configs) {
    SENTRAIL_ASSIGN_OR_RETURN(
        store::SlotFile cursor,
        store::SlotFile::open(folder + "/" + config.name + ".cursor", kCursorSlotBytes));
    const std::string origin = origin_of(config, public_url);
    std::unique_ptr<exporting::Sink> sink;
    if (config.url.empty()) {
      sink = file_sink(config, origin);
    } else {
      SENTRAIL_ASSIGN_OR_RETURN(sink, http_sink(config, origin, ca_file, io));
    }
    exporting::ExporterOptions options;
    options.name = config.name;
    SENTRAIL_ASSIGN_OR_RETURN(
        std::unique_ptr<exporting::Exporter> exporter,
        exporting::Exporter::make(reader, std::move(options), std::move(cursor), std::move(sink)));
    exporters_.push_back(std::move(exporter));
  }
  return {};
}

void Exporters::start() {
  for (const auto& exporter : exporters_) exporter->start();
}

void Exporters::write_metrics(std::string& out) const {
  if (exporters_.empty()) return;
  const auto row = [&out](std::string_view name, const std::string& exporter, std::uint64_t value) {
    out.append(name).append("{exporter=\"").append(exporter).append("\"} ");
    out.append(std::to_string(value)).append("\n");
  };
  write_head(out, "sentrail_export_lag_entries", "Durable entries that are not delivered yet.",
             "gauge");
  for (const auto& one : exporters_) {
    row("sentrail_export_lag_entries", one->name(), one->state().lag);
  }
  write_head(out, "sentrail_export_failures_total", "Deliveries that failed.", "counter");
  for (const auto& one : exporters_) {
    row("sentrail_export_failures_total", one->name(), one->state().failures);
  }
}

}  // namespace sentrail::server
