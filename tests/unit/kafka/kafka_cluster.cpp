// librdkafka's cluster as a program, for tests that have a consumer of others.
//
//     kafka_cluster TOPIC
//
// Prints the brokers and runs until its input ends. A line `down` or `up` there takes all brokers
// away or brings them back.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstdio>
#include <iostream>
#include <string>

namespace {

constexpr int kBrokers = 3;
constexpr int kPartitions = 3;

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  char why[512];
  rd_kafka_t* const handle = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof(why));
  if (handle == nullptr) return 1;
  rd_kafka_mock_cluster_t* const cluster = rd_kafka_mock_cluster_new(handle, kBrokers);
  if (cluster == nullptr) return 1;
  rd_kafka_mock_topic_create(cluster, argv[1], kPartitions, kBrokers);
  std::printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    for (int broker = 1; broker <= kBrokers; ++broker) {
      if (line == "down") rd_kafka_mock_broker_set_down(cluster, broker);
      if (line == "up") rd_kafka_mock_broker_set_up(cluster, broker);
    }
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  }
  rd_kafka_mock_cluster_destroy(cluster);
  rd_kafka_destroy(handle);
  return 0;
}
