// The strict reader and the sloppy ones, by splitting text.
//
// Neighbours: readers.hpp. Must not know: runtime/http.
#include "tests/unit/http/readers.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace sentrail::test {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string stripped(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

std::vector<std::string> values_of(const Fields& fields, std::string_view name) {
  std::vector<std::string> out;
  for (const auto& [key, value] : fields) {
    if (lowered(key) == name) out.push_back(value);
  }
  return out;
}

bool only(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view kHex = "0123456789abcdefABCDEF";

// The decoded chunks and how many bytes they took, trailers included.
std::optional<std::pair<std::string, std::size_t>> strict_chunks(std::string_view bytes) {
  std::string body;
  std::size_t at = 0;
  while (true) {
    const std::size_t line_end = bytes.find("\r\n", at);
    if (line_end == std::string_view::npos) return {};
    const std::string_view line = bytes.substr(at, line_end - at);
    const std::string_view digits = line.substr(0, line.find(';'));
    if (digits.empty() || digits.size() > 15 || !only(digits, kHex)) return {};
    if (line.find_first_of("\r\n") != std::string_view::npos) return {};
    const std::size_t size = std::strtoull(std::string(digits).c_str(), nullptr, 16);
    at = line_end + 2;
    if (size == 0) break;
    if (bytes.size() - at < size + 2 || bytes.substr(at + size, 2) != "\r\n") return {};
    body.append(bytes.substr(at, size));
    at += size + 2;
  }
  while (true) {
    const std::size_t line_end = bytes.find("\r\n", at);
    if (line_end == std::string_view::npos) return {};
    const bool empty = line_end == at;
    const std::string_view line = bytes.substr(at, line_end - at);
    if (!empty && line.find(':') == std::string_view::npos) return {};
    at = line_end + 2;
    if (empty) return {{body, at}};
  }
}

bool split_request_line(std::string_view line, Reading& out) {
  const std::size_t a = line.find(' ');
  const std::size_t b = a == std::string_view::npos ? a : line.find(' ', a + 1);
  if (b == std::string_view::npos) return false;
  out.method = line.substr(0, a);
  out.target = line.substr(a + 1, b - a - 1);
  out.version = line.substr(b + 1);
  return true;
}

bool strict_start(const Reading& out) {
  const bool method_ok = !out.method.empty() && only(out.method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_");
  const bool target_ok =
      std::all_of(out.target.begin(), out.target.end(),
                  [](char c) { return c > ' ' && c < '\x7f' && c != '#'; }) &&
      (out.target.starts_with("/") || (out.target == "*" && out.method == "OPTIONS"));
  return method_ok && target_ok && (out.version == "HTTP/1.1" || out.version == "HTTP/1.0");
}

bool strict_field(std::string_view line, Fields& fields) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return false;
  }
  const std::string_view name = line.substr(0, colon);
  if (!std::all_of(name.begin(), name.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
      })) {
    return false;
  }
  fields.emplace_back(name, stripped(line.substr(colon + 1)));
  return true;
}

bool strict_body(std::string_view rest, Reading& out) {
  const auto lengths = values_of(out.fields, "content-length");
  const auto codings = values_of(out.fields, "transfer-encoding");
  if (lengths.size() + codings.size() > 1) return false;
  if (codings.size() == 1) {
    if (lowered(codings[0]) != "chunked" || out.version != "HTTP/1.1") return false;
    const auto chunks = strict_chunks(rest);
    if (!chunks) return false;
    out.body = chunks->first;
    out.bytes += chunks->second;
    return true;
  }
  if (lengths.size() == 1) {
    if (lengths[0].empty() || lengths[0].size() > 18 || !only(lengths[0], "0123456789")) {
      return false;
    }
    const std::size_t length = std::strtoull(lengths[0].c_str(), nullptr, 10);
    if (rest.size() < length) return false;
    out.body = rest.substr(0, length);
    out.bytes += length;
  }
  return true;
}

