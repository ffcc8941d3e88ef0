// Entries in a topic, with brokers that fail: nothing is lost, and duplicates have equal ids.
//
// Neighbours: runtime/kafka. The cluster is librdkafka's own (rdkafka_mock.h), and so is the
// consumer.
#include "runtime/kafka/kafka_sink.hpp"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "runtime/export/exporter.hpp"
#include "runtime/kafka/library.hpp"
#include "tests/support/memory_kv.hpp"

namespace sentrail::kafka {
namespace {

constexpr const char* kTopic = "audit";
constexpr int kBrokers = 3;
constexpr std::int16_t kProduce = 0;  // the request's number in Kafka's protocol

// What a consumer reads of one message.
struct Read {
  std::string key, value, id;
};

// A cluster in this process, and a consumer of all partitions of the topic.
class Cluster {
 public:
  Cluster() {
    char why[512];
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof(why));
    cluster_ = rd_kafka_mock_cluster_new(handle_, kBrokers);
    rd_kafka_mock_topic_create(cluster_, kTopic, kPartitions, kBrokers);
  }
  ~Cluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(handle_);
  }

  std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void set_down(bool down) {
    for (int broker = 1; broker <= kBrokers; ++broker) {
      if (down) rd_kafka_mock_broker_set_down(cluster_, broker);
      if (!down) rd_kafka_mock_broker_set_up(cluster_, broker);
    }
  }
  void fail_next_produce(rd_kafka_resp_err_t error, std::size_t count) {
    const std::vector<rd_kafka_resp_err_t> errors(count, error);
    rd_kafka_mock_push_request_errors_array(cluster_, kProduce, count, errors.data());
  }

  // Messages from the beginning until `count` ids are there, or some time passed, and what follows.
  std::vector<Read> read(std::size_t count) const {
    char why[512];
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers().c_str(), why, sizeof(why));
    rd_kafka_conf_set(conf, "group.id", "test", why, sizeof(why));
    rd_kafka_t* const consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
    rd_kafka_topic_partition_list_t* const all = rd_kafka_topic_partition_list_new(kPartitions);
    for (int partition = 0; partition < kPartitions; ++partition) {
      rd_kafka_topic_partition_list_add(all, kTopic, partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
    }
    rd_kafka_assign(consumer, all);
    std::vector<Read> out;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    std::set<std::string> ids;
    while (std::chrono::steady_clock::now() < until) {
      rd_kafka_message_t* const message = rd_kafka_consumer_poll(consumer, 300);
      if (message == nullptr && ids.size() >= count) break;
      if (message == nullptr) continue;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        out.push_back(read_of(*message));
        ids.insert(out.back().id);
      }
      rd_kafka_message_destroy(message);
    }
    rd_kafka_topic_partition_list_destroy(all);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return out;
  }

 private:
  static constexpr int kPartitions = 4;

  static Read read_of(const rd_kafka_message_t& message) {
    Read out;
    if (message.key != nullptr) out.key.assign(static_cast<char*>(message.key), message.key_len);
    out.value.assign(static_cast<char*>(message.payload), message.len);
    rd_kafka_headers_t* headers = nullptr;
    const void* id = nullptr;
    std::size_t size = 0;
    if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        rd_kafka_header_get_last(headers, "id", &id, &size) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      out.id.assign(static_cast<const char*>(id), size);
    }
    return out;
  }

  rd_kafka_t* handle_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

// The key that an entry's message has: by turns a key's, a workspace's and none.
std::string key_of(std::uint64_t number) {
  constexpr std::array<const char*, 4> kKeys = {"", "workspace", "key1", "key2"};
  return kKeys[number % kKeys.size()];
}

