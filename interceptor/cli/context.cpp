// Calls, sign-in, errors. See context.hpp.
#include "interceptor/cli/context.hpp"

#include <cstdio>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/read_file.hpp"
#include "core/text.hpp"
#include "interceptor/cli/api_client.hpp"
#include "interceptor/cli/state.hpp"
#include "interceptor/cli/terminal.hpp"
#include "wire/json.hpp"

namespace sentrail::cli {
namespace {

// Long enough for an approval that runs the call before it answers.
constexpr std::int64_t kCallMsMax = 120'000;

std::string text_member(const Answer& answer, std::string_view name) {
  if (answer.json.empty()) return {};
  const JsonValue value = answer.json.root().find(name);
  if (!value.exists() || value.kind() != JsonKind::string) return {};
  return std::string(value.text());
}

Error refusal(const Answer& answer) {
  std::string sentence = text_member(answer, "error");
  if (sentence.empty()) sentence = "the gate answered " + std::to_string(answer.status);
  return Error{Errc::permission_denied, escape_display(sentence)};
}

}  // namespace

Context::~Context() {
  if (session_.empty()) return;
  http::HttpRequest request;
  request.method = "DELETE";
  request.target = "/session";
  request.headers.add("Authorization", "Bearer " + session_);
  // Best effort: the session would lapse by itself.
  static_cast<void>(exchange(std::move(request)));
}

Result<Answer> Context::exchange(http::HttpRequest request) {
  SENTRAIL_ASSIGN_OR_RETURN(Endpoint endpoint, parse_server(settings.server));
  const ApiClient client(std::move(endpoint), settings.ca_file);
  SENTRAIL_ASSIGN_OR_RETURN(http::HttpResponse response,
                            client.call(std::move(request), kCallMsMax));
  Answer answer;
  answer.status = response.status;
  answer.body = std::move(response.body);
  if (Result<JsonDocument> parsed = wire::parse_json(answer.body); parsed) {
    answer.json = std::move(*parsed);
  }
  return answer;
}

Status Context::sign_in() {
  if (!session_.empty()) return {};
  if (settings.account.empty()) {
    return fail(Errc::invalid_argument,
                "who are you? name the account with --as NAME, or run `sentrail init` once");
  }
  SENTRAIL_ASSIGN_OR_RETURN(const std::string passphrase,
                            ask_secret("Passphrase of " + settings.account + ": "));
  http::HttpRequest request;
  request.method = "POST";
  request.target = "/session";
  request.headers.add("Content-Type", "application/json");
  JsonWriter writer(&request.body);
  writer.begin_object().key("name").string(settings.account);
  writer.key("passphrase").string(passphrase);
  // What cannot be read is not known: a person must come in all the same.
  const State state = load_state().value_or(State{});
  const auto device = state.devices.find(device_key(settings.server, settings.account));
  if (device != state.devices.end()) writer.key("device").string(device->second);
  writer.end_object();
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer, exchange(std::move(request)));
  if (answer.status != 200) return tl::make_unexpected(refusal(answer));
  session_ = text_member(answer, "token");
  keep_device(answer);
  return {};
}

void Context::keep_device(const Answer& answer) {
  const std::string token = text_member(answer, "device");
  Result<State> state = load_state();
  if (!state || token.empty()) return;
  std::string& kept = state->devices[device_key(settings.server, settings.account)];
  if (kept == token) return;
  kept = token;
  // Best effort: without it the next sign-in is one of an unknown device.
  static_cast<void>(save_state(*state));
}

Status Context::authorise(As as, http::HttpRequest& request) {
  if (as == As::nobody) return {};
  if (!settings.workspace.empty()) request.headers.add("X-Sentrail-Workspace", settings.workspace);
  if (as == As::reader && !settings.key.empty()) {
    request.headers.add("Authorization", "Bearer " + settings.key);
    return {};
  }
  SENTRAIL_TRY(sign_in());
  request.headers.add("Authorization", "Bearer " + session_);
  return {};
}

Result<Answer> Context::ask_as(As as, const http::HttpRequest& request) {
  const bool signed_in_before = !session_.empty();
  for (bool again = false;; again = true) {
    http::HttpRequest attempt = request;
    SENTRAIL_TRY(authorise(as, attempt));
    SENTRAIL_ASSIGN_OR_RETURN(Answer answer, exchange(std::move(attempt)));
    // A command may outlive its session, as `approvals watch` does: then a person is asked anew.
    if (answer.status == 401 && signed_in_before && !again) {
      session_.clear();
      continue;
    }
    if (answer.status >= 400) return tl::make_unexpected(refusal(answer));
    return answer;
  }
}

Result<Answer> Context::call(As as, std::string_view method, std::string_view target,
                             std::string body) {
  http::HttpRequest request;
  request.method = method;
  request.target = target;
  if (!body.empty()) request.headers.add("Content-Type", "application/json");
  request.body = std::move(body);
  return ask_as(as, request);
}

Result<Answer> Context::probe(std::string_view target) {
  http::HttpRequest request;
  request.method = "GET";
  request.target = target;
  return exchange(std::move(request));
}

Result<Answer> Context::upload(std::string_view method, std::string_view target,
                               std::string_view content_type, std::string body) {
  http::HttpRequest request;
  request.method = method;
  request.target = target;
  request.headers.add("Content-Type", content_type);
  request.body = std::move(body);
  return ask_as(As::person, request);
}

void Context::finish(const std::function<Status()>& work) {
  const Status done = work();
  if (done) return;
  exit_code_ = done.error().code == Errc::permission_denied ? kRefused : kCouldNot;
  std::fprintf(stderr, "sentrail: %s\n", done.error().message.c_str());
}

bool Context::printed_json(const Answer& answer) const {
  if (!json) return false;
  std::printf("%s\n", answer.body.c_str());
  return true;
}

Result<JsonValue> list_in(const Answer& answer, std::string_view name) {
  const JsonValue list = answer.json.empty() ? JsonValue{} : answer.json.root().find(name);
  if (!list.exists() || list.kind() != JsonKind::array) {
    return fail(Errc::corrupt, "the gate's answer has no list `" + std::string(name) + "`");
  }
  return list;
}

std::string next_of(const Answer& answer) {
  return text_member(answer, "next");
}

Result<std::string> read_input(const std::string& path, std::size_t bytes_max) {
  return path == "-" ? read_rest(stdin, "standard input", bytes_max) : read_file(path, bytes_max);
}

Result<std::string> read_token(const std::string& path) {
  SENTRAIL_ASSIGN_OR_RETURN(std::string token, read_input(path, limits::kCredentialBytesMax));
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  if (token.empty()) return fail(Errc::invalid_argument, "the token is empty");
  return token;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.' ||
                       byte == '~';
    if (plain) {
      out += byte;
    } else {
      out += '%';
      out += kHex[value >> 4];
      out += kHex[value & 15];
    }
  }
  return out;
}

std::string query_of(std::initializer_list<std::pair<std::string_view, std::string>> pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (value.empty()) continue;
    out += out.empty() ? '?' : '&';
    out.append(name).append("=").append(percent_encode(value));
  }
  return out;
}

}  // namespace sentrail::cli
