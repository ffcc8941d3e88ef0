// Lays a policy out and writes SVG. See graph_svg.hpp.
#include "compiler/driver/graph_svg.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

constexpr int kMargin = 32;
constexpr int kColumn = 380;
constexpr int kGap = 40;
constexpr int kHead = 96;  // title
constexpr int kTierHead = 44;
constexpr int kRuleHead = 46;  // name and badge
constexpr int kLine = 17;      // of a clause
constexpr int kRuleGap = 22;   // with the arrow to the next rule
constexpr std::size_t kClauseCharacters = 41;
constexpr std::size_t kClauseLinesMax = 8;
constexpr std::size_t kNameCharacters = 26;
constexpr int kBeside = 34;           // the words above rules that decide nothing
constexpr int kCharacterWidth = 700;  // of the fixed font, units: hundredths
constexpr std::size_t kTestsNamed = 12;

// How an outcome looks.
struct Style {
  const char* label;
  const char* ink;
  const char* paper;
};
constexpr std::array<Style, 4> kStyles = {{
    {"allow", "#1a7f37", "#dafbe1"},
    {"require approval", "#9a6700", "#fff4d1"},
    {"block", "#b42318", "#ffe4e1"},
    {"pass", "#57606a", "#eaeef2"},
}};

const Style& style_of(Outcome outcome) {
  return kStyles[static_cast<std::size_t>(outcome)];
}

// A text that can be seen, for the inside of an element or attribute.
std::string in_xml(std::string_view shown) {
  std::string out;
  for (const char c : shown) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string escaped(std::string_view text, std::size_t characters_max) {
  return in_xml(cap_characters(escape_display(text), characters_max));
}

// How many bytes the first characters of a text take.
std::size_t bytes_of(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  while (at < text.size()) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0u) != 0x80u;
    if (begins && characters-- == 0) break;
    ++at;
  }
  return at;
}

// A text in lines, broken at blanks where there are some; lines behind the first stand to the right
// a little. What is left behind the last line is `…`.
std::vector<std::string> wrapped(std::string_view text, std::size_t characters) {
  const std::string all = escape_display(text);
  std::string_view rest = all;
  std::vector<std::string> lines;
  while (!rest.empty()) {
    const std::string indent(lines.empty() ? 0 : 2, ' ');
    const std::size_t room = characters - indent.size();
    if (lines.size() + 1 == kClauseLinesMax) {
      lines.push_back(indent + cap_characters(rest, room));
      break;
    }
    std::size_t end = bytes_of(rest, room);
    if (end < rest.size() && rest[end] != ' ') {
      const std::size_t blank = rest.rfind(' ', end);
      if (blank != std::string_view::npos && blank > 0) end = blank;
    }
    lines.push_back(indent + std::string(rest.substr(0, end)));
    rest.remove_prefix(end);
    if (rest.starts_with(' ')) rest.remove_prefix(1);
  }
  return lines;
}

std::vector<std::string> wrapped(const std::vector<std::string>& texts, std::size_t characters) {
  std::vector<std::string> lines;
  for (const std::string& text : texts) {
    for (std::string& line : wrapped(text, characters)) lines.push_back(std::move(line));
  }
  return lines;
}

std::string number(int value) {
  return std::to_string(value);
}

std::size_t line_count(const GraphRule& rule) {
  return wrapped(rule.clauses, kClauseCharacters).size() +
         wrapped(rule.consequences, kClauseCharacters).size();
}

int height_of(const GraphRule& rule) {
  const int tests = rule.role == GraphRole::decides ? 1 : 0;
  return kRuleHead + (static_cast<int>(line_count(rule)) + tests) * kLine + 10;
}

int height_of(const GraphTier& tier) {
  int height = kTierHead + 12;
  bool beside = false;
  for (const GraphRule& rule : tier.rules) {
    if (rule.role != GraphRole::decides && !beside) {
      beside = true;
      height += kBeside;
    }
    height += height_of(rule) + kRuleGap;
  }
  return height;
}

