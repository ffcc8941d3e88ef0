// Framing, rolling over and removing. See segments.hpp.
#include "runtime/recording/segments.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "runtime/store/codec.hpp"
#include "runtime/store/slot_file.hpp"

namespace sentrail::recording {
namespace {

using store::append_big_endian;
using store::FileHandle;
using store::io_failure;
using store::read_big_endian;

// The head of a file: the text, the time of its first record, and one that all are before.
constexpr std::string_view kMagic = "sentrail-reqs-1\n";
constexpr std::size_t kHeadBytes = 16 + 8 + 8;
// Before a record: its length, a checksum of what follows, its time.
constexpr std::size_t kFrameBytes = 4 + 8 + 8;
constexpr std::string_view kEnding = ".requests";
constexpr std::size_t kNumberDigits = 16;

// So many files share cap and retention: what is removed at once is no more than such a part.
constexpr std::int64_t kParts = 64;
constexpr std::uint64_t kSegmentBytesMin = 64u << 10;
constexpr std::uint64_t kSegmentBytesMax = 16u << 20;
constexpr std::int64_t kSegmentMsMin = 3'600'000;
// What is read of a file at once.
constexpr std::uint64_t kPieceBytes = 1u << 20;

std::string frame_of(std::int64_t time_ms, std::string_view bytes) {
  std::string summed;
  append_big_endian(summed, static_cast<std::uint64_t>(time_ms));
  summed.append(bytes);
  std::string out;
  out.reserve(kFrameBytes + bytes.size());
  append_big_endian(out, static_cast<std::uint32_t>(bytes.size()));
  append_big_endian(out, store::checksum_of(summed));
  return out.append(summed);
}

// One record at a place of a file. out: nothing if no whole one stands there.
std::optional<FoundRecord> record_at(std::string_view file, std::size_t at) {
  if (file.size() - at < kFrameBytes) return std::nullopt;
  const std::string_view head = file.substr(at);
  const auto size = read_big_endian<std::uint32_t>(head);
  if (size > head.size() - kFrameBytes) return std::nullopt;
  const std::string_view summed = head.substr(12, 8 + std::size_t{size});
  if (store::checksum_of(summed) != read_big_endian<std::uint64_t>(head.substr(4))) {
    return std::nullopt;
  }
  FoundRecord found;
  found.time_ms = static_cast<std::int64_t>(read_big_endian<std::uint64_t>(summed));
  found.bytes = std::string(summed.substr(8));
  found.next.offset = at + kFrameBytes + size;
  return found;
}

std::uint64_t number_in(const std::string& name) {
  std::uint64_t number = 0;
  for (const char digit : name.substr(0, kNumberDigits)) {
    if (digit < '0' || digit > '9') return 0;
    number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return name.size() == kNumberDigits + kEnding.size() && name.ends_with(kEnding) ? number : 0;
}

// A file that is read from one record to the next, a piece at a time.
struct Reading {
  int file;
  const std::string& path;
  std::uint64_t end;
  std::string piece;
  std::uint64_t piece_at;

  // The record at a place. fails: io; corrupt.
  [[nodiscard]] Result<FoundRecord> record(std::uint64_t at) {
    for (const std::uint64_t most : {std::uint64_t{0}, kPieceBytes, end}) {
      if (most > 0) {
        SENTRAIL_ASSIGN_OR_RETURN(piece, store::read_at(file, std::min(most, end - at),
                                                        static_cast<std::size_t>(at), path));
        piece_at = at;
      }
      if (at < piece_at || at >= piece_at + piece.size()) continue;
      auto found = record_at(piece, static_cast<std::size_t>(at - piece_at));
      if (!found) continue;
      found->next.offset += piece_at;
      return *std::move(found);
    }
    return fail(Errc::corrupt,
                path + " was changed at byte " + std::to_string(at) + "; move it elsewhere");
  }
};

tl::unexpected<Error> no_such_file(const std::string& path) {
  return fail(Errc::corrupt, path + " is no file of recorded requests; move it elsewhere");
}

}  // namespace

Segments::Segments(SegmentsOptions options)
    : options_(std::move(options)),
      segment_bytes_max_(
          std::clamp(options_.bytes_max / kParts, kSegmentBytesMin, kSegmentBytesMax)),
      segment_ms_max_(std::max(options_.retention_ms / kParts, kSegmentMsMin)) {}

std::string Segments::path_of(std::uint64_t number) const {
  std::string digits = std::to_string(number);
  digits.insert(0, kNumberDigits - std::min(digits.size(), kNumberDigits), '0');
  return options_.folder + "/" + digits + std::string(kEnding);
}

Result<std::unique_ptr<Segments>> Segments::open(SegmentsOptions options) {
  SENTRAIL_TRY(store::make_directory(options.folder));
  std::unique_ptr<Segments> out(new Segments(std::move(options)));
  SENTRAIL_TRY(out->load());
  return out;
}

Status Segments::load() {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(options_.folder, error), end;
       !error && entry != end; entry.increment(error)) {
    const std::uint64_t number = number_in(entry->path().filename().string());
    if (number != 0) segments_.push_back({number, 0, 0, 0});
  }
  if (error) {
    return fail(Errc::io, "cannot read " + options_.folder + ": " + error.message());
  }
  std::ranges::sort(segments_, {}, &Segment::number);
  for (Segment& segment : segments_) {
    const std::string path = path_of(segment.number);
    const FileHandle file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    struct stat found{};
    if (file.get() < 0 || ::fstat(file.get(), &found) != 0) return io_failure("open", path);
    segment.bytes = static_cast<std::uint64_t>(found.st_size);
    if (segment.bytes < kHeadBytes) continue;
    SENTRAIL_ASSIGN_OR_RETURN(const std::string head,
                              store::read_at(file.get(), kHeadBytes, 0, path));
    if (!head.starts_with(kMagic)) return no_such_file(path);
    const std::string_view times = std::string_view(head).substr(kMagic.size());
    segment.first_ms = static_cast<std::int64_t>(read_big_endian<std::uint64_t>(times));
    segment.until_ms = static_cast<std::int64_t>(read_big_endian<std::uint64_t>(times.substr(8)));
  }
  if (!segments_.empty()) next_number_ = segments_.back().number + 1;
  return load_newest();
}

// Only the newest can be torn: an older one was whole before the next was begun.
Status Segments::load_newest() {
  if (segments_.empty()) return {};
  Segment& newest = segments_.back();
  const std::string path = path_of(newest.number);
  newest_ = FileHandle(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (newest_.get() < 0) return io_failure("open", path);
  if (newest.bytes < kHeadBytes) {
    newest_ = FileHandle();
    if (::unlink(path.c_str()) != 0) return io_failure("remove", path);
    segments_.pop_back();
    return load_newest();
  }
  SENTRAIL_ASSIGN_OR_RETURN(const std::string bytes,
                            store::read_at(newest_.get(), newest.bytes, 0, path));
  std::size_t end = kHeadBytes;
  last_ms_ = newest.first_ms;
  while (const auto found = record_at(bytes, end)) {
    end = found->next.offset;
    last_ms_ = std::max(last_ms_, found->time_ms);
  }
  newest.bytes = end;
  if (::ftruncate(newest_.get(), static_cast<off_t>(end)) != 0) return io_failure("cut", path);
  return {};
}

Status Segments::begin(std::int64_t time_ms) {
  SENTRAIL_TRY(sync());
  const std::uint64_t number = next_number_;
  const std::string path = path_of(number);
  newest_ =
      FileHandle(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (newest_.get() < 0) return io_failure("make", path);
  std::string head(kMagic);
  append_big_endian(head, static_cast<std::uint64_t>(time_ms));
  append_big_endian(head, static_cast<std::uint64_t>(time_ms + segment_ms_max_));
  Status written = store::write_at(newest_.get(), head, 0, path);
  if (written) written = store::sync_directory(options_.folder);
  if (!written) {
    newest_ = FileHandle();
    static_cast<void>(::unlink(path.c_str()) != 0);
    return written;
  }
  ++next_number_;
  last_ms_ = time_ms;
  const std::lock_guard lock(mutex_);
  segments_.push_back({number, time_ms, time_ms + segment_ms_max_, kHeadBytes});
  return {};
}

Status Segments::append(std::int64_t time_ms, std::string_view bytes) {
  const std::string frame = frame_of(time_ms, bytes);
  if (frame.size() > segment_bytes_max_) {
    return fail(Errc::limit_exceeded, "a request is too large to be recorded");
  }
  const bool full = newest_.get() < 0 ||
                    segments_.back().bytes + frame.size() > segment_bytes_max_ ||
                    time_ms >= segments_.back().until_ms;
  if (full) SENTRAIL_TRY(begin(time_ms));
  const std::uint64_t at = segments_.back().bytes;
  const std::string path = path_of(segments_.back().number);
  if (Status written = store::write_at(newest_.get(), frame, at, path); !written) {
    // The next one begins where this one would have; what is left of this one is written over.
    static_cast<void>(::ftruncate(newest_.get(), static_cast<off_t>(at)) != 0);
    return written;
  }
  dirty_ = true;
  last_ms_ = std::max(last_ms_, time_ms);
  const std::lock_guard lock(mutex_);
  segments_.back().bytes += frame.size();
  return {};
}

Status Segments::sync() {
  if (!dirty_ || newest_.get() < 0) return {};
  if (::fdatasync(newest_.get()) != 0) return io_failure("sync", options_.folder);
  dirty_ = false;
  return {};
}

Status Segments::remove_oldest() {
  if (segments_.size() == 1) newest_ = FileHandle();
  const std::string path = path_of(segments_.front().number);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return io_failure("remove", path);
  const std::lock_guard lock(mutex_);
  segments_.pop_front();
  return {};
}

Status Segments::clean(std::int64_t now_ms) {
  const std::int64_t old_ms = now_ms - options_.retention_ms;
  while (!segments_.empty()) {
    const std::int64_t newest_ms = segments_.size() > 1 ? segments_.front().until_ms : last_ms_;
    if (newest_ms > old_ms && size() <= options_.bytes_max) return {};
    SENTRAIL_TRY(remove_oldest());
  }
  return {};
}

Result<std::vector<FoundRecord>> Segments::read(const Place& from, std::size_t limit,
                                                std::uint64_t bytes) const {
  std::vector<Segment> there;
  {
    const std::lock_guard lock(mutex_);
    for (const Segment& one : segments_) {
      if (one.number >= from.segment) there.push_back(one);
    }
  }
  std::vector<FoundRecord> out;
  std::uint64_t taken = 0;
  for (const Segment& segment : there) {
    const std::string path = path_of(segment.number);
    const FileHandle file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (file.get() < 0 && errno == ENOENT) continue;
    if (file.get() < 0) return io_failure("open", path);
    Reading reading{file.get(), path, segment.bytes, {}, 0};
    std::uint64_t at = segment.number == from.segment ? from.offset : 0;
    at = std::max<std::uint64_t>(at, kHeadBytes);
    while (at < segment.bytes) {
      if (out.size() >= limit || (taken >= bytes && !out.empty())) return out;
      SENTRAIL_ASSIGN_OR_RETURN(FoundRecord found, reading.record(at));
      at = found.next.offset;
      found.next.segment = segment.number;
      taken += found.bytes.size();
      out.push_back(std::move(found));
    }
  }
  return out;
}

std::uint64_t Segments::size() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0;
  for (const Segment& one : segments_) bytes += one.bytes;
  return bytes;
}

}  // namespace sentrail::recording
