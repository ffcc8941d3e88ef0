// A rename and the rename back give the same text, for every name of every pack; in between the
// policy is as fine as before.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/lsp/features.hpp"
#include "wire/json.hpp"

namespace sentrail::compiler::lsp {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// One policy as an editor has it.
struct Desk {
  Desk(const std::string& where, const std::string& text) : path(where), workspace(documents) {
    documents.open(path, path, 1, text);
    workspace.refresh();
  }
  [[nodiscard]] const Unit& unit() const { return *workspace.units_of(path).front(); }
  [[nodiscard]] View view() const {
    return {workspace, documents, client, unit(), 0, *unit().files.front().file};
  }
  std::string path;
  Client client;
  Documents documents;
  Workspace workspace;
};

// Makes the edits of an answer, the last first.
void apply(const std::string& answer, Desk& desk) {
  const auto parsed = wire::parse_json(answer);
  ASSERT_TRUE(parsed.has_value()) << answer;
  const JsonValue edits = parsed->root().find("changes").first_child().next();
  std::vector<JsonValue> all;
  JsonValue one = edits.first_child();
  for (std::size_t left = edits.size(); left > 0; --left) {
    all.push_back(one);
    if (left > 1) one = one.next();
  }
  std::ranges::reverse(all);
  for (const JsonValue edit : all) {
    const auto number = [&](const char* path) { return *number_of(at_path(edit, path)); };
    const Range range{{number("range.start.line"), number("range.start.character")},
                      {number("range.end.line"), number("range.end.character")}};
    ASSERT_TRUE(
        desk.documents.change(desk.path, range, edit.find("newText").text(), desk.client.encoding));
  }
  desk.workspace.refresh();
}

bool can_be_renamed(SymbolKind kind) {
  return kind == SymbolKind::list || kind == SymbolKind::condition ||
         kind == SymbolKind::parameter || kind == SymbolKind::element || kind == SymbolKind::rule ||
         kind == SymbolKind::tier;
}

std::size_t rename_everything(Desk& desk) {
  const std::string before = desk.documents.find(desk.path)->text;
  const std::size_t warnings = desk.unit().loaded.sink.warning_count();
  std::vector<Occurrence> declarations;
  for (const Occurrence& one : desk.unit().names.in_file(0)) {
    if (one.declares && can_be_renamed(desk.unit().names.symbol(one.symbol).kind)) {
      declarations.push_back(one);
    }
  }
  for (const Occurrence& one : declarations) {
    const std::string name = desk.unit().names.symbol(one.symbol).name;
    const Answer renamed = rename(desk.view(), one.span.begin, "zz_another_name");
    EXPECT_TRUE(renamed.has_value()) << name << ": " << renamed.error().message;
    if (!renamed) continue;
    apply(*renamed, desk);
    EXPECT_NE(desk.documents.find(desk.path)->text, before);
    EXPECT_TRUE(desk.unit().loaded.policy.has_value()) << name;
    EXPECT_EQ(desk.unit().loaded.sink.warning_count(), warnings) << name;
    // Earlier occurrences moved nothing: a declaration may stand behind its uses, so look again.
    for (const Occurrence& again : desk.unit().names.in_file(0)) {
      if (!again.declares || desk.unit().names.symbol(again.symbol).name != "zz_another_name") {
        continue;
      }
      const Answer back = rename(desk.view(), again.span.begin, name);
      EXPECT_TRUE(back.has_value()) << name;
      if (back) apply(*back, desk);
      break;
    }
    EXPECT_EQ(desk.documents.find(desk.path)->text, before) << name;
  }
  return declarations.size();
}

TEST(Rename, ThereAndBackForEveryNameOfEveryPack) {
  std::size_t names = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("policies")) {
    if (entry.path().extension() != ".sentrail") continue;
    Desk desk(std::filesystem::absolute(entry.path()).string(), read(entry.path()));
    names += rename_everything(desk);
  }
  EXPECT_GE(names, 40u);
}

