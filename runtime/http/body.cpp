// The state machine of bodies: counted, chunked, or until the connection ends.
//
// Neighbours: body.hpp; framing.cpp checks trailer lines. Must not know: heads.
// source: RFC 9112 §7.1, less what it lets a recipient repair.
#include "runtime/http/body.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "runtime/http/charset.hpp"
#include "runtime/http/framing.hpp"

namespace sentrail::http {
namespace {

// 15 digits: no sum of a body's bytes can overflow 64 bits.
constexpr std::size_t kSizeDigitsMax = 15;

[[nodiscard]] int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void BodyReader::start(BodyFraming framing, std::uint64_t length,
                       std::uint64_t bytes_max) noexcept {
  *this = BodyReader{};
  bytes_max_ = bytes_max;
  switch (framing) {
    case BodyFraming::none:
      state_ = State::done;
      return;
    case BodyFraming::length:
      remaining_ = length;
      state_ = length == 0 ? State::done : State::counted;
      return;
    case BodyFraming::chunked:
      state_ = State::size_first;
      return;
    case BodyFraming::close:
      state_ = State::until_close;
      return;
  }
  SENTRAIL_UNREACHABLE("BodyFraming");
}

std::size_t BodyReader::feed(std::string_view bytes, std::string& body) {
  std::size_t used = 0;
  // Told before the first byte of it is read, so that `100 Continue` need not be sent.
  if (state_ == State::counted && remaining_ > bytes_max_ - std::min(decoded_, bytes_max_)) {
    refuse(Refusal::body_too_large);
  }
  while (refusal_ == Refusal::none && state_ != State::done && used < bytes.size()) {
    if (state_ == State::counted || state_ == State::data || state_ == State::until_close) {
      used += take(bytes.substr(used), body);
    } else {
      step(bytes[used++]);
    }
  }
  return used;
}

// Bytes of the body itself.
std::size_t BodyReader::take(std::string_view bytes, std::string& body) {
  std::size_t count = bytes.size();
  if (state_ != State::until_close) {
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, remaining_));
  }
  if (count > bytes_max_ - std::min(decoded_, bytes_max_)) {
    refuse(Refusal::body_too_large);
    return 0;
  }
  body.append(bytes.substr(0, count));
  decoded_ += count;
  if (state_ == State::until_close) return count;
  remaining_ -= count;
  if (remaining_ == 0) state_ = state_ == State::counted ? State::done : State::data_cr;
  return count;
}

void BodyReader::step(char c) {
  switch (state_) {
    case State::size_first:
    case State::size_more:
      step_size(c);
      return;
    case State::extension:
      step_extension(c);
      return;
    case State::size_lf:
      end_size_line(c);
      return;
    case State::data_cr:
      if (c != '\r') return refuse(Refusal::chunk_end_invalid);
      state_ = State::data_lf;
      return;
    case State::data_lf:
      if (c != '\n') return refuse(Refusal::chunk_end_invalid);
      state_ = State::size_first;
      return;
    case State::trailer:
      step_trailer(c);
      return;
    case State::trailer_lf:
      end_trailer_line(c);
      return;
    case State::done:
    case State::counted:
    case State::until_close:
    case State::data:
      break;
  }
  SENTRAIL_UNREACHABLE("BodyReader::State");
}

void BodyReader::step_size(char c) {
  const int digit = hex_value(c);
  if (digit >= 0) {
    if (++size_digits_ > kSizeDigitsMax) return refuse(Refusal::chunk_size_invalid);
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
    state_ = State::size_more;
    return;
  }
  if (state_ == State::size_first) return refuse(Refusal::chunk_size_invalid);
  if (c == '\r') {
    state_ = State::size_lf;
  } else if (c == ';') {
    state_ = State::extension;
    extension_empty_ = true;
  } else {
    refuse(c == '\n' ? Refusal::bare_lf : Refusal::chunk_size_invalid);
  }
}

void BodyReader::step_extension(char c) {
  if (c == '\r') {
    if (extension_empty_) return refuse(Refusal::chunk_size_invalid);
    state_ = State::size_lf;
    return;
  }
  if (c == '\n') return refuse(Refusal::bare_lf);
  if (!contains(kValueBytes, c)) return refuse(Refusal::control_character);
  extension_empty_ = c == ';' || (extension_empty_ && (c == ' ' || c == '\t'));
  if (++extension_bytes_ > limits::kHttpChunkExtensionBytesMax) {
    refuse(Refusal::chunk_extension_too_long);
  }
}

void BodyReader::end_size_line(char c) {
  if (c != '\n') return refuse(Refusal::bare_cr);
  size_digits_ = 0;
  state_ = remaining_ == 0 ? State::trailer : State::data;
}

void BodyReader::step_trailer(char c) {
  if (c == '\r') {
    state_ = State::trailer_lf;
    return;
  }
  if (c == '\n') return refuse(Refusal::bare_lf);
  if (++trailer_bytes_ > limits::kHttpTrailerBytesMax) return refuse(Refusal::trailer_too_large);
  line_.push_back(c);
}

void BodyReader::end_trailer_line(char c) {
  if (c != '\n') return refuse(Refusal::bare_cr);
  if (line_.empty()) {
    state_ = State::done;
    return;
  }
  HeaderField dropped;
  if (check_field_line(line_, dropped) != Refusal::none) return refuse(Refusal::trailer_invalid);
  line_.clear();
  state_ = State::trailer;
}

}  // namespace sentrail::http
