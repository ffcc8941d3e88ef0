// Fuzzes what exporters and recorded requests read from files: the list of exporters of a
// configuration, a cursor, a file of recorded requests, a record. An answer or an error; a list
// that is read is written and read back as the same; of a file whole records are read, in order,
// and what is appended afterwards is there.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "core/text.hpp"
#include "runtime/audit/subject_keys.hpp"
#include "runtime/export/exporter.hpp"
#include "runtime/recording/request_log.hpp"
#include "runtime/recording/segments.hpp"
#include "runtime/server/config_exporters.hpp"

namespace {

using namespace sentrail;

constexpr std::uint64_t kBytesMax = 64u << 20;
constexpr std::int64_t kRetentionMs = 86'400'000;

// A folder of this process in memory, empty each time.
const std::string& fresh_folder() {
  static const std::string folder = [] {
    const bool memory = std::filesystem::exists("/dev/shm");
    std::string name = (memory ? "/dev/shm" : std::filesystem::temp_directory_path().string()) +
                       "/fuzz-export-" + std::to_string(::getpid());
    return name;
  }();
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  return folder;
}

void fuzz_list(std::string_view text) {
  const auto root = wire::parse_yaml(text);
  if (!root) return;
  const auto list = server::read_exporter_list(*root);
  if (!list) {
    SENTRAIL_CHECK(is_valid_utf8(list.error().message));
    return;
  }
  const auto again = wire::parse_yaml(server::write_exporter_list(*list));
  SENTRAIL_CHECK(again.has_value());
  const auto reread = server::read_exporter_list(*again);
  SENTRAIL_CHECK_NOTE(reread.has_value(), reread ? "" : reread.error().message.c_str());
  SENTRAIL_CHECK(*reread == *list);
}

void fuzz_cursor(std::string_view bytes) {
  const auto cursor = exporting::decode_cursor(bytes);
  if (!cursor || bytes.empty()) return;
  SENTRAIL_CHECK(exporting::encode_cursor(*cursor) == bytes);
}

std::size_t records_in(const recording::Segments& segments) {
  std::size_t count = 0;
  recording::Place place;
  while (true) {
    const auto page = segments.read(place, 7, 4'096);
    SENTRAIL_CHECK_NOTE(page.has_value(), page ? "" : page.error().message.c_str());
    if (page->empty()) return count;
    SENTRAIL_CHECK(!(page->back().next == place));
    count += page->size();
    place = page->back().next;
  }
}

void fuzz_file(std::string_view bytes) {
  const std::string folder = fresh_folder();
  std::ofstream(folder + "/0000000000000001.requests", std::ios::binary) << bytes;
  auto opened = recording::Segments::open({folder, kBytesMax, kRetentionMs});
  if (!opened) {
    SENTRAIL_CHECK(opened.error().code == Errc::corrupt);
    return;
  }
  const std::size_t before = records_in(**opened);
  SENTRAIL_CHECK((*opened)->append(1, "appended").has_value());
  SENTRAIL_CHECK(records_in(**opened) == before + 1);
  opened->reset();
  opened = recording::Segments::open({folder, kBytesMax, kRetentionMs});
  SENTRAIL_CHECK(opened.has_value() && records_in(**opened) == before + 1);
  SENTRAIL_CHECK((*opened)->clean(INT64_MAX).has_value());
}

void fuzz_record(std::string_view bytes) {
  const std::string folder = fresh_folder();
  {
    const auto segments = recording::Segments::open({folder + "/r", kBytesMax, kRetentionMs});
    SENTRAIL_CHECK(segments.has_value() && (*segments)->append(1, bytes).has_value());
  }
  static const crypto::SealKey master = crypto::SealKey::generate();
  const auto subjects = audit::SubjectKeys::open(folder + "/subjects", master);
  SENTRAIL_CHECK(subjects.has_value());
  const ManualClock clock(Instant{1});
  recording::RequestLogOptions options;
  options.folder = folder + "/r";
  options.retention_ms = kRetentionMs;
  options.bytes_max = kBytesMax;
  const auto log = recording::RequestLog::open(options, master, **subjects, clock);
  SENTRAIL_CHECK(log.has_value());
  recording::RequestQuery query;
  // Of the record's own workspace, where it is long enough to have one.
  for (std::size_t i = 0; i < query.workspace_id.bytes.size() && i + 1 < bytes.size(); ++i) {
    query.workspace_id.bytes[i] = static_cast<std::uint8_t>(bytes[i + 1]);
  }
  const auto page = (*log)->read(query);
  // Nobody but who has the key writes one that opens.
  SENTRAIL_CHECK(!page || page->items.empty() || !page->items.front().json);
  static_cast<void>((*log)->keys_of(query.workspace_id, "octo").has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      fuzz_list(rest);
      break;
    case 1:
      fuzz_cursor(rest);
      break;
    case 2:
      fuzz_file(rest);
      break;
    default:
      fuzz_record(rest);
      break;
  }
  return 0;
}
