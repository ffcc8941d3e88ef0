// A database whose newest log file ends in what cannot be read: what a cut would leave, and the
// cut.
//
// Neighbours: doctor.cpp shows and asks for it, store/kv_rocksdb.hpp opens without the end. Must
// not know: what was signed. Whoever cuts without having looked does not know what is lost.
#pragma once

#include <optional>
#include <string>

#include "core/result.hpp"
#include "core/time.hpp"
#include "runtime/server/data_directory.hpp"
#include "runtime/server/going_back.hpp"
#include "runtime/store/kv_store.hpp"

namespace sentrail::server {

// What a look at the end found.
struct Tail {
  std::string unreadable;              // why it does not open; empty: it does
  std::optional<store::HeadRow> left;  // what is left without the end; none: nothing can be
};

// Looks at a store's database: opens it as a start would, and, where that fails, a copy of it
// without its end. The copy is removed again. fails: io.
[[nodiscard]] Result<Tail> look_at_tail(const std::string& store);

// Cuts the end off. With a loss, the store promises what is left of it and no more, and its log
// says that it went back. All is done to a copy, which takes the store's place when it is whole: a
// crash leaves the one or the other. out: where the store is that was there. fails: io; as opening
// the store.
[[nodiscard]] Result<std::string> cut_tail(const DataDirectory& data, const store::HeadRow& left,
                                           const std::optional<AcceptedLoss>& loss,
                                           const Clock& clock);

}  // namespace sentrail::server
