// Adding local stops to kill states, and their bytes. See local_stop.hpp.
#include "runtime/identity/local_stop.hpp"

#include <utility>

#include "core/limits.hpp"
#include "runtime/store/codec.hpp"
#include "runtime/store/records_fields.hpp"

namespace sentrail::store {

template <>
inline constexpr std::uint8_t kLastEnumerator<identity::KillAction> =
    static_cast<std::uint8_t>(identity::KillAction::resume_agent);

}  // namespace sentrail::store

namespace sentrail::identity {
namespace {

constexpr std::uint8_t kFormat = 1;

template <class Codec, class Stop>
void describe(Codec& codec, Stop& stop) {
  codec(stop.id, stop.workspace_id, stop.thrown_ms, stop.command.action, stop.command.mode,
        stop.command.target, stop.command.by, stop.command.reason);
}

}  // namespace

KillCommand command_to_record(const store::KillState& state, const LocalStop& stop) {
  KillCommand command = stop.command;
  if (state.enabled && state.mode == store::KillMode::hard) command.mode = state.mode;
  return command;
}

store::KillState with_stop(store::KillState state, const LocalStop& stop) {
  if (stop.command.target == kSelfTestTool) {
    state.tools.push_back({stop.command.target, stop.thrown_ms, stop.command.by, {}});
    return state;
  }
  Result<store::KillState> after = apply(state, command_to_record(state, stop), stop.thrown_ms);
  return after ? *std::move(after) : state;
}

std::string encode_stops(const std::vector<LocalStop>& stops) {
  std::string bytes;
  store::Encoder encode(&bytes);
  encode(kFormat, static_cast<std::uint32_t>(stops.size()));
  for (const LocalStop& stop : stops) describe(encode, stop);
  return bytes;
}

Result<std::vector<LocalStop>> decode_stops(std::string_view bytes) {
  std::vector<LocalStop> stops;
  if (bytes.empty()) return stops;
  std::uint8_t format = 0;
  std::uint32_t count = 0;
  store::Decoder decode(bytes);
  decode(format, count);
  if (format > kFormat) return fail(Errc::unsupported, "the local stops are of a newer release");
  if (format == 0 || count > limits::kLocalStopsMax) {
    return fail(Errc::corrupt, "the local stops are damaged");
  }
  stops.resize(count);
  for (LocalStop& stop : stops) describe(decode, stop);
  if (!decode.complete()) return fail(Errc::corrupt, "the local stops are damaged");
  return stops;
}

}  // namespace sentrail::identity
