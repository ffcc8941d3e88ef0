// The session without a stream: order, cancelling, bursts, and messages of any shape.
#include "compiler/lsp/server.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "wire/json.hpp"

namespace sentrail::compiler::lsp {
namespace {

class Session {
 public:
  void say(const std::string& content) { server.receive(content); }
  void begin() {
    say(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"capabilities":{}}})");
    say(R"({"jsonrpc":"2.0","method":"initialized","params":{}})");
    drain();
  }
  void open(const std::string& text) {
    std::string params;
    append_json_string(params, text);
    say(R"({"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":)"
        R"({"uri":"untitled:p","version":1,"text":)" +
        params + "}}}");
  }
  void ask(int id, const std::string& method, const std::string& more = "") {
    say(R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"textDocument/)" + method +
        R"(","params":{"textDocument":{"uri":"untitled:p"})" + more + "}}");
  }
  std::vector<std::string> drain() {
    while (server.step()) {
    }
    server.rest();
    return server.take_output();
  }
  Server server;
};

TEST(Server, CancelledRequestsAreAnsweredAsCancelled) {
  Session session;
  session.begin();
  session.open("policy p\nlanguage 1\n");
  session.ask(1, "documentSymbol");
  session.ask(2, "documentSymbol");
  session.say(R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":2}})");
  session.say(R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":99}})");
  session.say(R"({"jsonrpc":"2.0","method":"$/cancelRequest"})");
  const std::vector<std::string> out = session.drain();
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[0], R"({"jsonrpc":"2.0","id":1,"result":[]})");
  EXPECT_NE(out[1].find("\"id\":2,\"error\":{\"code\":-32800"), std::string::npos);
  EXPECT_NE(out[2].find("publishDiagnostics"), std::string::npos);
}

TEST(Server, ABurstOfChangesIsPublishedOnce) {
  Session session;
  session.begin();
  session.open("policy p\nlanguage 1\n");
  session.drain();
  for (int version = 2; version < 10; ++version) {
    session.say(R"({"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":)"
                R"({"uri":"untitled:p","version":)" +
                std::to_string(version) +
                R"(},"contentChanges":[{"range":{"start":{"line":9,"character":0},"end":)"
                R"({"line":9,"character":0}},"text":"#\n"}]}})");
  }
  const std::vector<std::string> out = session.drain();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_NE(out[0].find("\"version\":9"), std::string::npos);
}

TEST(Server, AnswersWhateverAnEditorAsksOfWhateverIsBroken) {
  const std::string text =
      "policy p\nlanguage 1\nlist l = [\"a\"]\ncondition c(x) = x in l\ntier t {\n"
      "  rule r: block when c(env) because \"{env}\"\n}\ntest \"n\" {\n  given with env = a\n"
      "  expect block by t.r\n}\n";
  const std::vector<std::string> at = {"hover",  "completion",        "definition",   "references",
                                       "rename", "documentHighlight", "prepareRename"};
  const std::vector<std::string> of = {"documentSymbol", "foldingRange", "codeLens",
                                       "semanticTokens/full", "formatting"};
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Session session;
  session.begin();
  for (int round = 0; round < 300; ++round) {
    std::string broken = text;
    for (std::size_t count = random() % 3; count > 0; --count) {
      const std::size_t place = random() % broken.size();
      if (random() % 2 == 0) {
        broken.erase(place, random() % 6);
      } else {
        broken.insert(place, std::string(1, "\"{}[]()=,.#/a \n"[random() % 15]));
      }
    }
    session.open(broken);
    int id = 1;
    const std::string position = R"(,"newName":"z","position":{"line":)" +
                                 std::to_string(random() % 12) + R"(,"character":)" +
                                 std::to_string(random() % 40) + "}";
    for (const std::string& method : at) session.ask(id++, method, position);
    for (const std::string& method : of) session.ask(id++, method);
    session.ask(id++, "codeAction",
                R"(,"range":{"start":{"line":0,"character":0},"end":{"line":99,"character":0}},)"
                R"("context":{"diagnostics":[],"only":["quickfix","source"]})");
    std::size_t answers = 0;
    for (const std::string& one : session.drain()) {
      const auto parsed = wire::parse_json(one);
      ASSERT_TRUE(parsed.has_value()) << one;
      answers += parsed->root().find("id").exists() ? 1 : 0;
    }
    ASSERT_EQ(answers, at.size() + of.size() + 1) << broken;
  }
}

}  // namespace
}  // namespace sentrail::compiler::lsp
