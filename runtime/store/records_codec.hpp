// Records as bytes: a tag, a version, the fields in order.
//
// Neighbours: records.hpp (the structs), codec.hpp (fields), every Store implementation. Must not
// know: where the bytes go. A record of a newer version than this build knows is refused, never
// half read.
// source: docs/store_format.md.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::store {

// Writes any record of records.hpp, AuditRow's sealed parts included.
template <class Record>
[[nodiscard]] std::string encode_record(const Record& record);

// Reads what encode_record() wrote; total.
// fails: corrupt if the bytes are not exactly one record of that kind; unsupported if a newer
// release wrote them.
template <class Record>
[[nodiscard]] Result<Record> decode_record(std::string_view bytes);

// The sealed parts of one audit entry, which are stored beside its leaf.
struct SealedParts {
  std::vector<SealedPart> parts;

  friend bool operator==(const SealedParts&, const SealedParts&) = default;
};

}  // namespace sentrail::store
