// Masks of up to sixty-four bytes, joined where texts are longer. See text_shape.hpp.
#include "runtime/decide/text_shape.hpp"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/limits.hpp"
#include "core/text.hpp"
#include "runtime/decide/text_words.hpp"

namespace sentrail::decide {
namespace {

// What some bytes are, at most 64: a bit for each. Odd are controls, backslashes, what is beyond
// ASCII.
struct Seen {
  std::uint64_t separators = 0;
  std::uint64_t slashes = 0;
  std::uint64_t dots = 0;
  std::uint64_t odd = 0;
};

using Look = Seen (*)(const char* at, std::size_t bytes, char separator) noexcept;
using Shape = TextShape (*)(std::string_view text, char separator) noexcept;

#if defined(__x86_64__)

// Adds the sixteen bytes `bytes`, the first of which is byte `at`. What is beyond ASCII is, as a
// signed byte, less than a space.
void add(Seen& seen, __m128i bytes, char separator, std::size_t at) noexcept {
  const auto bits = [at](__m128i where) noexcept {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(where))) << at;
  };
  const auto where = [bytes](char byte) noexcept {
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte));
  };
  seen.separators |= bits(where(separator));
  seen.slashes |= bits(where('/'));
  seen.dots |= bits(where('.'));
  seen.odd |= bits(_mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')), where('\\')));
}

// Fewer than sixteen bytes, spaces behind them, which are nothing of what is looked for.
__m128i few(const char* at, std::size_t bytes) noexcept {
  constexpr std::uint64_t kSpaces = 0x2020202020202020u;
  const auto word = [](const char* from, std::size_t left) noexcept {
    return left == 0 ? kSpaces : word_of(from, left) | kSpaces << left * 8;
  };
  const bool two = bytes >= 8;
  const std::uint64_t low = two ? word_of(at, 8) : word(at, bytes);
  const std::uint64_t high = two ? word(at + 8, bytes - 8) : kSpaces;
  return _mm_set_epi64x(static_cast<std::int64_t>(high), static_cast<std::int64_t>(low));
}

// Sixteen at a time; the last sixteen overlap those before them.
Seen look_portable(const char* at, std::size_t bytes, char separator) noexcept {
  Seen seen;
  if (bytes < 16) {
    add(seen, few(at, bytes), separator, 0);
    return seen;
  }
  for (std::size_t from = 0;;) {
    add(seen, _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + from)), separator, from);
    if (from + 16 == bytes) return seen;
    from = std::min(from + 16, bytes - 16);
  }
}

__attribute__((target("avx2"))) void add_wide(Seen& seen, const char* text, char separator,
                                              std::size_t at) noexcept {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + at));
  const __m256i separators = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(separator));
  const __m256i slashes = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('/'));
  const __m256i dots = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('.'));
  const __m256i odd = _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(' '), bytes),
                                      _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
  seen.separators |= std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(separators))}
                     << at;
  seen.slashes |= std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(slashes))} << at;
  seen.dots |= std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(dots))} << at;
  seen.odd |= std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(odd))} << at;
}

// Thirty-two at a time, where there are as many.
__attribute__((target("avx2"))) Seen look_avx2(const char* at, std::size_t bytes,
                                               char separator) noexcept {
  if (bytes < 32) return look_portable(at, bytes, separator);
  Seen seen;
  add_wide(seen, at, separator, 0);
  if (bytes > 32) add_wide(seen, at, separator, bytes - 32);
  return seen;
}

// All at once: bytes behind the end are not read.
__attribute__((target("avx512f,avx512bw,bmi2"))) Seen look_avx512(const char* at, std::size_t bytes,
                                                                  char separator) noexcept {
  const __mmask64 kept = _bzhi_u64(~std::uint64_t{0}, static_cast<std::uint32_t>(bytes));
  const __m512i text = _mm512_maskz_loadu_epi8(kept, at);
  Seen seen;
  seen.separators = _mm512_mask_cmpeq_epi8_mask(kept, text, _mm512_set1_epi8(separator));
  seen.slashes = _mm512_mask_cmpeq_epi8_mask(kept, text, _mm512_set1_epi8('/'));
  seen.dots = _mm512_mask_cmpeq_epi8_mask(kept, text, _mm512_set1_epi8('.'));
  seen.odd = _mm512_mask_cmplt_epi8_mask(kept, text, _mm512_set1_epi8(' ')) |
             _mm512_mask_cmpeq_epi8_mask(kept, text, _mm512_set1_epi8('\\'));
  return seen;
}

