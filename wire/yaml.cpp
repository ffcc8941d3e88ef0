// yaml-cpp's events as a tree. See yaml.hpp.
//
// Events, not YAML::Node: nothing is typed, aliases are seen before they are followed, and a
// handler that refuses stops the parser's recursion at our depth. yaml-cpp throws; what it throws,
// and what the handler throws through it, is caught in parse_yaml.
#include "wire/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::wire {
namespace {

// Thrown by the handler through yaml-cpp, and caught below it.
struct Refusal {
  Error error;
};

struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

std::string at_place(std::uint32_t line, std::uint32_t column, std::string_view message) {
  return "line " + std::to_string(line) + ", column " + std::to_string(column) + ": " +
         std::string(message);
}

[[noreturn]] void refuse(Errc code, Place place, std::string_view message) {
  throw Refusal{Error{code, at_place(place.line, place.column, message)}};
}

std::string shown(std::string_view text) {
  return "`" + cap_characters(escape_display(text), 60) + "`";
}

// Where lines begin. yaml-cpp counts columns in bytes.
class Lines {
 public:
  explicit Lines(std::string_view bytes) : bytes_(bytes) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      if (bytes[at] == '\n') begins_.push_back(at + 1);
    }
  }

  // The place of a byte. cost: logarithmic, and linear in what lies between it and the last byte
  // asked for on its line, or its line's begin.
  [[nodiscard]] Place locate(std::size_t offset) {
    offset = std::min(offset, bytes_.size());
    const auto next = std::upper_bound(begins_.begin(), begins_.end(), offset);
    const auto line = static_cast<std::size_t>(next - begins_.begin());
    const std::size_t begin = begins_[line - 1];
    if (last_offset_ < begin || last_offset_ > offset) {
      last_offset_ = begin;
      last_column_ = 1;
    }
    last_column_ += count_code_points(bytes_.substr(last_offset_, offset - last_offset_));
    last_offset_ = offset;
    return {static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(last_column_)};
  }

  [[nodiscard]] Place locate(const YAML::Mark& mark) { return locate(offset_of(mark)); }

  // What the file says from a byte on.
  [[nodiscard]] std::string_view from(const YAML::Mark& mark) const {
    return bytes_.substr(std::min(offset_of(mark), bytes_.size()));
  }

 private:
  static std::size_t offset_of(const YAML::Mark& mark) noexcept {
    return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
  }

  std::string_view bytes_;
  std::vector<std::size_t> begins_ = {0};
  std::size_t last_offset_ = 0;
  std::size_t last_column_ = 1;
};

// Whether the quoted scalar that `source` begins with ends. yaml-cpp takes the end of the file for
// a missing quote.
bool quote_closes(std::string_view source) noexcept {
  const char quote = source.front();
  for (std::size_t at = 1; at < source.size(); ++at) {
    if (quote == '"' && source[at] == '\\') {
      ++at;
    } else if (source[at] == quote) {
      if (quote == '"' || !source.substr(at + 1).starts_with(quote)) return true;
      ++at;
    }
  }
  return false;
}

// Spellings of null that yaml-cpp reports as an event without text.
std::string_view null_spelling(std::string_view source) {
  for (const std::string_view spelling : {"~", "null", "Null", "NULL"}) {
    if (source.starts_with(spelling)) return spelling;
  }
  return {};
}

