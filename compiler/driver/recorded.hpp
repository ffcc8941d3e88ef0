// Recorded requests, one a line, as a stream: what `replay` and `diff --log` read.
//
// Neighbours: runtime/request reads each line. Must not know: policies, what is counted.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json_writer.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// A line that is no request.
struct BrokenLine {
  std::size_t line = 0;
  std::string why;
};

// What a log held. Blank lines are neither.
struct Recorded {
  std::size_t requests = 0;
  std::size_t broken_count = 0;
  std::vector<BrokenLine> broken;  // the first of them
};

// Takes one line; what fails makes it a broken one.
using TakeLine = std::function<Status(std::string_view json, std::size_t line)>;

// Reads a log to its end; `-` is standard input. Lines may be of any length: of one that is longer
// than a request may be, only that is known. fails: io.
[[nodiscard]] Result<Recorded> read_recorded(const std::string& path, const TakeLine& take);

// Says on standard error which lines were left out.
void print_broken(const Recorded& recorded);

// Writes the members `requests` and `brokenLines`, and the member `broken`.
void write_counts(JsonWriter& json, const Recorded& recorded);
void write_broken(JsonWriter& json, const Recorded& recorded);

// `12 requests, 1 broken line`.
[[nodiscard]] std::string counted(const Recorded& recorded);

// A part of all in per cent; 0 of nothing.
[[nodiscard]] double share_of(std::size_t part, std::size_t all) noexcept;

}  // namespace sentrail::compiler
