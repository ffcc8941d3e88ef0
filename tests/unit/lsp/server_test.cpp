// The session without a stream: order, cancelling, bursts, and messages of any shape.
#include "compiler/lsp/server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "compiler/analysis/budgets.hpp"
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
  // What the analysis of all that waits for one leads to.
  std::vector<std::string> analyse() {
    while (const auto unit = server.next_to_analyse()) finish(unit);
    return server.take_output();
  }
  void finish(const std::shared_ptr<const Unit>& unit) {
    const Loaded& loaded = unit->loaded;
    server.take(unit, analysed(*loaded.policy, loaded.ast->source, loaded.sink));
  }
  void resolve(int id, const std::string& rule) {
    say(R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
        R"(,"method":"codeLens/resolve","params":{"range":{"start":{"line":0,"character":0},)"
        R"("end":{"line":0,"character":1}},"data":{"uri":"untitled:p","about":"reach","rule":")" +
        rule + "\"}}}");
  }
  void change(int version, const std::string& text) {
    std::string written;
    append_json_string(written, text);
    say(R"({"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":)"
        R"({"uri":"untitled:p","version":)" +
        std::to_string(version) + R"(},"contentChanges":[{"text":)" + written + "}]}}");
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

// The second rule is shadowed by the first, which only the analysis tells.
const char* const kShadowed =
    "policy p\nlanguage 1\nrule wide: block when agent.id ~ \"a*\"\n"
    "rule narrow: require_approval when agent.id ~ \"ab*\"\n";
const char* const kReached =
    "policy p\nlanguage 1\nrule wide: block when agent.id ~ \"b*\"\n"
    "rule narrow: require_approval when agent.id ~ \"ab*\"\n";

bool says(const std::vector<std::string>& out, std::string_view what) {
  return std::ranges::any_of(
      out, [&](const std::string& one) { return one.find(what) != std::string::npos; });
}

TEST(Server, WhatTheAnalysisFindsIsPublishedBehindTheCheck) {
  Session session;
  session.begin();
  session.open(kShadowed);
  const std::vector<std::string> checked = session.drain();
  ASSERT_EQ(checked.size(), 1u);
  EXPECT_FALSE(says(checked, "S0320"));
  const std::vector<std::string> all = session.analyse();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(says(all, "S0320"));
  EXPECT_TRUE(says(all, "\"version\":1"));
  EXPECT_EQ(session.server.next_to_analyse(), nullptr);
}

TEST(Server, FindingsOfAnOlderTextAreNeverPublished) {
  Session session;
  session.begin();
  session.open(kShadowed);
  session.drain();
  const auto old = session.server.next_to_analyse();
  ASSERT_NE(old, nullptr);

  // The change waits, is taken, is checked: at none of these moments is the outcome news.
  session.change(2, kReached);
  EXPECT_EQ(session.server.next_to_analyse(), nullptr);
  while (session.server.step()) {
  }
  session.finish(old);
  EXPECT_TRUE(session.server.take_output().empty());
  const std::vector<std::string> checked = session.drain();
  ASSERT_EQ(checked.size(), 1u);
  EXPECT_FALSE(says(checked, "S0320")) << checked[0];
  session.finish(old);
  EXPECT_TRUE(session.server.take_output().empty());
  EXPECT_FALSE(says(session.analyse(), "S0320"));

  // What was said is taken back with the text that it was of.
  session.change(3, kShadowed);
  session.drain();
  EXPECT_TRUE(says(session.analyse(), "S0320"));
  session.change(4, kReached);
  const std::vector<std::string> cleared = session.drain();
  ASSERT_EQ(cleared.size(), 1u);
  EXPECT_FALSE(says(cleared, "S0320"));
}

TEST(Server, LinesAboveRulesWaitForTheAnalysis) {
  Session session;
  session.begin();
  session.open(kShadowed);
  session.resolve(1, "p.main.narrow");
  session.resolve(2, "p.main.wide");
  session.resolve(3, "p.main.wide");
  session.say(R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":3}})");
  session.ask(4, "documentSymbol");
  const std::vector<std::string> first = session.drain();
  EXPECT_TRUE(says(first, "\"id\":3,\"error\":{\"code\":-32800"));
  EXPECT_TRUE(says(first, "\"id\":4,\"result\""));
  EXPECT_FALSE(says(first, "\"id\":1,"));
  session.resolve(5, "p.main.wide");
  session.drain();
  session.say(R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":5}})");
  EXPECT_TRUE(says(session.server.take_output(), "\"id\":5,\"error\":{\"code\":-32800"));
  const std::vector<std::string> lines = session.analyse();
  EXPECT_TRUE(says(lines, "never reached: shadowed by wide"));
  EXPECT_TRUE(says(lines, "\"title\":\"reachable\""));
  // Known now: nothing waits.
  session.resolve(6, "p.main.narrow");
  EXPECT_TRUE(says(session.drain(), "never reached: shadowed by wide"));
}

TEST(Server, ALineOfAnOlderTextIsRefused) {
  Session session;
  session.begin();
  session.open(kShadowed);
  session.drain();
  session.resolve(1, "p.main.narrow");
  session.drain();
  session.change(2, kReached);
  EXPECT_TRUE(says(session.drain(), "\"id\":1,\"error\":{\"code\":-32801"));
  session.resolve(2, "p.main.narrow");
  session.drain();
  session.say(R"({"jsonrpc":"2.0","id":3,"method":"shutdown"})");
  const std::vector<std::string> last = session.drain();
  EXPECT_TRUE(says(last, "\"id\":2,\"error\":{\"code\":-32800"));
  EXPECT_TRUE(says(last, "\"id\":3,\"result\":null"));
}

TEST(Server, NothingIsSaidOfRulesThatWereNotAnalysed) {
  std::string text = "policy p\nlanguage 1\n";
  for (std::size_t i = 0; i <= limits::kAnalysisRulesUnasked; ++i) {
    text += "rule r" + std::to_string(i) + ": block when risk == low\n";
  }
  Session session;
  session.begin();
  session.open(text);
  session.resolve(1, "p.main.r7");
  session.drain();
  const std::vector<std::string> out = session.analyse();
  EXPECT_TRUE(says(out, "not analysed: the policy is large"));
  EXPECT_FALSE(says(out, "reachable"));
  session.change(2, "policy p\nlanguage 1\nrule a: block when resource.reff == \"x\"\n");
  session.resolve(2, "p.main.a");
  EXPECT_TRUE(says(session.drain(), "not checked: the policy has errors"));
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
