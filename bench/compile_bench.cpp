// The compile benchmark. See compile_bench.hpp.
#include "bench/compile_bench.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "bench/child.hpp"
#include "bench/files.hpp"
#include "bench/hostile_policies.hpp"
#include "bench/workload.hpp"
#include "core/json_writer.hpp"

namespace sentrail::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWorkload = "gateway-mixed";
// What a compiler may hold: so much, and so much a rule.
constexpr std::size_t kBytesMax = 64u << 20u;
constexpr std::size_t kBytesPerRule = 4096;

// One line of the table.
struct Row {
  std::string task;
  std::size_t rules = 0;
  double ms = 0;  // the median
  std::size_t peak_bytes = 0;
  double records_per_second = 0;  // replay
  std::string limit;              // hostile: the code of the limit that was met
  std::string wrong;              // why the run is not what it should be
};

class CompileBench {
 public:
  explicit CompileBench(const CompileOptions& options) : options_(options) {
    compiler_ = options.compiler;
    if (compiler_.empty()) {
      compiler_ = (fs::read_symlink("/proc/self/exe").parent_path() / "sentrailc").string();
    }
  }

  std::vector<Row> run() {
    if (is_wanted("build")) build();
    if (is_wanted("analysis")) analysis();
    if (is_wanted("diff")) diff();
    if (is_wanted("prove")) prove();
    if (is_wanted("replay")) replay();
    if (is_wanted("hostile")) hostile();
    return std::move(rows_);
  }

 private:
  [[nodiscard]] bool is_wanted(const std::string& task) const {
    return options_.tasks.empty() ||
           std::find(options_.tasks.begin(), options_.tasks.end(), task) != options_.tasks.end();
  }

  // `exit_code`: what a run that did its work ends with; nothing: 0 or 1.
  Row& measured(const std::string& task, std::size_t rules,
                const std::vector<std::string>& arguments, std::optional<int> exit_code) {
    std::vector<std::string> command = {compiler_};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Row& row = rows_.emplace_back();
    row.task = task;
    row.rules = rules;
    std::vector<double> times;
    for (std::size_t pass = 0; pass < options_.passes; ++pass) {
      Result<Child> child = Child::start(command, file("out"));
      if (!child) {
        row.wrong = child.error().message;
        return row;
      }
      const Child::Usage usage = child->wait_usage();
      times.push_back(usage.cpu_seconds * 1e3);
      row.peak_bytes = std::max(row.peak_bytes, usage.peak_bytes);
      const bool fine = exit_code ? usage.exit_code == *exit_code : usage.exit_code <= 1;
      if (!fine) row.wrong = "exit code " + std::to_string(usage.exit_code);
    }
    std::sort(times.begin(), times.end());
    row.ms = times[times.size() / 2];
    std::fprintf(stderr, "# %s %zu: %.1f ms\n", task.c_str(), rules, row.ms);
    return row;
  }

