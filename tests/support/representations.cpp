// Runs the phases, each from the product of the one before. See representations.hpp.
#include "tests/support/representations.hpp"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/check/check.hpp"
#include "compiler/format/format.hpp"
#include "compiler/lower/build_bundle.hpp"
#include "compiler/lower/lower.hpp"
#include "compiler/modules/modules.hpp"
#include "compiler/oracle/limits.hpp"
#include "compiler/simplify/simplify.hpp"
#include "compiler/syntax/parser.hpp"
#include "core/check.hpp"
#include "runtime/bundles/loaded_bundle.hpp"
#include "runtime/decide/counting.hpp"
#include "runtime/decide/explain.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/interpreted_native.hpp"
#include "tests/support/obligations.hpp"

namespace sentrail::support {
namespace {

using compiler::ir::Policy;

// A policy from text, and the texts in their canonical layout.
struct Checked {
  Policy policy;
  std::string formatted;
  std::string formatted_module{};
};

// A policy of two files: what imports are is known, so none is looked for.
Result<Checked> check_texts(const std::string& text, const std::string& module) {
  compiler::Sources sources;
  compiler::DiagnosticSink sink;
  const std::optional<compiler::Ast> ast =
      compiler::parse(sources.add("p.sentrail", text), sources, sink);
  std::optional<Policy> policy;
  Checked made;
  if (ast) {
    const compiler::ModuleFiles files{[](std::string_view name) {
                                        return name == "m" ? compiler::FoundModule{"m.sentrail", {}}
                                                           : compiler::FoundModule{};
                                      },
                                      [&](const std::string& file) -> Result<compiler::SourceId> {
                                        return sources.add(file, module);
                                      }};
    compiler::ModuleSet set;
    SENTRAIL_TRY(set.read(*ast, nullptr, files, sources, sink));
    if (set.check(sources, nullptr, sink)) {
      made.policy = set.linked();
      made.formatted = compiler::format(*ast, sources);
      made.formatted_module = compiler::format(*set.files().back(), sources);
    }
  }
  if (!sink.has_errors()) return made;
  std::string said;
  for (const auto& one : sink.sorted()) said += compiler::render_text(one, sources, false);
  return fail(Errc::invalid_argument, said + module);
}

Result<Checked> check_text(const std::string& text, const std::string& module) {
  if (!module.empty()) return check_texts(text, module);
  compiler::Sources sources;
  compiler::DiagnosticSink sink;
  const compiler::SourceId id = sources.add("p.sentrail", text);
  const std::optional<compiler::Ast> ast = compiler::parse(id, sources, sink);
  std::optional<Policy> policy;
  if (ast) policy = compiler::check(*ast, sources, nullptr, sink);
  SENTRAIL_CHECK(policy.has_value() != sink.has_errors());
  if (!policy) {
    std::string said;
    for (const auto& one : sink.sorted()) said += compiler::render_text(one, sources, false);
    return fail(Errc::invalid_argument, said);
  }
  SENTRAIL_CHECK(policy->verify().has_value());
  return Checked{std::move(*policy), compiler::format(*ast, sources), ""};
}

// Tables with the engine that reads them.
struct Tables {
  Tables(ProgramStorage&& lowered, decide::EngineKind kind)
      : storage(std::move(lowered)), engine(storage.view(), kind), scratch(engine.make_scratch()) {}

  ProgramStorage storage;
  decide::Engine engine;
  decide::Scratch scratch;
};

}  // namespace

struct Representations::Forms {
  Policy checked;
  Policy formatted;
  Policy simplified;
  std::unique_ptr<Tables> tables;
  std::unique_ptr<Tables> plain;
  std::shared_ptr<const bundles::LoadedBundle> bundle;
  std::optional<decide::Scratch> bundle_scratch;

