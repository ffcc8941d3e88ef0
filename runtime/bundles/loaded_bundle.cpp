// Checks a bundle from the outside in. See loaded_bundle.hpp.
#include "runtime/bundles/loaded_bundle.hpp"

#include <algorithm>
#include <utility>

#include "core/encoding.hpp"
#include "core/limits.hpp"

namespace sentrail::bundles {
namespace {

// Whether enough of the trusted signed; `names` holds each signer once.
Status check_enough(const std::vector<std::string>& names, const LoadOptions& options) {
  if (options.allow_unsigned || names.size() >= options.needed) return {};
  std::string who;
  for (const std::string& name : names) who += (who.empty() ? " (" : ", ") + name;
  return fail(Errc::permission_denied, std::to_string(names.size()) + " trusted signer" +
                                           (names.size() == 1 ? "" : "s") + who +
                                           (who.empty() ? "" : ")") + " signed the bundle, " +
                                           std::to_string(options.needed) +
                                           " are needed; add the others' with `sentrailc "
                                           "sign`");
}

// Who among the trusted signed `note`, whose text must be `statement`.
Result<std::vector<std::string>> check_signatures(std::string_view note, std::string_view statement,
                                                  const LoadOptions& options) {
  if (!note.starts_with(statement)) {
    return fail(Errc::corrupt, "the bundle is damaged: its statement does not fit its content");
  }
  const tl::unexpected<Error> unsigned_refused =
      fail(Errc::permission_denied,
           "no trusted key has signed the bundle; sign it with one, or allow unsigned bundles");
  std::vector<std::string> names;
  if (note.size() == statement.size()) {
    if (!options.allow_unsigned) return unsigned_refused;
    return names;
  }
  const Result<crypto::OpenedNote> opened = crypto::open_note(note, options.trusted);
  if (!opened && opened.error().code == Errc::permission_denied) {
    if (!options.allow_unsigned) return unsigned_refused;
    return names;
  }
  if (!opened) return tl::make_unexpected(opened.error());
  if (opened->text != statement) {
    return fail(Errc::corrupt, "the bundle is damaged: something else than it was signed");
  }
  for (const crypto::NoteSignature& signature : opened->verified) {
    if (std::find(names.begin(), names.end(), signature.name) == names.end()) {
      names.push_back(signature.name);
    }
  }
  SENTRAIL_TRY(check_enough(names, options));
  return names;
}

// The policy's name, as far as it can be known before the tables are verified.
Result<std::string_view> name_in(const BundleReader& reader) {
  SENTRAIL_ASSIGN_OR_RETURN(const auto policy,
                            reader.section<PolicyRow>(static_cast<std::uint32_t>(TableId::policy)));
  SENTRAIL_ASSIGN_OR_RETURN(const auto text,
                            reader.section<char>(static_cast<std::uint32_t>(TableId::text)));
  const std::string_view pool(text.data(), text.size());
  if (policy.size() != 1 || policy[0].name.offset > pool.size() ||
      policy[0].name.bytes > pool.size() - policy[0].name.offset) {
    return fail(Errc::corrupt, "the bundle is damaged: its policy has no name");
  }
  return pool.substr(policy[0].name.offset, policy[0].name.bytes);
}

}  // namespace

Result<std::shared_ptr<const LoadedBundle>> LoadedBundle::from_file(const std::string& path,
                                                                    const LoadOptions& options) {
  SENTRAIL_ASSIGN_OR_RETURN(SealedBytes bytes,
                            SealedBytes::read_file(path, limits::kBundleBytesMax));
  return check(std::move(bytes), options);
}

Result<std::shared_ptr<const LoadedBundle>> LoadedBundle::from_bytes(std::string_view bytes,
                                                                     const LoadOptions& options) {
  if (bytes.size() > limits::kBundleBytesMax) {
    return fail(Errc::limit_exceeded, "the bundle has " + std::to_string(bytes.size()) +
                                          " bytes; at most " +
                                          std::to_string(limits::kBundleBytesMax) + " are read");
  }
  SENTRAIL_ASSIGN_OR_RETURN(SealedBytes sealed, SealedBytes::copy_of(bytes));
  return check(std::move(sealed), options);
}

bool LoadedBundle::knows_zones() const noexcept {
  return std::ranges::find(zones(), ZoneClock{}) == zones().end();
}

Result<std::shared_ptr<const LoadedBundle>> LoadedBundle::check(SealedBytes bytes,
                                                                const LoadOptions& options) {
  SENTRAIL_ASSIGN_OR_RETURN(const BundleReader reader, BundleReader::open(bytes.view()));
  const crypto::Digest digest = crypto::sha256(reader.content());
  std::string digest_hex = hex_encode(digest);
  SENTRAIL_ASSIGN_OR_RETURN(const std::string_view name, name_in(reader));
  const std::string statement = bundle_statement(name, reader.content().size(), digest_hex);
  SENTRAIL_ASSIGN_OR_RETURN(std::vector<std::string> names,
                            check_signatures(reader.statement(), statement, options));
  SENTRAIL_TRY(reader.knows_all_sections());
  SENTRAIL_ASSIGN_OR_RETURN(const Program program, reader.program());
  if (options.accepts != nullptr) SENTRAIL_TRY(options.accepts(program));
  SENTRAIL_ASSIGN_OR_RETURN(const CatalogView catalogs, reader.catalogs());
  // The views above point into the mapping, which keeps its place when moved.
  std::shared_ptr<LoadedBundle> loaded(
      new LoadedBundle(std::move(bytes), reader, program, catalogs, options));
  loaded->zones_ =
      std::make_unique<wire::ZoneWatch>(zone_names_of(program), SystemClock().now().unix_ms);
  loaded->digest_ = digest;
  loaded->digest_hex_ = std::move(digest_hex);
  loaded->signed_by_ = std::move(names);
  return loaded;
}

}  // namespace sentrail::bundles
