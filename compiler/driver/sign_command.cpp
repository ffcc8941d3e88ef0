// `sign` and `verifier`: signatures of others on a bundle that was built already. The
// policy is not built again: whoever signs has built it from the same sources to the same bytes.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/signing_keys.hpp"
#include "compiler/lower/build_bundle.hpp"
#include "core/json_writer.hpp"
#include "runtime/bundles/loaded_bundle.hpp"

namespace sentrail::compiler {
namespace {

struct SignOptions {
  std::string bundle;
  std::string out;  // empty: in place
  std::vector<std::string> key_files;
};

std::vector<crypto::NoteVerifier> verifiers_of(const std::vector<crypto::NoteSigner>& signers) {
  std::vector<crypto::NoteVerifier> verifiers;
  for (const crypto::NoteSigner& signer : signers) verifiers.push_back(signer.verifier());
  return verifiers;
}

void print_signed(const bundles::LoadedBundle& bundle, const std::string& file, bool json) {
  if (!json) {
    std::string names;
    for (const std::string& name : bundle.signed_by()) names += " " + name;
    std::printf("%s: digest %s\n  signed by:%s\n", file.c_str(), bundle.digest_hex().c_str(),
                names.c_str());
    return;
  }
  std::string out;
  JsonWriter writer(&out);
  writer.begin_object().key("ok").boolean(true).key("bundle").string(file);
  writer.key("digest").string(bundle.digest_hex()).key("signedBy").begin_array();
  for (const std::string& name : bundle.signed_by()) writer.string(name);
  writer.end_array().end_object();
  std::printf("%s\n", out.c_str());
}

int sign_bundle(const SignOptions& options, const OutputOptions& output) {
  const auto signers = read_signers(options.key_files);
  if (!signers) return report(signers.error(), output);
  // Nothing is signed whose statement does not fit its content.
  const auto before =
      bundles::LoadedBundle::from_file(options.bundle, {.trusted = {}, .allow_unsigned = true});
  if (!before) return report(before.error(), output);
  const Result<std::string> bytes = countersign((*before)->bytes(), *signers);
  if (!bytes) return report(bytes.error(), output);
  const std::vector<crypto::NoteVerifier> verifiers = verifiers_of(*signers);
  const auto after = bundles::LoadedBundle::from_bytes(*bytes, {.trusted = verifiers});
  if (!after) return report(after.error(), output);
  const std::string& file = options.out.empty() ? options.bundle : options.out;
  if (const Status status = write_bytes(file, *bytes); !status) {
    return report(status.error(), output);
  }
  print_signed(**after, file, output.json);
  return kFine;
}

int print_verifier(const std::string& file, const OutputOptions& output) {
  const auto signers = read_signers({file});
  if (!signers) return report(signers.error(), output);
  const std::string verifier = signers->front().verifier().to_string();
  std::string out = verifier;
  if (output.json) {
    out.clear();
    JsonWriter(&out)
        .begin_object()
        .key("ok")
        .boolean(true)
        .key("verifier")
        .string(verifier)
        .end_object();
  }
  std::printf("%s\n", out.c_str());
  return kFine;
}

}  // namespace

void add_sign(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<SignOptions>();
  CLI::App* command = app.add_subcommand("sign", "add signatures to a bundle");
  command->add_option("bundle", options->bundle, "the file")->required();
  command->add_option("--sign", options->key_files, "a signing key file; may be repeated")
      ->required();
  command->add_option("-o,--out", options->out, "where to write it; without one, in place");
  command->callback(
      [&program, options] { program.exit_code = sign_bundle(*options, program.output()); });
}

void add_verifier(CLI::App& app, CommandLine& program) {
  auto file = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("verifier", "the public half of a signing key");
  command->add_option("key", *file, "a signing key file")->required();
  command->callback(
      [&program, file] { program.exit_code = print_verifier(*file, program.output()); });
}

}  // namespace sentrail::compiler