  Status build();
  [[nodiscard]] std::string explained(const OwnedFacts& facts, const std::vector<Truth>& truths);
};

Status Representations::Forms::build() {
  simplified = compiler::simplify(checked);
  SENTRAIL_CHECK(simplified.verify().has_value());
  SENTRAIL_ASSIGN_OR_RETURN(ProgramStorage lowered, compiler::lower(simplified));
  tables = std::make_unique<Tables>(std::move(lowered), decide::EngineKind::table);
  SENTRAIL_ASSIGN_OR_RETURN(ProgramStorage unsimplified, compiler::lower(checked));
  plain = std::make_unique<Tables>(std::move(unsimplified), decide::EngineKind::linear);
  compiler::BundleParts parts;
  parts.program = tables->storage.view();
  SENTRAIL_ASSIGN_OR_RETURN(const std::string bytes, compiler::build_bundle(parts));
  auto loaded =
      bundles::LoadedBundle::from_bytes(bytes, {{},
                                                true,
                                                1,
                                                nullptr,
                                                decide::EngineKind::jit,
                                                &interpreted_native(jit::Coverage::every_rule)});
  SENTRAIL_CHECK_NOTE(loaded.has_value(), loaded ? "" : loaded.error().message.c_str());
  bundle = std::move(*loaded);
  bundle_scratch = bundle->engine().make_scratch();
  return {};
}

// What the explanation says of each rule.
std::string Representations::Forms::explained(const OwnedFacts& facts,
                                              const std::vector<Truth>& truths) {
  const decide::Explanation said = decide::explain(plain->engine, *facts, plain->scratch);
  SENTRAIL_CHECK(said.rules.size() == truths.size());
  for (std::size_t i = 0; i < truths.size(); ++i) {
    if (said.rules[i].truth != truths[i]) return "the truth of rule " + std::to_string(i);
  }
  return "";
}

Representations::Representations(std::unique_ptr<Forms> forms) : forms_(std::move(forms)) {}
Representations::Representations(Representations&&) noexcept = default;
Representations& Representations::operator=(Representations&&) noexcept = default;
Representations::~Representations() = default;

Result<Representations> Representations::of(const std::string& text, const std::string& module) {
  auto forms = std::make_unique<Forms>();
  SENTRAIL_ASSIGN_OR_RETURN(Checked once, check_text(text, module));
  Result<Checked> twice = check_text(once.formatted, once.formatted_module);
  SENTRAIL_CHECK_NOTE(twice.has_value(), twice ? "" : twice.error().message.c_str());
  SENTRAIL_CHECK(twice->formatted == once.formatted);
  SENTRAIL_CHECK(twice->formatted_module == once.formatted_module);
  SENTRAIL_CHECK_NOTE(twice->policy.dump() == once.policy.dump(), once.formatted.c_str());
  forms->checked = std::move(once.policy);
  forms->formatted = std::move(twice->policy);
  const Status built = forms->build();
  if (!built) {
    SENTRAIL_CHECK(built.error().code == Errc::limit_exceeded);
    return tl::make_unexpected(built.error());
  }
  return Representations(std::move(forms));
}

const Policy& Representations::checked() const {
  return forms_->checked;
}

std::string Representations::difference(const compiler::oracle::Request& request,
                                        const compiler::oracle::Decision& expected) {
  Forms& forms = *forms_;
  const auto compare = [&expected](std::string_view form, const Decision& actual) {
    const std::string found = support::difference(expected, actual);
    return found.empty() ? "" : std::string(form) + "\n" + found + "\n";
  };
  std::string found;
  const std::pair<const char*, const Policy*> policies[] = {{"checked", &forms.checked},
                                                            {"formatted", &forms.formatted},
                                                            {"simplified", &forms.simplified}};
  for (const auto& [form, policy] : policies) {
    if (!found.empty()) return found;
    found = compare(form, engine_form(compiler::oracle::decide(*policy, request)));
  }
  std::optional<OwnedFacts> facts = OwnedFacts::of(request);
  if (!found.empty() || !facts) return found;
  facts->set_zones(zone_names_of(forms.tables->storage.view()));
  found = compare("tables", forms.tables->engine.decide(**facts, forms.tables->scratch));
  if (!found.empty()) return found;
  facts->set_zones(zone_names_of(forms.plain->storage.view()));
  found =
      compare("tables, not simplified", forms.plain->engine.decide(**facts, forms.plain->scratch));
  if (!found.empty()) return found;
  facts->set_zones(zone_names_of(forms.bundle->program()));
  found = compare("bundle", forms.bundle->engine().decide(**facts, *forms.bundle_scratch));
  if (!found.empty()) return found;
  const std::array<const Facts*, 1> actions = {&**facts};
  decide::Windows windows;
  const decide::CountedDecisions counted = decide::simulate_counted(
      forms.bundle->engine(), actions, *forms.bundle_scratch, &windows, {});
  Decision fresh = counted.decisions.front();
  fresh.full_limits = 0;  // the oracle names them otherwise
  found = support::difference(compiler::oracle::decide_fresh(forms.checked, request), fresh);
  if (!found.empty()) return "limits, nothing counted\n" + found + "\n";
  facts->set_zones(zone_names_of(forms.plain->storage.view()));
  return forms.explained(*facts, compiler::oracle::evaluate_rules(forms.checked, request));
}

std::string Representations::difference(const compiler::oracle::Request& request,
                                        const std::string& expected) {
  Forms& forms = *forms_;
  const auto meant = [&request](const Policy& policy) {
    return describe(compiler::oracle::answer(policy, request),
                    compiler::oracle::shadows_of(policy, request));
  };
  std::vector<std::pair<std::string, std::string>> answers = {
      {"checked", meant(forms.checked)},
      {"formatted", meant(forms.formatted)},
      {"simplified", meant(forms.simplified)}};
  if (std::optional<OwnedFacts> facts = OwnedFacts::of(request)) {
    // Clocks are those of the zones that a program names, which simplifying may take away.
    const auto answered = [&facts](const decide::Engine& engine, decide::Scratch& scratch) {
      facts->set_zones(zone_names_of(engine.program()));
      return described_answer(engine, **facts, scratch);
    };
    answers.emplace_back("tables", answered(forms.tables->engine, forms.tables->scratch));
    answers.emplace_back("tables, not simplified",
                         answered(forms.plain->engine, forms.plain->scratch));
    answers.emplace_back("bundle", answered(forms.bundle->engine(), *forms.bundle_scratch));
  }
  for (const auto& [form, answer] : answers) {
    if (answer != expected) return form + "\n" + answer + "\nbut meant is\n" + expected;
  }
  return "";
}

}  // namespace sentrail::support
