// Writes and reads the rows of the audit log.
//
// Neighbours: audit_rows.hpp, keys.hpp. Must not know: what is in a leaf.
#include "runtime/store/audit_rows.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/store/codec.hpp"
#include "runtime/store/keys.hpp"

namespace sentrail::store {

namespace {

constexpr std::uint8_t kLeafRowVersion = 2;
constexpr std::size_t kSizesAt = 1 + sizeof(Hash);
constexpr std::size_t kLeafRowHeadBytes = kSizesAt + 2 * sizeof(std::uint32_t);

}  // namespace

std::string encode_leaf_row(const Hash& chain, std::string_view leaf, std::string_view sealed) {
  SENTRAIL_CHECK(leaf.size() <= 0xffffffffu && sealed.size() <= 0xffffffffu);
  std::string row;
  row.reserve(kLeafRowHeadBytes + leaf.size() + sealed.size());
  row.push_back(static_cast<char>(kLeafRowVersion));
  row.append(reinterpret_cast<const char*>(chain.data()), chain.size());
  append_big_endian(row, static_cast<std::uint32_t>(leaf.size()));
  append_big_endian(row, static_cast<std::uint32_t>(sealed.size()));
  return row.append(leaf).append(sealed);
}

Result<LeafRow> decode_leaf_row(std::string_view row) {
  const auto bad = [] {
    return fail(Errc::corrupt, "a row of the audit log is cut short or garbled");
  };
  const std::uint8_t version = row.empty() ? 0 : static_cast<std::uint8_t>(row[0]);
  if (row.size() < kLeafRowHeadBytes || version < kLeafRowVersion) return bad();
  if (version > kLeafRowVersion) {
    return fail(Errc::unsupported, "a row of the audit log was written by a newer release");
  }
  LeafRow out;
  std::copy_n(row.begin() + 1, sizeof(Hash), reinterpret_cast<char*>(out.chain.data()));
  const std::string_view rest = row.substr(kLeafRowHeadBytes);
  const std::size_t leaf = read_big_endian<std::uint32_t>(row.substr(kSizesAt));
  const std::size_t sealed =
      read_big_endian<std::uint32_t>(row.substr(kSizesAt + sizeof(std::uint32_t)));
  if (leaf + sealed != rest.size()) return bad();
  out.leaf = std::string(rest.substr(0, leaf));
  out.sealed = std::string(rest.substr(leaf));
  return out;
}

void write_term_prefix(std::string& prefix, const LeafCodec& codec, const Uuid& workspace_id,
                       AuditColumn column, std::string_view value) {
  if (value.size() <= limits::kAuditTermBytesMax) {
    return write_index_prefix(prefix, workspace_id, column, value, false);
  }
  const Hash hash = codec.extend(Hash{}, value);
  write_index_prefix(prefix, workspace_id, column,
                     {reinterpret_cast<const char*>(hash.data()), hash.size()}, true);
}

}  // namespace sentrail::store
