// `audit`: what happened, and whether the record of it is whole.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "interceptor/cli/commands.hpp"
#include "interceptor/cli/log_commands.hpp"
#include "interceptor/cli/log_head.hpp"
#include "interceptor/cli/recorded_requests.hpp"
#include "interceptor/cli/server_entries.hpp"
#include "interceptor/cli/state.hpp"
#include "interceptor/cli/table.hpp"
#include "runtime/audit/verify.hpp"
#include "wire/json.hpp"

namespace sentrail::cli {
namespace {

constexpr std::size_t kPageEntries = 1000;

struct ListOptions {
  std::string agent, tool, action, decision, risk, rule, correlation, since, until;
  std::string data;  // lists the server's own
  std::size_t limit = 50;
};

void add_rows(Table& table, JsonValue entries) {
  JsonValue entry = entries.size() > 0 ? entries.first_child() : JsonValue{};
  for (std::size_t left = entries.size(); left > 0; --left) {
    table.add({cell(entry, "sequence"), cell(entry, "created_at"), cell(entry, "kind"),
               cell(entry, "decision"), cell(entry, "agent_id"), cell(entry, "tool"),
               cell(entry, "action"), cell(entry, "resource_id"), cell(entry, "rule")});
    if (left > 1) entry = entry.next();
  }
}

Status list(Context& context, const ListOptions& options) {
  if (!options.data.empty()) return list_server_entries(context, options.data, options.limit);
  Table table({"SEQ", "TIME", "KIND", "DECISION", "AGENT", "TOOL", "ACTION", "RESOURCE", "RULE"});
  std::size_t left = options.limit;
  std::string cursor;
  do {
    const std::string query =
        query_of({{"agent", options.agent},
                  {"tool", options.tool},
                  {"action", options.action},
                  {"decision", options.decision},
                  {"risk", options.risk},
                  {"rule", options.rule},
                  {"correlationId", options.correlation},
                  {"since", options.since},
                  {"until", options.until},
                  {"cursor", cursor},
                  {"limit", std::to_string(std::min(left, limits::kListPageMax))}});
    SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                              context.call(As::reader, "GET", "/audit" + query));
    SENTRAIL_ASSIGN_OR_RETURN(const JsonValue entries, list_in(answer, "entries"));
    if (!context.printed_json(answer)) add_rows(table, entries);
    left -= std::min(left, entries.size());
    cursor = next_of(answer);
  } while (left > 0 && !cursor.empty());
  if (!context.json) std::printf("%s", table.text().c_str());
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
  SENTRAIL_ASSIGN_OR_RETURN(line.chain, read_chain(document.root()));
  return line;
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
  if (file.bad()) return fail(Errc::io, "cannot read " + path);
  return print_verdict(context, report.head, report.fault);
}

Result<store::AuditHead> claimed_head(Context& context) {
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                            context.call(As::reader, "GET", "/audit/log/head"));
  if (answer.json.empty()) return fail(Errc::corrupt, "the gate's head of the log is not JSON");
  return read_head(answer.json.root());
}

// A walk over the gate's whole log: every entry is checked, and passed on.
class Walk {
 public:
  using Take = std::function<void(const Line&)>;

  // in: heads that the log must pass through, with who named them.
  Walk(std::vector<std::pair<store::AuditHead, std::string>> expected, Take take)
      : expected_(std::move(expected)), take_(std::move(take)) {}

