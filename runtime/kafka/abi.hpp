// What the shared object with librdkafka offers: a producer behind a table of functions.
//
// Neighbours: library.hpp loads it, rdkafka_producer.cpp is it, kafka_sink.hpp uses it. Must not
// know: entries, formats. Plain structures only, since two builds of C++ may meet here; `build`
// tells that they are one. Why a shared object: librdkafka costs a megabyte of memory in every
// process that is linked with it, and few gates send to Kafka.
#pragma once

#include <cstddef>

namespace sentrail::kafka {

// Borrowed bytes.
struct Bytes {
  const char* data;
  std::size_t size;
};

// A setting of librdkafka, or a header of a message. Both end with NUL.
struct Pair {
  const char* name;
  const char* value;
};

// One message. An empty key is none.
struct Message {
  Bytes key;
  Bytes value;
  const Pair* headers;
  std::size_t header_count;
};

// Where a failure is told: called at most once, before the function returns.
struct Told {
  void (*tell)(void* to, const char* text);
  void* to;
};

// The functions. A producer is used by one thread at a time, but for stop().
struct KafkaApi {
  const char* build;  // the program's version
  // Makes a producer for a topic; null after a failure.
  void* (*make)(const Pair* settings, std::size_t count, const char* topic, const Told* told);
  // Sends messages in order and waits until the brokers have taken or refused each of them. out:
  // whether all were taken.
  bool (*deliver)(void* producer, const Message* messages, std::size_t count, const Told* told);
  // Ends a delivery that is under way, as failed, and all later ones.
  void (*stop)(void* producer);
  void (*drop)(void* producer);
};

// The name under which the shared object has its table, and what that is.
inline constexpr const char* kEntryPoint = "sentrail_kafka_api";
using EntryPoint = const KafkaApi* (*)();

}  // namespace sentrail::kafka
