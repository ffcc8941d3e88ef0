// Server addresses, percent-encoding and tables of the command line.
#include "interceptor/cli/settings.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "interceptor/cli/context.hpp"
#include "interceptor/cli/state.hpp"
#include "interceptor/cli/table.hpp"

namespace sentrail::cli {
namespace {

TEST(Settings, ServersAreReadWithTheirPorts) {
  const auto local = parse_server("http://127.0.0.1:8080");
  ASSERT_TRUE(local.has_value());
  EXPECT_FALSE(local->tls);
  EXPECT_EQ(local->host, "127.0.0.1");
  EXPECT_EQ(local->port, 8080);
  const auto far = parse_server("https://gate.example/");
  ASSERT_TRUE(far.has_value());
  EXPECT_TRUE(far->tls);
  EXPECT_EQ(far->port, 443);
}

TEST(Settings, AddressesThatWouldLeakOrMisleadAreRefused) {
  for (const char* url : {"", "127.0.0.1:8080", "ftp://a", "http://gate.example", "http://",
                          "https://a:0", "https://a:99999", "https://a:8x", "https://u@a",
                          "https://a/b", "http://127.evil.example", "https://a?b", "https://a#b"}) {
    EXPECT_FALSE(parse_server(url).has_value()) << url;
  }
}

TEST(State, IsReadBackAsItWasWritten) {
  const std::string home = testing::TempDir() + "/sentrail-state-" + std::to_string(getpid());
  ASSERT_EQ(setenv("SENTRAIL_HOME", home.c_str(), 1), 0);
  EXPECT_EQ(load_state().value(), State{});
  State state;
  state.devices[device_key("http://127.0.0.1:8080", "ada")] = "sdt_x";
  state.heads["http://127.0.0.1:8080"].size = 18'446'744'073'709'551'615u;
  state.heads["http://127.0.0.1:8080"].chain.fill(0xab);
  ASSERT_TRUE(save_state(state).has_value());
  EXPECT_EQ(load_state().value(), state);
  struct stat file{};
  ASSERT_EQ(stat((home + "/state.json").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777u, 0600u);
  for (const char* bad : {"", "[]", R"({"devices":[]})", R"({"devices":{"a":1}})",
                          R"({"heads":{"a":{"size":-1,"chain":""}}})",
                          R"({"heads":{"a":{"size":1,"chain":"00"}}})"}) {
    std::ofstream(home + "/state.json") << bad;
    const auto read = load_state();
    ASSERT_FALSE(read.has_value()) << bad;
    EXPECT_NE(read.error().message.find("state.json"), std::string::npos);
  }
  unsetenv("SENTRAIL_HOME");
}

TEST(Context, QueriesAreEncodedAndEmptyTermsLeftOut) {
  EXPECT_EQ(percent_encode("a b/ü?"), "a%20b%2F%C3%BC%3F");
  EXPECT_EQ(query_of({{"a", "1 2"}, {"b", ""}, {"c", "&"}}), "?a=1%202&c=%26");
  EXPECT_EQ(query_of({{"a", ""}}), "");
}

TEST(Table, CellsAreAlignedAndEscaped) {
  Table table({"ID", "TEXT"});
  table.add({"1", "plain"});
  table.add({"22", "\x1b[31mred\u202e"});
  const std::string text = table.text();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\u202e"), std::string::npos);
  EXPECT_NE(text.find("1   plain"), std::string::npos);
}

}  // namespace
}  // namespace sentrail::cli
