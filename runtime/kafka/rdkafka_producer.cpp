// The shared object: an idempotent producer of librdkafka.
//
// Neighbours: abi.hpp says what is asked. Must not know: the rest of the program, with which it
// shares no code. A message counts as delivered when its report says so, never before. After a
// failure there is a new producer: the library does not go on after some of them (fatal errors),
// and remembers others of a topic for minutes. source: librdkafka 2.x, INTRODUCTION.md (idempotent
// producer, delivery reports).
#include <librdkafka/rdkafka.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/kafka/abi.hpp"

namespace {

using sentrail::kafka::KafkaApi;
using sentrail::kafka::Message;
using sentrail::kafka::Pair;
using sentrail::kafka::Told;

constexpr int kPollMs = 100;

struct DropHandle {
  // Not what is still queued: it was reported as failed, and is sent again by who sent it.
  void operator()(rd_kafka_t* handle) const {
    rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
};
using Handle = std::unique_ptr<rd_kafka_t, DropHandle>;

// What is known of the messages of one delivery; they point to it.
struct Reports {
  std::size_t open = 0;
  std::string failure;
};

void on_report(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto* const reports = static_cast<Reports*>(message->_private);
  --reports->open;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && reports->failure.empty()) {
    reports->failure = rd_kafka_err2str(message->err);
  }
}

// The library's own lines are told with the failures that they lead to.
void on_log(const rd_kafka_t*, int, const char*, const char*) {}

class Producer {
 public:
  Producer(std::vector<std::pair<std::string, std::string>> settings, std::string topic)
      : settings_(std::move(settings)), topic_(std::move(topic)) {}

  // Makes the library's producer anew. fails: with a text.
  std::string connect() {
    std::array<char, 512> why{};
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    for (const auto& [name, value] : settings_) {
      if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) !=
          RD_KAFKA_CONF_OK) {
        rd_kafka_conf_destroy(conf);
        return why.data();
      }
    }
    rd_kafka_conf_set_dr_msg_cb(conf, &on_report);
    rd_kafka_conf_set_log_cb(conf, &on_log);
    handle_.reset();
    handle_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size()));
    if (handle_ != nullptr) return {};
    rd_kafka_conf_destroy(conf);
    return why.data();
  }

  std::string deliver(const Message* messages, std::size_t count) {
    if (handle_ == nullptr) {
      if (std::string why = connect(); !why.empty()) return why;
    }
    Reports reports;
    for (std::size_t i = 0; i < count && reports.failure.empty() && !stopping_; ++i) {
      send(messages[i], reports);
    }
    while (reports.open > 0) {
      if (stopping_)
        rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
      rd_kafka_poll(handle_.get(), kPollMs);
    }
    if (stopping_ && reports.failure.empty()) reports.failure = "the exporter ends";
    if (reports.failure.empty()) return {};
    std::array<char, 512> fatal{};
    const bool is_fatal = rd_kafka_fatal_error(handle_.get(), fatal.data(), fatal.size()) !=
                          RD_KAFKA_RESP_ERR_NO_ERROR;
    handle_.reset();
    return is_fatal ? reports.failure + ": " + fatal.data() : reports.failure;
  }

  void stop() { stopping_ = true; }

 private:
  // The queue of the library is larger than any batch: what it refuses is refused for good.
  void send(const Message& message, Reports& reports) {
    rd_kafka_headers_t* const headers = rd_kafka_headers_new(message.header_count);
    for (std::size_t i = 0; i < message.header_count; ++i) {
      rd_kafka_header_add(headers, message.headers[i].name, -1, message.headers[i].value, -1);
    }
    ++reports.open;
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        handle_.get(), RD_KAFKA_V_TOPIC(topic_.c_str()),
        RD_KAFKA_V_KEY(message.key.size == 0 ? nullptr : message.key.data, message.key.size),
        RD_KAFKA_V_VALUE(const_cast<char*>(message.value.data), message.value.size),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_OPAQUE(&reports), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    rd_kafka_headers_destroy(headers);
    --reports.open;
    reports.failure = rd_kafka_err2str(error);
  }

  const std::vector<std::pair<std::string, std::string>> settings_;
  const std::string topic_;
  Handle handle_;
  std::atomic<bool> stopping_{false};
};

bool tell(const std::string& failure, const Told* told) {
  if (!failure.empty()) told->tell(told->to, failure.c_str());
  return failure.empty();
}

void* make(const Pair* settings, std::size_t count, const char* topic, const Told* told) {
  std::vector<std::pair<std::string, std::string>> all;
  for (std::size_t i = 0; i < count; ++i) all.emplace_back(settings[i].name, settings[i].value);
  auto producer = std::make_unique<Producer>(std::move(all), topic);
  // What is wrong with the settings is told at the start, not with the first entry.
  return tell(producer->connect(), told) ? producer.release() : nullptr;
}

bool deliver(void* producer, const Message* messages, std::size_t count, const Told* told) {
  return tell(static_cast<Producer*>(producer)->deliver(messages, count), told);
}

void stop(void* producer) {
  static_cast<Producer*>(producer)->stop();
}

void drop(void* producer) {
  delete static_cast<Producer*>(producer);
}

constexpr KafkaApi kApi = {SENTRAIL_VERSION, &make, &deliver, &stop, &drop};

}  // namespace

extern "C" __attribute__((visibility("default"))) const KafkaApi* sentrail_kafka_api() {
  return &kApi;
}
