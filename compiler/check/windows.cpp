// See windows.hpp.
#include "compiler/check/windows.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/time.hpp"
#include "core/zones.hpp"
#include "wire/zones.hpp"

namespace sentrail::compiler::checking {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr const char* kExample = "write `time in mon..fri 09:00..18:00 \"Europe/Berlin\"`";

std::nullopt_t bad(Context& context, const Literal& literal, std::string message, Help help) {
  context.report(DiagnosticKind::bad_window, literal.span, std::move(message), std::move(help));
  return std::nullopt;
}

std::optional<std::uint32_t> day_of(Context& context, const Literal& days, std::string_view name) {
  const auto found = std::ranges::find(kDays, name);
  if (found != kDays.end()) return static_cast<std::uint32_t>(found - kDays.begin());
  Help help = suggestion(name, {kDays.begin(), kDays.end()},
                         "the days are `mon`, `tue`, `wed`, `thu`, `fri`, `sat` and `sun`");
  if (days.text != name) help.replacement.reset();  // it would replace the other days too
  return bad(context, days, ticked(name) + " is no day of the week", std::move(help));
}

// `mon..fri,sun`; a range may go past Sunday.
std::optional<std::uint8_t> days_of(Context& context, const Literal& days) {
  if (days.text.empty()) return std::uint8_t{0x7f};
  std::uint8_t mask = 0;
  std::string_view left = days.text;
  while (!left.empty()) {
    const std::string_view part = left.substr(0, left.find(','));
    left.remove_prefix(std::min(part.size() + 1, left.size()));
    const std::size_t dots = part.find("..");
    const auto first = day_of(context, days, part.substr(0, dots));
    if (!first) return std::nullopt;
    const auto last =
        dots == std::string_view::npos ? first : day_of(context, days, part.substr(dots + 2));
    if (!last) return std::nullopt;
    for (std::uint32_t day = *first;; day = (day + 1) % 7) {
      mask = static_cast<std::uint8_t>(mask | 1u << day);
      if (day == *last) break;
    }
  }
  return mask;
}

// `09:30`; the end of a day is `24:00` or `00:00`.
std::optional<std::uint16_t> minute_of(std::string_view text, bool end) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int hours = 10 * (text[0] - '0') + (text[1] - '0');
  const int minutes = 10 * (text[3] - '0') + (text[4] - '0');
  const int minute = 60 * hours + minutes;
  const int most = static_cast<int>(kDayMinutes) - (end ? 0 : 1);
  if (minutes > 59 || minute > most) return std::nullopt;
  return static_cast<std::uint16_t>(minute);
}

std::optional<Window> hours_of(Context& context, const Literal& hours) {
  if (hours.text.empty()) return Window{0, 0, kDayMinutes};
  const std::size_t dots = std::min(hours.text.find(".."), hours.text.size());
  const auto from = minute_of(hours.text.substr(0, dots), false);
  const auto until = minute_of(hours.text.substr(std::min(dots + 2, hours.text.size())), true);
  if (!from || !until) {
    return bad(context, hours, ticked(hours.text) + " are no hours of a day",
               "write `09:00..18:00`, from `00:00` to `24:00`; one that ends the next day is "
               "written `22:00..06:00`");
  }
  const std::uint16_t begins = from.value_or(0);
  const std::uint16_t ends = until.value_or(0);
  if (begins != ends) return Window{0, begins, ends == 0 ? std::uint16_t{kDayMinutes} : ends};
  context.report(DiagnosticKind::empty_window, hours.span,
                 "a window " + ticked(hours.text) + " ends in the minute it begins in",
                 "leave the hours out for whole days, or take the test away");
  return std::nullopt;
}

bool check_zone(Context& context, const Literal& zone) {
  if (wire::is_zone(zone.text)) return true;
  const std::vector<std::string_view> names = wire::zone_names();
  Help help = suggestion(zone.text, names,
                         names.empty() ? "install the time zone database: package tzdata, "
                                         "with `fat` files (zic -b fat)"
                                       : "write a zone as `Europe/Berlin` or `UTC`");
  if (help.replacement) help.replacement = "\"" + *help.replacement + "\"";
  context.report(DiagnosticKind::unknown_zone, zone.span,
                 "there is no time zone " + ticked(zone.text), std::move(help));
  return false;
}

