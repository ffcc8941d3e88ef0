// One validating walk over simdjson's On-Demand tokens. See json.hpp.
//
// simdjson finds the tokens (strings, brackets, bad UTF-8) and checks commas, colons and brackets
// as the walk goes over them. What it would accept without looking is looked at here: every scalar
// is held to the grammar as text, strings are decoded by json_string.cpp, keys are compared.
#include "wire/json.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "wire/json_string.hpp"
#include "wire/unicode.hpp"

namespace sentrail::wire {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view kWhiteSpace = " \t\n\r";

std::string_view trim(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

// simdjson reads past the end, so the text is copied before 64 zeros. A zero is no bracket, which
// also spares simdjson's own scan for balance.
struct Workspace {
  ondemand::parser parser;
  std::string padded;

  // One huge text shall not hold its memory for the life of the thread.
  void shrink() {
    if (padded.capacity() <= limits::kJsonRetainedBytes) return;
    padded = std::string();
    parser = ondemand::parser();
  }
};

const char* reason_of(simdjson::error_code error) noexcept {
  switch (error) {
    case simdjson::UNCLOSED_STRING:
      return "a string is not closed";
    case simdjson::UNESCAPED_CHARS:
      return "a control character in a string is not escaped";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      return "an array or object is not closed";
    case simdjson::UTF8_ERROR:
      return "the bytes are not UTF-8";
    default:
      return "unexpected token";
  }
}

tl::unexpected<Error> too_many_nodes() {
  return fail(Errc::limit_exceeded,
              "JSON of more than " + std::to_string(limits::kJsonNodesMax) + " keys and values");
}

// Builds the document while walking. INVARIANT: frames_ are the open containers, outermost first.
class Walk {
 public:
  // Texts decoded are never longer than written; keys and values are seldom shorter than two.
  explicit Walk(std::string_view bytes) : bytes_(bytes) {
    text_.reserve(bytes.size());
    nodes_.reserve(bytes.size() / sizeof(JsonNode) + 1);
  }

  // A text whose root is an array or object.
  Status container_text(ondemand::document& document);
  // A text whose root is anything else.
  Status scalar_text();

  [[nodiscard]] JsonDocument take() { return {std::move(nodes_), std::move(text_)}; }

 private:
  struct Frame {
    std::uint32_t node = 0;
    bool object = false;
    bool entered = false;  // whether the iterator has given its first entry
    ondemand::array_iterator element;
    ondemand::object_iterator member;
  };

  Status step();
  Status member(ondemand::object_iterator& at);
  Status value(ondemand::value value);
  Status scalar(std::string_view token);
  Status text_token(std::string_view token);
  Status open_array(simdjson::simdjson_result<ondemand::array> array);
  Status open_object(simdjson::simdjson_result<ondemand::object> object);
  Status open(Frame frame);
  Status close();
  Status check_repeats(std::uint32_t object);
  Status push(JsonKind kind, std::size_t text_begin, std::size_t count);
  tl::unexpected<Error> malformed(const char* reason) const;
  tl::unexpected<Error> malformed(simdjson::error_code error) const {
    return malformed(reason_of(error));
  }

  std::string_view bytes_;
  std::size_t at_ = 0;  // offset of the last token seen, for messages
  std::vector<JsonNode> nodes_;
  std::string text_;
  std::vector<Frame> frames_;
  std::vector<std::string_view> keys_;  // scratch of check_repeats
};

tl::unexpected<Error> Walk::malformed(const char* reason) const {
  return fail(Errc::invalid_argument,
              "malformed JSON at or behind byte " + std::to_string(at_) + ": " + reason);
}

Status Walk::push(JsonKind kind, std::size_t text_begin, std::size_t count) {
  if (nodes_.size() == limits::kJsonNodesMax) return too_many_nodes();
  const auto next = static_cast<std::uint32_t>(nodes_.size() + 1);
  nodes_.push_back(JsonNode{kind, static_cast<std::uint32_t>(text_begin),
                            static_cast<std::uint32_t>(count), next});
  return {};
}

Status Walk::open(Frame frame) {
  if (frames_.size() == limits::kJsonDepthMax) {
    return fail(Errc::limit_exceeded,
                "JSON nested deeper than " + std::to_string(limits::kJsonDepthMax) + " levels");
  }
  frame.node = static_cast<std::uint32_t>(nodes_.size());
  SENTRAIL_TRY(push(frame.object ? JsonKind::object : JsonKind::array, 0, 0));
  frames_.push_back(frame);
  return {};
}

Status Walk::open_array(simdjson::simdjson_result<ondemand::array> array) {
  Frame frame;
  if (const auto error = array.begin().get(frame.element)) return malformed(error);
  return open(frame);
}

Status Walk::open_object(simdjson::simdjson_result<ondemand::object> object) {
  Frame frame;
  frame.object = true;
  if (const auto error = object.begin().get(frame.member)) return malformed(error);
  return open(frame);
}

Status Walk::check_repeats(std::uint32_t object) {
  keys_.clear();
  const JsonNode& node = nodes_[object];
  std::uint32_t key = object + 1;
  for (std::uint32_t left = node.count; left > 0; --left) {
    keys_.push_back(std::string_view(text_).substr(nodes_[key].text, nodes_[key].count));
    key = nodes_[nodes_[key].end].end;
  }
  std::sort(keys_.begin(), keys_.end());
  const auto repeated = std::adjacent_find(keys_.begin(), keys_.end());
  if (repeated == keys_.end()) return {};
  const std::string name = cap_characters(escape_display(*repeated), 60);
  return fail(Errc::invalid_argument, "repeated key `" + name +
                                          "` in a JSON object that ends at or behind byte " +
                                          std::to_string(at_));
}

Status Walk::close() {
  const Frame frame = frames_.back();
  frames_.pop_back();
  nodes_[frame.node].end = static_cast<std::uint32_t>(nodes_.size());
  return frame.object ? check_repeats(frame.node) : Status{};
}

Status Walk::text_token(std::string_view token) {
  const std::size_t begin = text_.size();
  const char* const end = token.data() + token.size();
  if (decode_json_string(token.data() + 1, end, text_) != end) {
    return malformed("a string has a bad escape, an unpaired surrogate or a bare control");
  }
  return push(JsonKind::string, begin, text_.size() - begin);
}

Status Walk::scalar(std::string_view token) {
  if (token.starts_with('"')) return text_token(token);
  if (token == "null") return push(JsonKind::null, 0, 0);
  if (token == "true") return push(JsonKind::boolean, 0, 1);
  if (token == "false") return push(JsonKind::boolean, 0, 0);
  if (!is_json_number(token)) return malformed("not a value");
  const std::size_t begin = text_.size();
  text_ += token;
  return push(JsonKind::number, begin, token.size());
}

Status Walk::value(ondemand::value value) {
  const std::string_view token = value.raw_json_token();
  at_ = static_cast<std::size_t>(token.data() - bytes_.data());
  if (token.starts_with('[')) return open_array(value.get_array());
  if (token.starts_with('{')) return open_object(value.get_object());
  SENTRAIL_TRY(scalar(trim(token)));
  // Strings are stepped over here, because simdjson takes one that it skips and that stands before
  // a colon for a key; numbers and literals are one token, which the iterator skips.
  if (!token.starts_with('"')) return {};
  ondemand::raw_json_string unused;
  if (const auto error = value.get_raw_json_string().get(unused)) return malformed(error);
  return {};
}

Status Walk::member(ondemand::object_iterator& at) {
  ondemand::field field;
  if (const auto error = (*at).get(field)) return malformed(error);
  const char* const key = field.key().raw();
  at_ = static_cast<std::size_t>(key - bytes_.data());
  const std::size_t begin = text_.size();
  if (decode_json_string(key, bytes_.data() + bytes_.size(), text_) == nullptr) {
    return malformed("a key has a bad escape, an unpaired surrogate or a bare control");
  }
  SENTRAIL_TRY(push(JsonKind::string, begin, text_.size() - begin));
  return value(field.value());
}

// Goes to the next entry of the innermost container, or out of it.
Status Walk::step() {
  Frame& top = frames_.back();
  if (std::exchange(top.entered, true)) {
    if (top.object) {
      ++top.member;
    } else {
      ++top.element;
    }
  }
  // Compared with anything, these iterators tell whether their container has ended.
  const bool ended = top.object ? top.member == ondemand::object_iterator()
                                : top.element == ondemand::array_iterator();
  if (ended) return close();
  ++nodes_[top.node].count;
  if (top.object) return member(top.member);
  ondemand::value element;
  if (const auto error = (*top.element).get(element)) return malformed(error);
  return value(element);
}

Status Walk::container_text(ondemand::document& document) {
  if (trim(bytes_).starts_with('[')) {
    SENTRAIL_TRY(open_array(document.get_array()));
  } else {
    SENTRAIL_TRY(open_object(document.get_object()));
  }
  while (!frames_.empty()) {
    SENTRAIL_TRY(step());
    // An iterator that met an error abandons the document and then looks as if it had ended.
    if (!document.is_alive()) return malformed("unexpected token");
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    return malformed("something follows the value");
  }
  return {};
}

Status Walk::scalar_text() {
  const std::string_view token = trim(bytes_);
  at_ = static_cast<std::size_t>(token.data() - bytes_.data());
  if (const auto bad = find_invalid_utf8(token)) {
    at_ += *bad;
    return malformed(simdjson::UTF8_ERROR);
  }
  return scalar(token);
}

Result<JsonDocument> parse_container(std::string_view bytes) {
  thread_local Workspace workspace;
  workspace.padded.assign(bytes);
  workspace.padded.append(simdjson::SIMDJSON_PADDING, '\0');
  const std::string_view copy(workspace.padded.data(), bytes.size());
  Walk walk(copy);
  ondemand::document document;
  const auto error = workspace.parser.iterate(copy, workspace.padded.size()).get(document);
  Status status;
  if (error == simdjson::UTF8_ERROR) {
    status = fail(Errc::invalid_argument, "malformed JSON at byte " +
                                              std::to_string(find_invalid_utf8(bytes).value_or(0)) +
                                              ": the bytes are not UTF-8");
  } else if (error == simdjson::MEMALLOC) {
    status = fail(Errc::unavailable,
                  "not enough memory to read JSON of " + std::to_string(bytes.size()) + " bytes");
  } else if (error != simdjson::SUCCESS) {
    status = fail(Errc::invalid_argument, std::string("malformed JSON: ") + reason_of(error));
  } else {
    status = walk.container_text(document);
  }
  workspace.shrink();
  if (!status) return tl::make_unexpected(std::move(status).error());
  return walk.take();
}

}  // namespace

Result<JsonDocument> parse_json(std::string_view bytes) {
  if (bytes.size() > limits::kJsonBytesMax) {
    return fail(Errc::limit_exceeded,
                "JSON of more than " + std::to_string(limits::kJsonBytesMax) + " bytes");
  }
  const std::string_view trimmed = trim(bytes);
  if (trimmed.empty()) return fail(Errc::invalid_argument, "nothing where JSON was expected");
  if (trimmed.starts_with('[') || trimmed.starts_with('{')) return parse_container(bytes);
  Walk walk(bytes);
  SENTRAIL_TRY(walk.scalar_text());
  return walk.take();
}

// Recursion is as deep as the text, which parse_json() bounds.
bool has_case_repeats(JsonValue value) {
  const bool is_object = value.kind() == JsonKind::object;
  std::vector<std::string> keys;
  JsonValue child = value.first_child();
  for (std::size_t left = value.size(); left > 0; --left) {
    if (is_object) {
      keys.push_back(fold_case(child.text()));
      child = child.next();
    }
    if (has_case_repeats(child)) return true;
    if (left > 1) child = child.next();
  }
  std::sort(keys.begin(), keys.end());
  return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

}  // namespace sentrail::wire
