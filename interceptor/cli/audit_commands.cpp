// `audit`: what happened, and whether the record of it is whole.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "interceptor/cli/commands.hpp"
#include "interceptor/cli/table.hpp"
#include "runtime/audit/verify.hpp"
#include "wire/json.hpp"

namespace sentrail::cli {
namespace {

constexpr std::size_t kPageEntries = 1000;

struct ListOptions {
  std::string agent, tool, action, decision, risk, rule, correlation, since, until;
  int limit = 50;
};

Status list(Context& context, const ListOptions& options) {
  const std::string query = query_of({{"agent", options.agent},
                                      {"tool", options.tool},
                                      {"action", options.action},
                                      {"decision", options.decision},
                                      {"risk", options.risk},
                                      {"rule", options.rule},
                                      {"correlationId", options.correlation},
                                      {"since", options.since},
                                      {"until", options.until},
                                      {"limit", std::to_string(options.limit)}});
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer, context.call(As::reader, "GET", "/audit" + query));
  if (context.printed_json(answer)) return {};
  Table table({"SEQ", "TIME", "KIND", "DECISION", "AGENT", "TOOL", "ACTION", "RESOURCE", "RULE"});
  const JsonValue entries = answer.json.root().find("entries");
  JsonValue entry = entries.first_child();
  for (std::size_t left = entries.size(); left > 0; --left) {
    table.add({cell(entry, "sequence"), cell(entry, "created_at"), cell(entry, "kind"),
               cell(entry, "decision"), cell(entry, "agent_id"), cell(entry, "tool"),
               cell(entry, "action"), cell(entry, "resource_id"), cell(entry, "rule")});
    if (left > 1) entry = entry.next();
  }
  std::printf("%s", table.text().c_str());
  return {};
}

Status show(Context& context, const std::string& id) {
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                            context.call(As::reader, "GET", "/audit" + query_of({{"id", id}})));
  if (context.printed_json(answer)) return {};
  const JsonValue entries = answer.json.root().find("entries");
  if (!entries.exists() || entries.size() == 0) {
    return fail(Errc::permission_denied, "no entry " + id);
  }
  const JsonValue entry = entries.first_child();
  JsonValue name = entry.first_child();
  for (std::size_t left = entry.size(); left > 0; --left) {
    std::printf("%-18s %s\n", std::string(name.text()).c_str(),
                escape_display(cell(entry, name.text())).c_str());
    if (left > 1) name = name.next().next();
  }
  return {};
}

// One line of /audit/log/entries.
struct Line {
  std::string leaf;
  store::Hash chain{};
};

Result<Line> read_line(std::string_view text) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, wire::parse_json(text));
  Line line;
  SENTRAIL_ASSIGN_OR_RETURN(line.leaf, base64_decode(cell(document.root(), "leaf")));
  SENTRAIL_ASSIGN_OR_RETURN(const std::string chain, hex_decode(cell(document.root(), "chain")));
  if (chain.size() != line.chain.size()) return fail(Errc::corrupt, "a chain hash is 32 bytes");
  std::copy(chain.begin(), chain.end(), line.chain.begin());
  return line;
}

// Feeds one page to the verifier. out: how many entries it held, or the first fault.
Result<std::size_t> verify_page(std::string_view page, audit::ChainVerifier& verifier,
                                std::optional<audit::Fault>& fault) {
  std::size_t count = 0;
  while (!page.empty() && !fault) {
    const std::size_t end = std::min(page.find('\n'), page.size());
    SENTRAIL_ASSIGN_OR_RETURN(const Line line, read_line(page.substr(0, end)));
    fault = verifier.add(line.leaf, line.chain);
    page.remove_prefix(std::min(end + 1, page.size()));
    ++count;
  }
  return count;
}

Status print_verdict(Context& context, const store::AuditHead& head,
                     const std::optional<audit::Fault>& fault) {
  if (fault) {
    context.set_exit_code(kRefused);
    std::printf("%s at entry %llu: %s\n", toned(Tone::bad, "broken").c_str(),
                static_cast<unsigned long long>(fault->sequence), fault->why.c_str());
    return {};
  }
  std::printf("%s: %llu entries, chain %s\n", toned(Tone::good, "whole").c_str(),
              static_cast<unsigned long long>(head.size), hex_encode(head.chain).c_str());
  return {};
}

Status verify_file(Context& context, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Errc::io, "cannot read " + path);
  const audit::VerifyReport report = audit::verify_export(file);
  return print_verdict(context, report.head, report.fault);
}

Status verify_gate(Context& context) {
  audit::ChainVerifier verifier;
  std::optional<audit::Fault> fault;
  for (;;) {
    const std::string query = query_of(
        {{"from", std::to_string(verifier.head().size)}, {"limit", std::to_string(kPageEntries)}});
    SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                              context.call(As::reader, "GET", "/audit/log/entries" + query));
    SENTRAIL_ASSIGN_OR_RETURN(const std::size_t count, verify_page(answer.body, verifier, fault));
    if (fault || count < kPageEntries) return print_verdict(context, verifier.head(), fault);
    std::fprintf(stderr, "\r%llu entries", static_cast<unsigned long long>(verifier.head().size));
  }
}

}  // namespace

void add_audit(CLI::App& app, Context& context) {
  auto options = std::make_shared<ListOptions>();
  auto text = std::make_shared<std::string>();
  CLI::App* family = app.add_subcommand("audit", "what happened, and is the record whole");
  family->require_subcommand(1);

  CLI::App* list_command = family->add_subcommand("list", "entries, newest first");
  list_command->add_option("--agent", options->agent, "of this agent");
  list_command->add_option("--tool", options->tool, "on this tool");
  list_command->add_option("--action", options->action, "with this action");
  list_command->add_option("--decision", options->decision, "allow, require_approval or block");
  list_command->add_option("--risk", options->risk, "of this risk");
  list_command->add_option("--rule", options->rule, "decided by module.tier.rule");
  list_command->add_option("--correlation", options->correlation, "of this request");
  list_command->add_option("--since", options->since, "RFC 3339 time");
  list_command->add_option("--until", options->until, "RFC 3339 time");
  list_command->add_option("--limit", options->limit, "how many")->capture_default_str();
  list_command->callback(
      [&context, options] { context.finish([&] { return list(context, *options); }); });

  CLI::App* show_command = family->add_subcommand("show", "one entry, whole");
  show_command->add_option("id", *text, "its auditLogId")->required();
  show_command->callback(
      [&context, text] { context.finish([&] { return show(context, *text); }); });

  CLI::App* verify = family->add_subcommand("verify", "recompute every hash of the log");
  verify->add_option("--file", *text, "an exported log, without a gate");
  verify->callback([&context, text] {
    context.finish(
        [&] { return text->empty() ? verify_gate(context) : verify_file(context, *text); });
  });
}

}  // namespace sentrail::cli
