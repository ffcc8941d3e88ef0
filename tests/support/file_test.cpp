// The runner of golden tests.
//
// Neighbours: file_test.hpp. Must not know: any stage.
#include "tests/support/file_test.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace sentrail::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLinesMax = 40;
constexpr std::string_view kExpected = ".expected";

std::size_t count_lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

bool updating() {
  const char* value = std::getenv("UPDATE");
  return value != nullptr && std::string_view(value) == "1";
}

std::string join(const StageResult& result) {
  std::string out;
  for (const Section& section : result.sections) {
    if (section.text.empty()) continue;
    out += "=== " + section.title + "\n" + section.text;
    if (!section.text.ends_with('\n')) out += "\n";
  }
  return out;
}

// One input and its expected file.
class GoldenTest : public ::testing::Test {
 public:
  GoldenTest(std::string path, const Stage& stage) : path_(std::move(path)), stage_(stage) {}

  void TestBody() override {
    const std::string input = read_golden(path_);
    EXPECT_LE(count_lines(input), kLinesMax) << path_ << ": a golden shows one idea";
    const std::string name = fs::path(path_).filename().string();
    const StageResult result = stage_(name, expand_golden(input));
    EXPECT_EQ(result.failed, name.starts_with("fail_"))
        << path_ << ": the name begins with fail_ if and only if there is an error\n"
        << join(result);
    const std::string actual = join(result);
    EXPECT_LE(count_lines(actual), kLinesMax) << path_ << ": its expected file is too long";
    const std::string expected_path = path_ + std::string(kExpected);
    if (updating()) {
      std::ofstream(fs::path(SENTRAIL_SOURCE_DIR) / expected_path, std::ios::binary) << actual;
      return;
    }
    EXPECT_EQ(read_golden(expected_path), actual)
        << path_ << ": if the new text is right, run the test again with UPDATE=1";
  }

 private:
  std::string path_;
  Stage stage_;
};

// No expected file without its input, and at least one input.
class GoldenFolderTest : public ::testing::Test {
 public:
  GoldenFolderTest(std::string folder, std::string ending)
      : folder_(std::move(folder)), ending_(std::move(ending)) {}

  void TestBody() override {
    const std::vector<std::string> inputs = golden_files(folder_, ending_);
    EXPECT_FALSE(inputs.empty()) << folder_ << " has no input";
    for (std::string path : golden_files(folder_, ending_ + std::string(kExpected))) {
      path.resize(path.size() - kExpected.size());
      EXPECT_TRUE(std::binary_search(inputs.begin(), inputs.end(), path)) << path << " is missing";
    }
  }

 private:
  std::string folder_;
  std::string ending_;
};

std::string from_hex(std::string_view digits) {
  std::string out;
  std::istringstream words{std::string(digits)};
  for (std::string word; words >> word;) {
    out.push_back(static_cast<char>(std::strtoul(word.c_str(), nullptr, 16)));
  }
  return out;
}

}  // namespace

int register_goldens(const std::string& folder, const std::string& ending, const Stage& stage) {
  const std::string suite = "Golden/" + folder;
  for (const std::string& path : golden_files(folder, ending)) {
    const std::string name = path.substr(folder.size() + 1);
    ::testing::RegisterTest(suite.c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [=]() -> ::testing::Test* { return new GoldenTest(path, stage); });
  }
  ::testing::RegisterTest(
      suite.c_str(), "every expected file has its input", nullptr, nullptr, __FILE__, __LINE__,
      [=]() -> ::testing::Test* { return new GoldenFolderTest(folder, ending); });
  return 0;
}

std::string expand_golden(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find("@{", at);
    out += text.substr(at, open - at);
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    const std::string_view inside = text.substr(open + 2, close - open - 2);
    if (inside.starts_with("hex ")) {
      out += from_hex(inside.substr(4));
    } else {
      const std::size_t star = inside.find('*');
      const unsigned long count = std::strtoul(std::string(inside).c_str(), nullptr, 10);
      for (unsigned long i = 0; i < count; ++i) {
        for (const char c : inside.substr(star + 1))
          out += c == '@' ? std::to_string(i) : std::string(1, c);
      }
    }
    at = close == std::string_view::npos ? text.size() : close + 1;
  }
  return out;
}

std::vector<std::string> golden_files(const std::string& folder, const std::string& ending) {
  std::vector<std::string> files;
  const fs::path root = SENTRAIL_SOURCE_DIR;
  if (!fs::is_directory(root / folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    if (!entry.is_regular_file() || !entry.path().string().ends_with(ending)) continue;
    files.push_back(fs::relative(entry.path(), root).generic_string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string read_golden(const std::string& path) {
  std::ifstream file(fs::path(SENTRAIL_SOURCE_DIR) / path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace sentrail::tests
