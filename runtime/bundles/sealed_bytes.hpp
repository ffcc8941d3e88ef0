// Bytes in memory of their own that nothing can change once they are sealed.
//
// Neighbours: loaded_bundle.cpp checks them and keeps views of them. Must not know: bundles. Why
// not a mapping of the file itself: whoever may write the file could truncate it under us (SIGBUS)
// or change bytes after they were checked.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sentrail::bundles {

// An anonymous mapping, read-only once filled; begins on a page. threads: immutable.
class SealedBytes {
 public:
  // Reads a whole file. fails: not_found; io; limit_exceeded if it has more than `bytes_max`.
  [[nodiscard]] static Result<SealedBytes> read_file(const std::string& path,
                                                     std::size_t bytes_max);
  // Copies bytes. fails: io if there is no memory.
  [[nodiscard]] static Result<SealedBytes> copy_of(std::string_view bytes);

  // Moving hands the mapping over; view() of the new owner is where the old one's was.
  SealedBytes(SealedBytes&& other) noexcept;
  SealedBytes& operator=(SealedBytes&& other) noexcept;
  SealedBytes(const SealedBytes&) = delete;
  SealedBytes& operator=(const SealedBytes&) = delete;
  ~SealedBytes();

  // The bytes; valid as long as this lives, moved or not.
  [[nodiscard]] std::string_view view() const noexcept { return {data_, bytes_}; }

 private:
  SealedBytes() = default;
  [[nodiscard]] static Result<SealedBytes> reserve(std::size_t bytes);
  [[nodiscard]] Status seal();

  char* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace sentrail::bundles
