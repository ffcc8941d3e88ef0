// Checks a log entry by entry: format, dense numbers, chain; and the export file that carries one.
//
// Neighbours: leaf.hpp (one entry), store.hpp (where a server's log is); `sentrail audit verify`
// runs it offline. Must not know: keys, sealed parts, RocksDB.
// source: docs/audit_log.md.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::audit {

// The first entry that is wrong, and why.
struct Fault {
  std::uint64_t sequence = 0;
  std::string why;

  friend bool operator==(const Fault&, const Fault&) = default;
};

// Takes entries in order and says at which one the log stops being true.
class ChainVerifier {
 public:
  // Begins behind a head that is trusted; the empty one begins at the first entry.
  explicit ChainVerifier(const store::AuditHead& begin = {}) : head_(begin) {}

  // Checks the next entry: its leaf's form, its number, and the chain hash that is claimed for it.
  // After a fault the verifier stays where it was.
  [[nodiscard]] std::optional<Fault> add(std::string_view leaf, const store::Hash& claimed);

  // The head behind the entries so far.
  [[nodiscard]] const store::AuditHead& head() const noexcept { return head_; }

 private:
  store::AuditHead head_;
};

// What a verification found.
struct VerifyReport {
  store::AuditHead begin;      // from where on
  store::AuditHead head;       // how far it is good
  std::optional<Fault> fault;  // nothing: all of it is
};

// Verifies a store's log from an entry on. The hash before `from` is taken as the store has it;
// from 0 nothing is. fails: io, where the log cannot be read; what is missing or wrong is a fault.
[[nodiscard]] Result<VerifyReport> verify_store(const store::Reader& reader,
                                                std::uint64_t from = 0);

// Writes an export file: a line of JSON for each entry, between a first and a last line.
class ExportWriter {
 public:
  // Writes the first line. in: the head behind which the entries begin. `out` outlives this.
  ExportWriter(std::ostream& out, const store::AuditHead& begin);

  // Writes the next entry.
  void add(std::string_view leaf, const store::Hash& chain);

  // Writes the last line; without it a file is known to be cut short. Call it once.
  // fails: io if the stream did not take everything.
  [[nodiscard]] Status finish(const store::AuditHead& end);

 private:
  std::ostream& out_;
};

// Writes a store's entries as an export file.
// fails: as Reader::audit_range(); io if the stream does not take it.
[[nodiscard]] Status write_export(const store::Reader& reader, std::uint64_t from,
                                  std::ostream& out);

// Verifies an export file. With `expected`, which comes from elsewhere, the log must also end
// there: without it nobody can see that the newest entries were left out.
[[nodiscard]] VerifyReport verify_export(std::istream& in,
                                         const std::optional<store::AuditHead>& expected = {});

}  // namespace sentrail::audit
