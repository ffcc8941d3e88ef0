// Page by page into a file. See recorded_requests.hpp.
#include "interceptor/cli/recorded_requests.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>

#include "core/json_writer.hpp"
#include "interceptor/cli/commands.hpp"

namespace sentrail::cli {
namespace {

// How many of the pages so far held what.
struct Told {
  std::uint64_t written = 0;
  std::uint64_t erased = 0;
};

Status write_page(JsonValue requests, std::ostream& out, Told& told) {
  if (requests.size() == 0) return {};
  JsonValue one = requests.first_child();
  for (std::size_t left = requests.size(); left > 0; --left) {
    const JsonValue request = one.find("request");
    if (request.exists()) {
      std::string line;
      JsonWriter(&line).raw(request);
      out << line << '\n';
      ++told.written;
    } else {
      ++told.erased;
    }
    if (left > 1) one = one.next();
  }
  if (!out) return fail(Errc::io, "cannot write the requests; is the disk full?");
  return {};
}

}  // namespace

Status export_requests(Context& context, const std::string& path, const RecordedSpan& span) {
  std::ofstream file;
  if (path != "-") {
    file.open(path, std::ios::binary | std::ios::trunc);
    if (!file) return fail(Errc::io, "cannot write " + path);
  }
  std::ostream& out = path == "-" ? std::cout : file;
  Told told;
  std::string cursor;
  do {
    const std::string query =
        query_of({{"since", span.from}, {"until", span.until}, {"cursor", cursor}});
    SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                              context.call(As::reader, "GET", "/audit/requests" + query));
    SENTRAIL_ASSIGN_OR_RETURN(const JsonValue requests, list_in(answer, "requests"));
    SENTRAIL_TRY(write_page(requests, out, told));
    cursor = next_of(answer);
  } while (!cursor.empty());
  out.flush();
  if (!out) return fail(Errc::io, "cannot write " + path + "; is the disk full?");
  std::fprintf(stderr, "%llu requests", static_cast<unsigned long long>(told.written));
  if (told.erased > 0) {
    std::fprintf(stderr, ", %llu more were erased", static_cast<unsigned long long>(told.erased));
  }
  std::fprintf(stderr, "\n");
  return {};
}

}  // namespace sentrail::cli
