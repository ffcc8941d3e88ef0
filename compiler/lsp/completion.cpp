// Offers for the place of the cursor. See features.hpp.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "compiler/ir/ir.hpp"
#include "compiler/lsp/completion_place.hpp"
#include "compiler/lsp/features.hpp"
#include "compiler/lsp/locked_tools.hpp"
#include "compiler/lsp/words.hpp"
#include "core/known_values.hpp"

namespace sentrail::compiler::lsp {
namespace {

// Kinds of offers by LSP's numbers.
enum class Kind : std::uint8_t {
  function = 3,
  variable = 6,
  module = 9,
  property = 10,
  value = 12,
  keyword = 14,
  snippet = 15,
  reference = 18,
  enum_member = 20,
  constant = 21,
  event = 23,
  operator_ = 24,
};

// A word with what else is written when it is chosen, where the client fills in holes.
struct Template {
  std::string_view word;
  std::string_view snippet;
};

constexpr auto kDeclarations = std::to_array<Template>({
    {"rule", "rule ${1:name}: ${2|allow,require_approval,block,pass|}\n  when ${0:always}"},
    {"tier", "tier ${1:name} {\n  $0\n}"},
    {"guard tier", "guard tier ${1:name} {\n  $0\n}"},
    {"list", "list ${1:name} = [$0]"},
    {"condition", "condition ${1:name} = $0"},
    {"prove", "prove \"${1:name}\" never ${2:allow} when $0"},
    {"import", "import $0"},
    {"default", "default ${1|require_approval,block,allow|} because \"$0\""},
    {"test", "test \"${1:what}\" {\n  given $0\n  expect ${2|allow,require_approval,block|}\n}"},
    {"test table",
     "test table \"${1:what}\" for ${2:tool} {\n  method path effect\n  GET \"/$0\" allow\n}"},
    {"policy", "policy ${1:name}\nlanguage 1\n$0"},
    {"language", "language 1"},
});
constexpr auto kClauses = std::to_array<Template>({
    {"on", "on $0"},
    {"when", "when $0"},
    {"unless", "unless $0"},
    {"because", "because \"$0\""},
    {"priority", "priority ${0:1}"},
    {"limit", "limit ${1:20} per ${2:1h} by ${3:agent.id}$0"},
    {"then", "then $0"},
    {"owner", "owner \"$0\""},
    {"ticket", "ticket \"$0\""},
    {"until", "until ${0:2027-01-31}"},
});
// What `time` is tested with.
constexpr std::string_view kOffice = "mon..fri 09:00..18:00 \"Europe/Berlin\"";
constexpr std::string_view kFreeze = "2026-12-20..2027-01-05";
constexpr std::string_view kInstant = "2027-01-31T12:00:00Z";
constexpr auto kObligationWords = std::to_array<Template>({
    {"redact", "redact $0"},
    {"mask", "mask $0"},
    {"notify", "notify ${1:channel} \"$0\""},
    {"tag", "tag \"$0\""},
    {"taint", "taint \"$0\""},
    {"alert", "alert"},
    {"log full", "log full"},
});

class Offers {
 public:
  Offers(const View& view, const Place& place) : view_(view), place_(place), json_(&out_) {
    range_ = view.file.range_of({view.file.source, place.begin, place.end}, view.client.encoding);
  }

  std::string all() {
    json_.begin_object().key("isIncomplete").boolean(false).key("items").begin_array();
    policy();
    condition();
    tests();
    json_.end_array().end_object();
    return std::move(out_);
  }

