// JSON's number grammar. See json.hpp.
#include "core/json.hpp"

namespace sentrail {
namespace {

constexpr bool is_digit(char byte) noexcept {
  return byte >= '0' && byte <= '9';
}

// Steps over digits from `at`; how many there were.
std::size_t skip_digits(std::string_view text, std::size_t& at) noexcept {
  const std::size_t begin = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  return at - begin;
}

}  // namespace

bool is_json_number(std::string_view text) noexcept {
  std::size_t at = 0;
  if (at < text.size() && text[at] == '-') ++at;
  const std::size_t integer_begin = at;
  const std::size_t integer_digits = skip_digits(text, at);
  if (integer_digits == 0) return false;
  if (integer_digits > 1 && text[integer_begin] == '0') return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (skip_digits(text, at) == 0) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (skip_digits(text, at) == 0) return false;
  }
  return at == text.size();
}

}  // namespace sentrail
