// Bytes from a socket: whatever they are, however they are cut, one reading or none.
//
// Neighbours: runtime/http/codec.hpp; tests/unit/http/readers.hpp. The first byte of the input says
// how the rest is cut and which side it is. Properties: no crash; the cut changes nothing; what is
// accepted, a strict reader and every sloppy one read the same; written again it stays the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "runtime/http/codec.hpp"
#include "runtime/http/headers.hpp"
#include "runtime/http/serialise.hpp"
#include "tests/unit/http/readers.hpp"

namespace {

using namespace sentrail::http;
using sentrail::test::kSloppinessCount;

struct Requests {
  std::vector<HttpRequest> all;
  std::vector<std::size_t> ends;
  Refusal refusal = Refusal::none;
};

Requests parse(std::string_view bytes, std::size_t step) {
  Requests out;
  RequestParser parser;
  std::size_t at = 0;
  while (true) {
    const Fed fed = parser.feed(bytes.substr(at, step));
    SENTRAIL_CHECK(fed.consumed <= step);
    at += fed.consumed;
    if (fed.progress == Progress::message) {
      out.all.push_back(parser.take());
      out.ends.push_back(at);
    } else if (fed.progress == Progress::refused) {
      out.refusal = parser.refusal();
      SENTRAIL_CHECK(out.refusal != Refusal::none);
      return out;
    } else if (fed.progress == Progress::need_more && at == bytes.size()) {
      return out;
    }
  }
}

// No bytes are known on which the two readers of a head differ; finding some is a finding.
void check_refusal(Refusal refusal) {
  SENTRAIL_CHECK(refusal != Refusal::readers_disagree);
}

void check_one_reading(std::string_view rest, const HttpRequest& request, std::size_t bytes) {
  const auto strict = sentrail::test::read_strictly(rest);
  SENTRAIL_CHECK(strict && strict->bytes == bytes && strict->method == request.method);
  SENTRAIL_CHECK(strict->target == request.target && strict->body == request.body);
  SENTRAIL_CHECK(strict->fields.size() == request.headers.size());
  for (unsigned bits = 0; bits < kSloppinessCount; ++bits) {
    const auto sloppy = sentrail::test::read_sloppily(rest, sentrail::test::sloppiness(bits));
    SENTRAIL_CHECK(sloppy && sloppy->bytes == bytes && sloppy->body == request.body);
    SENTRAIL_CHECK(sloppy->target == request.target && sloppy->method == request.method);
  }
}

void check_written_again(const HttpRequest& request) {
  if (request.headers.count("host") == 0) return;
  const auto written = serialise_request(request);
  SENTRAIL_CHECK(written.has_value());
  const Requests again = parse(*written, written->size());
  SENTRAIL_CHECK(again.all.size() == 1 && again.ends[0] == written->size());
  const HttpRequest& same = again.all[0];
  SENTRAIL_CHECK(same.method == request.method && same.target == request.target);
  SENTRAIL_CHECK(same.headers == request.headers && same.body == request.body);
  SENTRAIL_CHECK(same.framing == request.framing && same.keep_alive == request.keep_alive);
}

// What is forwarded must be writable, too, and lose its hop-by-hop fields.
void check_forwarded(const HttpRequest& request) {
  HttpRequest forwarded = request;
  forwarded.version = HttpVersion::http11;
  forwarded.headers = forwarded_request_headers(request.headers, "upstream.test");
  SENTRAIL_CHECK(forwarded.headers.count("connection") == 0);
  SENTRAIL_CHECK(forwarded.headers.count("authorization") == 0);
  SENTRAIL_CHECK(serialise_request(forwarded).has_value());
}

void fuzz_requests(std::string_view bytes, std::size_t step) {
  const Requests whole = parse(bytes, bytes.size() + 1);
  const Requests cut = parse(bytes, step);
  SENTRAIL_CHECK(whole.ends == cut.ends && whole.refusal == cut.refusal);
  check_refusal(whole.refusal);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < whole.all.size(); ++i) {
    SENTRAIL_CHECK(whole.all[i].headers == cut.all[i].headers);
    SENTRAIL_CHECK(whole.all[i].body == cut.all[i].body);
    check_one_reading(bytes.substr(begin), whole.all[i], whole.ends[i] - begin);
    check_written_again(whole.all[i]);
    check_forwarded(whole.all[i]);
    begin = whole.ends[i];
  }
}

struct Answer {
  Progress last = Progress::need_more;
  Refusal refusal = Refusal::none;
  std::size_t used = 0;
  HttpResponse response;
};

Answer parse_answer(std::string_view bytes, std::size_t step, bool to_head) {
  ResponseParser parser(to_head);
  Answer out;
  while (true) {
    const Fed fed = parser.feed(bytes.substr(out.used, step));
    out.used += fed.consumed;
    out.last = fed.progress;
    const bool starved = fed.progress == Progress::need_more && out.used == bytes.size();
    if (starved) out.last = parser.finish();
    if (starved || fed.progress == Progress::message || fed.progress == Progress::refused) break;
  }
  out.refusal = parser.refusal();
  out.response = parser.response();
  return out;
}

void fuzz_response(std::string_view bytes, std::size_t step, bool to_head) {
  const Answer whole = parse_answer(bytes, bytes.size() + 1, to_head);
  const Answer cut = parse_answer(bytes, step, to_head);
  SENTRAIL_CHECK(whole.last == cut.last && whole.refusal == cut.refusal);
  check_refusal(whole.refusal);
  if (whole.last != Progress::message) return;
  SENTRAIL_CHECK(whole.used == cut.used && whole.response.body == cut.response.body);
  SENTRAIL_CHECK(whole.response.headers == cut.response.headers);
  HttpResponse passed = whole.response;
  passed.headers = passed_response_headers(whole.response.headers);
  rewrite_places(passed.headers, {"a", 443, true, "https://gate/x"});
  SENTRAIL_CHECK(serialise_response_head(passed, {}).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t step = 1 + (data[0] & 0x1f);
  if ((data[0] & 0x80) != 0) {
    fuzz_response(bytes, step, (data[0] & 0x40) != 0);
  } else {
    fuzz_requests(bytes, step);
  }
  return 0;
}