 private:
  void offer(Kind kind, std::string_view label, std::string_view detail, std::string_view help,
             std::string_view snippet = {}) {
    if (!seen_.emplace(label).second) return;
    const bool filled = !snippet.empty() && view_.client.snippets;
    json_.begin_object().key("label").string(label).key("kind").integer(static_cast<int>(kind));
    if (!detail.empty()) json_.key("detail").string(detail);
    if (!help.empty()) {
      json_.key("documentation");
      write_markup(json_, view_.client, help);
    }
    std::string order = std::to_string(10'000 + count_++);
    json_.key("sortText").string(order).key("filterText").string(label);
    if (filled) json_.key("insertTextFormat").integer(2);
    json_.key("textEdit").begin_object().key("range");
    write(json_, range_);
    json_.key("newText").string(filled ? snippet : label).end_object().end_object();
  }

  void word(std::string_view text, Kind kind = Kind::keyword, std::string_view snippet = {}) {
    offer(kind, text, {}, help_of_word(text), snippet);
  }

  // --- declarations and rules --------------------------------------------------------------
  void policy() {
    if (place_.has(Want::outcomes) || place_.has(Want::effects)) {
      for (const Outcome outcome :
           {Outcome::allow, Outcome::require_approval, Outcome::block, Outcome::pass}) {
        const bool fits = place_.has(Want::outcomes) ? !(place_.guard && outcome == Outcome::allow)
                                                     : outcome != Outcome::pass;
        if (fits) word(name_of(outcome), Kind::enum_member);
      }
    }
    if (place_.answers) word("response");
    if (place_.has(Want::tools)) tools();
    if (place_.has(Want::actions)) actions(place_.tool);
    if (place_.has(Want::clauses)) {
      for (const Template& one : kClauses) word(one.word, Kind::keyword, one.snippet);
    }
    if (place_.has(Want::obligations)) {
      for (const Template& one : kObligationWords) word(one.word, Kind::keyword, one.snippet);
    }
    if (place_.has(Want::because)) word("because", Kind::keyword, "because \"$0\"");
    if (place_.has(Want::as)) word("as");
    if (place_.has(Want::imports)) imports();
    if (place_.has(Want::rule)) {
      word("rule", Kind::keyword, kDeclarations[0].snippet);
      word("also rule", Kind::keyword, "also rule ${1:name} when ${2:always} then $0");
      word("shadow rule", Kind::keyword,
           "shadow rule ${1:name}: ${2|block,require_approval,allow,pass|}\n  when $0");
    }
    if (place_.has(Want::declarations)) {
      for (const Template& one : kDeclarations) word(one.word, Kind::keyword, one.snippet);
    }
  }

  void tools() {
    if (!view_.unit.catalogs) return;
    for (const Catalog& catalog : view_.unit.catalogs->catalogs) {
      if (!is_imported(catalog)) continue;
      offer(Kind::module, catalog.tool, catalog.name, {});
    }
  }

  [[nodiscard]] bool is_imported(const Catalog& catalog) const {
    return std::ranges::any_of(view_.file.ast.imports, [&](const ImportNode& import) {
      return import.name.text == catalog.name;
    });
  }

  void actions(std::string_view tool) {
    if (!view_.unit.catalogs) return;
    for (const Catalog& catalog : view_.unit.catalogs->catalogs) {
      if (!tool.empty() && catalog.tool != tool) continue;
      for (const CatalogActionDef& action : catalog.actions) {
        const std::string detail =
            "risk " + std::string(name_of(action.risk)) + (action.read ? ", reads" : ", writes");
        offer(Kind::event, action.name, detail, {});
      }
    }
  }

  void imports() {
    std::vector<std::string> folders =
        folders_of_catalogs(view_.unit.root, view_.unit.files.front().file->policy());
    const std::shared_ptr<const CatalogSet> catalogs = view_.workspace.catalogs_of(folders);
    for (const CatalogInfo& info : catalogs->infos) {
      offer(Kind::module, info.name, info.is_lock ? "tools of MCP servers" : "catalog",
            info.is_lock ? describe_lock(info) : "");
    }
    for (const std::string& name : view_.workspace.module_names()) {
      if (name != view_.file.policy()) offer(Kind::module, name, "module", {});
    }
  }

  // --- conditions --------------------------------------------------------------------------
  void condition() {
    if (place_.has(Want::operators)) operators();
    if (place_.has(Want::types)) {
      for (const std::string_view type : types_of(left_type().value_or(Type::json))) {
        offer(Kind::keyword, type, "type", {});
      }
    }
    if (place_.has(Want::parameters)) parameters();
    if (place_.has(Want::lists)) sets();
    if (place_.has(Want::values)) values();
    if (place_.has(Want::conditions)) {
      elements();
      conditions();
      word("any", Kind::keyword, "any ${1:x} in $0");
      word("all", Kind::keyword, "all ${1:x} in $0");
    }
    if (place_.in_list) word("in");
    if (place_.has(Want::attributes)) attributes();
    if (place_.has(Want::not_)) word("not");
    if (place_.has(Want::always)) word("always");
    if (place_.has(Want::not_)) word("size", Kind::function, "size($0)");
    if (place_.has(Want::joiners)) {
      word("and", Kind::operator_);
      word("or", Kind::operator_);
    }
  }

  // Right of `==` those that can equal what stands left of it.
  void attributes() {
    const std::optional<AttributeId> left =
        place_.has(Want::values) ? attribute() : std::optional<AttributeId>{};
    for (std::size_t i = 0; i < kAttributeCount; ++i) {
      const Attribute& row = kAttributes[i];
      const auto id = static_cast<AttributeId>(i);
      if (left && (id == *left || !ir::can_be_same(row_of(*left).type, row.type))) continue;
      const std::string detail =
          std::string(name_of(row.type)) + ", " + std::string(name_of(row.trust));
      const bool counts = id == AttributeId::session_count;
      if (counts && left) continue;  // it stands left of an operator alone
      offer(Kind::property, row.name, detail, help_of(id),
            counts ? "session.count($1) within ${2:10m}$0" : "");
    }
    if (!left || row_of(*left).type != Type::risk) arguments();
    // Members that the policy asks about already.
    for (const Occurrence& one : view_.unit.names.in_file(view_.number)) {
      const Symbol& symbol = view_.unit.names.symbol(one.symbol);
      if (symbol.kind != SymbolKind::attribute || attribute_named(symbol.name)) continue;
      offer(Kind::property, view_.file.slice(one.span), "member", {});
    }
  }

  // What the tools of imported lock files take.
  void arguments() {
    for (const LockedArgument& one : locked_arguments(view_)) {
      offer(Kind::property, one.path,
            describe_types(one.shape->types) + ", argument of " + one.tool, {});
    }
  }

  // The attribute that the path before the operator begins with.
  [[nodiscard]] std::optional<AttributeId> attribute() const {
    for (std::string_view path = place_.path; !path.empty();) {
      if (const auto id = attribute_named(path)) return id;
      const std::size_t dot = path.rfind('.');
      if (dot == std::string_view::npos) break;
      path = path.substr(0, dot);
    }
    return std::nullopt;
  }

  // What an element of a list is: of a set a string, of JSON anything.
  [[nodiscard]] static Type type_of(const Binder& binder) {
    const std::optional<AttributeId> list = attribute_named(binder.list);
    return list && row_of(*list).type == Type::string_set ? Type::string : Type::json;
  }

  // The type of what stands left of the operator; nothing if it is no attribute and no name for
  // one.
  [[nodiscard]] std::optional<Type> left_type() const {
    const std::string_view first = std::string_view(place_.path).substr(0, place_.path.find('.'));
    for (auto one = place_.binders.rbegin(); one != place_.binders.rend(); ++one) {
      if (one->name == first) return type_of(*one);
    }
    if (const std::optional<AttributeId> id = attribute()) return row_of(*id).type;
    return is_parameter(place_.path) ? std::optional(Type::json) : std::nullopt;
  }

  void operators() {
    if (place_.path == "size") {
      for (const std::string_view op : operators_of_sizes()) offer_operator(op);
    } else if (const std::optional<Type> type = left_type()) {
      for (const std::string_view op : operators_of(*type)) offer_operator(op);
    }
  }

  void elements() {
    for (const Binder& binder : place_.binders) {
      offer(Kind::variable, binder.name, "an element of " + binder.list, {});
    }
  }

  void offer_operator(std::string_view op) {
    const std::string_view help = op == "not in" ? help_of_word("in") : help_of_word(op);
    offer(Kind::operator_, op, {}, help, op == "=~" ? "=~ /$0/" : "");
  }

  [[nodiscard]] const ConditionNode* own_condition() const {
    const auto found = std::ranges::find(view_.file.ast.conditions, place_.condition,
                                         [](const ConditionNode& one) { return one.name.text; });
    return found == view_.file.ast.conditions.end() ? nullptr : &*found;
  }

  [[nodiscard]] bool is_parameter(std::string_view name) const {
    const std::vector<std::string> all = own_parameters();
    return std::ranges::find(all, name.substr(0, name.find('.'))) != all.end();
  }

  // Those of the condition that is being written, from its tokens where it cannot be parsed yet.
  [[nodiscard]] std::vector<std::string> own_parameters() const {
    std::vector<std::string> names;
    if (place_.condition.empty()) return names;
    if (const ConditionNode* node = own_condition()) {
      for (const Name& name : node->parameters) names.emplace_back(name.text);
      return names;
    }
    const std::vector<Token>& tokens = view_.file.tokens;
    const std::string_view text = view_.file.text();
    for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
      if (tokens[i].in(text) != place_.condition || tokens[i - 1].in(text) != "condition") continue;
      for (++i; i < tokens.size() && tokens[i].in(text) != "="; ++i) {
        if (tokens[i].kind == TokenKind::word) names.emplace_back(tokens[i].in(text));
      }
    }
    return names;
  }

