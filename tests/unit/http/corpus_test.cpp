// The cases of llhttp and h11 against our parsers: verdicts, chunking, and never two readings.
//
// Neighbours: tests/corpora/http, readers.hpp. UPDATE=1 rewrites the `ours` lines.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/http/codec.hpp"
#include "runtime/http/serialise.hpp"
#include "tests/unit/http/readers.hpp"

namespace sentrail::http {
namespace {

struct Case {
  std::map<std::string, std::string> lines;  // by key
  std::string input;

  [[nodiscard]] bool is_request() const { return lines.at("kind") == "request"; }
};

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char kind = text.at(++i);
    if (kind == 'x') {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += kind == 'r' ? '\r' : kind == 'n' ? '\n' : kind == 't' ? '\t' : kind;
    }
  }
  return out;
}

// llhttp's requests mostly lack a Host; without one they would all be refused for that.
std::string with_host(std::string input) {
  std::size_t at = 0;
  std::string out;
  while (at < input.size()) {
    const std::size_t line_end = input.find("\r\n", at);
    const std::size_t head_end = input.find("\r\n\r\n", at);
    if (line_end == std::string::npos || head_end == std::string::npos) break;
    const std::string head = input.substr(at, head_end - at);
    const bool lacks = head.find("\r\nHost") == std::string::npos &&
                       head.find("\r\nhost") == std::string::npos &&
                       head.find("HTTP/1.1") != std::string::npos;
    out += input.substr(at, line_end + 2 - at);
    if (lacks) out += "Host: corpus.test\r\n";
    out += input.substr(line_end + 2, head_end + 4 - line_end - 2);
    at = head_end + 4;
    if (head.find("ontent-") != std::string::npos || head.find("ncoding") != std::string::npos) {
      break;  // a body follows; what comes after it stays as it is
    }
  }
  return out + input.substr(at);
}

std::vector<Case> load(const std::string& name) {
  std::ifstream file(std::string(SENTRAIL_SOURCE_DIR "/tests/corpora/http/") + name);
  EXPECT_TRUE(file.good()) << name;
  std::vector<Case> cases(1);
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) {
      cases.emplace_back();
      continue;
    }
    const std::size_t colon = line.find(": ");
    const std::string key = line.substr(0, std::min(colon, line.find(':')));
    cases.back().lines[key] = colon == std::string::npos ? "" : line.substr(colon + 2);
  }
  std::erase_if(cases, [](const Case& c) { return c.lines.empty(); });
  for (Case& c : cases) {
    c.input = unescaped(c.lines.at("input"));
    if (c.is_request()) c.input = with_host(c.input);
  }
  return cases;
}

struct Parsed {
  std::vector<HttpRequest> requests;
  std::vector<std::size_t> ends;  // where each request ended in the input
  std::string verdict;            // accepted, needs_more or a refusal
};

// Feeds at most `step` bytes at a time.
Parsed parse_requests(std::string_view input, std::size_t step) {
  Parsed out;
  RequestParser parser;
  std::size_t at = 0;
  while (true) {
    const Fed fed = parser.feed(input.substr(at, step));
    at += fed.consumed;
    if (fed.progress == Progress::refused) {
      out.verdict = name_of(parser.refusal());
      return out;
    }
    if (fed.progress == Progress::message) {
      out.requests.push_back(parser.take());
      out.ends.push_back(at);
    } else if (fed.progress == Progress::need_more && at == input.size()) {
      out.verdict = parser.at_start() ? "accepted" : "needs_more";
      return out;
    }
  }
}

std::string parse_response(std::string_view input, std::size_t step, std::string& body) {
  ResponseParser parser(false);
  std::size_t at = 0;
  while (true) {
    const Fed fed = parser.feed(input.substr(at, step));
    at += fed.consumed;
    if (fed.progress == Progress::refused) return std::string(name_of(parser.refusal()));
    const bool ended = fed.progress == Progress::need_more && at == input.size();
    if (fed.progress == Progress::message || ended) {
      const Progress last = ended ? parser.finish() : fed.progress;
      body = parser.take_body();
      if (last == Progress::message) return at == input.size() ? "accepted" : "accepted_with_rest";
      return std::string(name_of(parser.refusal()));
    }
  }
}

