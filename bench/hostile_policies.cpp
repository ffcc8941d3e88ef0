// The corpus. See hostile_policies.hpp.
#include "bench/hostile_policies.hpp"

#include <utility>

namespace sentrail::bench {
namespace {

constexpr std::string_view kHead = "policy hostile\nlanguage 1\n";

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

HostilePolicy one_rule(std::string_view name, const std::string& condition,
                       std::string_view limit = "") {
  return {name, std::string(kHead) + "rule one: block when " + condition + "\n", 1, limit};
}

// Patterns whose product has a state for each set of them that can still match.
HostilePolicy globs() {
  std::string text(kHead);
  constexpr std::size_t kRules = 400;
  for (std::size_t i = 0; i < kRules; ++i) {
    std::string pattern = "**/";
    for (std::size_t bit = 0; bit < 9; ++bit) pattern += (i >> bit & 1) != 0 ? "*a" : "*b";
    text += "rule r" + std::to_string(i) + ": block when resource.path ~ \"" + pattern + "/**\"\n";
  }
  return {"globs", text, kRules, ""};
}

// `(p0 or q0) and (p1 or q1) and …`: written out as cubes, 2^k of them.
HostilePolicy cubes() {
  std::string condition;
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i);
    condition += (i == 0 ? "(" : " and (") + ("body.p" + n + " == 1 or body.q" + n + " == 1)");
  }
  return one_rule("cubes", condition);
}

// A diagram of one attribute a level, every rule of which looks at other ones.
HostilePolicy diagram() {
  std::string text(kHead);
  constexpr std::size_t kRules = 2'000;
  for (std::size_t i = 0; i < kRules; ++i) {
    text += "rule r" + std::to_string(i) + ": block when body.a" + std::to_string(i % 61) +
            " == " + std::to_string(i) + " and body.b" + std::to_string(i % 59) +
            " == " + std::to_string(i) + " and not body.c" + std::to_string(i % 53) + " exists\n";
  }
  return {"diagram", text, kRules, ""};
}

// Conditions that double with each name.
HostilePolicy doubling() {
  std::string text(kHead);
  text += "condition c0 = env == live\n";
  for (int i = 1; i <= 40; ++i) {
    const std::string before = "c" + std::to_string(i - 1);
    text += "condition c" + std::to_string(i) + " = " + before + " and " + before + "\n";
  }
  return {"doubling", text + "rule one: block when c40\n", 1, "S0218"};
}

HostilePolicy conditions() {
  constexpr std::size_t kTests = 100'000;
  std::string condition = "env == live";
  for (std::size_t i = 1; i < kTests; ++i) {
    condition += "\n or agent.id == \"a" + std::to_string(i) + "\"";
  }
  return one_rule("conditions", condition);
}

// One name in letters that look alike.
HostilePolicy confusables() {
  std::string text(kHead);
  constexpr std::size_t kRules = 1'000;
  for (std::size_t i = 0; i < kRules; ++i) {
    text += "rule r" + std::to_string(i) +
            ": block when agent.id == \"\u043e\u0440\u0435\u043d\u200ba" + std::to_string(i) +
            "\"\n";
  }
  return {"confusables", text, kRules, "S0106"};
}

}  // namespace

std::vector<HostilePolicy> hostile_policies() {
  std::vector<HostilePolicy> all;
  all.push_back(globs());
  all.push_back(
      one_rule("regex", "resource.path =~ /" + repeated("(a|ab|aab){0,9}", 40) + "$/", "S0219"));
  all.push_back(one_rule("regex-nested",
                         "resource.path =~ /" + repeated("(", 40) + "a" + repeated(")*", 40) + "/",
                         "S0219"));
  all.push_back(cubes());
  all.push_back(diagram());
  all.push_back(
      one_rule("deep", repeated("(env == live or ", 60) + "env == test" + repeated(")", 60)));
  all.push_back(
      one_rule("deeper", repeated("(", 5'000) + "env == live" + repeated(")", 5'000), "S0134"));
  all.push_back(doubling());
  all.push_back(conditions());
  all.push_back(confusables());
  return all;
}

}  // namespace sentrail::bench
