// Walks over a store's leaves in order, a page at a time.
//
// Neighbours: shard_files.hpp makes tiles of them, log_keeper.hpp compares them with tiles. Must
// not know: either.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.hpp"
#include "core/result.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::audit {

// threads: one at a time.
class StoreLeaves {
 public:
  // Begins at an entry. `reader` outlives this.
  StoreLeaves(const store::Reader& reader, std::uint64_t from) : reader_(reader), next_(from) {}

  // The next leaf; it lives until the next call. fails: corrupt if it is missing; as the reader.
  [[nodiscard]] Result<std::string_view> next() {
    if (at_ == page_.size()) {
      SENTRAIL_ASSIGN_OR_RETURN(page_, reader_.audit_range(next_, limits::kPageItemsMax));
      if (page_.empty()) {
        return fail(Errc::corrupt, "entry " + std::to_string(next_) + " is missing in the store");
      }
      at_ = 0;
    }
    ++next_;
    return std::string_view(page_[at_++].leaf);
  }

 private:
  const store::Reader& reader_;
  std::uint64_t next_;
  std::vector<store::AuditRow> page_;
  std::size_t at_ = 0;
};

}  // namespace sentrail::audit
