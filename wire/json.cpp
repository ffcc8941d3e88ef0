// One validating walk over the tokens that simdjson finds. See json.hpp.
//
// simdjson's first stage finds where tokens begin (strings, brackets, commas, colons, numbers and
// literals) and refuses bad UTF-8, strings that do not end and bare controls in them. All else is
// looked at here: every scalar is held to the grammar as text, strings are decoded by
// json_string.cpp, keys are compared. Its On-Demand interface is not used: it looks at less, and
// walking through it costs three times as much as finding the tokens.
#include "wire/json.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
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

// Keys of one object that are compared each with each; of more, a sorted copy is.
constexpr std::size_t kComparedKeysMax = 12;

// Nodes of what is kept where not everything is, seldom more.
constexpr std::size_t kNodesAskedUsual = 32;

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
  bool object = false;
  bool entered = false;  // whether its first entry was read
};

// Finds where the tokens of a text begin.
class TokenFinder {
 public:
  // REQUIRES: SIMDJSON_PADDING bytes behind `text`, the first of them no token: it ends the last.
  simdjson::error_code find(std::string_view text) {
    constexpr std::size_t kCapacityLeast = 4096;
    if (stage_ == nullptr || stage_->capacity() < text.size()) {
      const std::size_t capacity = std::max(text.size(), kCapacityLeast);
      const auto* const best = simdjson::get_active_implementation().operator->();
      if (const auto error = best->create_dom_parser_implementation(capacity, 1, stage_)) {
        return error;
      }
    }
    return stage_->stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                          simdjson::stage1_mode::regular);
  }

  // Offsets of the tokens, and the end of the text behind the last. Valid until the next find().
  [[nodiscard]] std::span<const std::uint32_t> found() const {
    return {stage_->structural_indexes.get(), std::size_t{stage_->n_structural_indexes} + 1};
  }

 private:
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_;
};

// What a thread keeps from one text to the next.
struct Workspace {
  TokenFinder finder;
  std::vector<Frame> frames;
  std::vector<std::string_view> keys;
  std::string decoded;

