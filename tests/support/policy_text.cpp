// The generator of random policy texts.
//
// Neighbours: policy_text.hpp. Must not know: the parser.
#include "tests/support/policy_text.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string_view>
#include <vector>

namespace sentrail::tests {
namespace {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed), noise_(below(4)) {}

  std::string run() {
    if (chance(4)) separator();
    if (chance(2)) words({"policy", qualified()});
    if (chance(2)) words({"language", "1"});
    for (std::size_t left = below(8); left > 0; --left) declaration();
    return std::move(out_);
  }

 private:
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  bool chance(std::size_t of) { return below(of) == 0; }
  template <std::size_t N>
  std::string pick(const std::array<std::string_view, N>& from) {
    return std::string(from[below(N)]);
  }

  // --- separators: noise 0 is a tidy text, 3 has comments nearly everywhere ----------------
  void separator() {
    if (below(10) >= noise_ * 3) {
      out_ += chance(4) ? "\n" : " ";
      return;
    }
    for (std::size_t left = 1 + below(3); left > 0; --left) {
      static constexpr std::array<std::string_view, 8> kSeparators = {
          " ", "\n", "\n\n", "\t", "\r\n", "\n\n\n  ", "\n    ", "  "};
      if (chance(3)) {
        out_ += chance(2) ? "\n# own " : " # behind ";
        out_ += std::to_string(++comments_) + (chance(4) ? "  \n" : "\n");
      } else {
        out_ += pick(kSeparators);
      }
    }
  }
  void word(std::string_view text) {
    out_ += text;
    separator();
  }
  void words(std::initializer_list<std::string_view> texts) {
    for (const std::string_view text : texts) word(text);
  }
  // Signs need nothing around them.
  void sign(std::string_view text) {
    out_ += text;
    if (chance(2)) separator();
  }