// Commitments are another in every entry.
std::vector<store::AuditRow> rows_of(std::uint64_t from, std::size_t count) {
  std::vector<store::AuditRow> rows(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t number = from + i;
    const std::string key = key_of(number);
    rows[i].sequence = number;
    rows[i].leaf = R"({"agent_c":"salted)" + std::to_string(number) + "\",";
    if (key.starts_with("key")) rows[i].leaf += R"("key_id":")" + key + "\",";
    rows[i].leaf += R"("kind":"decision","seq":)" + std::to_string(number);
    if (!key.empty()) rows[i].leaf += R"(,"workspace_id":"workspace")";
    rows[i].leaf += R"(,"v":1})";
  }
  return rows;
}

class KafkaSinkTest : public testing::Test {
 protected:
  std::unique_ptr<KafkaSink> sink(std::vector<std::pair<std::string, std::string>> more = {}) {
    KafkaSinkOptions options;
    options.origin = "gate.test";
    options.topic = kTopic;
    options.settings = {{"bootstrap.servers", cluster_.brokers()},
                        {"reconnect.backoff.ms", "10"},
                        {"reconnect.backoff.max.ms", "50"}};
    options.settings.insert(options.settings.end(), more.begin(), more.end());
    const auto api = load_library(KAFKA_LIBRARY);
    EXPECT_TRUE(api) << api.error().message;
    auto made = KafkaSink::make(**api, std::move(options));
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }
  static std::set<std::string> ids_of(const std::vector<Read>& read) {
    std::set<std::string> ids;
    for (const Read& one : read) ids.insert(one.id);
    return ids;
  }

  Cluster cluster_;
};

TEST_F(KafkaSinkTest, WhatIsDoneWithOneKeyOrElseInOneWorkspaceStaysInOrder) {
  const auto to = sink();
  const Status delivered = to->deliver(rows_of(0, 30));
  ASSERT_TRUE(delivered) << delivered.error().message;
  const std::vector<Read> read = cluster_.read(30);
  ASSERT_EQ(read.size(), 30u);
  EXPECT_EQ(ids_of(read).size(), 30u);
  std::map<std::string, std::uint64_t> last;
  for (const Read& one : read) {
    const std::uint64_t number = std::stoull(one.id.substr(one.id.find('/') + 1));
    EXPECT_EQ(one.key, key_of(number));
    EXPECT_NE(one.value.find("\"seq\":" + std::to_string(number) + ","), std::string::npos);
    EXPECT_EQ(one.value.find('\n'), std::string::npos);
    if (one.key.empty()) continue;
    EXPECT_TRUE(!last.contains(one.key) || last[one.key] < number) << "the order of one key";
    last[one.key] = number;
  }
}

TEST_F(KafkaSinkTest, ErrorsThatPassAreOvercomeWithoutADuplicate) {
  const auto to = sink({{"retry.backoff.ms", "10"}});
  cluster_.fail_next_produce(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 2);
  cluster_.fail_next_produce(RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, 2);
  const Status delivered = to->deliver(rows_of(0, 12));
  ASSERT_TRUE(delivered) << delivered.error().message;
  const std::vector<Read> read = cluster_.read(12);
  EXPECT_EQ(read.size(), 12u);
  EXPECT_EQ(ids_of(read).size(), 12u);
}

TEST_F(KafkaSinkTest, WhatBrokersRefuseIsAFailureAndTheNextTryDelivers) {
  const auto to = sink();
  cluster_.fail_next_produce(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 8);
  const Status refused = to->deliver(rows_of(0, 4));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_NE(refused.error().message.find("uthoriz"), std::string::npos) << refused.error().message;
  Status delivered = refused;
  for (int tries = 0; tries < 20 && !delivered; ++tries) delivered = to->deliver(rows_of(0, 4));
  ASSERT_TRUE(delivered) << delivered.error().message;
  EXPECT_EQ(ids_of(cluster_.read(4)).size(), 4u);
}