// What stands below the name of a rule.
std::string label_of(const GraphRule& rule) {
  switch (rule.role) {
    case GraphRole::decides:
      return style_of(rule.outcome).label;
    case GraphRole::adds:
      return "also: adds to the decision";
    case GraphRole::shadow:
      return std::string("shadow: ") + style_of(rule.outcome).label + ", recorded alone";
  }
  return {};
}

class Drawing {
 public:
  std::string run(const Graph& graph) {
    int tallest = kTierHead;
    for (const GraphTier& tier : graph.tiers) tallest = std::max(tallest, height_of(tier));
    const auto columns = std::max(1, static_cast<int>(graph.tiers.size()));
    const int width = 2 * kMargin + columns * kColumn + (columns - 1) * kGap;
    const int join = kHead + tallest + 40;
    const int below = join + 64 + height_of(graph.by_default) + 28;
    const auto characters =
        static_cast<std::size_t>((width - 2 * kMargin - 36) * 100 / kCharacterWidth);
    const std::vector<std::string> named = lines_of(graph.conditions, characters);
    const int panel = named.empty() ? 0 : kTierHead + static_cast<int>(named.size()) * kLine + 14;
    const int height = below + panel + 70;
    begin(graph, width, height);
    int x = kMargin;
    for (const GraphTier& tier : graph.tiers) {
      column(tier, x, tallest);
      arrow(x + kColumn / 2, kHead + tallest, join - 4);
      x += kColumn + kGap;
    }
    strictest(width, join);
    const int left = (width - kColumn) / 2;
    arrow(width / 2, join + 34, join + 60);
    rule(graph.by_default, left, join + 64);
    if (!named.empty()) conditions(named, width, below, panel);
    legend(width, height - 36);
    out_ += "</svg>\n";
    return std::move(out_);
  }

 private:
  void begin(const Graph& graph, int width, int height) {
    const std::string w = number(width);
    const std::string h = number(height);
    out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + w + "\" height=\"" + h +
           "\" viewBox=\"0 0 " + w + " " + h + "\" role=\"img\" aria-labelledby=\"title\">\n";
    const std::string name = escaped(graph.policy, 80);
    out_ += "<title id=\"title\">Policy " + name + "</title>\n";
    out_ +=
        "<style>text{font-family:system-ui,'Segoe UI','DejaVu Sans',sans-serif;fill:#1f2328}"
        ".mono{font-family:ui-monospace,'SF Mono','DejaVu Sans Mono',monospace;font-size:11.5px;"
        "fill:#424a53}.small{font-size:12px;fill:#57606a}.name{font-size:15px;font-weight:600}"
        ".line{stroke:#8c959f;stroke-width:1.5;fill:none}</style>\n";
    out_ +=
        "<defs><marker id=\"tip\" markerWidth=\"8\" markerHeight=\"8\" refX=\"6\" refY=\"4\" "
        "orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"#8c959f\"/></marker></defs>\n";
    box(0, 0, width, height, 0, "#f6f8fa", "none");
    text(kMargin, 48, name, "style=\"font-size:26px;font-weight:700\"");
    text(kMargin, 72,
         "Each tier answers with its first rule that matches. The strictest answer wins.",
         "class=\"small\"");
  }

  static std::vector<std::string> lines_of(const std::vector<GraphCondition>& conditions,
                                           std::size_t characters) {
    std::vector<std::string> texts;
    for (const GraphCondition& one : conditions) texts.push_back(one.head + " = " + one.body);
    return wrapped(texts, characters);
  }

  void conditions(const std::vector<std::string>& lines, int width, int y, int height) {
    box(kMargin, y, width - 2 * kMargin, height, 14, "#ffffff", "#d0d7de");
    text(kMargin + 18, y + 29, "conditions",
         "style=\"font-size:14px;font-weight:700;letter-spacing:.02em\"");
    mono(lines, kMargin + 18, y + kTierHead + 12);
  }

  // Lines of policy text, whose blanks count. out: where the next line would be.
  int mono(const std::vector<std::string>& lines, int x, int y, const char* more = "") {
    for (const std::string& line : lines) {
      text(x, y, in_xml(line),
           (std::string("class=\"mono\" xml:space=\"preserve\"") + more).c_str());
      y += kLine;
    }
    return y;
  }

