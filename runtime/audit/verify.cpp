// Walks over leaves and recomputes everything that can be recomputed.
//
// Neighbours: verify.hpp, leaf.hpp. Must not know: where leaves come from beyond Reader and
// streams.
#include "runtime/audit/verify.hpp"

#include <charconv>
#include <utility>
#include <vector>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "runtime/audit/leaf.hpp"

namespace sentrail::audit {

namespace {

using store::AuditHead;
using store::Hash;

constexpr std::size_t kHexBytes = 2 * sizeof(Hash);

// The lines of an export file are JSON of one spelling, so their parts stand at fixed places.
constexpr std::string_view kFirst = "{\"sentrail_audit_export\":1,\"from\":";
constexpr std::string_view kLast = "{\"sentrail_audit_end\":";
constexpr std::string_view kChain = ",\"chain\":\"";
constexpr std::string_view kEntry = "{\"chain\":\"";
constexpr std::string_view kLeaf = "\",\"leaf\":";

std::optional<Hash> hash_in(std::string_view text) {
  const Result<std::string> bytes = hex_decode(text);
  if (!bytes || bytes->size() != sizeof(Hash)) return std::nullopt;
  Hash hash;
  std::copy(bytes->begin(), bytes->end(), reinterpret_cast<char*>(hash.data()));
  return hash;
}

std::string head_line(std::string_view begin, const AuditHead& head) {
  return std::string(begin) + std::to_string(head.size) + std::string(kChain) +
         hex_encode(head.chain) + "\"}";
}

// Reads what head_line() writes.
std::optional<AuditHead> parse_head_line(std::string_view begin, std::string_view line) {
  if (!line.starts_with(begin)) return std::nullopt;
  AuditHead head;
  const char* const digits = line.data() + begin.size();
  const auto [end, error] = std::from_chars(digits, line.data() + line.size(), head.size);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view rest = line.substr(static_cast<std::size_t>(end - line.data()));
  if (rest.size() != kChain.size() + kHexBytes + 2) return std::nullopt;
  const std::optional<Hash> chain = hash_in(rest.substr(kChain.size(), kHexBytes));
  if (!chain) return std::nullopt;
  head.chain = *chain;
  if (head_line(begin, head) != line) return std::nullopt;
  return head;
}

struct EntryLine {
  Hash chain{};
  std::string_view leaf;
};

std::optional<EntryLine> parse_entry_line(std::string_view line) {
  constexpr std::size_t kHead = kEntry.size() + kHexBytes;
  if (line.size() < kHead + kLeaf.size() + 1 || !line.starts_with(kEntry) ||
      line.substr(kHead, kLeaf.size()) != kLeaf || line.back() != '}') {
    return std::nullopt;
  }
  const std::optional<Hash> chain = hash_in(line.substr(kEntry.size(), kHexBytes));
  if (!chain) return std::nullopt;
  line.remove_prefix(kHead + kLeaf.size());
  line.remove_suffix(1);
  return EntryLine{*chain, line};
}

// A line without its newline; nothing at the end, and for a last line that was cut short.
std::optional<std::string> next_line(std::istream& in) {
  std::string line;
  if (!std::getline(in, line) || in.eof()) return std::nullopt;
  return line;
}

}  // namespace

std::optional<Fault> ChainVerifier::add(std::string_view leaf, const Hash& claimed) {
  const Result<Leaf> read = decode_leaf(leaf);
  if (!read) return Fault{head_.size, read.error().message};
  if (read->sequence != head_.size) {
    return Fault{head_.size, "numbered " + std::to_string(read->sequence) +
                                 ": an entry is missing, repeated or out of order"};
  }
  const Hash chain = extend_chain(head_.chain, leaf);
  if (chain != claimed) return Fault{head_.size, "the chain hash does not match"};
  head_ = {head_.size + 1, chain};
  return std::nullopt;
}

Result<VerifyReport> verify_store(const store::Reader& reader, std::uint64_t from) {
  VerifyReport report;
  const AuditHead claimed = reader.audit_head();
  if (from > claimed.size) {
    return fail(Errc::invalid_argument,
                "the log has only " + std::to_string(claimed.size) + " entries");
  }
  if (from > 0) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::AuditRow> before,
                              reader.audit_range(from - 1, 1));
    report.begin = {from, before.front().chain};
  }
  ChainVerifier verifier(report.begin);
  std::size_t page = limits::kPageItemsMax;
  while (!report.fault && verifier.head().size < claimed.size) {
    const Result<std::vector<store::AuditRow>> rows =
        reader.audit_range(verifier.head().size, page);
    if (!rows && rows.error().code != Errc::corrupt) return tl::make_unexpected(rows.error());
    if (!rows && page > 1) {
      page = 1;  // some entry of this page: go on one by one, to name the first
      continue;
    }
    if (!rows) {
      report.fault = Fault{verifier.head().size, rows.error().message};
      break;
    }
    for (const store::AuditRow& row : *rows) {
      if (row.sequence >= claimed.size) break;  // appended since
      report.fault = verifier.add(row.leaf, row.chain);
      if (report.fault) break;
    }
  }
  report.head = verifier.head();
  if (!report.fault && report.head != claimed) {
    report.fault = Fault{claimed.size, "the log does not hash to its own head"};
  }
  return report;
}

