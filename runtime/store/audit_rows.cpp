// Writes and reads the rows of the audit log.
//
// Neighbours: audit_rows.hpp, keys.hpp. Must not know: what is in a leaf.
#include "runtime/store/audit_rows.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "runtime/store/keys.hpp"

namespace sentrail::store {

namespace {

constexpr char kLeafRowVersion = 1;
constexpr std::size_t kLeafRowHeadBytes = 1 + sizeof(Hash);

}  // namespace

std::string encode_leaf_row(const Hash& chain, std::string_view leaf) {
  std::string row;
  row.reserve(kLeafRowHeadBytes + leaf.size());
  row.push_back(kLeafRowVersion);
  row.append(reinterpret_cast<const char*>(chain.data()), chain.size());
  row.append(leaf);
  return row;
}

Result<LeafRow> decode_leaf_row(std::string_view row) {
  if (row.size() < kLeafRowHeadBytes || row[0] < kLeafRowVersion) {
    return fail(Errc::corrupt, "a row of the audit log is cut short or garbled");
  }
  if (row[0] > kLeafRowVersion) {
    return fail(Errc::unsupported, "a row of the audit log was written by a newer release");
  }
  LeafRow out;
  std::copy_n(row.begin() + 1, sizeof(Hash), reinterpret_cast<char*>(out.chain.data()));
  out.leaf = std::string(row.substr(kLeafRowHeadBytes));
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