  void text(int x, int y, const std::string& escaped_text, const char* attributes) {
    out_ += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" " + attributes + ">" +
            escaped_text + "</text>\n";
  }

  void box(int x, int y, int width, int height, int round, const char* fill, const char* stroke,
           const char* more = "") {
    out_ += "<rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(width) +
            "\" height=\"" + number(height) + "\" rx=\"" + number(round) + "\" fill=\"" + fill +
            "\" stroke=\"" + stroke + "\"" + more + "/>\n";
  }

  void arrow(int x, int from, int to) {
    out_ += "<path class=\"line\" marker-end=\"url(#tip)\" d=\"M" + number(x) + " " + number(from) +
            " V" + number(to) + "\"/>\n";
  }

  void column(const GraphTier& tier, int x, int height) {
    box(x, kHead, kColumn, height, 14, tier.guard ? "#eef1f6" : "#ffffff",
        tier.guard ? "#6e7781" : "#d0d7de", tier.guard ? " stroke-width=\"2\"" : "");
    const std::string kind = tier.guard ? "guard tier " : "tier ";
    text(x + 18, kHead + (tier.module.empty() ? 29 : 22), kind + escaped(tier.name, 28),
         "style=\"font-size:14px;font-weight:700;letter-spacing:.02em\"");
    if (!tier.module.empty()) {
      text(x + 18, kHead + 37, "of " + escaped(tier.module, 40), "class=\"small\"");
    }
    if (tier.guard) text(x + kColumn - 106, kHead + 29, "only tightens", "class=\"small\"");
    int y = kHead + kTierHead;
    for (std::size_t i = 0; i < tier.rules.size(); ++i) {
      const bool decides = tier.rules[i].role == GraphRole::decides;
      if (!decides && (i == 0 || tier.rules[i - 1].role == GraphRole::decides)) {
        text(x + 18, y + 16, "asked beside them, whatever the tier answers", "class=\"small\"");
        y += kBeside;
      }
      rule(tier.rules[i], x + 14, y, kColumn - 28);
      const int bottom = y + height_of(tier.rules[i]);
      const bool tried = i + 1 < tier.rules.size() && tier.rules[i + 1].role == GraphRole::decides;
      if (tried) arrow(x + 33, bottom + 1, bottom + kRuleGap - 3);
      y = bottom + kRuleGap;
    }
  }

  void rule(const GraphRule& rule, int x, int y, int width = kColumn) {
    // What decides nothing is as grey as `pass`, in a broken line.
    const bool decides = rule.role == GraphRole::decides;
    const Style& style = style_of(decides ? rule.outcome : Outcome::pass);
    const int height = height_of(rule);
    const std::string label = label_of(rule);
    out_ += "<g>\n";
    std::string tip = rule.name + ": " + label;
    for (const std::string& clause : rule.clauses) tip += "; " + clause;
    for (std::size_t i = 0; i < std::min(rule.tests.size(), kTestsNamed); ++i) {
      tip += (i == 0 ? "; tests: " : ", ") + rule.tests[i];
    }
    out_ += "<title>" + escaped(tip, 2000) + "</title>\n";
    box(x, y, width, height, 10, "#ffffff", style.ink,
        decides ? " stroke-opacity=\".45\"" : " stroke-dasharray=\"5 4\"");
    out_ += "<path d=\"M" + number(x + 10) + " " + number(y) + " h-0 a10 10 0 0 0 -10 10 v" +
            number(height - 20) + " a10 10 0 0 0 10 10 h28 v-" + number(height) + " z\" fill=\"" +
            style.paper + "\"/>\n";
    rule.role == GraphRole::adds ? plus(x + 19, y + 25) : shape(rule.outcome, x + 19, y + 25);
    text(x + 50, y + 22, escaped(rule.name, kNameCharacters), "class=\"name\"");
    out_ += "<text x=\"" + number(x + 50) + "\" y=\"" + number(y + 38) +
            "\" style=\"font-size:11.5px;font-weight:600;fill:" + style.ink + "\">" +
            in_xml(label) + "</text>\n";
    int line = mono(wrapped(rule.clauses, kClauseCharacters), x + 50, y + kRuleHead + 12);
    line = mono(wrapped(rule.consequences, kClauseCharacters), x + 50, line,
                " style=\"fill:#0550ae\"");
    if (decides) tests(rule, x + 50, line);
    out_ += "</g>\n";
  }