  void parameters() {
    for (const std::string& name : own_parameters()) {
      offer(Kind::variable, name, "parameter", {});
    }
  }

  // What this file declares, then what its modules do, under the names that they have here.
  template <class Node, class Each>
  void everywhere(const std::vector<Node> Ast::* nodes, const Each& each) {
    for (const Node& node : view_.file.ast.*nodes) each(view_.file, node, std::string());
    const LinkedFile& linked = view_.unit.files[view_.number];
    for (std::size_t i = 0; i < linked.imports.size(); ++i) {
      if (!linked.imports[i] || i >= view_.file.ast.imports.size()) continue;
      const ImportNode& import = view_.file.ast.imports[i];
      const ParsedFile& module = *view_.unit.files[*linked.imports[i]].file;
      const std::string prefix =
          std::string(import.alias ? import.alias->text : import.name.text) + ".";
      for (const Node& node : module.ast.*nodes) {
        if (!node.name.text.starts_with('_')) each(module, node, prefix);
      }
    }
  }

  // What stands behind `in` without brackets.
  void sets() {
    lists();
    if (attribute() != AttributeId::time) return;
    offer(Kind::value, kOffice, "days, hours and a time zone", {});
    offer(Kind::value, kFreeze, "from the first to before the second", {});
  }

  void lists() {
    everywhere(
        &Ast::lists, [&](const ParsedFile& file, const ListNode& list, const std::string& prefix) {
          offer(Kind::constant, prefix + std::string(list.name.text),
                counted(list.entries.size(), "entry"),
                describe(view_, {SymbolKind::list, file.path, "", std::string(list.name.text)}));
        });
  }

