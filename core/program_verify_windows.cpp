// Row by row. See program_verify_windows.hpp.
#include "core/program_verify_windows.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "core/program_verify_rows.hpp"
#include "core/schema.hpp"
#include "core/zones.hpp"

namespace sentrail {
namespace {

bool is_zone_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '+' || c == '/';
  };
  return !name.empty() && name.size() <= limits::kZoneNameBytesMax &&
         std::ranges::all_of(name, plain);
}

Status verify_test(const Program& p, std::size_t row) {
  const AtomRow& atom = p.atoms[row];
  const SlotRow& slot = p.slots[atom.slot];
  const bool time = slot.binder == 0 && p.view(slot.attribute) == row_of(AttributeId::time).name;
  bool timed = false;
  for (std::uint32_t i = 0; i < atom.operands_count; ++i) {
    const auto kind = static_cast<OperandKind>(p.operands[atom.operands_begin + i].kind);
    timed = timed || kind == OperandKind::window || kind == OperandKind::instant;
  }
  SENTRAIL_TRY(
      require(time == timed, "atoms", row, "is no test of time by a window or an instant"));
  return require(!timed || atom.operands_count == 1, "atoms", row,
                 "has more than a window or an instant");
}

}  // namespace

Status verify_windows(const Program& program) {
  for (std::size_t i = 0; i < program.zones.size(); ++i) {
    SENTRAIL_TRY(
        require(is_text(program, program.zones[i]), "zones", i, "names text that is not there"));
    const std::string_view name = program.view(program.zones[i]);
    SENTRAIL_TRY(require(is_zone_name(name), "zones", i, "is no name of a zone"));
    SENTRAIL_TRY(require(i == 0 || program.view(program.zones[i - 1]) < name, "zones", i,
                         "is out of order"));
  }
  for (std::size_t i = 0; i < program.windows.size(); ++i) {
    const WindowRow& row = program.windows[i];
    SENTRAIL_TRY(require(row.zone < program.zones.size(), "windows", i, "names no zone"));
    SENTRAIL_TRY(require(row.days > 0 && row.days < 0x80, "windows", i, "has no such days"));
    SENTRAIL_TRY(require(row.from < kDayMinutes && row.until > 0 && row.until <= kDayMinutes &&
                             row.from != row.until,
                         "windows", i, "has no such hours"));
  }
  for (std::size_t i = 0; i < program.instants.size(); ++i) {
    const std::int64_t at = program.instants[i].unix_ms;
    SENTRAIL_TRY(require(at > 0 && at <= limits::kInstantMsMax, "instants", i, "is no instant"));
    SENTRAIL_TRY(
        require(i == 0 || program.instants[i - 1].unix_ms < at, "instants", i, "is out of order"));
  }
  for (std::size_t i = 0; i < program.atoms.size(); ++i) SENTRAIL_TRY(verify_test(program, i));
  return {};
}

}  // namespace sentrail
