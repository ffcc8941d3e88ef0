// Entries as messages of a topic of Kafka.
//
// Neighbours: export/exporter.hpp delivers, export/format.hpp writes, library.hpp has the producer.
// Must not know: librdkafka, cursors. The key is the API key's id or the workspace's, so that what
// is done with one key stays in order; the header `id` is what duplicates are told by. source:
// docs/exporters.md; CloudEvents Kafka binding 1.0.2 (structured mode).
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "runtime/export/format.hpp"
#include "runtime/export/sink.hpp"
#include "runtime/kafka/abi.hpp"

namespace sentrail::kafka {

// Where to, and how.
struct KafkaSinkOptions {
  exporting::Format format = exporting::Format::json_lines;
  std::string origin;
  std::string topic;
  // librdkafka's own: brokers, TLS, who we are. Some are secrets.
  std::vector<std::pair<std::string, std::string>> settings;
};

// See export/sink.hpp. What brokers acknowledged (acks=all) is with the receiver for good.
class KafkaSink final : public exporting::Sink {
 public:
  // Makes the producer; it connects later. `api` outlives this. fails: invalid_argument for
  // settings that librdkafka refuses, in its words.
  [[nodiscard]] static Result<std::unique_ptr<KafkaSink>> make(const KafkaApi& api,
                                                               KafkaSinkOptions options);
  ~KafkaSink() override;
  KafkaSink(const KafkaSink&) = delete;
  KafkaSink& operator=(const KafkaSink&) = delete;

  [[nodiscard]] Status deliver(std::span<const store::AuditRow> rows) override;
  void stop() noexcept override;

 private:
  KafkaSink(const KafkaApi& api, KafkaSinkOptions options, void* producer)
      : api_(api), options_(std::move(options)), producer_(producer) {}

  const KafkaApi& api_;
  const KafkaSinkOptions options_;
  void* const producer_;
};

}  // namespace sentrail::kafka
