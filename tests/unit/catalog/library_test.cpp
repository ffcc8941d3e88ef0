// Catalogs by name, from a folder.
#include "compiler/catalog/library.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace sentrail::compiler {
namespace {

constexpr const char* kSmall =
    "tool: api\nversion: 1\nhosts: [api.example.com]\n"
    "actions: {read: {risk: low, read: true}}\nfamilies: {all: {paths: {/a: {GET: read}}}}\n";

class Library : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "/catalogs-" + std::to_string(::getpid());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& file, const std::string& text) {
    std::ofstream(folder_ + "/" + file) << text;
  }
  Result<Catalog> load(std::string_view name) {
    return load_catalog(folder_, name, sources_, sink_);
  }

  std::string folder_;
  Sources sources_;
  DiagnosticSink sink_;
};

TEST_F(Library, FindsOursByTheLastWordAndOthersByTheWholeName) {
  write("small.yaml", std::string("catalog: sentrail.small\n") + kSmall);
  write("acme.api.yaml", std::string("catalog: acme.api\n") + kSmall);
  const auto small = load("sentrail.small");
  ASSERT_TRUE(small.has_value()) << small.error().message;
  EXPECT_EQ(small->tool, "api");
  const auto acme = load("acme.api");
  ASSERT_TRUE(acme.has_value()) << acme.error().message;
  EXPECT_EQ(catalog_names(folder_), (std::vector<std::string>{"acme.api", "sentrail.small"}));
}

TEST_F(Library, NamesWhatIsThereWhenItIsNot) {
  write("small.yaml", std::string("catalog: sentrail.small\n") + kSmall);
  const auto none = load("sentrail.smal");
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, Errc::not_found);
  EXPECT_NE(none.error().message.find("it has `sentrail.small`"), std::string::npos);
}

TEST_F(Library, LeadsNowhereElse) {
  write("small.yaml", std::string("catalog: sentrail.small\n") + kSmall);
  for (const char* name :
       {"", "../small", "sentrail./small", "/etc/passwd", ".small", "Small", "sentrail.small\n"}) {
    const auto none = load(name);
    ASSERT_FALSE(none.has_value()) << name;
    EXPECT_EQ(none.error().code, Errc::invalid_argument) << name;
  }
}

TEST_F(Library, RefusesAFileThatDeclaresAnotherName) {
  write("small.yaml", std::string("catalog: sentrail.large\n") + kSmall);
  const auto other = load("sentrail.small");
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, Errc::invalid_argument);
  EXPECT_FALSE(sink_.has_errors());
}

TEST_F(Library, ReportsTheFaultsOfTheFile) {
  write("small.yaml", "catalog: sentrail.small\n");
  const auto bad = load("sentrail.small");
  ASSERT_FALSE(bad.has_value());
  EXPECT_TRUE(sink_.has_errors());
}

}  // namespace
}  // namespace sentrail::compiler