  // fails: as Context::call(); corrupt for an answer that is no page.
  [[nodiscard]] Status run(Context& context) {
    const bool shows = isatty(STDERR_FILENO) == 1;
    for (std::size_t count = kPageEntries; count == kPageEntries && !fault_;) {
      const std::string query = query_of({{"from", std::to_string(verifier_.head().size)},
                                          {"limit", std::to_string(kPageEntries)}});
      SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                                context.call(As::reader, "GET", "/audit/log/entries" + query));
      SENTRAIL_ASSIGN_OR_RETURN(count, take_page(answer.body));
      if (shows) {
        std::fprintf(stderr, "\r%llu entries",
                     static_cast<unsigned long long>(verifier_.head().size));
      }
    }
    if (shows) std::fprintf(stderr, "\r\033[K");
    if (!fault_) fault_ = missing();
    return {};
  }

  [[nodiscard]] const store::AuditHead& head() const noexcept { return verifier_.head(); }
  [[nodiscard]] const std::optional<audit::Fault>& fault() const noexcept { return fault_; }

 private:
  // out: how many entries the page held, up to the first fault.
  Result<std::size_t> take_page(std::string_view page) {
    std::size_t count = 0;
    while (!page.empty() && !fault_) {
      const std::size_t end = std::min(page.find('\n'), page.size());
      SENTRAIL_ASSIGN_OR_RETURN(const Line line, read_line(page.substr(0, end)));
      fault_ = verifier_.add(line.leaf, line.chain);
      if (!fault_) fault_ = other_than_expected();
      if (!fault_) take_(line);
      page.remove_prefix(std::min(end + 1, page.size()));
      ++count;
    }
    return count;
  }

  [[nodiscard]] std::optional<audit::Fault> other_than_expected() const {
    const store::AuditHead& now = verifier_.head();
    for (const auto& [head, who] : expected_) {
      if (head.size == now.size && head.chain != now.chain) {
        return audit::Fault{now.size - 1, "the log is another than " + who};
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<audit::Fault> missing() const {
    const store::AuditHead& now = verifier_.head();
    for (const auto& [head, who] : expected_) {
      if (head.size > now.size) {
        return audit::Fault{now.size, "the log ends here, and " + who + " has " +
                                          std::to_string(head.size) + " entries"};
      }
    }
    return std::nullopt;
  }

  const std::vector<std::pair<store::AuditHead, std::string>> expected_;
  const Take take_;
  audit::ChainVerifier verifier_;
  std::optional<audit::Fault> fault_;
};

// Walks the gate's log, which must hold what its head claims and what was verified here before, and
// remembers how far it was good.
Result<Walk> walk_gate(Context& context, Walk::Take take) {
  SENTRAIL_ASSIGN_OR_RETURN(State state, load_state());
  SENTRAIL_ASSIGN_OR_RETURN(const store::AuditHead claimed, claimed_head(context));
  std::vector<std::pair<store::AuditHead, std::string>> expected = {
      {claimed, "the head that the gate names"}};
  const auto known = state.heads.find(context.settings.server);
  if (known != state.heads.end()) {
    expected.emplace_back(known->second, "what was verified here before");
  }
  Walk walk(std::move(expected), std::move(take));
  SENTRAIL_TRY(walk.run(context));
  if (walk.fault()) return walk;
  state.heads[context.settings.server] = walk.head();
  if (const Status saved = save_state(state); !saved) {
    std::fprintf(stderr, "sentrail: the next check cannot compare with this one: %s\n",
                 saved.error().message.c_str());
  }
  return walk;
}

Status verify_gate(Context& context) {
  SENTRAIL_ASSIGN_OR_RETURN(const Walk walk, walk_gate(context, [](const Line&) {}));
  return print_verdict(context, walk.head(), walk.fault());
}

// Writes the log to a file as it is checked; a broken one gets no last line.
Status export_log(Context& context, const std::string& path) {
  std::ofstream file;
  if (path != "-") {
    file.open(path, std::ios::binary | std::ios::trunc);
    if (!file) return fail(Errc::io, "cannot write " + path);
  }
  audit::ExportWriter writer(path == "-" ? std::cout : file, {});
  SENTRAIL_ASSIGN_OR_RETURN(const Walk walk, walk_gate(context, [&writer](const Line& line) {
                              writer.add(line.leaf, line.chain);
                            }));
  if (!walk.fault()) SENTRAIL_TRY(writer.finish(walk.head()));
  if (path == "-" && !walk.fault()) return {};
  return print_verdict(context, walk.head(), walk.fault());
}

// What is verified; without any of them, the gate's log through its API.
struct VerifyOptions {
  std::string where, file, proof, key, witness;
};

Status verify(Context& context, const VerifyOptions& options) {
  if (!options.where.empty()) return verify_log_at(context, options.where, options.key);
  if (!options.proof.empty()) {
    return verify_proof_file(context, options.proof, options.key, options.witness);
  }
  return options.file.empty() ? verify_gate(context) : verify_file(context, options.file);
}

// What could not be told is no finding: a gate that refuses says nothing of its log.
Status told_or_not(Status done) {
  if (done || done.error().code != Errc::permission_denied) return done;
  return fail(Errc::unavailable, done.error().message);
}

void add_verify(CLI::App& family, Context& context) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = family.add_subcommand("verify", "recompute every hash of the log");
  command->footer("Exit codes: 0 whole, 1 the log or proof is broken, 2 it could not be told.");
  CLI::Option* where =
      command->add_option("where", options->where, "a log's files: their folder, or their URL");
  CLI::Option* file =
      command->add_option("--file", options->file, "an exported log, without a gate");
  CLI::Option* proof =
      command->add_option("--proof", options->proof, "a .tlog-proof file, without a gate");
  where->excludes(file)->excludes(proof);
  file->excludes(proof);
  command->add_option("--key", options->key, "the log's key, name+id+base64, from elsewhere");
  command->add_option("--witness", options->witness, "the key of who must have cosigned the proof")
      ->needs(proof);
  command->callback([&context, options] {
    context.finish([&] { return told_or_not(verify(context, *options)); });
  });
}

void add_prove(CLI::App& family, Context& context) {
  auto sequence = std::make_shared<std::uint64_t>(0);
  auto out = std::make_shared<std::string>();
  CLI::App* command = family.add_subcommand("prove", "write the proof that an entry is in the log");
  command->add_option("sequence", *sequence, "the entry's number")->required();
  command->add_option("--out", *out, "where to; <sequence>.tlog-proof, - for standard output");
  command->callback([&context, sequence, out] {
    context.finish([&] { return write_proof_file(context, *sequence, *out); });
  });
}

void add_shard_key(CLI::App& family, Context& context) {
  auto year = std::make_shared<std::string>();
  auto key = std::make_shared<std::string>();
  CLI::App* command = family.add_subcommand(
      "shard-key", "the verifier key of one year's log, for witnesses and other programs");
  command->add_option("year", *year, "such as 2027")->required();
  command->add_option("--key", *key, "the log's verifier key")->required();
  command->callback([&context, year, key] {
    context.finish([&] { return print_shard_key(context, *year, *key); });
  });
}

void add_doctor(CLI::App& family, Context& context) {
  auto data = std::make_shared<std::string>();
  auto signer = std::make_shared<std::string>();
  auto repair_tail = std::make_shared<bool>(false);
  auto accept_loss = std::make_shared<std::string>();
  CLI::App* command = family.add_subcommand(
      "doctor", "what floor, signer, tiles and store of a data folder disagree on");
  command->add_option("data", *data, "the data folder of a gate that is stopped")->required();
  command->add_option("--signer", *signer, "the signer's folder, if the configuration names one");
  command->add_flag("--repair-tail", *repair_tail,
                    "cut off an unreadable end of the store's newest log file");
  command->add_option("--accept-loss", *accept_loss,
                      "why entries that were promised may be lost with that end");
  command->callback([&context, data, signer, repair_tail, accept_loss] {
    context.finish([&] { return run_doctor(context, *data, *signer, *repair_tail, *accept_loss); });
  });
}

void add_export(CLI::App& family, Context& context) {
  auto file = std::make_shared<std::string>();
  auto span = std::make_shared<RecordedSpan>();
  auto requests = std::make_shared<bool>(false);
  CLI::App* command =
      family.add_subcommand("export", "write the log to a file that `verify --file` checks");
  command->add_option("file", *file, "where to; - for standard output")->required();
  CLI::Option* recorded = command->add_flag(
      "--requests", *requests, "the recorded requests instead, for `sentrailc replay` and `diff`");
  command->add_option("--from", span->from, "RFC 3339 time of the first")->needs(recorded);
  command->add_option("--to", span->until, "RFC 3339 time behind the last")->needs(recorded);
  command->callback([&context, file, span, requests] {
    context.finish([&] {
      return *requests ? export_requests(context, *file, *span) : export_log(context, *file);
    });
  });
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
  CLI::Option* local = list_command->add_option(
      "--local", options->data, "a gate's data folder: what is of the server and no workspace");
  for (CLI::Option* filter : list_command->get_options()) {
    if (filter != local && filter != list_command->get_help_ptr()) local->excludes(filter);
  }
  list_command->add_option("--limit", options->limit, "how many")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  list_command->callback(
      [&context, options] { context.finish([&] { return list(context, *options); }); });

  CLI::App* show_command = family->add_subcommand("show", "one entry, whole");
  show_command->add_option("id", *text, "its auditLogId")->required();
  show_command->callback(
      [&context, text] { context.finish([&] { return show(context, *text); }); });

  add_verify(*family, context);
  add_prove(*family, context);
  add_shard_key(*family, context);
  add_doctor(*family, context);

  add_export(*family, context);
}

}  // namespace sentrail::cli
