// Settings of the command line. See settings.hpp.
#include "interceptor/cli/settings.hpp"

#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/read_file.hpp"
#include "interceptor/cli/private_file.hpp"
#include "wire/json.hpp"

namespace sentrail::cli {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

bool is_this_machine(std::string_view host) {
  // A name may begin with `127.` and lead anywhere; only a literal address is loopback.
  const bool literal = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "[::1]" || (literal && host.starts_with("127."));
}

Status read_member(Settings& settings, std::string_view name, JsonValue value) {
  if (value.kind() != JsonKind::string) {
    return fail(Errc::invalid_argument, "`" + std::string(name) + "` must be a string");
  }
  if (name == "server") {
    settings.server = value.text();
  } else if (name == "account") {
    settings.account = value.text();
  } else if (name == "caFile") {
    settings.ca_file = value.text();
  } else {
    return fail(Errc::invalid_argument,
                "unknown member `" + std::string(name) + "`; known are server, account, caFile");
  }
  return {};
}

Status read_settings(Settings& settings, const std::string& text) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, wire::parse_json(text));
  const JsonValue root = document.root();
  if (root.kind() != JsonKind::object) return fail(Errc::invalid_argument, "not a JSON object");
  JsonValue name = root.first_child();
  for (std::size_t left = root.size(); left > 0; --left) {
    SENTRAIL_TRY(read_member(settings, name.text(), name.next()));
    if (left > 1) name = name.next().next();
  }
  return {};
}

}  // namespace

Result<Endpoint> parse_server(std::string_view url) {
  Endpoint endpoint;
  const std::string shown(url);
  if (url.starts_with("https://")) {
    endpoint.tls = true;
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
  } else {
    return fail(Errc::invalid_argument,
                "server `" + shown + "` must begin with http:// or https://");
  }
  if (url.ends_with('/')) url.remove_suffix(1);
  endpoint.port = endpoint.tls ? 443 : 80;
  const std::size_t colon = url.rfind(':');
  if (colon != std::string_view::npos && url.find(']', colon) == std::string_view::npos) {
    const std::string_view digits = url.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
    if (error != std::errc() || end != digits.data() + digits.size() || endpoint.port == 0) {
      return fail(Errc::invalid_argument, "server `" + shown + "` has no valid port");
    }
    url = url.substr(0, colon);
  }
  endpoint.host = url;
  if (endpoint.host.empty() || endpoint.host.find_first_of("/@?#") != std::string::npos) {
    return fail(Errc::invalid_argument, "server `" + shown + "` must be scheme, host and port");
  }
  if (!endpoint.tls && !is_this_machine(endpoint.host)) {
    return fail(Errc::invalid_argument,
                "server `" + shown + "` is another machine: use https, http is for this one");
  }
  return endpoint;
}

std::string settings_path() {
  std::string home = environment("SENTRAIL_HOME");
  if (home.empty()) home = environment("HOME") + "/.sentrail";
  return home + "/cli.json";
}

Result<Settings> load_settings() {
  Settings settings;
  const std::string path = settings_path();
  if (const Result<std::string> text = read_file(path, limits::kConfigBytesMax); text) {
    if (Status read = read_settings(settings, *text); !read) {
      return fail(read.error().code, path + ": " + read.error().message);
    }
  } else if (text.error().code != Errc::not_found) {
    return tl::make_unexpected(text.error());
  }
  if (std::string server = environment("SENTRAIL_SERVER"); !server.empty()) {
    settings.server = server;
  }
  if (std::string account = environment("SENTRAIL_ACCOUNT"); !account.empty()) {
    settings.account = account;
  }
  settings.key = environment("SENTRAIL_KEY");
  settings.workspace = environment("SENTRAIL_WORKSPACE");
  return settings;
}

Status save_settings(const Settings& settings) {
  std::string text;
  JsonWriter(&text)
      .begin_object()
      .key("server")
      .string(settings.server)
      .key("account")
      .string(settings.account)
      .key("caFile")
      .string(settings.ca_file)
      .end_object();
  return write_private_file(settings_path(), text + "\n");
}

}  // namespace sentrail::cli