void check_one_reading(const Case& c, const Parsed& parsed) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < parsed.requests.size(); ++i) {
    const HttpRequest& request = parsed.requests[i];
    const std::string_view rest = std::string_view(c.input).substr(begin);
    const auto strict = test::read_strictly(rest);
    ASSERT_TRUE(strict) << c.lines.at("case");
    EXPECT_EQ(strict->bytes, parsed.ends[i] - begin) << c.lines.at("case");
    EXPECT_EQ(strict->target, request.target);
    EXPECT_EQ(strict->body, request.body) << c.lines.at("case");
    for (unsigned bits = 0; bits < test::kSloppinessCount; ++bits) {
      const auto sloppy = test::read_sloppily(rest, test::sloppiness(bits));
      ASSERT_TRUE(sloppy) << c.lines.at("case") << " habits " << bits;
      EXPECT_EQ(sloppy->bytes, strict->bytes) << c.lines.at("case") << " habits " << bits;
      EXPECT_EQ(sloppy->body, strict->body) << c.lines.at("case") << " habits " << bits;
    }
    begin = parsed.ends[i];
  }
}

void check_written_again(const Case& c, const Parsed& parsed) {
  for (const HttpRequest& request : parsed.requests) {
    if (request.headers.count("host") == 0) continue;  // HTTP/1.0 may lack it; we never send it so
    const auto bytes = serialise_request(request);
    ASSERT_TRUE(bytes) << c.lines.at("case") << ": " << bytes.error().message;
    const auto strict = test::read_strictly(*bytes);
    ASSERT_TRUE(strict) << c.lines.at("case");
    EXPECT_EQ(strict->bytes, bytes->size());
    EXPECT_EQ(strict->method, request.method);
    EXPECT_EQ(strict->target, request.target);
    EXPECT_EQ(strict->body, request.body);
    ASSERT_EQ(strict->fields.size(), request.headers.size());
    for (std::size_t i = 0; i < strict->fields.size(); ++i) {
      EXPECT_EQ(strict->fields[i].first, request.headers[i].name);
      EXPECT_EQ(strict->fields[i].second, request.headers[i].value);
    }
  }
}

void check_request(const Case& c, std::string& verdict) {
  const Parsed whole = parse_requests(c.input, c.input.size() + 1);
  verdict = whole.verdict;
  for (const std::size_t step : {1u, 2u, 3u, 7u}) {
    const Parsed cut = parse_requests(c.input, step);
    EXPECT_EQ(cut.verdict, whole.verdict) << c.lines.at("case") << " step " << step;
    EXPECT_EQ(cut.ends, whole.ends) << c.lines.at("case") << " step " << step;
  }
  check_one_reading(c, whole);
  check_written_again(c, whole);
}

void check_response(const Case& c, std::string& verdict) {
  std::string body;
  verdict = parse_response(c.input, c.input.size() + 1, body);
  std::string cut_body;
  EXPECT_EQ(parse_response(c.input, 1, cut_body), verdict) << c.lines.at("case");
  EXPECT_EQ(cut_body, body) << c.lines.at("case");
}

// What the other suite refuses in its strict mode, and we accept: each with the reason why that is
// no second reading. Responses that hold more than one are a pipeline in llhttp's tests.
bool may_differ(const Case& c, const std::string& verdict) {
  if (verdict == "accepted_with_rest") return true;
  const std::string& theirs = c.lines.at("theirs");
  // They know methods by name; to us an unknown one is a method like another, and policy's
  // business.
  const bool unknown_method = c.lines.at("case").find("method") != std::string::npos &&
                              theirs != "refused invalid_header_token";
  // They refuse bytes after a message that closes; our session stops reading there.
  return unknown_method || theirs == "refused closed_connection";
}

void run_corpus(const std::string& name, std::size_t least) {
  std::vector<Case> cases = load(name);
  EXPECT_GE(cases.size(), least);
  const char* update_flag = std::getenv("UPDATE");
  const bool update = update_flag != nullptr && std::string(update_flag) == "1";
  std::ostringstream rewritten;
  for (Case& c : cases) {
    std::string verdict;
    c.is_request() ? check_request(c, verdict) : check_response(c, verdict);
    if (!update) {
      EXPECT_EQ(verdict, c.lines.at("ours")) << c.lines.at("case");
    }
    if (c.lines.at("theirs").starts_with("refused") && verdict.starts_with("accepted")) {
      EXPECT_TRUE(may_differ(c, verdict)) << "we accept what they refuse: " << c.lines.at("case");
    }
    rewritten << "case: " << c.lines.at("case") << "\nkind: " << c.lines.at("kind")
              << "\ntheirs: " << c.lines.at("theirs") << "\nours: " << verdict
              << "\ninput: " << c.lines.at("input") << "\n\n";
  }
  if (update) std::ofstream(SENTRAIL_SOURCE_DIR "/tests/corpora/http/" + name) << rewritten.str();
}

TEST(Corpus, LlhttpRequests) {
  run_corpus("llhttp_requests.txt", 130);
}
TEST(Corpus, LlhttpResponses) {
  run_corpus("llhttp_responses.txt", 70);
}
TEST(Corpus, H11) {
  run_corpus("h11.txt", 80);
}

}  // namespace
}  // namespace sentrail::http
