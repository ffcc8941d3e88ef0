// Every reason for refusing bytes, each hit by some bytes, however they are cut.
//
// Neighbours: runtime/http/refusal.hpp. A reason that no row reaches fails the last test.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "runtime/http/codec.hpp"

namespace sentrail::http {
namespace {

struct Row {
  Refusal reason;
  std::string bytes;
};

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n";
const std::string kPost = "POST / HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";

std::string many_fields(std::size_t count) {
  std::string out = kGet;
  for (std::size_t i = 1; i < count; ++i) out += "X: y\r\n";
  return out + "\r\n";
}

std::vector<Row> head_rows() {
  using enum Refusal;
  return {
      {bare_cr, kGet + "X: a\rb\r\n\r\n"},
      {bare_cr, "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"},
      {bare_lf, "GET / HTTP/1.1\nHost: a\n\n"},
      {bare_lf, kGet + "X: y\n\r\n"},
      {bare_lf, kGet + "\n"},
      {control_character, kGet + std::string("X: a\0b\r\n\r\n", 10)},
      {control_character, kGet + "X: a\x7f\r\n\r\n"},
      {control_character, "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {start_line_invalid, "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {start_line_invalid, "GET /\r\n\r\n"},
      {start_line_invalid, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {start_line_invalid, "GET / x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {start_line_invalid, "GET / HTTX/1.1\r\nHost: a\r\n\r\n"},
      {start_line_invalid, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
      {method_invalid, "get / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {method_invalid, "\x16\x03\x01"},
      {method_invalid, "G{T / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {method_invalid, "ABCDEFGHIJKLMNOPQRSTUVWXY / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {target_form, "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {target_form, "GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {target_form, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {target_form, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"},
      {target_fragment, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
      {target_character, "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {target_too_long, "GET /" + std::string(8192, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"},
      {target_too_long, std::string(9000, 'A')},
      {version_unsupported, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
      {version_unsupported, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"},
      {version_unsupported, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {head_too_large, kGet + "X: " + std::string(40'000, 'a') + "\r\n\r\n"},
      {fields_too_many, many_fields(101)},
      {field_name_invalid, kGet + ": b\r\n\r\n"},
      {field_name_invalid, kGet + "no colon\r\n\r\n"},
      {field_name_invalid, kGet + "a(b: c\r\n\r\n"},
      {field_space, kGet + "Content-Length : 5\r\n\r\n"},
      {field_space, kGet + "X\t: 5\r\n\r\n"},
      {field_fold, kGet + "X: a\r\n b\r\n\r\n"},
      {field_fold, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
      {field_ambiguous, kPost + "Content_Length: 5\r\n\r\n"},
      {field_ambiguous, kPost + "transfer_Encoding: chunked\r\n\r\n"},
  };
}

std::vector<Row> framing_rows() {
  using enum Refusal;
  return {
      {host_missing, "GET / HTTP/1.1\r\n\r\n"},
      {host_repeated, kGet + "host: a\r\n\r\n"},
      {host_invalid, "GET / HTTP/1.1\r\nHost: \r\n\r\n"},
      {host_invalid, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"},
      {host_invalid, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"},
      {host_invalid, "GET / HTTP/1.1\r\nHost: a:70000\r\n\r\n"},
      {host_invalid, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {host_invalid, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"},
      {host_invalid, "GET / HTTP/1.1\r\nHost: []\r\n\r\n"},
      {length_invalid, kPost + "Content-Length: +5\r\n\r\n"},
      {length_invalid, kPost + "Content-Length: 0x5\r\n\r\n"},
      {length_invalid, kPost + "Content-Length: 05\r\n\r\n"},
      {length_invalid, kPost + "Content-Length: -1\r\n\r\n"},
      {length_invalid, kPost + "Content-Length: \r\n\r\n"},
      {length_invalid, kPost + "Content-Length: 18446744073709551616\r\n\r\n"},
      {length_repeated, kPost + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"},
      {length_repeated, kPost + "Content-Length: 5, 5\r\n\r\n"},
      {coding_unsupported, kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n"},
      {coding_unsupported, kPost + "Transfer-Encoding: xchunked\r\n\r\n"},
      {coding_unsupported, kPost + "Transfer-Encoding: chunked;q=1\r\n\r\n"},
      {coding_unsupported, kPost + "Transfer-Encoding: identity\r\n\r\n"},
      {coding_unsupported, kPost + "Transfer-Encoding:\r\n\r\n"},
      {coding_repeated, kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {coding_with_length, kPost + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"},
      {coding_with_length, kPost + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {coding_on_http10, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {connection_invalid, kGet + "Connection: close, Host\r\n\r\n"},
      {connection_invalid, kGet + "Connection: authorization\r\n\r\n"},
      {connection_invalid, kGet + "Connection: a b\r\n\r\n"},
      {connection_invalid, kGet + "Connection: Content_Type\r\n\r\n"},
      {upgrade_refused, kGet + "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"},
      {upgrade_refused, kGet + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"},
      {upgrade_refused, kGet + "HTTP2-Settings: AAMAAABk\r\n\r\n"},
      {expectation_unknown, kPost + "Expect: 200-ok\r\nContent-Length: 1\r\n\r\n"},
  };
}

std::vector<Row> body_rows() {
  using enum Refusal;
  const std::string extension = "1;" + std::string(5000, 'x') + "\r\n";
  return {
      {body_too_large, kPost + "Content-Length: 8388609\r\n\r\nx"},
      {body_too_large, kChunked + "800001\r\n" + std::string(0x800001, 'x')},
      {chunk_size_invalid, kChunked + "\r\n"},
      {chunk_size_invalid, kChunked + "g\r\n"},
      {chunk_size_invalid, kChunked + "0x5\r\n"},
      {chunk_size_invalid, kChunked + "-1\r\n"},
      {chunk_size_invalid, kChunked + "5 \r\n"},
      {chunk_size_invalid, kChunked + "5;\r\n"},
      {chunk_size_invalid, kChunked + "5;a;\r\n"},
      {chunk_size_invalid, kChunked + "1000000000000000\r\n"},
      {chunk_extension_too_long, kChunked + extension},
      {chunk_end_invalid, kChunked + "1\r\nxy\r\n"},
      {chunk_end_invalid, kChunked + "1\r\nx\r\r"},
      {bare_lf, kChunked + "1\nx\r\n0\r\n\r\n"},
      {bare_cr, kChunked + "1\rx"},
      {bare_lf, kChunked + "1;a\n"},
      {control_character, kChunked + "1;\x01\r\n"},
      {trailer_invalid, kChunked + "0\r\nno colon\r\n\r\n"},
      {trailer_invalid, kChunked + "0\r\nX : y\r\n\r\n"},
      {trailer_invalid, kChunked + "0\r\n folded: y\r\n\r\n"},
      {bare_lf, kChunked + "0\r\nX: y\n\r\n"},
      {bare_cr, kChunked + "0\r\nX: y\rz\r\n"},
      {trailer_too_large, kChunked + "0\r\nX: " + std::string(5000, 'y') + "\r\n\r\n"},
  };
}

Refusal reason_for(std::string_view bytes, std::size_t step) {
  RequestParser parser;
  std::size_t at = 0;
  while (true) {
    const Fed fed = parser.feed(bytes.substr(at, step));
    at += fed.consumed;
    if (fed.progress == Progress::refused) return parser.refusal();
    if (fed.progress == Progress::message) return Refusal::none;
    if (fed.progress == Progress::need_more && at == bytes.size()) return Refusal::none;
  }
}

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, row.bytes.size()}) {
      EXPECT_EQ(name_of(reason_for(row.bytes, step)), name_of(row.reason))
          << row.bytes.substr(0, 120) << " step " << step;
    }
  }
}

TEST(Refusals, OfHeads) {
  check_rows(head_rows());
}
TEST(Refusals, OfFraming) {
  check_rows(framing_rows());
}
TEST(Refusals, OfBodies) {
  check_rows(body_rows());
}

TEST(Refusals, EachHasNameStatusAndSentence) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Refusal::shutting_down); ++i) {
    const Refused shown = refused(static_cast<Refusal>(i));
    EXPECT_TRUE(names.insert(name_of(shown.reason)).second);
    EXPECT_GE(shown.status, 400);
    EXPECT_LE(shown.status, 505);
    EXPECT_FALSE(shown.message.empty());
    EXPECT_FALSE(shown.message.ends_with("."));
  }
}

TEST(Refusals, EachOfARequestIsHitByARow) {
  std::set<Refusal> hit;
  for (const auto& rows : {head_rows(), framing_rows(), body_rows()}) {
    for (const Row& row : rows) hit.insert(row.reason);
  }
  // Our second reader exists to disagree; no bytes are known that make it (the fuzzer looks).
  hit.insert(Refusal::readers_disagree);
  for (int i = 1; i <= static_cast<int>(Refusal::trailer_too_large); ++i) {
    EXPECT_TRUE(hit.contains(static_cast<Refusal>(i))) << name_of(static_cast<Refusal>(i));
  }
}

TEST(Refusals, StatusesClientsActOn) {
  EXPECT_EQ(status_of(Refusal::target_too_long), 414);
  EXPECT_EQ(status_of(Refusal::head_too_large), 431);
  EXPECT_EQ(status_of(Refusal::fields_too_many), 431);
  EXPECT_EQ(status_of(Refusal::body_too_large), 413);
  EXPECT_EQ(status_of(Refusal::expectation_unknown), 417);
  EXPECT_EQ(status_of(Refusal::version_unsupported), 505);
  EXPECT_EQ(status_of(Refusal::head_timed_out), 408);
}

}  // namespace
}  // namespace sentrail::http
