// The remembered state of the command line. See state.hpp.
#include "interceptor/cli/state.hpp"

#include <filesystem>

#include "core/encoding.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/read_file.hpp"
#include "interceptor/cli/log_head.hpp"
#include "interceptor/cli/private_file.hpp"
#include "interceptor/cli/settings.hpp"
#include "wire/json.hpp"

namespace sentrail::cli {
namespace {

std::string state_path() {
  return std::filesystem::path(settings_path()).replace_filename("state.json").string();
}

tl::unexpected<Error> garbled() {
  return fail(Errc::corrupt, "is garbled; remove it and what was remembered is forgotten");
}

// Calls `take(name, value)` for each member of an object.
template <class Take>
Status each_member(JsonValue object, Take take) {
  if (!object.exists()) return {};
  if (object.kind() != JsonKind::object) return garbled();
  JsonValue name = object.size() > 0 ? object.first_child() : JsonValue{};
  for (std::size_t left = object.size(); left > 0; --left) {
    SENTRAIL_TRY(take(std::string(name.text()), name.next()));
    if (left > 1) name = name.next().next();
  }
  return {};
}

Result<State> read_state(const std::string& text) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, wire::parse_json(text));
  const JsonValue root = document.root();
  if (root.kind() != JsonKind::object) return garbled();
  State state;
  SENTRAIL_TRY(each_member(root.find("devices"), [&](std::string name, JsonValue value) -> Status {
    if (value.kind() != JsonKind::string) return garbled();
    state.devices.emplace(std::move(name), value.text());
    return {};
  }));
  SENTRAIL_TRY(each_member(root.find("heads"), [&](std::string name, JsonValue value) -> Status {
    const Result<store::AuditHead> head = read_head(value);
    if (!head) return garbled();
    state.heads.emplace(std::move(name), *head);
    return {};
  }));
  return state;
}

std::string text_of(const State& state) {
  std::string text;
  JsonWriter json(&text);
  json.begin_object().key("devices").begin_object();
  for (const auto& [name, token] : state.devices) json.key(name).string(token);
  json.end_object().key("heads").begin_object();
  for (const auto& [name, head] : state.heads) {
    json.key(name).begin_object().key("size").unsigned_integer(head.size);
    json.key("chain").string(hex_encode(head.chain)).end_object();
  }
  json.end_object().end_object();
  return text + "\n";
}

}  // namespace

std::string device_key(std::string_view server, std::string_view account) {
  return std::string(server).append(" ").append(account);
}

Result<State> load_state() {
  const std::string path = state_path();
  const Result<std::string> text = read_file(path, limits::kConfigBytesMax);
  if (!text && text.error().code == Errc::not_found) return State{};
  if (!text) return tl::make_unexpected(text.error());
  Result<State> state = read_state(*text);
  if (!state) return fail(state.error().code, path + ": " + state.error().message);
  return state;
}

Status save_state(const State& state) {
  return write_private_file(state_path(), text_of(state));
}

}  // namespace sentrail::cli
