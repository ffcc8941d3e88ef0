// One validating walk over simdjson's On-Demand tokens. See json.hpp.
//
// simdjson finds the tokens (strings, brackets, bad UTF-8) and checks commas, colons and brackets
// as the walk goes over them. What it would accept without looking is looked at here: every scalar
// is held to the grammar as text, strings are decoded by json_string.cpp, keys are compared.
#include "wire/json.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/byte_scan.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "wire/json_string.hpp"
#include "wire/unicode.hpp"

namespace sentrail::wire {
namespace {

namespace ondemand = simdjson::ondemand;

// Keys of one object that are compared each with each; of more, a sorted copy is.
constexpr std::size_t kComparedKeysMax = 12;

constexpr bool is_white(char byte) noexcept {
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_white(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white(text.back())) text.remove_suffix(1);
  return text;
}

// The second of two texts that are the same, if there are any. Reorders `texts`.
const std::string_view* find_repeated(std::span<std::string_view> texts) {
  if (texts.size() <= kComparedKeysMax) {
    for (std::size_t i = 1; i < texts.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (texts[i] == texts[j]) return &texts[i];
      }
    }
    return nullptr;
  }
  std::sort(texts.begin(), texts.end());
  const auto at = std::adjacent_find(texts.begin(), texts.end());
  return at == texts.end() ? nullptr : &*at;
}

// Whether two texts are the same but for case.
bool repeats_but_for_case(std::span<const std::string_view> texts) {
  bool simple = texts.size() <= kComparedKeysMax;
  for (std::size_t i = 0; simple && i < texts.size(); ++i) {
    simple = ascii_run(texts[i]) == texts[i].size();
    for (std::size_t j = 0; simple && j < i; ++j) {
      if (equal_ignoring_ascii_case(texts[i], texts[j])) return true;
    }
  }
  if (simple) return false;
  std::vector<std::string> folded;
  for (const std::string_view text : texts) folded.push_back(fold_case(text));
  std::sort(folded.begin(), folded.end());
  return std::adjacent_find(folded.begin(), folded.end()) != folded.end();
}

// Stands for the node of a value that is not kept.
constexpr std::uint32_t kNoNode = 0xffffffff;

// An open container.
struct Frame {
  std::uint32_t node = kNoNode;
  JsonFields::Place place = JsonFields::kAll;
  std::size_t keys_begin = 0;  // of its keys among those of all that are open
  std::size_t text_begin = 0;  // where the text of what it holds begins
  bool object = false;
  bool entered = false;  // whether the iterator has given its first entry
  ondemand::array_iterator element;
  ondemand::object_iterator member;
};

// What a thread keeps from one text to the next. simdjson reads past the end, so the text is copied
// before 64 zeros. A zero is no bracket, which also spares simdjson's own scan for balance.
struct Workspace {
  ondemand::parser parser;
  std::string padded;
  std::vector<Frame> frames;
  std::vector<std::string_view> keys;

