// A library that is missing or foreign is refused, and the refusal says what to do.
#include "runtime/kafka/library.hpp"

#include <gtest/gtest.h>

namespace sentrail::kafka {
namespace {

TEST(KafkaLibrary, MissingAndForeignOnesAreRefusedWithTheRemedy) {
  const auto missing = load_library("/nowhere/libsentrail_kafka.so");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_NE(missing.error().message.find("-DSENTRAIL_KAFKA=ON"), std::string::npos);
  const auto stranger = load_library(KAFKA_STRANGER);
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().code, Errc::unsupported);
  EXPECT_NE(stranger.error().message.find(KAFKA_STRANGER), std::string::npos);
}

}  // namespace
}  // namespace sentrail::kafka
