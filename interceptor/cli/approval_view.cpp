// Held calls on a screen. See approval_view.hpp.
#include "interceptor/cli/approval_view.hpp"

#include <cstdio>
#include <string>
#include <string_view>

#include "core/text.hpp"
#include "interceptor/cli/table.hpp"

namespace sentrail::cli {
namespace {

constexpr std::size_t kHashShown = 12;

void print_line(std::string_view label, const std::string& value) {
  std::printf("%-10s %s\n", std::string(label).c_str(), escape_display(value).c_str());
}

void print_request(JsonValue request) {
  std::printf("\n%s %s\n", escape_display(cell(request, "method")).c_str(),
              escape_display(cell(request, "url")).c_str());
  const JsonValue headers = request.find("headers");
  if (headers.exists() && headers.kind() == JsonKind::array) {
    JsonValue header = headers.first_child();
    for (std::size_t left = headers.size(); left > 0; --left) {
      std::printf("%s: %s\n", escape_display(cell(header, "name")).c_str(),
                  escape_display(cell(header, "value")).c_str());
      if (left > 1) header = header.next();
    }
  }
  const JsonValue body = request.find("body");
  if (body.exists() && body.kind() == JsonKind::string && !body.text().empty()) {
    // Complete, never cut: what a person does not see they cannot approve.
    std::printf("\n%s\n", escape_display(body.text()).c_str());
  }
}

}  // namespace

JsonValue approval_of(const Answer& answer) {
  const JsonValue wrapped = answer.json.root().find("approval");
  return wrapped.exists() ? wrapped : answer.json.root();
}

void print_approval(JsonValue approval) {
  const std::string status = cell(approval, "status");
  std::printf("approval   %s\n", cell(approval, "id").c_str());
  std::printf("status     %s\n", toned(tone_of(status), status).c_str());
  print_line("agent", cell(approval, "agentId") + " (" + cell(approval, "agentName") + ")");
  print_line("action", cell(approval, "tool") + " " + cell(approval, "action") + ", risk " +
                           cell(approval, "riskLevel"));
  print_line("resource", cell(approval, "resourceType") + " " + cell(approval, "resourceId"));
  print_line("held by", cell(approval, "rule") + ": " + cell(approval, "reason"));
  print_line("decide by", cell(approval, "decideBy"));
  print_line("hash", cell(approval, "hash").substr(0, kHashShown));
  if (const JsonValue request = approval.find("request"); request.exists()) {
    print_request(request);
  }
}

}  // namespace sentrail::cli