  void conditions() {
    everywhere(&Ast::conditions, [&](const ParsedFile& file, const ConditionNode& node,
                                     const std::string& prefix) {
      const std::string name = prefix + std::string(node.name.text);
      if (name == place_.condition) return;
      std::string snippet;
      for (std::size_t i = 0; i < node.parameters.size(); ++i) {
        snippet += (i == 0 ? "${" : ", ${") + std::to_string(i + 1) + ":" +
                   std::string(node.parameters[i].text) + "}";
      }
      if (!snippet.empty()) snippet = name + "(" + snippet + ")";
      offer(Kind::function, name, "condition",
            describe(view_, {SymbolKind::condition, file.path, "", std::string(node.name.text)}),
            snippet);
    });
  }

  void values() {
    const std::optional<AttributeId> id = attribute();
    if (!id) return;
    for (const std::string_view value : offered_values(*id)) {
      offer(Kind::enum_member, value, row_of(*id).name, help_of_word(value));
    }
    if (*id == AttributeId::tool) tools();
    locked_values(*id);
    if (*id == AttributeId::action) actions({});
    if (*id == AttributeId::time) {
      offer(Kind::value, kInstant, "an instant", {});
      offer(Kind::value, kFreeze, "from the first to before the second", {});
    }
    if (row_of(*id).type == Type::ip) {
      offer(Kind::value, "\"10.0.0.0/8\"", "an address or a network", {});
    }
    if (row_of(*id).type == Type::json) return;
    for (const LinkedFile& one : view_.unit.files) seen_values(*one.file);
  }

