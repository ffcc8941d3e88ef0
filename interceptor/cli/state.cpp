// The remembered state of the command line. See state.hpp.
#include "interceptor/cli/state.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/encoding.hpp"
#include "core/json_writer.hpp"
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

Result<store::AuditHead> read_head(JsonValue value) {
  if (value.kind() != JsonKind::object) return garbled();
  const JsonValue size = value.find("size");
  const JsonValue chain = value.find("chain");
  if (!size.exists() || size.kind() != JsonKind::number || !chain.exists() ||
      chain.kind() != JsonKind::string) {
    return garbled();
  }
  store::AuditHead head;
  const std::string_view digits = size.text();
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), head.size);
  const Result<std::string> bytes = hex_decode(chain.text());
  if (error != std::errc() || end != digits.data() + digits.size() || !bytes ||
      bytes->size() != head.chain.size()) {
    return garbled();
  }
  std::copy(bytes->begin(), bytes->end(), head.chain.begin());
  return head;
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
    SENTRAIL_ASSIGN_OR_RETURN(const store::AuditHead head, read_head(value));
    state.heads.emplace(std::move(name), head);
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

bool write_file(const std::string& path, std::string_view bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  bool whole = true;
  while (whole && !bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    whole = written > 0;
    if (whole) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return close(fd) == 0 && whole;
}

}  // namespace

std::string device_key(std::string_view server, std::string_view account) {
  return std::string(server).append(" ").append(account);
}

Result<State> load_state() {
  const std::string path = state_path();
  std::ifstream file(path, std::ios::binary);
  if (!file) return State{};
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Result<State> state = read_state(text);
  if (!state) return fail(state.error().code, path + ": " + state.error().message);
  return state;
}

Status save_state(const State& state) {
  const std::string path = state_path();
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  const std::string fresh = path + ".new";
  if (!write_file(fresh, text_of(state)) || std::rename(fresh.c_str(), path.c_str()) != 0) {
    return fail(Errc::io, "cannot write " + path + ": " + std::strerror(errno));
  }
  return {};
}

}  // namespace sentrail::cli