// A broker that lost what it knew of the producer: the library cannot go on, a new producer can.
TEST_F(KafkaSinkTest, AFatalErrorTakesANewProducer) {
  const auto to = sink();
  ASSERT_TRUE(to->deliver(rows_of(0, 3)));
  cluster_.fail_next_produce(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, 4);
  Status delivered = to->deliver(rows_of(3, 3));
  for (int tries = 0; tries < 20 && !delivered; ++tries) delivered = to->deliver(rows_of(3, 3));
  ASSERT_TRUE(delivered) << delivered.error().message;
  EXPECT_EQ(ids_of(cluster_.read(6)).size(), 6u);
}

TEST_F(KafkaSinkTest, BrokersThatAreAwayHoldNobodyPastStop) {
  cluster_.set_down(true);
  const auto to = sink();
  std::thread ends([&to] {
    const auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
    while (std::chrono::steady_clock::now() < soon) std::this_thread::yield();
    to->stop();
  });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE(to->deliver(rows_of(0, 3)));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  ends.join();
}

TEST_F(KafkaSinkTest, SettingsThatTheLibraryRefusesAreToldWhenItIsMade) {
  KafkaSinkOptions options;
  options.topic = kTopic;
  options.settings = {{"security.protocol", "ssl"}, {"ssl.ca.location", "/nowhere/ca.pem"}};
  const auto made = KafkaSink::make(**load_library(KAFKA_LIBRARY), std::move(options));
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("ssl.ca.location"), std::string::npos)
      << made.error().message;
}

// The whole exporter: brokers away in the middle, a start anew from the cursor's file.
class KafkaExporterTest : public KafkaSinkTest {
 protected:
  KafkaExporterTest() {
    std::string name = testing::TempDir() + "kafka-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~KafkaExporterTest() override { std::filesystem::remove_all(folder_); }

  class Codec final : public store::LeafCodec {
   public:
    [[nodiscard]] Result<std::string> encode(const store::AuditEntry&,
                                             std::uint64_t sequence) const override {
      return R"({"kind":"decision","seq":)" + std::to_string(sequence) + "}";
    }
    [[nodiscard]] store::Hash extend(const store::Hash& chain,
                                     std::string_view leaf) const override {
      return test::PlainLeafCodec().extend(chain, leaf);
    }
  };

  void append(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      store::Transaction transaction;
      transaction.operations.emplace_back(store::AppendAudit{});
      const store::Transaction* one = &transaction;
      ASSERT_TRUE(store_->apply(std::span(&one, 1)).front().status);
    }
  }
  std::unique_ptr<exporting::Exporter> exporter() {
    exporting::ExporterOptions options;
    options.name = "bus";
    options.batch_max = 10;
    options.idle_ms = 10;
    options.retry_ms = 10;
    options.retry_ms_max = 50;
    auto made = exporting::Exporter::make(
        *store_, std::move(options), store::SlotFile::open(folder_ + "/bus.cursor", 4096).value(),
        sink({{"message.timeout.ms", "500"}}));
    return *std::move(made);
  }
  static bool comes_true(const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::yield();
    }
    return true;
  }

  const Codec codec_;
  std::string folder_;
  std::unique_ptr<store::Store> store_ =
      test::open_memory_store(std::make_shared<test::MemoryDisk>(), codec_);
};

TEST_F(KafkaExporterTest, NothingIsLostOverOutagesAndStarts) {
  append(25);
  {
    const auto one = exporter();
    one->start();
    ASSERT_TRUE(comes_true([&] { return one->state().lag == 0; }));
    cluster_.set_down(true);
    append(25);
    ASSERT_TRUE(comes_true([&] { return one->state().failures > 0; }));
    EXPECT_GT(one->state().lag, 0u) << "the cursor waits for reports";
  }
  cluster_.set_down(false);
  append(10);
  const auto again = exporter();
  again->start();
  ASSERT_TRUE(comes_true([&] { return again->state().lag == 0; })) << again->state().last_error;
  std::set<std::string> expected;
  for (int i = 0; i < 60; ++i) expected.insert("gate.test/" + std::to_string(i));
  EXPECT_EQ(ids_of(cluster_.read(60)), expected);
}

}  // namespace
}  // namespace sentrail::kafka