TEST(Rename, ParametersThatStandForAnything) {
  Desk desk("/nowhere/p.sentrail",
            "policy p\nlanguage 1\nlist l = [a, b]\n"
            "condition outer(who, what, of) = inner(who, of) and who == what\n"
            "condition inner(x, y) = x.name in y and x exists\n"
            "tier t {\n  rule r: block when outer(agent, live, l)\n"
            "  rule s: block when body.x in l and env == what\n}\n"
            "test \"t\" {\n  given with env = what\n  expect require_approval\n}\n");
  EXPECT_FALSE(desk.unit().loaded.policy.has_value());  // `agent` alone is no attribute
  Desk fine("/nowhere/q.sentrail",
            "policy q\nlanguage 1\nlist l = [a, b]\n"
            "condition outer(who, what, of) = inner(who, of) and who == what\n"
            "condition inner(x, y) = x in y and x exists\n"
            "tier t {\n  rule r: block when outer(env, live, l)\n}\n"
            "test \"t\" {\n  given with env = a\n  expect require_approval\n}\n");
  ASSERT_TRUE(fine.unit().loaded.policy.has_value());
  EXPECT_EQ(rename_everything(fine), 10u);
}

TEST(Rename, ElementsAndTheListsOfParameters) {
  Desk desk("/nowhere/p.sentrail",
            "policy p\nlanguage 1\n"
            "condition large(files, most) = any f in files.list[*].blob: f.size > 10 and\n"
            "  size(files.list) <= most\n"
            "condition nested(doc) = all a in doc.x: (any b in a.y: (b.z == a.w and b.k == a))\n"
            "rule r: block when large(body, 3) or nested(body)\n"
            "rule s: block when any f in agent.roles: f == admin\n"
            "rule t: block when (any f in body.l: f.x == 1) and (any f in body.m: f.y == 2)\n");
  ASSERT_TRUE(desk.unit().loaded.policy.has_value());
  // Three conditions and rules, three parameters, six elements.
  EXPECT_EQ(rename_everything(desk), 5u + 3u + 6u);
  const std::string text = desk.documents.find(desk.path)->text;
  const auto named = [&](std::string_view what, std::size_t behind) {
    const Answer edit =
        rename(desk.view(), static_cast<std::uint32_t>(text.find(what) + behind), "other_name");
    EXPECT_TRUE(edit.has_value());
    std::size_t count = 0;
    for (std::size_t at = 0; (at = edit->find("other_name", at)) != std::string::npos; ++at) {
      ++count;
    }
    return count;
  };
  EXPECT_EQ(named("files.list[*]", 1), 3u);
  EXPECT_EQ(named("a.y", 0), 4u);
  EXPECT_EQ(named("f.x", 0), 2u);
  EXPECT_EQ(named("f.y", 0), 2u);
  // A name that would be another thing there.
  EXPECT_FALSE(rename(desk.view(), static_cast<std::uint32_t>(text.find("b.z")), "a").has_value());
  EXPECT_FALSE(
      rename(desk.view(), static_cast<std::uint32_t>(text.find("b.z")), "env").has_value());
}

// What is right of `==` stands in the index like what is left of it.
TEST(Names, AttributesRightOfAnOperator) {
  const std::string text =
      "policy p\nlanguage 1\ncondition c(who, other) = who.id == other.owner and who.n != 1\n"
      "rule a: block when resource.owner == agent.owner and action != file.write\n"
      "rule b: block when c(body, agent) or agent.id in [\"agent.owner\", x]\n";
  const Desk desk("/p/names.sentrail", text);
  const auto symbol_at = [&](std::string_view at) -> std::string {
    const auto place = static_cast<std::uint32_t>(text.find(at) + 1);
    const Occurrence* found = desk.unit().names.at(0, place);
    return found == nullptr ? "" : desk.unit().names.symbol(found->symbol).name;
  };
  EXPECT_EQ(symbol_at("agent.owner and"), "agent.owner");
  EXPECT_EQ(symbol_at("other.owner"), "other");
  EXPECT_EQ(symbol_at("file.write"), "file.write");
  EXPECT_EQ(symbol_at("agent.owner\""), "");
}

}  // namespace
}  // namespace sentrail::compiler::lsp