// Splits off one line as the habits say. out: nothing if no line ends here
std::optional<std::string> sloppy_line(std::string_view bytes, std::size_t& at, Sloppiness habits) {
  for (std::size_t i = at; i < bytes.size(); ++i) {
    const bool crlf = bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n';
    const bool ends =
        crlf || (habits.bare_lf && bytes[i] == '\n') || (habits.bare_cr && bytes[i] == '\r');
    if (!ends) continue;
    std::string line(bytes.substr(at, i - at));
    at = i + (crlf ? 2 : 1);
    return line;
  }
  return {};
}

std::optional<std::string> pick(const Fields& fields, std::string_view name, Sloppiness habits) {
  const auto values = values_of(fields, name);
  if (values.empty()) return {};
  return habits.last_wins ? values.back() : values.front();
}

bool sloppy_chunks(std::string_view bytes, Sloppiness habits, Reading& out) {
  std::size_t at = out.bytes;
  while (true) {
    const auto line = sloppy_line(bytes, at, habits);
    if (!line) return false;
    const std::size_t size = std::strtoull(line->c_str(), nullptr, 16);
    if (size == 0) break;
    if (size > bytes.size() - at) return false;
    out.body.append(bytes.substr(at, size));
    at += size;
    if (!sloppy_line(bytes, at, habits)) return false;
  }
  while (true) {
    const auto line = sloppy_line(bytes, at, habits);
    if (!line) return false;
    if (line->empty()) break;
  }
  out.bytes = at;
  return true;
}

void sloppy_field(const std::string& line, Sloppiness habits, Fields& fields) {
  if (habits.folds && !fields.empty() && (line[0] == ' ' || line[0] == '\t')) {
    fields.back().second += " " + stripped(line);
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) return;
  std::string name = line.substr(0, colon);
  if (habits.space_before_colon) name = stripped(name);
  if (habits.underscores) std::replace(name.begin(), name.end(), '_', '-');
  fields.emplace_back(name, stripped(std::string_view(line).substr(colon + 1)));
}

}  // namespace

std::optional<Reading> read_strictly(std::string_view bytes) {
  const std::size_t head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return {};
  std::string_view head = bytes.substr(0, head_end + 2);
  Reading out;
  out.bytes = head_end + 4;
  bool first = true;
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    if (line.find_first_of("\r\n") != std::string_view::npos) return {};
    if (first ? !split_request_line(line, out) || !strict_start(out)
              : !strict_field(line, out.fields)) {
      return {};
    }
    first = false;
    head.remove_prefix(end + 2);
  }
  const std::size_t hosts = values_of(out.fields, "host").size();
  if (hosts > 1 || (hosts == 0 && out.version == "HTTP/1.1")) return {};
  if (!strict_body(bytes.substr(out.bytes), out)) return {};
  return out;
}

Sloppiness sloppiness(unsigned bits) {
  const auto bit = [bits](unsigned i) { return ((bits >> i) & 1u) != 0; };
  return {bit(0), bit(1), bit(2), bit(3), bit(4), bit(5), bit(6), bit(7)};
}

std::optional<Reading> read_sloppily(std::string_view bytes, Sloppiness habits) {
  Reading out;
  std::size_t at = 0;
  const auto start = sloppy_line(bytes, at, habits);
  if (!start || !split_request_line(*start, out)) return {};
  while (true) {
    const auto line = sloppy_line(bytes, at, habits);
    if (!line) return {};
    if (line->empty()) break;
    sloppy_field(*line, habits, out.fields);
  }
  out.bytes = at;
  const auto coding = pick(out.fields, "transfer-encoding", habits);
  const auto length = pick(out.fields, "content-length", habits);
  const bool chunked =
      coding && (habits.coding_substring ? lowered(*coding).find("chunked") != std::string::npos
                                         : lowered(*coding) == "chunked");
  if (chunked && !(habits.length_over_coding && length)) {
    if (!sloppy_chunks(bytes, habits, out)) return {};
    return out;
  }
  if (length) {
    const std::size_t count = std::strtoull(length->c_str(), nullptr, 0);
    if (count > bytes.size() - at) return {};
    out.body = bytes.substr(at, count);
    out.bytes = at + count;
  }
  return out;
}

}  // namespace sentrail::test
