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

constexpr char kLeafRowVersion = 2;
constexpr std::size_t kLeafRowHeadBytes = 1 + sizeof(Hash) + sizeof(std::uint32_t);

}  // namespace

std::string encode_leaf_row(const Hash& chain, std::string_view leaf, std::string_view sealed) {
  SENTRAIL_CHECK(leaf.size() <= 0xffffffffu);
  std::string row;
  row.reserve(kLeafRowHeadBytes + leaf.size() + sealed.size());
  row.push_back(kLeafRowVersion);
  row.append(reinterpret_cast<const char*>(chain.data()), chain.size());
  append_big_endian(row, static_cast<std::uint32_t>(leaf.size()));
  return row.append(leaf).append(sealed);
}

Result<LeafRow> decode_leaf_row(std::string_view row) {
  const auto bad = [] {
    return fail(Errc::corrupt, "a row of the audit log is cut short or garbled");
  };
  if (row.size() < kLeafRowHeadBytes || row[0] < kLeafRowVersion) return bad();
  if (row[0] > kLeafRowVersion) {
    return fail(Errc::unsupported, "a row of the audit log was written by a newer release");
  }
  LeafRow out;
  std::copy_n(row.begin() + 1, sizeof(Hash), reinterpret_cast<char*>(out.chain.data()));
  const std::string_view rest = row.substr(kLeafRowHeadBytes);
  const auto size = read_big_endian<std::uint32_t>(row.substr(1 + sizeof(Hash)));
  if (size > rest.size()) return bad();
  out.leaf = std::string(rest.substr(0, size));
  out.sealed = std::string(rest.substr(size));
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