// Builds the tree. INVARIANT: open_ are the containers not yet ended, outermost first; a mapping
// with a key waits for its value.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(Lines& lines) : lines_(lines) {}

  [[nodiscard]] YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (std::exchange(started_, true)) {
      refuse(Errc::invalid_argument, lines_.locate(mark), "a second document; a file has one");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    scalar(mark, anchor, std::string(null_spelling(lines_.from(mark))), true);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    const std::string_view source = lines_.from(mark);
    if ((source.starts_with('"') || source.starts_with('\'')) && !quote_closes(source)) {
      refuse(Errc::invalid_argument, lines_.locate(mark), "a quote that is not closed");
    }
    // yaml-cpp takes `\N` and `\_` for the bytes 85 and a0, not for the characters.
    if (!is_valid_utf8(value)) {
      refuse(Errc::invalid_argument, lines_.locate(mark),
             "the escape `\\N` or `\\_`, which readers take for different things; write `\\u0085` "
             "or `\\u00a0`");
    }
    scalar(mark, anchor, value, tag == "?");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(Errc::invalid_argument, lines_.locate(mark), "an alias; write the value again");
  }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override { refuse_anchor(mark); }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(mark, tag, anchor, YamlKind::sequence);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(mark, tag, anchor, YamlKind::mapping);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Open {
    YamlNode node;
    std::optional<YamlEntry> key;
  };

  [[noreturn]] void refuse_anchor(const YAML::Mark& mark) const {
    refuse(Errc::invalid_argument, lines_.locate(mark), "an anchor; write the value again");
  }

  // Properties stand at the node's mark. `?` and `!` are what yaml-cpp calls unwritten tags.
  void check_tag(const YAML::Mark& mark, const std::string& tag) const {
    const bool written = lines_.from(mark).starts_with('!');
    if (written || (tag != "?" && tag != "!" && !tag.empty())) {
      refuse(Errc::invalid_argument, lines_.locate(mark), "a tag; types come from the format");
    }
  }

  YamlNode node_at(const YAML::Mark& mark, YAML::anchor_t anchor, YamlKind kind) {
    if (anchor != YAML::NullAnchor) refuse_anchor(mark);
    const Place place = lines_.locate(mark);
    if (++node_count_ > limits::kYamlNodesMax) {
      refuse(Errc::limit_exceeded, place,
             "more than " + std::to_string(limits::kYamlNodesMax) + " values");
    }
    YamlNode node;
    node.kind = kind;
    node.line = place.line;
    node.column = place.column;
    return node;
  }

  void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, std::string text, bool plain) {
    YamlNode node = node_at(mark, anchor, YamlKind::scalar);
    node.plain = plain;
    node.text = std::move(text);
    add(std::move(node));
  }

  void begin(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlKind kind) {
    check_tag(mark, tag);
    const Place place = lines_.locate(mark);
    if (open_.size() == limits::kYamlDepthMax) {
      refuse(Errc::limit_exceeded, place,
             "nested deeper than " + std::to_string(limits::kYamlDepthMax) + " levels");
    }
    if (!open_.empty() && open_.back().node.kind == YamlKind::mapping && !open_.back().key) {
      refuse(Errc::invalid_argument, place, "a key that is no text");
    }
    open_.push_back({node_at(mark, anchor, kind), std::nullopt});
  }

  void end() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    if (node.kind == YamlKind::mapping) check_repeats(node);
    add(std::move(node));
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlKind::sequence) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.key) {
      parent.key->value = std::move(node);
      parent.node.entries.push_back(*std::exchange(parent.key, std::nullopt));
    } else {
      parent.key = key_of(std::move(node));
    }
  }

  static YamlEntry key_of(YamlNode node) {
    if (is_null(node)) {
      refuse(Errc::invalid_argument, {node.line, node.column}, "a key that is null");
    }
    if (node.plain && node.text == "<<") {
      refuse(Errc::invalid_argument, {node.line, node.column},
             "a merge key `<<`; write the entries again");
    }
    return YamlEntry{std::move(node.text), node.line, node.column, {}};
  }

  static void check_repeats(const YamlNode& mapping) {
    std::vector<const YamlEntry*> sorted;
    for (const YamlEntry& entry : mapping.entries) sorted.push_back(&entry);
    // Equal keys in the order of the file: all entries lie in one array.
    std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
      return a->key != b->key ? a->key < b->key : a < b;
    });
    const auto repeated =
        std::adjacent_find(sorted.begin(), sorted.end(),
                           [](const auto* a, const auto* b) { return a->key == b->key; });
    if (repeated == sorted.end()) return;
    const YamlEntry& second = **(repeated + 1);
    refuse(Errc::invalid_argument, {second.line, second.column},
           "repeated key " + shown(second.key) + ", first on line " +
               std::to_string((*repeated)->line));
  }

  Lines& lines_;
  YamlNode root_;
  std::vector<Open> open_;
  std::size_t node_count_ = 0;
  bool started_ = false;
};

// What no configuration needs and readers disagree about: controls (yaml-cpp ends a file at
// U+0004), a carriage return alone, the byte order mark, Unicode's other line ends.
bool is_forbidden(char32_t point, char after) noexcept {
  if (point == '\r') return after != '\n';
  if (point < 0x20) return point != '\t' && point != '\n';
  return (point >= 0x7f && point <= 0x9f) || point == 0x2028 || point == 0x2029 ||
         point == 0xfeff || (point & 0xfffeu) == 0xfffe;
}

