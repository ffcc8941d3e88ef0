// What both halves of staging share: loading a record, comparing versions.
//
// Neighbours: included by staging.cpp and staging_events.cpp only. Must not know: anything else.
#pragma once

#include <cstdint>
#include <optional>

#include "core/result.hpp"
#include "runtime/store/records_codec.hpp"
#include "runtime/store/staging.hpp"

namespace sentrail::store {

// Compares the version that is stored with the one that the caller read.
[[nodiscard]] inline Status check_version(std::uint64_t stored, std::uint64_t expected) {
  if (stored == expected) return {};
  return fail(Errc::conflict, "it was changed by somebody else; read it again");
}

// Reads the record of a row, if there is one.
template <class Record>
Result<std::optional<Record>> Staging::load(const Key& key) const {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, get(key.text()));
  if (!bytes) return std::optional<Record>();
  SENTRAIL_ASSIGN_OR_RETURN(Record record, decode_record<Record>(*bytes));
  return std::optional<Record>(std::move(record));
}

}  // namespace sentrail::store