  [[nodiscard]] std::string file(const std::string& name) const {
    return folder_.path() + "/" + name;
  }
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    write_file(file(name), text);
    return file(name);
  }

  std::string policy(std::size_t rules, std::string more = "") {
    return make_workload(kWorkload, rules, 0, options_.seed).policy_text + more;
  }

  std::vector<std::size_t> sizes(std::vector<std::size_t> all) const {
    std::erase_if(all, [this](std::size_t rules) { return rules > options_.rules_max; });
    return all;
  }

  void build() {
    for (const std::size_t rules : sizes({1'000, 10'000, 100'000})) {
      const std::string written = write("p.sentrail", policy(rules));
      measured("build", rules, {"build", written, "-o", file("p.bundle")}, 0);
    }
  }

  void analysis() {
    for (const std::size_t rules : sizes({1'000, 10'000})) {
      const std::string written = write("p.sentrail", policy(rules));
      measured("analysis", rules, {"check", "--analysis", "full", written}, std::nullopt);
    }
  }

  // Two revisions: a rule is gone, and one is new.
  void diff() {
    for (const std::size_t rules : sizes({1'000})) {
      const std::string before = write("before.sentrail", policy(rules));
      std::string text = policy(rules);
      const std::size_t first = text.find("  rule ");
      text.erase(first, text.find("  rule ", first + 1) - first);
      text += "tier more {\n  rule added: block when resource.owner == \"org-1\"\n}\n";
      const std::string after = write("after.sentrail", text);
      measured("diff", rules, {"diff", before, after}, 1);
    }
  }

  void prove() {
    for (const std::size_t rules : sizes({1'000})) {
      const std::string written =
          write("p.sentrail", policy(rules,
                                     "guard tier safe {\n  rule live: block when env == live and "
                                     "risk == critical\n}\nprove \"live\" never allow when env == "
                                     "live and risk == critical and agent.roles has \"role-1\"\n"));
      measured("prove", rules, {"prove", written}, 0);
    }
  }

  // Written and gone: what this process holds counts for its children.
  [[nodiscard]] std::string write_log() const {
    std::string log;
    for (std::size_t i = 0; i < options_.records; ++i) {
      const std::string n = std::to_string(i % 997);
      log +=
          "{\"attributes\":{\"tool\":\"github\",\"action\":\"issues.create\",\"agent\":{\"id\":"
          "\"team-" +
          n + "-bot\",\"roles\":[\"role-" + n + "\"]},\"resource\":{\"owner\":\"org-" + n +
          "\",\"repo\":\"svc-" + n + "\",\"ref\":\"release-" + n +
          "/x\"},\"env\":\"test\",\"risk\":\"low\"}}\n";
    }
    return write("log.jsonl", log);
  }

  void replay() {
    const std::size_t rules = std::min<std::size_t>(1'000, options_.rules_max);
    const std::string written = write("p.sentrail", policy(rules));
    const std::string records = write_log();
    Row& row = measured("replay", rules, {"replay", records, "-p", written}, 0);
    if (row.ms > 0) row.records_per_second = static_cast<double>(options_.records) / row.ms * 1e3;
  }

  void hostile() {
    for (const HostilePolicy& policy : hostile_policies()) {
      const std::string written = write("h.sentrail", policy.text);
      Row& row = measured("hostile:" + std::string(policy.name), policy.rule_count,
                          {"check", written}, std::nullopt);
      row.limit = policy.limit;
      const std::string said = read_file(file("out"));
      const bool named = policy.limit.empty() ? said.find("error[") == std::string::npos
                                              : said.find(policy.limit) != std::string::npos;
      if (!named) row.wrong = "says " + said.substr(0, 200);
      if (row.peak_bytes > kBytesMax + policy.rule_count * kBytesPerRule) {
        row.wrong = "takes more memory than it may";
      }
    }
  }

  const CompileOptions& options_;
  std::string compiler_;
  Folder folder_;
  std::vector<Row> rows_;
};

void print_json(const std::vector<Row>& rows) {
  std::string out;
  JsonWriter json(&out);
  json.begin_array();
  for (const Row& row : rows) {
    const auto number = [&](const char* key, double value) {
      char text[32];
      std::snprintf(text, sizeof text, "%.1f", value);
      json.key(key).raw_number(text);
    };
    json.begin_object().key("task").string(row.task).key("rules").unsigned_integer(row.rules);
    number("ms", row.ms);
    json.key("peak_bytes").unsigned_integer(row.peak_bytes);
    if (row.records_per_second > 0) number("records_per_second", row.records_per_second);
    if (!row.limit.empty()) json.key("limit").string(row.limit);
    if (!row.wrong.empty()) json.key("wrong").string(row.wrong);
    json.end_object();
  }
  json.end_array();
  std::printf("%s\n", out.c_str());
}

void print_table(const std::vector<Row>& rows) {
  std::printf("%-22s %8s %10s %9s  %s\n", "task", "rules", "ms", "peak MB", "");
  for (const Row& row : rows) {
    std::string note = row.limit.empty() ? "" : "meets " + row.limit;
    if (row.records_per_second > 0) {
      note = std::to_string(static_cast<std::size_t>(row.records_per_second)) + " records/s";
    }
    if (!row.wrong.empty()) note = "WRONG: " + row.wrong;
    std::printf("%-22s %8zu %10.1f %9.1f  %s\n", row.task.c_str(), row.rules, row.ms,
                static_cast<double>(row.peak_bytes) / 1e6, note.c_str());
  }
}

}  // namespace

int run_compile(const CompileOptions& options) {
  const std::vector<Row> rows = CompileBench(options).run();
  options.json ? print_json(rows) : print_table(rows);
  const bool wrong =
      std::any_of(rows.begin(), rows.end(), [](const Row& row) { return !row.wrong.empty(); });
  return wrong ? 1 : 0;
}

}  // namespace sentrail::bench
