// Lines of a log, one after the other. See recorded.hpp.
#include "compiler/driver/recorded.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

constexpr std::size_t kBrokenShown = 20;

// Reads lines of any length; of one that is too long only the beginning is kept.
class LineReader {
 public:
  explicit LineReader(std::FILE* file) : file_(file), buffer_(64u << 10) {}

  // Whether there was a line. `cut` tells that it was longer than a request may be.
  bool next(std::string& line, bool& cut) {
    line.clear();
    cut = false;
    bool any = false;
    while (true) {
      if (at_ == end_) {
        at_ = 0;
        end_ = std::fread(buffer_.data(), 1, buffer_.size(), file_);
        if (end_ == 0) return any;
      }
      any = true;
      const auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(at_);
      const auto stop = buffer_.begin() + static_cast<std::ptrdiff_t>(end_);
      const auto newline = std::find(begin, stop, '\n');
      const auto size = static_cast<std::size_t>(newline - begin);
      cut = cut || line.size() + size > limits::kBodyHeldBytesMax;
      if (!cut) line.append(begin, newline);
      at_ += size;
      if (newline == stop) continue;
      ++at_;
      return true;
    }
  }

  [[nodiscard]] bool failed() const { return std::ferror(file_) != 0; }

 private:
  std::FILE* file_;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

Result<Recorded> read_lines(std::FILE* file, const TakeLine& take) {
  Recorded recorded;
  LineReader reader(file);
  std::string line;
  bool cut = false;
  for (std::size_t number = 1; reader.next(line, cut); ++number) {
    if (!cut && line.find_first_not_of(" \t\r") == std::string::npos) continue;
    Status taken =
        cut ? fail(Errc::limit_exceeded, "longer than a request may be") : take(line, number);
    if (taken) {
      ++recorded.requests;
      continue;
    }
    ++recorded.broken_count;
    if (recorded.broken.size() < kBrokenShown) {
      recorded.broken.push_back({number, std::move(taken.error().message)});
    }
  }
  if (reader.failed()) return fail(Errc::io, "the log cannot be read to its end");
  return recorded;
}

}  // namespace

Result<Recorded> read_recorded(const std::string& path, const TakeLine& take) {
  if (path == "-") return read_lines(stdin, take);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(path.c_str(), "rb"),
      [](std::FILE* open) { return open == nullptr ? 0 : std::fclose(open); });
  if (!file) return fail(Errc::io, "cannot open " + path);
  return read_lines(file.get(), take);
}

void print_broken(const Recorded& recorded) {
  for (const BrokenLine& broken : recorded.broken) {
    std::fprintf(stderr, "line %zu is left out: %s\n", broken.line,
                 escape_display(broken.why).c_str());
  }
  if (recorded.broken_count > recorded.broken.size()) {
    std::fprintf(stderr, "and %zu more lines\n", recorded.broken_count - recorded.broken.size());
  }
}

void write_counts(JsonWriter& json, const Recorded& recorded) {
  json.key("requests").unsigned_integer(recorded.requests);
  json.key("brokenLines").unsigned_integer(recorded.broken_count);
}

void write_broken(JsonWriter& json, const Recorded& recorded) {
  json.key("broken").begin_array();
  for (const BrokenLine& broken : recorded.broken) {
    json.begin_object().key("line").unsigned_integer(broken.line);
    json.key("why").string(broken.why).end_object();
  }
  json.end_array();
}

std::string counted(const Recorded& recorded) {
  return std::to_string(recorded.requests) + " requests, " + std::to_string(recorded.broken_count) +
         " broken line" + (recorded.broken_count == 1 ? "" : "s");
}

double share_of(std::size_t part, std::size_t all) noexcept {
  return all == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(all);
}

}  // namespace sentrail::compiler
