// Appends the statement, signed or not, to the content. See build_bundle.hpp.
#include "compiler/lower/build_bundle.hpp"

#include "core/bundle.hpp"
#include "core/encoding.hpp"
#include "crypto/hash.hpp"

namespace sentrail::compiler {

Result<std::string> build_bundle(const BundleParts& parts) {
  SENTRAIL_TRY(verify(parts.program));
  SENTRAIL_TRY(verify(parts.catalogs));
  BundleWriter writer;
  writer.add_program(parts.program);
  writer.add_catalogs(parts.catalogs);
  for (const ForeignSection& section : parts.foreign) {
    writer.add_section(section.id, section.bytes, section.row_bytes);
  }
  SENTRAIL_ASSIGN_OR_RETURN(std::string bundle, writer.finish());
  const std::string digest = hex_encode(crypto::sha256(bundle));
  const std::string statement = bundle_statement(parts.program.name(), bundle.size(), digest);
  if (parts.signers.empty()) return bundle + statement;
  SENTRAIL_ASSIGN_OR_RETURN(const std::string note, crypto::sign_note(statement, parts.signers));
  return bundle + note;
}

}  // namespace sentrail::compiler