  // One huge text shall not hold its memory for the life of the thread.
  void shrink() {
    if (padded.capacity() <= limits::kJsonRetainedBytes) return;
    *this = Workspace();
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

// What is kept, and whether keys that are equal but for case are refused.
struct Wanted {
  const JsonFields& fields;
  bool caseless_keys = false;
};

// Builds the document while walking. INVARIANT: frames_ are the open containers, outermost first.
class Walk {
 public:
  // Texts decoded are never longer than written, so that they never move; keys and values with
  // what stands between them are seldom shorter than eight.
  Walk(std::string_view bytes, const Wanted& wanted, Workspace& workspace)
      : bytes_(bytes), wanted_(wanted), frames_(workspace.frames), keys_(workspace.keys) {
    frames_.clear();
    keys_.clear();
    text_.reserve(bytes.size());
    nodes_.reserve(bytes.size() / 8 + 1);
  }

  // A text whose root is an array or object.
  Status container_text(ondemand::document& document);
  // A text whose root is anything else.
  Status scalar_text();

  [[nodiscard]] JsonDocument take() { return {std::move(nodes_), std::move(text_)}; }

 private:
  Status step();
  Status member(ondemand::object_iterator& at);
  Status value(ondemand::value value, JsonFields::Place place);
  Status scalar(std::string_view token, JsonFields::Place place);
  Status text_token(std::string_view token, JsonFields::Place place);
  Status open_array(simdjson::simdjson_result<ondemand::array> array, JsonFields::Place place);
  Status open_object(simdjson::simdjson_result<ondemand::object> object, JsonFields::Place place);
  Status open(Frame frame);
  Status close();
  Status check_repeats(const Frame& object);
  Status push(JsonFields::Place place, JsonKind kind, std::size_t text_begin, std::size_t count);
  tl::unexpected<Error> malformed(const char* reason) const;
  tl::unexpected<Error> malformed(simdjson::error_code error) const {
    return malformed(reason_of(error));
  }

  std::string_view bytes_;
  const Wanted& wanted_;
  std::size_t at_ = 0;    // offset of the last token seen, for messages
  std::size_t seen_ = 0;  // keys and values, also those that are not kept
  std::vector<JsonNode> nodes_;
  std::string text_;
  std::vector<Frame>& frames_;
  std::vector<std::string_view>& keys_;  // of all open objects
};

tl::unexpected<Error> Walk::malformed(const char* reason) const {
  return fail(Errc::invalid_argument,
              "malformed JSON at or behind byte " + std::to_string(at_) + ": " + reason);
}

Status Walk::push(JsonFields::Place place, JsonKind kind, std::size_t text_begin,
                  std::size_t count) {
  if (++seen_ > limits::kJsonNodesMax) return too_many_nodes();
  if (place == JsonFields::kNothing) {
    text_.resize(text_begin);
    return {};
  }
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
  const bool kept = frame.place != JsonFields::kNothing;
  if (kept) frame.node = static_cast<std::uint32_t>(nodes_.size());
  frame.keys_begin = keys_.size();
  frame.text_begin = text_.size();
  SENTRAIL_TRY(push(frame.place, frame.object ? JsonKind::object : JsonKind::array,
                    kept ? 0 : text_.size(), 0));
  frames_.push_back(frame);
  return {};
}

Status Walk::open_array(simdjson::simdjson_result<ondemand::array> array, JsonFields::Place place) {
  Frame frame;
  frame.place = place;
  if (const auto error = array.begin().get(frame.element)) return malformed(error);
  return open(frame);
}

Status Walk::open_object(simdjson::simdjson_result<ondemand::object> object,
                         JsonFields::Place place) {
  Frame frame;
  frame.object = true;
  frame.place = place;
  if (const auto error = object.begin().get(frame.member)) return malformed(error);
  return open(frame);
}

Status Walk::check_repeats(const Frame& object) {
  const auto keys = std::span(keys_).subspan(object.keys_begin);
  const std::string_view* const repeated = find_repeated(keys);
  if (repeated != nullptr) {
    const std::string name = cap_characters(escape_display(*repeated), 60);
    return fail(Errc::invalid_argument, "repeated key `" + name +
                                            "` in a JSON object that ends at or behind byte " +
                                            std::to_string(at_));
  }
  if (wanted_.caseless_keys && repeats_but_for_case(keys)) {
    return fail(Errc::invalid_argument,
                "keys that are equal but for case in a JSON object that ends at or behind byte " +
                    std::to_string(at_));
  }
  keys_.resize(object.keys_begin);
  return {};
}

Status Walk::close() {
  const Frame frame = frames_.back();
  frames_.pop_back();
  if (frame.object) SENTRAIL_TRY(check_repeats(frame));
  if (frame.node == kNoNode) {
    text_.resize(frame.text_begin);
  } else {
    nodes_[frame.node].end = static_cast<std::uint32_t>(nodes_.size());
  }
  return {};
}

Status Walk::text_token(std::string_view token, JsonFields::Place place) {
  const std::size_t begin = text_.size();
  const char* const end = token.data() + token.size();
  const char* const closed = decode_json_string(token.data() + 1, end, text_);
  if (closed == nullptr || !std::all_of(closed, end, is_white)) {
    return malformed("a string has a bad escape, an unpaired surrogate or a bare control");
  }
  return push(place, JsonKind::string, begin, text_.size() - begin);
}

// in: a token with what white space follows it
Status Walk::scalar(std::string_view token, JsonFields::Place place) {
  if (token.starts_with('"')) return text_token(token, place);
  token = trim(token);
  const std::size_t begin = text_.size();
  if (token == "null") return push(place, JsonKind::null, begin, 0);
  if (token == "true") return push(place, JsonKind::boolean, begin, 1);
  if (token == "false") return push(place, JsonKind::boolean, begin, 0);
  if (!is_json_number(token)) return malformed("not a value");
  text_ += token;
  return push(place, JsonKind::number, begin, token.size());
}

Status Walk::value(ondemand::value value, JsonFields::Place place) {
  const std::string_view token = value.raw_json_token();
  at_ = static_cast<std::size_t>(token.data() - bytes_.data());
  if (token.starts_with('[')) return open_array(value.get_array(), place);
  if (token.starts_with('{')) return open_object(value.get_object(), place);
  SENTRAIL_TRY(scalar(token, place));
  // Strings are stepped over here, because simdjson takes one that it skips and that stands before
  // a colon for a key; numbers and literals are one token, which the iterator skips.
  if (!token.starts_with('"')) return {};
  ondemand::raw_json_string unused;
  if (const auto error = value.get_raw_json_string().get(unused)) return malformed(error);
  return {};
}

// The text of a key stays until its object ends, so that it can be compared.
Status Walk::member(ondemand::object_iterator& at) {
  ondemand::field field;
  if (const auto error = (*at).get(field)) return malformed(error);
  const char* const key = field.key().raw();
  at_ = static_cast<std::size_t>(key - bytes_.data());
  const std::size_t begin = text_.size();
  if (decode_json_string(key, bytes_.data() + bytes_.size(), text_) == nullptr) {
    return malformed("a key has a bad escape, an unpaired surrogate or a bare control");
  }
  const std::string_view name = std::string_view(text_).substr(begin);
  keys_.push_back(name);
  const Frame& object = frames_.back();
  const JsonFields::Place place = wanted_.fields.member(object.place, name);
  if (place == JsonFields::kNothing) {
    ++seen_;
  } else {
    ++nodes_[object.node].count;
    SENTRAIL_TRY(push(place, JsonKind::string, begin, name.size()));
  }
  return value(field.value(), place);
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
  if (top.object) return member(top.member);
  ondemand::value element;
  if (const auto error = (*top.element).get(element)) return malformed(error);
  const JsonFields::Place place = JsonFields::element(top.place);
  if (place == JsonFields::kAll) ++nodes_[top.node].count;
  return value(element, place);
}

Status Walk::container_text(ondemand::document& document) {
  if (trim(bytes_).starts_with('[')) {
    SENTRAIL_TRY(open_array(document.get_array(), wanted_.fields.root()));
  } else {
    SENTRAIL_TRY(open_object(document.get_object(), wanted_.fields.root()));
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
  return scalar(token, JsonFields::kAll);
}

Result<JsonDocument> parse_container(std::string_view bytes, const Wanted& wanted,
                                     Workspace& workspace) {
  workspace.padded.assign(bytes);
  workspace.padded.append(simdjson::SIMDJSON_PADDING, '\0');
  const std::string_view copy(workspace.padded.data(), bytes.size());
  Walk walk(copy, wanted, workspace);
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

Result<JsonDocument> parse(std::string_view bytes, const Wanted& wanted) {
  if (bytes.size() > limits::kJsonBytesMax) {
    return fail(Errc::limit_exceeded,
                "JSON of more than " + std::to_string(limits::kJsonBytesMax) + " bytes");
  }
  thread_local Workspace workspace;
  const std::string_view trimmed = trim(bytes);
  if (trimmed.empty()) return fail(Errc::invalid_argument, "nothing where JSON was expected");
  if (trimmed.starts_with('[') || trimmed.starts_with('{')) {
    return parse_container(bytes, wanted, workspace);
  }
  Walk walk(bytes, wanted, workspace);
  SENTRAIL_TRY(walk.scalar_text());
  return walk.take();
}

}  // namespace

Result<JsonDocument> parse_json(std::string_view bytes) {
  return parse(bytes, {JsonFields::everything(), false});
}

Result<JsonDocument> parse_json_fields(std::string_view bytes, const JsonFields& fields) {
  return parse(bytes, {fields, true});
}

namespace {

bool repeats_a_key(JsonValue object) {
  std::vector<std::string_view> keys;
  keys.reserve(object.size());
  JsonValue key = object.first_child();
  for (std::size_t left = object.size(); left > 0; --left) {
    keys.push_back(key.text());
    if (left > 1) key = key.next().next();
  }
  return repeats_but_for_case(keys);
}

}  // namespace

// Recursion is as deep as the text, which parse_json() bounds.
bool has_case_repeats(JsonValue value) {
  const bool is_object = value.kind() == JsonKind::object;
  if (is_object && repeats_a_key(value)) return true;
  JsonValue child = value.first_child();
  for (std::size_t left = value.size(); left > 0; --left) {
    if (is_object) child = child.next();
    if (child.size() != 0 && has_case_repeats(child)) return true;
    if (left > 1) child = child.next();
  }
  return false;
}

}  // namespace sentrail::wire
