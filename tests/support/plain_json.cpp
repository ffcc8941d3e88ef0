// Recursive descent, one function a rule of the grammar. See plain_json.hpp.
#include "tests/support/plain_json.hpp"

#include <cstdint>
#include <cstdio>
#include <set>

namespace sentrail::testing {
namespace {

struct NotJson {};

class Reader {
 public:
  Reader(std::string_view text, int depth_max) : text_(text), depth_left_(depth_max) {}

  std::string whole() {
    space();
    value();
    space();
    require(at_ == text_.size());
    return out_;
  }

 private:
  static void require(bool condition) {
    if (!condition) throw NotJson{};
  }
  [[nodiscard]] int peek() const {
    return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1;
  }
  int next() {
    require(at_ < text_.size());
    return static_cast<unsigned char>(text_[at_++]);
  }
  void space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }
  void word(std::string_view expected) {
    require(text_.substr(at_, expected.size()) == expected);
    at_ += expected.size();
    out_ += expected;
  }

  void value() {
    switch (peek()) {
      case '{':
        object();
        break;
      case '[':
        array();
        break;
      case '"':
        out_ += quoted(string());
        break;
      case 't':
        word("true");
        break;
      case 'f':
        word("false");
        break;
      case 'n':
        word("null");
        break;
      default:
        number();
    }
  }

  void array() {
    require(depth_left_-- > 0);
    out_ += static_cast<char>(next());
    space();
    if (peek() != ']') {
      while (true) {
        space();
        value();
        space();
        if (peek() != ',') break;
        out_ += static_cast<char>(next());
      }
    }
    require(peek() == ']');
    out_ += static_cast<char>(next());
    ++depth_left_;
  }

  void object() {
    require(depth_left_-- > 0);
    out_ += static_cast<char>(next());
    space();
    std::set<std::string> seen;
    if (peek() != '}') {
      while (true) {
        space();
        require(peek() == '"');
        const std::string key = string();
        require(seen.insert(key).second);
        out_ += quoted(key);
        space();
        require(peek() == ':');
        out_ += static_cast<char>(next());
        space();
        value();
        space();
        if (peek() != ',') break;
        out_ += static_cast<char>(next());
      }
    }
    require(peek() == '}');
    out_ += static_cast<char>(next());
    ++depth_left_;
  }

  void digits() {
    require(peek() >= '0' && peek() <= '9');
    while (peek() >= '0' && peek() <= '9') out_ += static_cast<char>(next());
  }

  void number() {
    if (peek() == '-') out_ += static_cast<char>(next());
    if (peek() == '0') {
      out_ += static_cast<char>(next());
    } else {
      digits();
    }
    if (peek() == '.') {
      out_ += static_cast<char>(next());
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      out_ += static_cast<char>(next());
      if (peek() == '+' || peek() == '-') out_ += static_cast<char>(next());
      digits();
    }
  }

  std::string string() {
    std::string result;
    require(next() == '"');
    while (peek() != '"') {
      const int first = next();
      require(first >= 0x20);
      if (first == '\\') {
        encode(escape(), result);
      } else {
        encode(utf8(first), result);
      }
    }
    next();
    return result;
  }

  std::uint32_t utf8(int first) {
    if (first < 0x80) return static_cast<std::uint32_t>(first);
    int more = 0;
    std::uint32_t value = 0;
    if (first >= 0xc0 && first <= 0xdf) {
      more = 1;
      value = first & 0x1f;
    } else if (first >= 0xe0 && first <= 0xef) {
      more = 2;
      value = first & 0x0f;
    } else {
      require(first >= 0xf0 && first <= 0xf7);
      more = 3;
      value = first & 0x07;
    }
    const std::uint32_t least = more == 1 ? 0x80 : (more == 2 ? 0x800 : 0x10000);
    for (; more > 0; --more) {
      const int byte = next();
      require(byte >= 0x80 && byte <= 0xbf);
      value = value * 64 + static_cast<std::uint32_t>(byte - 0x80);
    }
    require(value >= least && value <= 0x10ffff && !(value >= 0xd800 && value <= 0xdfff));
    return value;
  }

  std::uint32_t hex4() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const int digit = next();
      value *= 16;
      if (digit >= '0' && digit <= '9') {
        value += static_cast<std::uint32_t>(digit - '0');
      } else if (digit >= 'a' && digit <= 'f') {
        value += static_cast<std::uint32_t>(digit - 'a' + 10);
      } else {
        require(digit >= 'A' && digit <= 'F');
        value += static_cast<std::uint32_t>(digit - 'A' + 10);
      }
    }
    return value;
  }

  std::uint32_t escape() {
    switch (next()) {
      case '"':
        return '"';
      case '\\':
        return '\\';
      case '/':
        return '/';
      case 'b':
        return 8;
      case 'f':
        return 12;
      case 'n':
        return 10;
      case 'r':
        return 13;
      case 't':
        return 9;
      case 'u':
        break;
      default:
        throw NotJson{};
    }
    const std::uint32_t high = hex4();
    if (high < 0xd800 || high > 0xdfff) return high;
    require(high <= 0xdbff);
    require(next() == '\\' && next() == 'u');
    const std::uint32_t low = hex4();
    require(low >= 0xdc00 && low <= 0xdfff);
    return 0x10000 + (high - 0xd800) * 0x400 + (low - 0xdc00);
  }

  static void encode(std::uint32_t point, std::string& out) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (point < 0x80) return put(point);
    if (point < 0x800) {
      put(0xc0 + point / 64);
    } else if (point < 0x10000) {
      put(0xe0 + point / 4096);
      put(0x80 + point / 64 % 64);
    } else {
      put(0xf0 + point / 262144);
      put(0x80 + point / 4096 % 64);
      put(0x80 + point / 64 % 64);
    }
    put(0x80 + point % 64);
  }

  static std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char each : text) {
      const std::string_view kFrom = "\"\\\b\f\n\r\t";
      const std::string_view kTo = "\"\\bfnrt";
      if (const auto found = kFrom.find(each); found != kFrom.npos) {
        out += '\\';
        out += kTo[found];
      } else if (static_cast<unsigned char>(each) < 0x20) {
        char escaped[8];
        std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(each));
        out += escaped;
      } else {
        out += each;
      }
    }
    return out + "\"";
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_left_;
  std::string out_;
};

}  // namespace

std::optional<std::string> plain_json(std::string_view text, int depth_max) {
  try {
    return Reader(text, depth_max).whole();
  } catch (const NotJson&) {
    return std::nullopt;
  }
}

}  // namespace sentrail::testing
