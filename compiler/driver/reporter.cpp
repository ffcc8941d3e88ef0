// Findings in every format. See reporter.hpp.
#include "compiler/driver/reporter.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "core/json_writer.hpp"

namespace sentrail::compiler {
namespace {

// The members that only `--fix` has.
std::string fixes_members(const Reporter::Fixes& fixes) {
  if (fixes.made.empty()) return "";
  std::string out = ",\"fixed\":[";
  for (std::size_t i = 0; i < fixes.made.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, fixes.made[i]);
  }
  out += ']';
  if (!fixes.diff.empty()) {
    out += ",\"diff\":";
    append_json_string(out, fixes.diff);
  }
  return out;
}

std::string json_of(const DiagnosticSink& sink, const Sources& sources,
                    const Reporter::Fixes& fixes) {
  std::string out = "{\"ok\":";
  out += sink.has_errors() ? "false" : "true";
  out += ",\"errors\":" + std::to_string(sink.error_count());
  out += ",\"warnings\":" + std::to_string(sink.warning_count());
  out += ",\"dropped\":" + std::to_string(sink.dropped_count());
  out += ",\"diagnostics\":[";
  bool first = true;
  for (const Diagnostic& diagnostic : sink.sorted()) {
    if (!first) out += ',';
    out += render_json(diagnostic, sources);
    first = false;
  }
  return out + "]" + fixes_members(fixes) + "}\n";
}

std::string counted(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string json_of(const Error& error) {
  std::string out;
  JsonWriter(&out)
      .begin_object()
      .key("ok")
      .boolean(false)
      .key("error")
      .string(error.message)
      .key("code")
      .string(name_of(error.code))
      .end_object();
  return out + "\n";
}

void put(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

void Reporter::exit_with(int code) {
  code_ = std::max(code_, code);
}

void Reporter::print_text(const DiagnosticSink& sink, const Sources& sources) const {
  const bool colour = colour_on_errors();
  for (const Diagnostic& diagnostic : sink.sorted()) {
    std::fputs(render_text(diagnostic, sources, colour).c_str(), stderr);
  }
  if (sink.error_count() + sink.warning_count() == 0) return;
  std::string line =
      counted(sink.error_count(), "error") + ", " + counted(sink.warning_count(), "warning");
  if (sink.dropped_count() > 0) {
    line += ", of which " + std::to_string(sink.dropped_count()) + " not shown";
  }
  std::fprintf(stderr, "%s\n", line.c_str());
}

int Reporter::findings(const DiagnosticSink& sink, const Sources& sources, const Fixes& fixes) {
  const int code = sink.error_count() + sink.warning_count() > 0 ? kFindings : kFine;
  exit_with(code);
  if (options_.format == Format::text) {
    // A diff stands alone on standard output, so that `patch` can read it.
    for (const std::string& line : fixes.made) {
      std::fprintf(fixes.diff.empty() ? stdout : stderr, "%s\n", line.c_str());
    }
    put(fixes.diff);
    print_text(sink, sources);
  } else if (options_.format == Format::json) {
    put(json_of(sink, sources, fixes));
  } else {
    for (const std::string& line : fixes.made) answer("fixed", line);
    for (const Diagnostic& diagnostic : sink.sorted()) finding(diagnostic, sources);
  }
  return code;
}

void Reporter::finding(const Diagnostic& diagnostic, const Sources& sources) {
  if (diagnostic.severity() != Severity::note) exit_with(kFindings);
  switch (options_.format) {
    case Format::text:
    case Format::json:
      break;
    case Format::sarif:
      sarif_.add(diagnostic, sources);
      break;
    case Format::junit:
      junit_.add(sources[diagnostic.span.source].name(), junit_case(diagnostic, sources));
      break;
    case Format::github:
      put(render_github(diagnostic, sources));
      break;
  }
}

int Reporter::failure(const Error& error, int code) {
  exit_with(code);
  switch (options_.format) {
    case Format::text:
      std::fprintf(stderr, "sentrailc: %s\n", error.message.c_str());
      break;
    case Format::json:
      put(json_of(error));
      break;
    case Format::sarif:
      sarif_.add_failure(error.message);
      break;
    case Format::junit: {
      JunitCase one;
      one.name = "run";
      one.class_name = "sentrailc";
      one.verdict = JunitCase::Verdict::error;
      one.type = name_of(error.code);
      one.message = error.message;
      junit_.add("sentrailc", std::move(one));
      break;
    }
    case Format::github:
      put(github_annotation("error", "sentrailc", error.message));
      break;
  }
  return code;
}

int Reporter::answer(std::string_view title, std::string_view text) {
  switch (options_.format) {
    case Format::text:
      put(text);
      put("\n");
      break;
    case Format::json:
      break;
    case Format::sarif:
      sarif_.add_answer(text);
      break;
    case Format::junit: {
      JunitCase one;
      one.name = title;
      one.class_name = "sentrailc";
      one.text = text;
      junit_.add("sentrailc", std::move(one));
      break;
    }
    case Format::github:
      put(github_annotation("notice", title, text));
      break;
  }
  return kFine;
}

void Reporter::test_case(std::string_view suite, JunitCase test_case) {
  if (test_case.verdict != JunitCase::Verdict::passed) exit_with(kFindings);
  if (options_.format == Format::junit) junit_.add(suite, std::move(test_case));
}

int Reporter::finish_with(int code) {
  code_ = code;
  return finish();
}

int Reporter::finish() {
  if (options_.format == Format::sarif) put(sarif_.finish(SENTRAIL_VERSION, code_));
  if (options_.format == Format::junit) put(junit_.finish());
  return code_;
}

}  // namespace sentrail::compiler
