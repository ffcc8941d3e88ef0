// Parts of the benchmark that could be wrong unnoticed: rows, requests that are taken apart, pages
// of files.
//
// Neighbours: bench/row.hpp, bench/upstream_clock.hpp, bench/page_cache.hpp. Must not know: what is
// measured.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "bench/page_cache.hpp"
#include "bench/row.hpp"
#include "bench/upstream_clock.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::bench {
namespace {

TEST(RowTest, IsOneObjectOnOneLineInTheOrderOfItsNumbers) {
  Row row("step");
  row.number("ratio", 15.5).at_least(15).number("tiny_ms", 0.0004).count("entries", 10'000'000);
  EXPECT_EQ(row.text(true),
            R"({"step":"step","ratio":15.500,"tiny_ms":0.000400,"entries":10000000,)"
            R"("asked":"ratio >= 15","reached":true})");
  EXPECT_EQ(row.text(false),
            "step                     ratio=15.500 tiny_ms=0.000400 entries=10000000"
            "  (ratio >= 15: yes)");
}

TEST(RowTest, IsReachedOnlyIfAllIsAsItWasAskedFor) {
  EXPECT_TRUE(Row("a").number("x", 1).at_most(1).reached());
  EXPECT_TRUE(Row("a").number("x", 1).at_least(1).reached());
  EXPECT_FALSE(Row("a").number("x", 1.01).at_most(1).reached());
  EXPECT_FALSE(Row("a").number("x", 0.99).at_least(1).reached());
  Row both("a");
  both.number("x", 2).at_most(1).number("y", 1).at_most(1);
  EXPECT_FALSE(both.reached());
  EXPECT_EQ(both.text(true),
            R"({"step":"a","x":2.000,"y":1.000,"asked":"x <= 1, y <= 1","reached":false})");
  EXPECT_EQ(Row("a").number("x", 2).text(true), R"({"step":"a","x":2.000})");
}

TEST(UpstreamClockTest, TellsWholeRequests) {
  EXPECT_EQ(whole_request(""), 0u);
  EXPECT_EQ(whole_request("GET / HTTP/1.1\r\nHost: a\r\n"), 0u);
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(whole_request(get), get.size());
  EXPECT_EQ(whole_request(get + "GET"), get.size());
  const std::string put = "PUT / HTTP/1.1\r\ncOnTent-LENGTH:  5\r\nHost: a\r\n\r\n";
  EXPECT_EQ(whole_request(put + "1234"), 0u);
  EXPECT_EQ(whole_request(put + "12345"), put.size() + 5);
  EXPECT_EQ(whole_request(put + "123456"), put.size() + 5);
}

// Sends a text in pieces, each after the answer to what was whole before it.
TEST(UpstreamClockTest, NotesOneArrivalARequestAndAnswersEach) {
  UpstreamClock upstream;
  ASSERT_NE(upstream.port(), 0);
  const store::FileHandle client(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(upstream.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 2; ++i) {
    for (const std::string_view piece : {"PUT / HTTP/1.1\r\n", "Content-Length: 2\r\n\r\n1", "2"}) {
      ASSERT_EQ(::send(client.get(), piece.data(), piece.size(), 0),
                static_cast<ssize_t>(piece.size()));
    }
    std::string answer;
    while (!answer.ends_with("{}")) {
      char bytes[256];
      const ssize_t got = ::recv(client.get(), bytes, sizeof bytes, 0);
      ASSERT_GT(got, 0);
      answer.append(bytes, static_cast<std::size_t>(got));
    }
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    const auto arrivals = upstream.take_arrivals();
    ASSERT_EQ(arrivals.size(), 1u);
    EXPECT_GE(arrivals.front(), before);
    EXPECT_LE(arrivals.front(), std::chrono::steady_clock::now());
  }
  EXPECT_TRUE(upstream.take_arrivals().empty());
}

TEST(PageCacheTest, DropsWhatItThenDoesNotFind) {
  std::string folder = testing::TempDir() + "sentrail-pages-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  ASSERT_TRUE(store::make_directory(folder + "/deep"));
  std::ofstream(folder + "/deep/file") << std::string(1u << 20, 'x');
  EXPECT_EQ(pages_in_memory(folder).value(), 1);
  ASSERT_TRUE(drop_pages(folder));
  // A folder that is in memory as a whole has nothing to drop.
  const double left = pages_in_memory(folder).value();
  EXPECT_TRUE(left < 0.1 || left == 1) << left;
  EXPECT_FALSE(drop_pages(folder + "/none"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace sentrail::bench