  // --- tokens ------------------------------------------------------------------------------
  std::string name() {
    static constexpr std::array<std::string_view, 8> kNames = {
        "a", "b_2", "_x", "reads", "with", "body", "by", "a_rather_long_name_for_a_thing"};
    return pick(kNames);
  }
  std::string qualified() { return chance(2) ? name() : name() + ".rule." + name(); }
  std::string text() {
    static constexpr std::array<std::string_view, 9> kTexts = {
        R"("")",
        R"("main")",
        R"("release/**")",
        R"("a\"b\\c\n\t\u{1f600}")",
        R"("# no comment")",
        R"("é中")",
        R"("{resource.ref} is protected by a rule")",
        R"("\u{0}")",
        R"("a very long text that takes up much of a line, and then a bit more")"};
    return pick(kTexts);
  }
  std::string number() {
    static constexpr std::array<std::string_view, 7> kNumbers = {"0",     "-1", "500",   "1.50",
                                                                 "15e-1", "-0", "1E+308"};
    return pick(kNumbers);
  }
  std::string bare() {
    static constexpr std::array<std::string_view, 7> kWords = {
        "live", "ref.delete", "branch_protection.*", "*", "a-b", "_", "pull_request.list"};
    return pick(kWords);
  }
  std::string value() {
    switch (below(5)) {
      case 0:
        return text();
      case 1:
        return number();
      case 2:
        return chance(2) ? "true" : "false";
      default:
        return bare();
    }
  }
  std::string literal() { return chance(6) ? number() + ".." + number() : value(); }
  std::string path() {
    std::string out = name();
    for (std::size_t left = below(4); left > 0; --left) {
      out += chance(4) ? "." + text() : chance(6) ? ".when" : "." + name();
    }
    return out;
  }
  void list(std::size_t least, bool actions) {
    sign("[");
    const std::size_t count = least + (chance(6) ? below(20) : below(4));
    for (std::size_t i = 0; i < count; ++i) {
      word(actions ? (chance(3) ? text() : bare()) : literal());
      if (i + 1 < count || chance(3)) sign(",");
    }
    sign("]");
  }

  std::string regex() {
    static constexpr std::array<std::string_view, 5> kRegexes = {
        R"(/a/)", R"(/(?i)\b(drop|truncate)\b/)", R"(/^\/x\/[a-z]+$/ims)", R"(/# "no comment"/i)",
        R"(/é{2,3}\\/)"};
    return pick(kRegexes);
  }

  // --- conditions --------------------------------------------------------------------------
  void argument() {
    switch (below(4)) {
      case 0:
        return list(0, false);
      case 1:
        return word(literal());
      default:
        return word(path());
    }
  }
  void use() {
    word(qualified());
    if (chance(2)) return;
    sign("(");
    argument();
    for (std::size_t left = below(3); left > 0; --left) {
      sign(",");
      argument();
    }
    sign(")");
  }
  void test() {
    if (chance(6)) return use();
    static constexpr std::array<std::string_view, 12> kOperators = {
        "==", "!=", "<", "<=", ">", ">=", "~", "!~", "has", "contains", "starts_with", "ends_with"};
    static constexpr std::array<std::string_view, 7> kTypes = {"string", "number", "bool",  "list",
                                                               "object", "null",   "absent"};
    if (chance(6)) {
      sign("size(");
      word(path());
      sign(")");
    } else {
      word(path());
    }
    switch (below(6)) {
      case 0:
        return word("exists");
      case 1:
        return words({"is", pick(kTypes)});
      case 2:
        if (chance(4)) return words({"=~", regex()});
        if (chance(2)) word("not");
        word("in");
        if (chance(2)) return list(0, false);
        return word(chance(2) ? name() : number() + ".." + number());
      default:
        return words({pick(kOperators), value()});
    }
  }
  void operand(std::size_t depth) {
    if (chance(4)) word("not");
    if (depth == 0 || chance(2)) return test();
    sign("(");
    condition(depth - 1);
    sign(")");
  }
  void condition(std::size_t depth) {
    const std::string_view joiner = chance(2) ? "and" : "or";
    operand(depth);
    for (std::size_t left = below(4); left > 0; --left) {
      word(joiner);
      operand(depth);
    }
  }

  // --- declarations ------------------------------------------------------------------------
  std::string effect() {
    static constexpr std::array<std::string_view, 3> kEffects = {"allow", "require_approval",
                                                                 "block"};
    return pick(kEffects);
  }
  void on() {
    word("on");
    if (chance(4)) {
      word("response");
      if (chance(2)) return;
    }
    word(chance(4) ? text() : bare());
    if (chance(3)) return;
    if (chance(2)) return list(1, true);
    word(bare());
  }
  void rule() {
    const std::size_t kind = below(6);
    if (kind == 1) word("also");
    if (kind == 2) word("shadow");
    words({"rule", name()});
    if (kind != 1) {
      sign(":");
      word(chance(5) ? "pass" : effect());
    }
    std::array<int, 6> clauses = {0, 1, 2, 3, 4, 5};
    std::shuffle(clauses.begin(), clauses.end(), random_);
    const bool has_on = chance(2);
    for (const int clause : clauses) {
      if (clause == 0 && has_on) on();
      if (clause == 1 && (!has_on || chance(2))) {
        word("when");
        chance(6) ? word("always") : condition(3);
      }
      if (clause == 2 && chance(4)) {
        word("unless");
        condition(2);
      }
      if (clause == 3 && kind != 1 && chance(3)) words({"because", text()});
      if (clause == 4 && kind != 1 && chance(6)) words({"priority", "10"});
      if (clause == 5 && (kind == 1 || chance(6))) then();
    }
  }
  void tier() {
    if (chance(3)) word("guard");
    words({"tier", name()});
    sign("{");
    for (std::size_t left = below(4); left > 0; --left) rule();
    sign("}");
  }
  void named_condition() {
    words({"condition", name()});
    if (chance(2)) {
      sign("(");
      word(name());
      if (chance(2)) {
        sign(",");
        word(name());
      }
      sign(")");
    }
    sign("=");
    condition(3);
  }
  void declaration() {
    switch (below(9)) {
      case 8:
        return named_condition();
      case 0:
        words({"import", qualified()});
        if (chance(3)) words({"as", name()});
        return;
      case 1:
        words({"list", name()});
        sign("=");
        return list(0, false);
      case 2:
        return rule();
      case 3:
      case 4:
        return tier();
      case 5:
        words({"default", effect()});
        if (chance(2)) words({"because", text()});
        return;
      case 6:
        return test_case();
      default:
        return table();
    }
  }

  // --- tests -------------------------------------------------------------------------------
  void assignments() {
    word("with");
    for (bool more = true; more;) {
      word(path());
      sign("=");
      if (chance(4)) {
        word("unreadable");
      } else if (chance(4)) {
        list(0, true);
      } else {
        word(value());
      }
      more = chance(2);
      if (more) sign(",");
    }
  }
  void test_case() {
    static constexpr std::array<std::string_view, 4> kBodies = {
        R"("{\"a\": 1}")", "{\"a\": [1, true, null, \"#\"]}",
        "{\n  \"a\" : {} ,\r\n \"b\":-0.5e1 }", "[ ]"};
    words({"test", text()});
    sign("{");
    word("given");
    if (chance(3)) {
      assignments();
    } else {
      words({"github", chance(2) ? "GET" : "DELETE", text()});
      if (chance(3)) words({"body", pick(kBodies)});
      if (chance(4))
        words({"answered", "200"});
      else if (chance(4))
        words({"answered", "404", "body", pick(kBodies)});
      if (chance(3)) assignments();
    }
    words({"expect", effect()});
    if (chance(4)) asked();
    if (chance(2)) words({"by", chance(3) ? "default" : qualified()});
    if (chance(4)) then();
    sign("}");
  }
  void then() {
    word("then");
    for (bool more = true; more;) {
      switch (below(4)) {
        case 0:
          words({chance(2) ? "redact" : "mask", "args.card"});
          break;
        case 1:
          words({"notify", name(), text()});
          break;
        case 2:
          words({chance(2) ? "tag" : "taint", text()});
          break;
        default:
          chance(2) ? word("alert") : words({"log", "full"});
      }
      more = chance(2);
      if (more) sign(",");
    }
  }
  void quorum() {
    word("from");
    sign("(");
    for (bool more = true; more;) {
      if (chance(2)) words({"2", "of"});
      words({chance(2) ? "group" : "role", chance(3) ? text() : "leads"});
      more = chance(3);
      if (more) word("and");
    }
    sign(")");
  }
  void asked() {
    for (bool more = true; more;) {
      quorum();
      more = chance(3);
      if (more) word("and");
    }
    if (chance(2)) words({"within", "90m"});
  }
  void end_row() {
    if (chance(8)) out_ += " # row " + std::to_string(++comments_);
    out_ += chance(6) ? "\n\n" : "\n";
    if (chance(8)) out_ += "  # above " + std::to_string(++comments_) + "\n";
  }
  void table() {
    words({"test", "table", text(), "for", "github"});
    sign("{");
    out_ += "effect path " + std::string(chance(2) ? "method rule" : "rule method");
    const bool rule_last = out_.ends_with("rule");
    end_row();
    for (std::size_t left = below(4); left > 0; --left) {
      const std::string rule = chance(2) ? "-" : qualified();
      out_ += effect() + "\t" + text() + " ";
      out_ += rule_last ? "GET  " + rule : rule + " POST";
      end_row();
    }
    sign("}");
  }

  std::mt19937_64 random_;
  std::size_t noise_;
  std::size_t comments_ = 0;
  std::string out_;
};

}  // namespace

std::string random_policy_text(std::uint64_t seed) {
  return Generator(seed).run();
}

}  // namespace sentrail::tests