ExportWriter::ExportWriter(std::ostream& out, const AuditHead& begin) : out_(out) {
  out_ << head_line(kFirst, begin) << '\n';
}

void ExportWriter::add(std::string_view leaf, const Hash& chain) {
  out_ << kEntry << hex_encode(chain) << kLeaf << leaf << "}\n";
}

Status ExportWriter::finish(const AuditHead& end) {
  out_ << head_line(kLast, end) << '\n';
  out_.flush();
  if (!out_) return fail(Errc::io, "the export could not be written; is the disk full?");
  return {};
}

Status write_export(const store::Reader& reader, std::uint64_t from, std::ostream& out) {
  const AuditHead end = reader.audit_head();
  AuditHead begin;
  if (from > end.size) {
    return fail(Errc::invalid_argument,
                "the log has only " + std::to_string(end.size) + " entries");
  }
  if (from > 0) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::AuditRow> before,
                              reader.audit_range(from - 1, 1));
    begin = {from, before.front().chain};
  }
  ExportWriter writer(out, begin);
  for (std::uint64_t at = from; at < end.size;) {
    const std::uint64_t left = end.size - at;
    SENTRAIL_ASSIGN_OR_RETURN(
        const std::vector<store::AuditRow> rows,
        reader.audit_range(at, left < limits::kPageItemsMax ? static_cast<std::size_t>(left)
                                                            : limits::kPageItemsMax));
    for (const store::AuditRow& row : rows) writer.add(row.leaf, row.chain);
    at += rows.size();
  }
  return writer.finish(end);
}

VerifyReport verify_export(std::istream& in, const std::optional<AuditHead>& expected) {
  VerifyReport report;
  const auto stop = [&report](std::uint64_t at, std::string why) {
    report.fault = Fault{at, std::move(why)};
    return report;
  };
  const std::optional<std::string> first = next_line(in);
  const std::optional<AuditHead> begin =
      first ? parse_head_line(kFirst, *first) : std::optional<AuditHead>();
  if (!begin) return stop(0, "this is no export of an audit log: its first line is not one");
  if (begin->size == 0 && begin->chain != Hash{}) {
    return stop(0, "the first line claims a hash before the first entry");
  }
  report.begin = report.head = *begin;
  ChainVerifier verifier(*begin);
  while (true) {
    const std::uint64_t at = verifier.head().size;
    const std::optional<std::string> line = next_line(in);
    if (!line) return stop(at, "the file ends without its last line");
    if (line->starts_with(kLast)) {
      const std::optional<AuditHead> end = parse_head_line(kLast, *line);
      if (!end) return stop(at, "the last line is garbled");
      if (*end != verifier.head()) return stop(at, "the last line names another head");
      break;
    }
    const std::optional<EntryLine> entry = parse_entry_line(*line);
    if (!entry) return stop(at, "the line is none of an export");
    if (std::optional<Fault> fault = verifier.add(entry->leaf, entry->chain)) {
      return stop(fault->sequence, std::move(fault->why));
    }
    report.head = verifier.head();
  }
  if (in.peek() != std::istream::traits_type::eof()) {
    return stop(report.head.size, "something follows the last line");
  }
  if (expected && *expected != report.head) {
    return stop(report.head.size, "the log ends elsewhere than it should");
  }
  return report;
}

}  // namespace sentrail::audit