  // What imported lock files say that could stand there.
  void locked_values(AttributeId id) {
    for (const CatalogInfo* lock : imported_locks(view_)) {
      for (const McpTool& tool : lock->mcp_tools) {
        if (id == AttributeId::mcp_tool) quoted(tool.name, "tool of " + tool.server);
        if (id == AttributeId::mcp_server) quoted(tool.server, "MCP server");
      }
    }
    if (id != AttributeId::args) return;
    for (const LockedArgument& one : locked_arguments(view_)) {
      if (one.path != place_.path) continue;
      for (const std::string& value : one.shape->values) quoted(value, "argument of " + one.tool);
    }
  }

  void quoted(std::string_view text, std::string_view detail) {
    std::string written = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') written += '\\';
      written += c;
    }
    offer(Kind::value, written + "\"", detail, {});
  }

  // What the policy compares the same attribute with elsewhere.
  void seen_values(const ParsedFile& file) {
    for (const Expr& expr : file.ast.exprs) {
      if (expr.kind != ExprKind::test || file.slice(expr.test.path.span) != place_.path) continue;
      const bool in = expr.test.op == TestOp::in || expr.test.op == TestOp::not_in;
      if (in && !expr.test.operand.bracketed) continue;
      for (const Literal& literal : expr.test.operand.literals) {
        const bool text = literal.kind == LiteralKind::word || literal.kind == LiteralKind::string;
        if (text) offer(Kind::value, file.slice(literal.span), "used in this policy", {});
      }
    }
  }

  // --- tests -------------------------------------------------------------------------------
  void tests() {
    if (place_.has(Want::given)) word("given", Kind::keyword, "given $0");
    if (place_.has(Want::request)) {
      word("body", Kind::keyword, "body {$0}");
      word("answered", Kind::keyword, "answered 200 body {$0}");
      word("with", Kind::keyword);
    }
    if (place_.has(Want::with)) word("with");
    if (place_.has(Want::unreadable)) word("unreadable");
    if (place_.has(Want::expect)) word("expect");
    if (place_.has(Want::by)) word("by");
    if (place_.has(Want::table)) word("table");
    if (place_.has(Want::for_)) word("for");
    if (place_.has(Want::columns)) {
      for (const std::string_view column : {"method", "path", "effect", "rule"}) {
        offer(Kind::keyword, column, "column", {});
      }
    }
    if (place_.has(Want::methods)) {
      for (const std::string_view method : kKnownMethods) {
        offer(Kind::enum_member, method, {}, {});
      }
    }
    if (place_.has(Want::rules)) rules();
  }

  void rules() {
    for (const TierNode& tier : view_.file.ast.tiers) {
      for (const RuleNode& rule : tier.rules) {
        offer(Kind::reference, rule.name.text, name_of(rule.outcome), {});
      }
    }
    word("default");
  }

  const View& view_;
  const Place& place_;
  std::string out_;
  JsonWriter json_;
  Range range_;
  std::set<std::string, std::less<>> seen_;
  int count_ = 0;
};

}  // namespace

Answer completion(const View& view, std::uint32_t offset) {
  const Place place = place_at(view.file.text(), view.file.tokens, offset);
  return Offers(view, place).all();
}

}  // namespace sentrail::compiler::lsp