// One end of a range, as if it stood alone.
Literal end_of(const Literal& range, bool upper) {
  const std::string_view text = upper ? range.upper : range.text;
  const auto bytes = static_cast<std::uint32_t>(text.size());
  Span span = range.span;
  if (upper) {
    span.begin = span.end - bytes;
  } else {
    span.end = span.begin + bytes;
  }
  return {LiteralKind::instant, span, text, {}};
}

void report_bad_instant(Context& context, const Literal& literal, const std::string& example) {
  context.report(DiagnosticKind::bad_instant, literal.span,
                 ticked(context.sources.slice(literal.span)) + " is no instant since 1970",
                 "write it as `" + example + "`, or with an offset: `+01:00`");
}

}  // namespace

std::optional<ir::Operand> window_of(Context& context, const Operand& operand) {
  const auto days = days_of(context, operand.literals.front());
  const auto hours = hours_of(context, operand.literals[1]);
  const Literal& zone = operand.literals[2];
  if (!check_zone(context, zone) || !days || !hours) return std::nullopt;
  ir::Operand made;
  made.kind = ir::OperandKind::window;
  made.text = zone.text;
  made.window = {*days, hours->from, hours->until};
  return made;
}

void report_misplaced_window(Context& context, const std::string& name, Span window) {
  context.report(DiagnosticKind::wrong_time_test, window,
                 ticked(name) + " is not `time`: no window tells anything about it", kExample);
}

std::optional<std::string> instant_named(std::string_view text) {
  const bool day = text.size() == std::string_view("2027-01-31").size();
  const auto instant = parse_rfc3339(std::string(text) + (day ? "T00:00:00Z" : ""));
  if (!instant || instant->unix_ms <= 0 || instant->unix_ms > limits::kInstantMsMax) {
    return std::nullopt;
  }
  return format_rfc3339(*instant);
}

std::optional<ir::Operand> instant_operand(Context& context, const Literal& literal) {
  auto instant = instant_named(literal.text);
  if (!instant) {
    report_bad_instant(context, literal, "2026-11-20T17:59:00Z");
    return std::nullopt;
  }
  ir::Operand made;
  made.kind = ir::OperandKind::instant;
  made.text = *std::move(instant);
  return made;
}

std::string first_instant() {
  return format_rfc3339_ms(1);
}

bool holds_instants(const Literal& literal) {
  constexpr std::size_t kYearDigits = 4;
  return literal.kind == LiteralKind::range &&
         literal.text.find_first_not_of("0123456789") == kYearDigits &&
         literal.text[kYearDigits] == '-';
}

std::optional<ir::Operand> range_of_instants(Context& context, const Literal& literal) {
  const std::string shown = ticked(context.sources.slice(literal.span));
  if (!holds_instants(literal)) {
    context.report(DiagnosticKind::wrong_time_test, literal.span,
                   shown + " is no range of instants",
                   literal.kind == LiteralKind::instant
                       ? Help("write one as `2026-12-20..2027-01-05`, which ends before its second")
                       : Help(std::string(kExample) +
                              ", or a range of instants, as `2026-12-20..2027-01-05`"));
    return std::nullopt;
  }
  auto first = instant_operand(context, end_of(literal, false));
  const auto behind = instant_operand(context, end_of(literal, true));
  if (!first || !behind) return std::nullopt;
  if (first->text < behind->text) {  // all are written alike
    first->upper = behind->text;
    return first;
  }
  const std::string turned = std::string(literal.upper) + ".." + std::string(literal.text);
  context.report(DiagnosticKind::number_out_of_range, literal.span,
                 "the range " + shown + " holds nothing: it ends before its second instant",
                 first->text == behind->text
                     ? Help("a day is written `2027-01-31..2027-02-01`")
                     : Help::write("write the earlier instant first: " + ticked(turned), turned));
  return std::nullopt;
}

std::optional<std::string> instant_of(Context& context, const Literal& literal) {
  const bool written = literal.kind == LiteralKind::string || literal.kind == LiteralKind::instant;
  const auto instant = written ? instant_named(literal.text) : std::nullopt;
  if (!instant) {
    report_bad_instant(context, literal, "\"2026-11-20T17:59:00Z\"");
    return std::nullopt;
  }
  std::string out;
  append_json_string(out, *instant);
  return out;
}

}  // namespace sentrail::compiler::checking