  void tests(const GraphRule& rule, int x, int y) {
    if (rule.tests.empty()) {
      const bool pass = rule.outcome == Outcome::pass;
      text(x, y, pass ? "decides nothing" : "\xE2\x97\x8B no test is decided here",
           pass ? "class=\"small\"" : "class=\"small\" style=\"fill:#b42318\"");
      return;
    }
    std::string files;
    for (const std::string& file : rule.test_files) files += (files.empty() ? "" : ", ") + file;
    const std::size_t count = rule.tests.size();
    text(x, y,
         "\xE2\x97\x8F " + std::to_string(count) + (count == 1 ? " test in " : " tests in ") +
             escaped(files, 34),
         "class=\"small\"");
  }

  // A tick in a circle, a question in a diamond, a bar in an octagon, an arrow.
  void shape(Outcome outcome, int x, int y) {
    const Style& style = style_of(outcome);
    const std::string fill = std::string(" fill=\"") + style.ink + "\"/>\n";
    const std::string white =
        "\" fill=\"none\" stroke=\"#ffffff\" stroke-width=\"2.4\" stroke-linecap=\"round\"/>\n";
    out_ += "<g transform=\"translate(" + number(x) + " " + number(y) + ")\">\n";
    switch (outcome) {
      case Outcome::allow:
        out_ += "<circle r=\"12\"" + fill + "<path d=\"M-5 0 L-1.5 4 L5.5 -4" + white;
        break;
      case Outcome::require_approval:
        out_ += "<path d=\"M0 -14 L14 0 L0 14 L-14 0 z\"" + fill;
        out_ += "<path d=\"M-3 -3 a3.2 3.2 0 1 1 3.6 3.4 v2 M.6 6 v.2" + white;
        break;
      case Outcome::block:
        out_ += "<path d=\"M-5 -12 H5 L12 -5 V5 L5 12 H-5 L-12 5 V-5 z\"" + fill;
        out_ += "<path d=\"M-6 0 H6" + white;
        break;
      case Outcome::pass:
        out_ += "<rect x=\"-12\" y=\"-12\" width=\"24\" height=\"24\" rx=\"4\"" + fill;
        out_ += "<path d=\"M-5 -4 L0 4 L5 -4" + white;
        break;
    }
    out_ += "</g>\n";
  }

  // Of what adds to a decision.
  void plus(int x, int y) {
    out_ += "<g transform=\"translate(" + number(x) + " " + number(y) +
            ")\">\n<rect x=\"-12\" y=\"-12\" width=\"24\" height=\"24\" rx=\"12\" fill=\"" +
            style_of(Outcome::pass).ink +
            "\"/>\n<path d=\"M-5 0 H5 M0 -5 V5\" fill=\"none\" stroke=\"#ffffff\" "
            "stroke-width=\"2.4\" stroke-linecap=\"round\"/>\n</g>\n";
  }

  void strictest(int width, int y) {
    box(kMargin, y, width - 2 * kMargin, 34, 17, "#24292f", "none");
    out_ += "<text x=\"" + number(width / 2) + "\" y=\"" + number(y + 22) +
            "\" text-anchor=\"middle\" style=\"fill:#ffffff;font-size:13px;font-weight:600\">"
            "the strictest wins</text>\n";
  }

  void legend(int width, int y) {
    int x = std::max(kMargin, (width - 560) / 2) + 14;
    for (const Outcome outcome :
         {Outcome::allow, Outcome::require_approval, Outcome::block, Outcome::pass}) {
      if (x + 90 > width) break;
      shape(outcome, x, y);
      text(x + 22, y + 4, style_of(outcome).label, "class=\"small\"");
      x += outcome == Outcome::require_approval ? 170 : 120;
    }
  }

  std::string out_;
};

}  // namespace

std::string graph_svg(const Graph& graph) {
  return Drawing().run(graph);
}

}  // namespace sentrail::compiler
