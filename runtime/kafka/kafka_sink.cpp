// One message for each entry. See kafka_sink.hpp.
#include "runtime/kafka/kafka_sink.hpp"

#include <array>
#include <deque>

#include "wire/json.hpp"

namespace sentrail::kafka {
namespace {

// What holds for all, in front of what is configured: nothing is lost, doubled or overtaken by a
// retry of the library; what the brokers do not take in this time is tried again by the exporter.
constexpr std::array<std::pair<const char*, const char*>, 6> kAlways = {
    {{"client.id", "sentraild"},
     {"enable.idempotence", "true"},
     {"acks", "all"},
     {"linger.ms", "5"},
     {"message.timeout.ms", "30000"},
     {"partitioner", "murmur2_random"}}};

// Takes what is told over the wall.
struct Failure {
  std::string text;
  Told told{[](void* to, const char* said) { static_cast<Failure*>(to)->text = said; }, this};
};

// Empty, which is none, where the server itself acted.
std::string key_of(const store::AuditRow& row) {
  const Result<JsonDocument> leaf = wire::parse_json(row.leaf);
  if (!leaf || leaf->empty() || leaf->root().kind() != JsonKind::object) return {};
  return std::string(exporting::actor_of(leaf->root()));
}

const char* content_type(exporting::Format format) {
  return format == exporting::Format::cloudevents ? "application/cloudevents+json; charset=utf-8"
                                                  : "application/json";
}

}  // namespace

Result<std::unique_ptr<KafkaSink>> KafkaSink::make(const KafkaApi& api, KafkaSinkOptions options) {
  std::vector<Pair> settings;
  for (const auto& [name, value] : kAlways) settings.push_back({name, value});
  for (const auto& [name, value] : options.settings) {
    settings.push_back({name.c_str(), value.c_str()});
  }
  Failure failure;
  void* const producer =
      api.make(settings.data(), settings.size(), options.topic.c_str(), &failure.told);
  if (producer == nullptr) {
    return fail(Errc::invalid_argument, "librdkafka refuses the exporter: " + failure.text);
  }
  return std::unique_ptr<KafkaSink>(new KafkaSink(api, std::move(options), producer));
}

KafkaSink::~KafkaSink() {
  api_.drop(producer_);
}

void KafkaSink::stop() noexcept {
  api_.stop(producer_);
}

Status KafkaSink::deliver(std::span<const store::AuditRow> rows) {
  std::deque<std::string> texts;  // never move
  std::deque<std::array<Pair, 2>> headers;
  std::vector<Message> messages;
  const auto bytes_of = [&texts](std::string text) {
    const std::string& kept = texts.emplace_back(std::move(text));
    return Bytes{kept.data(), kept.size()};
  };
  for (const store::AuditRow& row : rows) {
    SENTRAIL_ASSIGN_OR_RETURN(
        std::string value,
        exporting::format_lines(options_.format, options_.origin, std::span(&row, 1)));
    value.pop_back();  // the end of the line
    const Bytes id = bytes_of(options_.origin + "/" + std::to_string(row.sequence));
    const auto& both = headers.emplace_back(
        std::array<Pair, 2>{{{"id", id.data}, {"content-type", content_type(options_.format)}}});
    messages.push_back({bytes_of(key_of(row)), bytes_of(std::move(value)), both.data(), 2});
  }
  Failure failure;
  if (api_.deliver(producer_, messages.data(), messages.size(), &failure.told)) return {};
  return fail(Errc::unavailable, "Kafka: " + failure.text);
}

}  // namespace sentrail::kafka