#else

Seen look_portable(const char* at, std::size_t bytes, char separator) noexcept {
  Seen seen;
  for (std::size_t i = 0; i < bytes; ++i) {
    const auto byte = static_cast<unsigned char>(at[i]);
    const std::uint64_t bit = std::uint64_t{1} << i;
    seen.separators |= at[i] == separator ? bit : 0u;
    seen.slashes |= byte == '/' ? bit : 0u;
    seen.dots |= byte == '.' ? bit : 0u;
    seen.odd |= byte < ' ' || byte >= 0x80 || byte == '\\' ? bit : 0u;
  }
  return seen;
}

#endif

bool has_dot_segment(std::string_view value) noexcept {
  for (std::size_t dot = value.find('.'); dot != std::string_view::npos;
       dot = value.find('.', dot + 1)) {
    if (dot > 0 && value[dot - 1] != '/') continue;
    const std::size_t after = dot + 1 < value.size() && value[dot + 1] == '.' ? dot + 2 : dot + 1;
    if (after == value.size() || value[after] == '/') return true;
  }
  return false;
}

// Whether patterns have a meaning on a text that is not plain.
bool is_matchable_though_odd(std::string_view text, char separator) noexcept {
  if (!is_valid_utf8(text)) return false;
  if (separator != '/') return true;
  const bool odd =
      text.find('\\') != text.npos || text.find('\0') != text.npos || text.find("//") != text.npos;
  return !odd && !has_dot_segment(text);
}

// Plain is a text without odd bytes, without `//`, and in which no segment begins with a dot: the
// common case.
template <Look look>
[[gnu::always_inline]] inline TextShape shape_by(std::string_view text, char separator) noexcept {
  if (text.size() > limits::kMatchedBytesMax) return {};
  TextShape shape{.matchable = true, .separators = 0};
  std::uint64_t slash_before = 0;
  for (std::size_t at = 0; at < text.size(); at += TextShape::kBytes) {
    const std::size_t bytes = std::min(text.size() - at, TextShape::kBytes);
    const Seen seen = look(text.data() + at, bytes, separator);
    if (at == 0) shape.separators = seen.separators;
    const std::uint64_t after_slash = seen.slashes << 1 | slash_before;
    const std::uint64_t first = at == 0 ? 1 : 0;  // the beginning is as good as a slash for a dot
    if ((seen.odd | (seen.slashes & after_slash) | (seen.dots & (after_slash | first))) != 0) {
      shape.matchable = is_matchable_though_odd(text, separator);
      return shape;
    }
    slash_before = seen.slashes >> 63;
  }
  return shape;
}

// The whole is compiled for each width, so that a look is no call.
TextShape shape_portable(std::string_view text, char separator) noexcept {
  return shape_by<look_portable>(text, separator);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) TextShape shape_avx2(std::string_view text,
                                                     char separator) noexcept {
  return shape_by<look_avx2>(text, separator);
}

__attribute__((target("avx512f,avx512bw,bmi2"))) TextShape shape_avx512(std::string_view text,
                                                                        char separator) noexcept {
  return shape_by<look_avx512>(text, separator);
}

constexpr Shape kShapes[] = {shape_portable, shape_avx2, shape_avx512};
#else
constexpr Shape kShapes[] = {shape_portable, shape_portable, shape_portable};
#endif

const Shape kWidest = kShapes[static_cast<std::size_t>(widest_look())];

}  // namespace

LookWidth widest_look() noexcept {
#if defined(__x86_64__)
  __builtin_cpu_init();  // this may run before constructors do
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("bmi2")) {
    return LookWidth::avx512;
  }
  if (__builtin_cpu_supports("avx2")) return LookWidth::avx2;
#endif
  return LookWidth::portable;
}

TextShape shape_of(std::string_view text, char separator) noexcept {
  return kWidest(text, separator);
}

TextShape shape_of(std::string_view text, char separator, LookWidth width) noexcept {
  return kShapes[static_cast<std::size_t>(width)](text, separator);
}

}  // namespace sentrail::decide
