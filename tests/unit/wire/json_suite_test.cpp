// The wall against JSONTestSuite (tests/corpora/json_test_suite, MIT): every y_ is accepted, every
// n_ refused, and what the RFC leaves open (i_) is decided below, file by file.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "tests/support/plain_json.hpp"
#include "wire/json.hpp"

namespace sentrail::wire {
namespace {

std::map<std::string, std::string> suite() {
  std::map<std::string, std::string> files;
  const std::string folder = SENTRAIL_SOURCE_DIR "/tests/corpora/json_test_suite/test_parsing";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ostringstream bytes;
    bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    files[entry.path().filename().string()] = bytes.str();
  }
  return files;
}

// Repeated keys are legal in RFC 8259, but no two readers agree on what they mean.
const std::set<std::string> kRepeatedKeys = {"y_object_duplicated_key.json",
                                             "y_object_duplicated_key_and_value.json"};

// Numbers past every machine type stay text, so their size is no matter. All other open cases are
// refused: bad UTF-8, other encodings, byte order marks, unpaired surrogates, deep nesting.
bool accepts_open_case(const std::string& name) {
  return name.starts_with("i_number_");
}

TEST(JsonTestSuite, AcceptsAndRefusesAsTheSuiteSays) {
  const auto files = suite();
  ASSERT_EQ(files.size(), 318u);
  for (const auto& [name, bytes] : files) {
    const auto parsed = parse_json(bytes);
    if (kRepeatedKeys.contains(name)) {
      ASSERT_FALSE(parsed) << name;
      EXPECT_NE(parsed.error().message.find("repeated key"), std::string::npos);
      continue;
    }
    const bool expected =
        name.starts_with("y_") || (name.starts_with("i_") && accepts_open_case(name));
    EXPECT_EQ(parsed.has_value(), expected)
        << name << (parsed ? "" : ": " + parsed.error().message);
  }
}

TEST(JsonTestSuite, TheSecondReaderAgrees) {
  for (const auto& [name, bytes] : suite()) {
    const auto parsed = parse_json(bytes);
    const auto plain = testing::plain_json(bytes, limits::kJsonDepthMax);
    ASSERT_EQ(parsed.has_value(), plain.has_value()) << name;
    if (!parsed) continue;
    std::string again;
    JsonWriter(&again).raw(parsed->root());
    EXPECT_EQ(again, *plain) << name;
  }
}

// Every file cut short anywhere, and with every byte changed a little: agreement, never a crash.
TEST(JsonTestSuite, MutantsAgreeWithTheSecondReader) {
  std::size_t accepted = 0;
  for (const auto& [name, bytes] : suite()) {
    if (bytes.size() > 200) continue;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      std::vector<std::string> mutants = {bytes.substr(0, i), bytes.substr(i)};
      for (const char byte : {'\0', ' ', '"', ',', ':', '[', ']', '{', '}', '\\', '0', '\x0c',
                              '\x1a', '\x7f', '\x80'}) {
        mutants.push_back(bytes);
        mutants.back()[i] = byte;
      }
      mutants.push_back(bytes);
      mutants.back().insert(i, 1, bytes[i]);
      for (const std::string& mutant : mutants) {
        const auto parsed = parse_json(mutant);
        ASSERT_EQ(parsed.has_value(),
                  testing::plain_json(mutant, limits::kJsonDepthMax).has_value())
            << name << " at " << i << ": " << mutant;
        accepted += parsed.has_value() ? 1 : 0;
      }
    }
  }
  EXPECT_GT(accepted, 500u);
}

}  // namespace
}  // namespace sentrail::wire
