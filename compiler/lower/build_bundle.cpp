// Appends the statement, signed or not, to the content. See build_bundle.hpp.
#include "compiler/lower/build_bundle.hpp"

#include "core/bundle.hpp"
#include "core/catalog_asked.hpp"
#include "core/encoding.hpp"
#include "crypto/hash.hpp"

namespace sentrail::compiler {

Result<std::string> build_bundle(const BundleParts& parts) {
  SENTRAIL_TRY(verify(parts.catalogs));
  BundleWriter writer;
  const AskedCatalogs asked(parts.catalogs, parts.program);
  writer.add_policy(parts.program, asked.view());
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

Result<std::string> countersign(std::string_view bundle,
                                std::span<const crypto::NoteSigner> signers) {
  SENTRAIL_ASSIGN_OR_RETURN(const BundleReader reader, BundleReader::open(bundle));
  const std::string_view note = reader.statement();
  // A note's text never ends in an empty line: what follows the first one are the signatures.
  const std::size_t blank = note.find("\n\n");
  const std::string_view text = note.substr(0, blank == std::string_view::npos ? blank : blank + 1);
  if (!crypto::is_note_text(text)) {
    return fail(Errc::corrupt, "the bundle is damaged: its statement is cut short");
  }
  std::string out(bundle);
  if (blank == std::string_view::npos) out.push_back('\n');
  for (const crypto::NoteSigner& signer : signers) {
    const std::string line = signer.signature_line(text);
    if (out.find(line, out.size() - note.size()) == std::string::npos) out += line;
  }
  return out;
}

}  // namespace sentrail::compiler
