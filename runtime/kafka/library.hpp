// The shared object with librdkafka, loaded when an exporter to Kafka is configured.
//
// Neighbours: abi.hpp says what it offers, server/exporters.cpp loads it. Must not know:
// librdkafka. Nothing is searched for: the file is in the folder of the running program.
#pragma once

#include <string>

#include "core/result.hpp"
#include "runtime/kafka/abi.hpp"

namespace sentrail::kafka {

// Name of the shared object.
inline constexpr const char* kLibraryName = "libsentrail_kafka.so";

// Loads it, once for the process; it stays. `path` empty: beside the program.
// fails: not_found; unsupported if it is not of this program; the message names the remedy.
[[nodiscard]] Result<const KafkaApi*> load_library(std::string path = {});

}  // namespace sentrail::kafka
