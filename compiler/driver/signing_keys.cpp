// Reading keys. See signing_keys.hpp.
#include "compiler/driver/signing_keys.hpp"

#include <cstddef>
#include <utility>

#include "compiler/driver/output.hpp"

namespace sentrail::compiler {
namespace {

constexpr std::size_t kKeyFileBytesMax = 4096;

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

Result<crypto::NoteVerifier> read_verifier(const std::string& argument) {
  if (Result<crypto::NoteVerifier> direct = crypto::NoteVerifier::parse(argument)) return direct;
  SENTRAIL_ASSIGN_OR_RETURN(const std::string text, read_bytes(argument, kKeyFileBytesMax));
  Result<crypto::NoteVerifier> verifier = crypto::NoteVerifier::parse(trimmed(text));
  if (!verifier) return fail(verifier.error().code, argument + ": " + verifier.error().message);
  return verifier;
}

}  // namespace

Result<std::vector<crypto::NoteSigner>> read_signers(const std::vector<std::string>& files) {
  std::vector<crypto::NoteSigner> signers;
  for (const std::string& file : files) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string text, read_bytes(file, kKeyFileBytesMax));
    Result<crypto::NoteSigner> signer = crypto::NoteSigner::parse(trimmed(text));
    if (!signer) return fail(signer.error().code, file + ": " + signer.error().message);
    signers.push_back(std::move(*signer));
  }
  return signers;
}

Result<std::vector<crypto::NoteVerifier>> read_verifiers(
    const std::vector<std::string>& arguments) {
  std::vector<crypto::NoteVerifier> verifiers;
  for (const std::string& argument : arguments) {
    SENTRAIL_ASSIGN_OR_RETURN(crypto::NoteVerifier verifier, read_verifier(argument));
    verifiers.push_back(std::move(verifier));
  }
  return verifiers;
}

}  // namespace sentrail::compiler
