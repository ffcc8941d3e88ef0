// `build`, `verify` and `keygen`: bundles and the keys that sign them.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <limits>
#include <memory>

#include "compiler/driver/build.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/reporter.hpp"
#include "compiler/driver/roots.hpp"
#include "compiler/driver/signing_keys.hpp"
#include "compiler/driver/test_findings.hpp"
#include "compiler/lower/build_bundle.hpp"
#include "compiler/tester/tester.hpp"
#include "core/bundle_levels.hpp"
#include "core/catalog_asked.hpp"
#include "core/encoding.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/program_cost.hpp"
#include "crypto/hash.hpp"
#include "crypto/note.hpp"
#include "runtime/bundles/loaded_bundle.hpp"

namespace sentrail::compiler {
namespace {

// The level of the bundle that a policy makes.
std::uint32_t level_of(const Compiled& compiled) {
  const Program& program = compiled.engine().program();
  return level_needed(program, AskedCatalogs(compiled.catalogs(), program).view());
}

void print_built(const BuildOptions& options, const Compiled& compiled, const std::string& bytes,
                 std::size_t signer_count, Reporter& reporter) {
  const Program& program = compiled.engine().program();
  const CostRow cost = cost_of(program);
  const std::string digest = hex_encode(crypto::sha256(bytes));
  if (reporter.format() == Format::json) {
    std::string out;
    JsonWriter(&out)
        .begin_object()
        .key("ok")
        .boolean(true)
        .key("bundle")
        .string(options.out)
        .key("policy")
        .string(program.name())
        .key("engine")
        .string(name_of(compiled.engine().kind()))
        .key("rules")
        .unsigned_integer(program.rules.size())
        .key("tests")
        .unsigned_integer(program.atoms.size())
        .key("bytes")
        .unsigned_integer(bytes.size())
        .key("sha256")
        .string(digest)
        .key("level")
        .unsigned_integer(level_of(compiled))
        .key("signatures")
        .unsigned_integer(signer_count)
        .key("costSteps")
        .unsigned_integer(cost.steps)
        .key("costBytes")
        .unsigned_integer(cost.bytes)
        .end_object();
    std::printf("%s\n", out.c_str());
    return;
  }
  reporter.answer(options.out,
                  options.out + ": " + std::string(program.name()) + ", " +
                      std::to_string(program.rules.size()) + " rules, " +
                      std::to_string(program.atoms.size()) + " tests, " +
                      std::to_string(bytes.size()) + " bytes, " + std::to_string(signer_count) +
                      (signer_count == 1 ? " signature" : " signatures") + "\n  level " +
                      std::to_string(level_of(compiled)) + " of the format; " +
                      std::string(name_of(compiled.engine().kind())) +
                      " engine; a decision takes at most " + std::to_string(cost.steps) +
                      " steps and touches " + std::to_string(cost.bytes) + " bytes");
}

// What the policy was written in: the hash and the name of each file of policy text.
ForeignSection sources_section(const Loaded& loaded) {
  std::string lines;
  for (const Ast* ast : loaded.modules.files()) {
    lines += hex_encode(crypto::sha256(loaded.sources[ast->source].text())) + " " +
             std::string(ast->policy->text) + "\n";
  }
  return {kSourcesSection, 1, std::move(lines)};
}

// Whether the readers for whom it is built know all that the policy needs.
Status fits_level(const Compiled& compiled, std::uint32_t level) {
  const std::uint32_t needed = level_of(compiled);
  if (needed <= level) return {};
  return fail(Errc::unsupported,
              "the policy needs level " + std::to_string(needed) + " of the bundle format (" +
                  std::string(kBundleLevels[needed - 1].what) + "), more than the level " +
                  std::to_string(level) + " that was asked for");
}

// Whether a decision stays within what was asked for, by the cost certificate.
Status fits_budget(const Program& program, const BuildOptions& options) {
  const CostRow cost = cost_of(program);
  const auto over = [&](std::uint64_t is, std::string_view verb, std::string_view unit,
                        std::uint64_t most, std::string_view option) {
    std::string text = "a decision " + std::string(verb) + " up to " + std::to_string(is) + " " +
                       std::string(unit) + ", more than the " + std::to_string(most) + " of " +
                       std::string(option);
    if (const std::uint32_t rule = dearest_rule(program); rule != kNoRow) {
      const RuleRow& row = program.rules[rule];
      text += "; the tests of rule `" + std::string(program.view(row.name)) + "` (" +
              std::string(program.view(row.file)) + ":" + std::to_string(row.line) +
              ") add most steps: make its texts, patterns or regular expressions shorter, or raise "
              "the budget";
    }
    return fail(Errc::invalid_argument, std::move(text));
  };
  if (options.steps_max && cost.steps > *options.steps_max) {
    return over(cost.steps, "takes", "steps", *options.steps_max, "--max-steps");
  }
  if (options.bytes_max && cost.bytes > *options.bytes_max) {
    return over(cost.bytes, "touches", "bytes", *options.bytes_max, "--max-bytes");
  }
  return {};
}

// Why a policy whose tests fail is not built: in documents, the tests.
void report_failed(const TestReport& tests, const Sources& sources, Reporter& reporter) {
  if (reporter.format() == Format::text || reporter.format() == Format::json) {
    reporter.failure(
        Error{Errc::invalid_argument, std::to_string(tests.failed) +
                                          " of the policy's tests fail; run `sentrailc "
                                          "test`, or build with --untested"},
        kFindings);
    return;
  }
  for (const TestOutcome& outcome : tests.outcomes) {
    if (!outcome.passed) reporter.finding(finding_of(outcome), sources);
  }
}

int build_loaded(const Loaded& loaded, const BuildOptions& options, Reporter& reporter) {
  const auto compiled = Compiled::of(*loaded.policy, loaded.catalogs, loaded.sources);
  if (!compiled) return reporter.failure(compiled.error());
  if (const Status fits = fits_level(**compiled, options.level); !fits) {
    return reporter.failure(fits.error(), kFindings);
  }
  if (const Status fits = fits_budget((*compiled)->engine().program(), options); !fits) {
    return reporter.failure(fits.error(), kFindings);
  }
  TestReport tests = run_tests(*loaded.policy, **compiled);
  const Status modules =
      add_module_tests(loaded.tested_modules, loaded.catalogs, loaded.sources, tests);
  if (!modules) return reporter.failure(modules.error());
  if (tests.failed > 0 && !options.untested) {
    report_failed(tests, loaded.sources, reporter);
    return kFindings;
  }
  const Result<std::vector<crypto::NoteSigner>> signers = read_signers(options.key_files);
  if (!signers) return reporter.failure(signers.error());
  const ForeignSection sources = sources_section(loaded);
  BundleParts parts;
  parts.foreign = {&sources, 1};
  parts.program = (*compiled)->engine().program();
  parts.catalogs = (*compiled)->catalogs();
  parts.signers = *signers;
  const Result<std::string> bytes = build_bundle(parts);
  if (!bytes) return reporter.failure(bytes.error());
  if (const Status status = write_bytes(options.out, *bytes); !status) {
    return reporter.failure(status.error());
  }
  print_built(options, **compiled, *bytes, signers->size(), reporter);
  return kFine;
}

int verify_bundle(const std::string& file, const std::vector<std::string>& trust,
                  std::size_t needed, const OutputOptions& output) {
  const Result<std::vector<crypto::NoteVerifier>> verifiers = read_verifiers(trust);
  if (!verifiers) return report(verifiers.error(), output);
  bundles::LoadOptions options;
  options.trusted = *verifiers;
  options.allow_unsigned = trust.empty();
  options.needed = needed;
  const auto loaded = bundles::LoadedBundle::from_file(file, options);
  if (!loaded) {
    const Errc why = loaded.error().code;
    const bool unread = why == Errc::io || why == Errc::not_found || why == Errc::invalid_argument;
    const int code = unread ? kCouldNot : kFindings;
    Reporter reporter(output);
    reporter.failure(loaded.error(), code);
    return reporter.finish();
  }
  const bundles::LoadedBundle& bundle = **loaded;
  std::string out;
  if (output.json) {
    JsonWriter json(&out);
    json.begin_object()
        .key("ok")
        .boolean(true)
        .key("policy")
        .string(bundle.program().name())
        .key("rules")
        .unsigned_integer(bundle.program().rules.size())
        .key("level")
        .unsigned_integer(bundle.sections().level())
        .key("digest")
        .string(bundle.digest_hex())
        .key("signedBy")
        .begin_array();
    for (const std::string& name : bundle.signed_by()) json.string(name);
    json.end_array().end_object();
  } else {
    out = file + ": whole; " + std::string(bundle.program().name()) + ", " +
          std::to_string(bundle.program().rules.size()) + " rules, level " +
          std::to_string(bundle.sections().level()) + ", digest " + bundle.digest_hex() +
          "\n  signed by:";
    for (const std::string& name : bundle.signed_by()) out += " " + name;
    if (trust.empty()) out += " not checked; name the signers with --trust";
    return answer(file, out, output);
  }
  std::printf("%s\n", out.c_str());
  return kFine;
}

int generate_key(const std::string& name, const std::string& file, const OutputOptions& output) {
  const Result<crypto::NoteSigner> signer = crypto::NoteSigner::generate(name);
  if (!signer) return report(signer.error(), output);
  // A secret key that is written over is lost, and with it whatever asks for its signature. The
  // public half first: where it is there already, no secret is made.
  const std::string public_file = file + ".pub";
  const std::string verifier = signer->verifier().to_string() + "\n";
  if (const Status made = make_file(public_file, verifier, Readers::everybody); !made) {
    return report(made.error(), output);
  }
  const std::string secret = signer->to_secret_string() + "\n";
  if (const Status made = make_file(file, secret, Readers::owner); !made) {
    std::remove(public_file.c_str());
    return report(made.error(), output);
  }
  if (output.json) {
    std::string out;
    JsonWriter(&out)
        .begin_object()
        .key("ok")
        .boolean(true)
        .key("secretKey")
        .string(file)
        .key("verifier")
        .string(signer->verifier().to_string())
        .end_object();
    std::printf("%s\n", out.c_str());
    return kFine;
  }
  std::printf("%s\n", signer->verifier().to_string().c_str());
  std::fprintf(stderr, "secret key in %s, verifier in %s.pub and above\n", file.c_str(),
               file.c_str());
  return kFine;
}

}  // namespace

int build_policy(const BuildOptions& options, const LoadOptions& load, const OutputOptions& output,
                 std::vector<std::string>* files) {
  const Result<std::string> file = root_of(options.policy, load);
  if (!file) return report(file.error(), output);
  Loaded loaded;
  if (const Status status = load_policy(*file, load, loaded); !status) {
    return report(status.error(), output);
  }
  if (files != nullptr) *files = loaded.files;
  if (!loaded.policy) return report(loaded.sink, loaded.sources, output);
  Reporter reporter(output);
  // Warnings are shown and do not stop a build. In JSON the answer is the one object.
  if (!output.json) reporter.findings(loaded.sink, loaded.sources);
  const int code = build_loaded(loaded, options, reporter);
  reporter.finish_with(code);
  return code;
}

// What the command line reads as such a number, but not for a negative one.
constexpr auto kBudgetMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

void add_build(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<BuildOptions>();
  CLI::App* command = app.add_subcommand("build", "check, test, and write a bundle");
  command->add_option("path", options->policy, "a policy, or a folder with one");
  command->add_option("-o,--out", options->out, "the bundle to write")->required();
  command->add_option("--sign", options->key_files, "a signing key file; may be repeated");
  command
      ->add_option("--level", options->level,
                   "the highest level of the format that its readers know (" +
                       std::to_string(kBundleLevel) + ")")
      ->check(CLI::Range(std::uint32_t{1}, kBundleLevel));
  command
      ->add_option("--max-steps", options->steps_max,
                   "refuse a policy of which a decision may take more steps, at worst")
      ->check(CLI::Range(std::uint64_t{1}, kBudgetMax));
  command
      ->add_option("--max-bytes", options->bytes_max,
                   "refuse a policy of which a decision may touch more bytes, at worst")
      ->check(CLI::Range(std::uint64_t{1}, kBudgetMax));
  command->add_flag("--untested", options->untested, "build although the policy's tests fail");
  program.reporting.push_back(command);
  command->callback([&program, options] {
    program.exit_code = build_policy(*options, program.load, program.output());
  });
}

void add_verify(CLI::App& app, CommandLine& program) {
  struct Options {
    std::string file;
    std::vector<std::string> trust;
    std::size_t needed = 1;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("verify", "is a bundle whole, and who signed it");
  command->add_option("bundle", options->file, "the file")->required();
  command->add_option("--trust", options->trust,
                      "a verifier key or its file; without one, signatures are not checked");
  command
      ->add_option("--needed", options->needed,
                   "how many of the trusted signers must have signed (1)")
      ->check(CLI::Range(std::size_t{1}, limits::kNoteSignaturesMax));
  program.reporting.push_back(command);
  command->callback([&program, options] {
    program.exit_code =
        verify_bundle(options->file, options->trust, options->needed, program.output());
  });
}

void add_keygen(CLI::App& app, CommandLine& program) {
  struct Options {
    std::string name;
    std::string file;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("keygen", "make a key that signs bundles");
  command->add_option("name", options->name, "the signer, e.g. acme.example/policy")->required();
  command
      ->add_option(
          "-o,--out", options->file,
          "where the secret goes, a new file of mode 0600; the verifier goes into FILE.pub")
      ->required();
  command->callback([&program, options] {
    program.exit_code = generate_key(options->name, options->file, program.output());
  });
}

}  // namespace sentrail::compiler
