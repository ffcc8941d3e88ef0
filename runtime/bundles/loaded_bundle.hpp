// A bundle that has passed every check, ready to decide with.
//
// Neighbours: core/bundle.hpp (the frame), crypto/note.hpp (who signed), runtime/decide (the
// engine); active_bundle.hpp publishes it. Must not know: policy text, who uses it. Order of the
// checks: size, frame, hash, statement, signatures; only then is a table looked at.
// source: docs/bundle_format.md.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/body_fields.hpp"
#include "core/bundle.hpp"
#include "core/catalog.hpp"
#include "core/program.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "crypto/hash.hpp"
#include "crypto/note.hpp"
#include "runtime/bundles/sealed_bytes.hpp"
#include "runtime/decide/engine.hpp"
#include "wire/zones.hpp"

namespace sentrail::bundles {

// Whose bundles are accepted.
struct LoadOptions {
  std::span<const crypto::NoteVerifier> trusted;
  // Accepts bundles that no trusted key has signed. A wrong signature by a trusted key is refused
  // all the same.
  bool allow_unsigned = false;
  // How many of the trusted must have signed. Keys of one name are one signer.
  std::size_t needed = 1;
  // Refuses a policy that asks for what this program cannot do; null: all are accepted.
  Status (*accepts)(const Program& program) = nullptr;
  // What decides, see decide::Engine. The maker is asked while the bundle is loaded, and no later.
  decide::EngineKind engine = decide::EngineKind::automatic;
  const decide::NativeMaker* native = nullptr;
};

// Owns its bytes and everything that points into them. threads: immutable.
class LoadedBundle {
 public:
  // Reads and checks a file. fails: not_found, io; limit_exceeded (limits::kBundleBytesMax);
  // corrupt; unsupported for other versions; permission_denied if too few of the trusted signed it.
  [[nodiscard]] static Result<std::shared_ptr<const LoadedBundle>> from_file(
      const std::string& path, const LoadOptions& options);
  // Checks bytes in memory. fails: as from_file.
  [[nodiscard]] static Result<std::shared_ptr<const LoadedBundle>> from_bytes(
      std::string_view bytes, const LoadOptions& options);

  [[nodiscard]] const decide::Engine& engine() const noexcept { return engine_; }
  [[nodiscard]] const Program& program() const noexcept { return engine_.program(); }
  [[nodiscard]] const CatalogView& catalogs() const noexcept { return catalogs_; }
  // The members of a body that program and catalogs ask for.
  [[nodiscard]] const JsonFields& body_fields() const noexcept { return body_fields_; }
  // What the clocks of the program's zones show. Valid as long as the bundle. cost: one load.
  [[nodiscard]] std::span<const ZoneClock> zones() const noexcept { return zones_->current(); }
  // Whether all of them are known: where one is not, every test of its windows is undecidable.
  [[nodiscard]] bool knows_zones() const noexcept;
  // Looks at them again: once every limits::kZoneRefreshMs is enough.
  void refresh_zones(Instant now) const { zones_->refresh(now.unix_ms); }
  // Sections of other formats.
  [[nodiscard]] const BundleReader& sections() const noexcept { return reader_; }
  // SHA-256 of the content: the bundle's identity in records, whoever signed it.
  [[nodiscard]] const crypto::Digest& digest() const noexcept { return digest_; }
  [[nodiscard]] const std::string& digest_hex() const noexcept { return digest_hex_; }
  // Names of the trusted keys that signed; empty for an unsigned bundle.
  [[nodiscard]] const std::vector<std::string>& signed_by() const noexcept { return signed_by_; }
  // The whole file.
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_.view(); }

 private:
  [[nodiscard]] static Result<std::shared_ptr<const LoadedBundle>> check(
      SealedBytes bytes, const LoadOptions& options);
  LoadedBundle(SealedBytes bytes, BundleReader reader, const Program& program,
               const CatalogView& catalogs, const LoadOptions& options)
      : bytes_(std::move(bytes)),
        reader_(reader),
        catalogs_(catalogs),
        body_fields_(sentrail::body_fields(program, catalogs)),
        engine_(program, options.engine, options.native) {}

  SealedBytes bytes_;
  BundleReader reader_;
  CatalogView catalogs_;
  JsonFields body_fields_;
  decide::Engine engine_;
  std::unique_ptr<wire::ZoneWatch> zones_;
  crypto::Digest digest_{};
  std::string digest_hex_;
  std::vector<std::string> signed_by_;
};

}  // namespace sentrail::bundles