  // One huge text shall not hold its memory for the life of the thread.
  void shrink(std::size_t text_bytes) {
    if (text_bytes > limits::kJsonRetainedBytes) *this = Workspace();
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

// What is kept, whether keys that are equal but for case are refused, and how deep a text may be.
struct Wanted {
  const JsonFields& fields;
  bool caseless_keys = false;
  std::size_t depth = limits::kJsonDepthMax;
};

// Builds the document while walking. INVARIANT: frames_ are the open containers, outermost first.
// A string's text is where it was written: what is decoded is never longer, and put in its place.
class Walk {
 public:
  Walk(std::string text, const Wanted& wanted, Workspace& workspace)
      : text_(std::move(text)),
        wanted_(wanted),
        frames_(workspace.frames),
        keys_(workspace.keys),
        decoded_(workspace.decoded) {
    frames_.clear();
    keys_.clear();
  }

  // A text of `bytes` and padding behind them, whose root is an array or object.
  Status container_text(std::span<const std::uint32_t> tokens, std::size_t bytes);
  // A text whose root is anything else.
  Status scalar_text();

  [[nodiscard]] JsonDocument take() { return {std::move(nodes_), std::move(text_)}; }

 private:
  // The first byte of the next token; a zero behind the last.
  [[nodiscard]] char peek() const { return text_[tokens_[next_]]; }
  // Whether everything between a token's end and the next token is white space.
  [[nodiscard]] bool ends_at(std::size_t end) const;

  Status step();
  Status member();
  Status value(JsonFields::Place place);
  Status scalar(std::size_t begin, std::size_t end, JsonFields::Place place);
  Status string(std::size_t quote, JsonFields::Place place);
  Status open(bool object, JsonFields::Place place);
  Status close();
  Status check_repeats(const Frame& object);
  Status push(JsonFields::Place place, JsonKind kind, std::size_t text_begin, std::size_t count);
  [[nodiscard]] std::size_t move_together();
  [[nodiscard]] const char* read_string(std::size_t begin, std::size_t& count);
  tl::unexpected<Error> malformed(const char* reason) const;
  tl::unexpected<Error> malformed(simdjson::error_code error) const {
    return malformed(reason_of(error));
  }

  std::string text_;
  const Wanted& wanted_;
  std::span<const std::uint32_t> tokens_;
  std::size_t next_ = 0;  // of tokens_
  std::size_t at_ = 0;    // offset of the last key or value seen, for messages
  std::size_t seen_ = 0;  // keys and values, also those that are not kept
  std::vector<JsonNode> nodes_;
  std::vector<Frame>& frames_;
  std::vector<std::string_view>& keys_;  // of all open objects
  std::string& decoded_;
};

tl::unexpected<Error> Walk::malformed(const char* reason) const {
  return fail(Errc::invalid_argument,
              "malformed JSON at or behind byte " + std::to_string(at_) + ": " + reason);
}

bool Walk::ends_at(std::size_t end) const {
  const std::size_t next = tokens_[next_];
  return end == next || std::all_of(text_.begin() + static_cast<std::ptrdiff_t>(end),
                                    text_.begin() + static_cast<std::ptrdiff_t>(next), is_white);
}

Status Walk::push(JsonFields::Place place, JsonKind kind, std::size_t text_begin,
                  std::size_t count) {
  if (++seen_ > limits::kJsonNodesMax) return too_many_nodes();
  if (place == JsonFields::kNothing) return {};
  const auto next = static_cast<std::uint32_t>(nodes_.size() + 1);
  nodes_.push_back(JsonNode{kind, static_cast<std::uint32_t>(text_begin),
                            static_cast<std::uint32_t>(count), next});
  return {};
}

Status Walk::open(bool object, JsonFields::Place place) {
  if (frames_.size() == wanted_.depth) {
    return fail(Errc::limit_exceeded,
                "JSON nested deeper than " + std::to_string(wanted_.depth) + " levels");
  }
  Frame frame;
  frame.object = object;
  frame.place = place;
  frame.keys_begin = keys_.size();
  if (place != JsonFields::kNothing) frame.node = static_cast<std::uint32_t>(nodes_.size());
  frames_.push_back(frame);
  return push(place, object ? JsonKind::object : JsonKind::array, 0, 0);
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
  if (frame.node != kNoNode) nodes_[frame.node].end = static_cast<std::uint32_t>(nodes_.size());
  return {};
}

// Reads from behind a quote. out: `count` bytes of text at `begin`, and the place behind the
// closing quote, or null.
const char* Walk::read_string(std::size_t begin, std::size_t& count) {
  char* const first = text_.data() + begin;
  const char* const end = text_.data() + text_.size();
  count = json_plain_run({first, end});
  if (first[count] == '"') return first + count + 1;
  decoded_.clear();
  const char* const closed = decode_json_string(first, end, decoded_);
  if (closed == nullptr) return nullptr;
  count = decoded_.copy(first, decoded_.size());
  return closed;
}

Status Walk::string(std::size_t quote, JsonFields::Place place) {
  std::size_t count = 0;
  const char* const closed = read_string(quote + 1, count);
  if (closed == nullptr || !ends_at(static_cast<std::size_t>(closed - text_.data()))) {
    return malformed("a string has a bad escape, an unpaired surrogate or a bare control");
  }
  return push(place, JsonKind::string, quote + 1, count);
}

// in: a token with what white space follows it
Status Walk::scalar(std::size_t begin, std::size_t end, JsonFields::Place place) {
  const std::string_view token = trim(std::string_view(text_).substr(begin, end - begin));
  if (token == "null") return push(place, JsonKind::null, 0, 0);
  if (token == "true") return push(place, JsonKind::boolean, 0, 1);
  if (token == "false") return push(place, JsonKind::boolean, 0, 0);
  if (!is_json_number(token)) return malformed("not a value");
  return push(place, JsonKind::number, begin, token.size());
}

Status Walk::value(JsonFields::Place place) {
  const char first = peek();
  at_ = tokens_[next_++];
  if (first == '"') return string(at_, place);
  if (first == '[' || first == '{') return open(first == '{', place);
  if (next_ == tokens_.size()) return malformed(simdjson::TAPE_ERROR);
  return scalar(at_, tokens_[next_], place);
}

Status Walk::member() {
  if (peek() != '"') return malformed(simdjson::TAPE_ERROR);
  at_ = tokens_[next_++];
  const std::size_t begin = at_ + 1;
  std::size_t count = 0;
  const char* const closed = read_string(begin, count);
  if (closed == nullptr || !ends_at(static_cast<std::size_t>(closed - text_.data()))) {
    return malformed("a key has a bad escape, an unpaired surrogate or a bare control");
  }
  if (peek() != ':') return malformed(simdjson::TAPE_ERROR);
  ++next_;
  const std::string_view name = std::string_view(text_).substr(begin, count);
  keys_.push_back(name);
  const Frame& object = frames_.back();
  const JsonFields::Place place = wanted_.fields.member(object.place, name);
  if (place == JsonFields::kNothing) {
    ++seen_;
  } else {
    ++nodes_[object.node].count;
    SENTRAIL_TRY(push(place, JsonKind::string, begin, count));
  }
  return value(place);
}

// Goes to the next entry of the innermost container, or out of it.
Status Walk::step() {
  Frame& top = frames_.back();
  if (peek() == (top.object ? '}' : ']')) {
    ++next_;
    return close();
  }
  if (std::exchange(top.entered, true)) {
    if (peek() != ',') return malformed(simdjson::TAPE_ERROR);
    ++next_;
  }
  if (top.object) return member();
  const JsonFields::Place place = JsonFields::element(top.place);
  if (place == JsonFields::kAll) ++nodes_[top.node].count;
  return value(place);
}

Status Walk::container_text(std::span<const std::uint32_t> tokens, std::size_t bytes) {
  tokens_ = tokens;
  const char closing = peek() == '{' ? '}' : ']';
  if (text_[tokens_[tokens_.size() - 2]] != closing) {
    return malformed(simdjson::INCOMPLETE_ARRAY_OR_OBJECT);
  }
  // In a whole text every second token is a node, but for one; few of them are asked for.
  const bool all = wanted_.fields.root() == JsonFields::kAll;
  nodes_.reserve(std::min(tokens_.size() / 2, all ? limits::kJsonNodesMax : kNodesAskedUsual));
  SENTRAIL_TRY(value(wanted_.fields.root()));
  while (!frames_.empty()) SENTRAIL_TRY(step());
  if (next_ + 1 != tokens_.size()) return malformed("something follows the value");
  text_.resize(all ? bytes : move_together());
  return {};
}

// Brings the text of what is kept to the front. out: its bytes.
std::size_t Walk::move_together() {
  std::size_t bytes = 0;
  for (JsonNode& node : nodes_) {
    if (node.kind != JsonKind::string && node.kind != JsonKind::number) continue;
    std::memmove(text_.data() + bytes, text_.data() + node.text, node.count);
    node.text = static_cast<std::uint32_t>(bytes);
    bytes += node.count;
  }
  return bytes;
}

Status Walk::scalar_text() {
  const std::string_view token = trim(text_);
  at_ = static_cast<std::size_t>(token.data() - text_.data());
  if (const auto bad = find_invalid_utf8(token)) {
    at_ += *bad;
    return malformed(simdjson::UTF8_ERROR);
  }
  const std::array<std::uint32_t, 2> tokens = {static_cast<std::uint32_t>(at_),
                                               static_cast<std::uint32_t>(text_.size())};
  tokens_ = tokens;
  return value(JsonFields::kAll);
}

// simdjson reads past the end, so the text is copied before its padding.
Result<JsonDocument> parse_container(std::string_view bytes, const Wanted& wanted,
                                     Workspace& workspace) {
  std::string padded;
  padded.reserve(bytes.size() + simdjson::SIMDJSON_PADDING);
  padded.append(bytes).append(simdjson::SIMDJSON_PADDING, '\0');
  const auto error = workspace.finder.find({padded.data(), bytes.size()});
  if (error == simdjson::UTF8_ERROR) {
    return fail(Errc::invalid_argument, "malformed JSON at byte " +
                                            std::to_string(find_invalid_utf8(bytes).value_or(0)) +
                                            ": the bytes are not UTF-8");
  }
  if (error == simdjson::MEMALLOC) {
    return fail(Errc::unavailable,
                "not enough memory to read JSON of " + std::to_string(bytes.size()) + " bytes");
  }
  if (error != simdjson::SUCCESS) {
    return fail(Errc::invalid_argument, std::string("malformed JSON: ") + reason_of(error));
  }
  Walk walk(std::move(padded), wanted, workspace);
  SENTRAIL_TRY(walk.container_text(workspace.finder.found(), bytes.size()));
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
    Result<JsonDocument> document = parse_container(bytes, wanted, workspace);
    workspace.shrink(bytes.size());
    return document;
  }
  Walk walk(std::string(bytes), wanted, workspace);
  SENTRAIL_TRY(walk.scalar_text());
  return walk.take();
}

}  // namespace

Result<JsonDocument> parse_json(std::string_view bytes, std::size_t depth) {
  return parse(bytes, {JsonFields::everything(), false, depth});
}

Result<JsonDocument> parse_json_fields(std::string_view bytes, const JsonFields& fields) {
  return parse(bytes, {fields, true});
}

namespace {

bool repeats_a_key(JsonValue object) {
  std::array<std::string_view, kComparedKeysMax> few;
  std::vector<std::string_view> many(object.size() > few.size() ? object.size() : 0);
  const std::span<std::string_view> keys =
      many.empty() ? std::span(few).first(object.size()) : std::span(many);
  JsonValue key = object.first_child();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = key.text();
    if (i + 1 < keys.size()) key = key.next().next();
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