Status check_characters(std::string_view bytes, Lines& lines) {
  for (std::size_t at = 0; at < bytes.size();) {
    const CodePoint point = decode_utf8(bytes, at);
    const std::size_t next = at + point.size;
    const char after = next < bytes.size() ? bytes[next] : '\0';
    if (!point.valid || is_forbidden(point.value, after)) {
      const Place place = lines.locate(at);
      const std::string what = shown(bytes.substr(at, point.size));
      return fail(Errc::invalid_argument,
                  at_place(place.line, place.column,
                           point.valid ? "the character " + what + " may not stand in YAML"
                                       : "the byte " + what + " is not UTF-8"));
    }
    at = next;
  }
  return {};
}

// Parses with everything that may be thrown turned into an Error.
Result<YamlNode> build(std::string_view bytes, Lines& lines) {
  Builder builder(lines);
  try {
    std::istringstream stream{std::string(bytes)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      return fail(Errc::invalid_argument, "nothing where YAML was expected");
    }
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (const Refusal& refusal) {
    return tl::make_unexpected(refusal.error);
  } catch (const YAML::Exception& error) {
    const Place place = lines.locate(error.mark);
    return fail(Errc::invalid_argument,
                at_place(place.line, place.column, "malformed YAML: " + escape_display(error.msg)));
  } catch (const std::exception& error) {
    return fail(Errc::unavailable, std::string("YAML could not be read: ") + error.what());
  }
}

Status check_scalar(const YamlNode& node, std::string_view wanted) {
  if (node.kind == YamlKind::scalar) return {};
  return fail_at(node, std::string(node.kind == YamlKind::sequence ? "a list" : "a mapping") +
                           " where " + std::string(wanted) + " was expected");
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const noexcept {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const YamlEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &found->value;
}

Result<YamlNode> parse_yaml(std::string_view bytes) {
  if (bytes.size() > limits::kYamlBytesMax) {
    return fail(Errc::limit_exceeded,
                "YAML of more than " + std::to_string(limits::kYamlBytesMax) + " bytes");
  }
  Lines lines(bytes);
  SENTRAIL_TRY(check_characters(bytes, lines));
  return build(bytes, lines);
}

bool is_null(const YamlNode& node) noexcept {
  return node.kind == YamlKind::scalar && node.plain &&
         (node.text.empty() || node.text == "~" || node.text == "null" || node.text == "Null" ||
          node.text == "NULL");
}

Result<std::string> as_string(const YamlNode& node) {
  SENTRAIL_TRY(check_scalar(node, "a text"));
  if (is_null(node)) {
    return fail_at(node, "nothing where a text was expected; an empty one is written `\"\"`");
  }
  return node.text;
}

Result<bool> as_bool(const YamlNode& node) {
  SENTRAIL_TRY(check_scalar(node, "`true` or `false`"));
  if (node.plain && node.text == "true") return true;
  if (node.plain && node.text == "false") return false;
  return fail_at(node, shown(node.text) + " where `true` or `false` was expected" +
                           (node.plain ? "" : ", without quotes"));
}

Result<std::int64_t> as_int(const YamlNode& node) {
  SENTRAIL_TRY(check_scalar(node, "an integer"));
  const std::string_view text = node.text;
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  const bool decimal = !digits.empty() && std::all_of(digits.begin(), digits.end(),
                                                      [](char c) { return c >= '0' && c <= '9'; });
  if (!node.plain || !decimal) {
    return fail_at(node, shown(text) + " where an integer was expected" +
                             (node.plain ? "" : ", without quotes"));
  }
  if (digits.size() > 1 && digits.front() == '0') {
    return fail_at(node, shown(text) + " has a leading zero, which some readers take for octal");
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail_at(node, shown(text) + " does not fit in 64 bits");
  }
  return value;
}

tl::unexpected<Error> fail_at(const YamlNode& node, std::string_view message) {
  return fail(Errc::invalid_argument, at_place(node.line, node.column, message));
}

tl::unexpected<Error> fail_at(const YamlEntry& entry, std::string_view message) {
  return fail(Errc::invalid_argument, at_place(entry.line, entry.column, message));
}

}  // namespace sentrail::wire
