// Making and counting exporters. See exporters.hpp.
#include "runtime/server/exporters.hpp"

#include <utility>

#include "runtime/export/file_sink.hpp"
#include "runtime/http/address.hpp"
#include "runtime/kafka/kafka_sink.hpp"
#include "runtime/kafka/library.hpp"
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

// A secret of a file of its own, without the end of its line.
Result<std::string> read_secret(const std::string& path) {
  SENTRAIL_ASSIGN_OR_RETURN(std::string text, read_small_file(path));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
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
    SENTRAIL_ASSIGN_OR_RETURN(const std::string token, read_secret(config.token_file));
    options.authorization = "Bearer " + token;
  }
  auto target = std::make_shared<http::UpstreamTarget>();
  target->host = url.host;
  target->port = url.port;
  target->tls = url.tls;
  target->ca_file = ca_file;
  if (config.private_address) target->private_ranges = http::private_blocks();
  options.target = std::move(target);
  return std::make_unique<HttpSink>(io, std::move(options));
}

const char* mechanism_of(Sasl sasl) {
  switch (sasl) {
    case Sasl::none:
      break;
    case Sasl::plain:
      return "PLAIN";
    case Sasl::scram_sha_256:
      return "SCRAM-SHA-256";
    case Sasl::scram_sha_512:
      return "SCRAM-SHA-512";
  }
  return "";
}

// In the words of librdkafka, CONFIGURATION.md.
Result<std::unique_ptr<exporting::Sink>> kafka_sink(const ExporterConfig& config,
                                                    const std::string& origin) {
  const KafkaConfig& kafka = config.kafka;
  const bool sasl = kafka.sasl != Sasl::none;
  kafka::KafkaSinkOptions options;
  options.format = config.format;
  options.origin = origin;
  options.topic = kafka.topic;
  const auto set = [&options](const char* name, const std::string& value) {
    if (!value.empty()) options.settings.emplace_back(name, value);
  };
  set("bootstrap.servers", kafka.brokers);
  set("security.protocol", std::string(sasl ? "sasl_" : "") + (kafka.tls ? "ssl" : "plaintext"));
  set("ssl.ca.location", kafka.ca_file);
  set("ssl.certificate.location", kafka.certificate);
  set("ssl.key.location", kafka.key);
  if (sasl) {
    set("sasl.mechanisms", mechanism_of(kafka.sasl));
    set("sasl.username", kafka.user);
    SENTRAIL_ASSIGN_OR_RETURN(const std::string password, read_secret(kafka.password_file));
    set("sasl.password", password);
  }
  SENTRAIL_ASSIGN_OR_RETURN(const kafka::KafkaApi* const api, kafka::load_library());
  SENTRAIL_ASSIGN_OR_RETURN(auto sink, kafka::KafkaSink::make(*api, std::move(options)));
  return std::unique_ptr<exporting::Sink>(std::move(sink));
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

void tell_of(Logger& logger, const std::string& exporter, const std::string& error) {
  if (error.empty()) {
    logger.write(http::LogLevel::info, "exporter_goes_on", {{"exporter", exporter}});
  } else {
    logger.write(http::LogLevel::error, "exporter_failed",
                 {{"exporter", exporter}, {"error", error}, {"then", "it tries again"}});
  }
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
    if (!config.kafka.brokers.empty()) {
      SENTRAIL_ASSIGN_OR_RETURN(sink, kafka_sink(config, origin));
    } else if (config.url.empty()) {
      sink = file_sink(config, origin);
    } else {
      SENTRAIL_ASSIGN_OR_RETURN(sink, http_sink(config, origin, ca_file, io));
    }
    exporting::ExporterOptions options;
    options.name = config.name;
    options.tell = [this, name = config.name](const std::string& error) {
      tell_of(logger_, name, error);
    };
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

audit::SlowestReader Exporters::slowest() const {
  audit::SlowestReader out;
  for (const auto& one : exporters_) {
    const std::uint64_t next = one->state().next;
    if (next < out.next) out = {next, one->name()};
  }
  return out;
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

void Exporters::write_warnings(std::vector<std::string>& out) const {
  for (const auto& one : exporters_) {
    const std::string error = one->state().last_error;
    if (!error.empty()) out.push_back("exporter: `" + one->name() + "` fails: " + error);
  }
}

}  // namespace sentrail::server
