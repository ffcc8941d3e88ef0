// Bodies, decisions and batches, measured one beside the other. See requests_bench.hpp.
#include "bench/requests_bench.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/draw.hpp"
#include "bench/engines.hpp"
#include "bench/workload.hpp"
#include "compiler/simplify/simplify.hpp"
#include "core/body_fields.hpp"
#include "core/check.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "crypto/random.hpp"
#include "runtime/gateway/simulate.hpp"
#include "tests/support/bundled_program.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/support/policy_bundle.hpp"
#include "wire/json.hpp"

namespace sentrail::bench {
namespace {

// One measured step. `per_item` is how many items a call has.
struct RequestsRow {
  std::string step;
  Timing timing;
  std::size_t items = 1;
  std::size_t bytes = 0;  // of what a call reads

  [[nodiscard]] double item_ns() const { return timing.p50 / static_cast<double>(items); }
  [[nodiscard]] double allocations() const {
    return static_cast<double>(timing.allocations) / static_cast<double>(timing.calls * items);
  }
};

// A body of about half a kilobyte, as an agent that opens a pull request sends it.
std::string body_of(std::size_t number) {
  const std::string n = std::to_string(number);
  std::string out;
  JsonWriter json(&out);
  json.begin_object();
  json.key("title").string("Retry the upload of part " + n + " after a timeout");
  json.key("head").string("topic/retry-" + n).key("base").string("main");
  json.key("body").string("The upload of part " + n +
                          " was given up after one timeout.\nNow it is tried \"three\" times, "
                          "with a pause that doubles. Fixes #" +
                          n + ".");
  json.key("draft").boolean(number % 3 == 0).key("maintainer_can_modify").boolean(true);
  json.key("labels").begin_array().string("bug").string("upload").string("p" + n).end_array();
  json.key("milestone").unsigned_integer(number % 97);
  json.key("meta").begin_object();
  json.key("tool").string("agent").key("run").unsigned_integer(number * 7919);
  json.key("cost").raw_number("0.0" + n).key("parent").null();
  json.key("files").begin_array().string("src/upload.c").string("src/retry.c").end_array();
  json.end_object().end_object();
  return out;
}

// A policy of so many rules about calls to GitHub, in which a request meets few.
std::string policy_of(std::size_t rules) {
  std::string text = "policy bench\nlanguage 1\nimport sentrail.github\n\ntier many {\n";
  for (std::size_t i = 0; i < rules; ++i) {
    const std::string n = std::to_string(i);
    text += "  rule r" + n + ": ";
    switch (i % 4) {
      case 0:
        text += "block when resource.id == \"acme/locked-" + n + "\"\n";
        break;
      case 1:
        text +=
            "require_approval on github issues.update when resource.repo ~ \"svc-" + n + "-*\"\n";
        break;
      case 2:
        text += "block when agent.roles has \"guest-" + n + "\" and risk >= medium\n";
        break;
      default:
        text += "block on github pull_request.create when body.base == \"frozen-" + n + "\"\n";
        break;
    }
  }
  return text +
         "  rule talk: allow on github [issues.create, issues.update, pull_request.create]\n"
         "  rule reads: allow when risk == low\n}\ndefault require_approval\n";
}

void write_item(JsonWriter& json, std::size_t number) {
  const std::string n = std::to_string(number);
  const std::string repo = "/repos/acme/web-" + n;
  json.begin_object().key("tool").string("github");
  switch (number % 4) {
    case 0:
      json.key("method").string("GET").key("path").string(repo + "/pulls?page=" + n);
      break;
    case 1:
      json.key("method").string("PATCH").key("path").string(repo + "/issues/" + n);
      json.key("body").begin_object().key("title").string("report " + n).end_object();
      break;
    case 2:
      json.key("method").string("POST").key("path").string(repo + "/pulls");
      json.key("body").begin_object().key("title").string("retry " + n);
      json.key("head").string("topic/" + n).key("base").string("main").end_object();
      break;
    default:
      json.key("method").string("POST").key("path").string(repo + "/issues");
      json.key("body").begin_object().key("title").string("report " + n);
      json.key("labels").begin_array().string("bug").end_array().end_object();
      break;
  }
  json.end_object();
}

std::string batch_of(std::size_t first, std::size_t items) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("items").begin_array();
  for (std::size_t i = 0; i < items; ++i) write_item(json, first + i);
  json.end_array().end_object();
  return out;
}

// Measures one call for each text.
template <class Run>
RequestsRow row_of(std::string step, const std::vector<std::string>& texts, std::size_t items,
                   const Effort& effort, const Run& run) {
  RequestsRow row;
  row.step = std::move(step);
  row.items = items;
  for (const std::string& text : texts) row.bytes += text.size();
  row.bytes /= texts.size();
  std::size_t sum = 0;
  Calls calls;
  calls.count = texts.size();
  calls.ready = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      for (const char byte : texts[i]) sum += static_cast<unsigned char>(byte);
    }
  };
  calls.run = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) sum += run(texts[i]);
  };
  row.timing = measure("requests/" + row.step, calls, effort);
  std::fprintf(stderr, "# %s: %zu passes, checksum %zu\n", row.step.c_str(), row.timing.passes,
               sum);
  return row;
}

void add_bodies(const RequestsOptions& options, const JsonFields& fields,
                std::vector<RequestsRow>& rows) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < options.bodies; ++i) texts.push_back(body_of(i));
  rows.push_back(row_of("parse", texts, 1, options.effort, [](const std::string& text) {
    return wire::parse_json(text).value().nodes().size();
  }));
  rows.push_back(row_of("parse-fields", texts, 1, options.effort, [&](const std::string& text) {
    return wire::parse_json_fields(text, fields).value().nodes().size();
  }));
}

RequestsRow decide_row(const RequestsOptions& options) {
  const Workload workload =
      make_workload("gateway-mixed", options.rules, options.bodies, options.seed);
  const support::BundledProgram compiled(compiler::simplify(checked_policy(workload)));
  std::vector<support::OwnedFacts> facts;
  for (const auto& request : workload.requests) {
    std::optional<support::OwnedFacts> owned = support::OwnedFacts::of(request);
    SENTRAIL_CHECK_NOTE(owned.has_value(), "a workload's requests are facts");
    facts.push_back(std::move(*owned));
  }
  const std::unique_ptr<EngineRun> engine = engine_named("auto")->make(compiled.program());
  std::size_t sum = 0;
  Calls calls;
  calls.count = facts.size();
  calls.ready = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      for (const Fact& fact : (*facts[i]).values) sum += static_cast<std::size_t>(fact.kind);
    }
  };
  calls.run = [&](std::size_t begin, std::size_t end) {
    sum += engine->pass(std::span<const support::OwnedFacts>(facts).subspan(begin, end - begin));
  };
  RequestsRow row;
  row.step = "decide";
  row.timing = measure("requests/decide", calls, options.effort);
  std::fprintf(stderr, "# decide: checksum %zu\n", sum);
  return row;
}

// A gate's memory without a gate: nobody is stopped, one agent asks.
class InProcess {
 public:
  explicit InProcess(std::shared_ptr<const bundles::LoadedBundle> bundle)
      : known_({*store_, master_, no_file_}), judge_(active_) {
    active_.replace(std::move(bundle));
    const Status loaded = known_.reload();
    SENTRAIL_CHECK_NOTE(loaded.has_value(), "an empty store can be read");
    asker_.agent_id = "bench";
    asker_.identity.agent_id = "bench";
    asker_.identity.agent_roles = {"ci", "writer"};
    asker_.identity.env = "live";
    asker_.identity.workspace = "acme";
    asker_.identity.source = "gateway";
    asker_.identity.agent_ip = "127.0.0.1";
  }

  [[nodiscard]] std::string answer(std::string_view body) {
    return gateway::simulate(judge_, {asker_, *known_.get(), id_, gateway::Grounds::none}, body)
        .value();
  }

 private:
  test::PlainLeafCodec codec_;
  std::unique_ptr<store::Store> store_ =
      test::open_memory_store(std::make_shared<test::MemoryDisk>(), codec_);
  crypto::SealKey master_ = crypto::SealKey::generate();
  std::string no_file_;
  gateway::KnownHolder known_;
  bundles::ActiveBundle active_;
  gateway::Judge judge_;
  gateway::Asker asker_;
  Uuid id_ = crypto::uuid_v4();
};

// Whether a batch is answered item by item as each of its items alone.
bool is_answered_alike(InProcess& gate, std::size_t first, std::size_t items) {
  std::string alone = R"({"ok":true,"items":[)";
  for (std::size_t i = 0; i < items; ++i) {
    std::string item;
    JsonWriter json(&item);
    write_item(json, first + i);
    alone += gate.answer(item) + (i + 1 < items ? "," : "]}");
  }
  return alone == gate.answer(batch_of(first, items));
}

void print(const RequestsRow& row, const RequestsOptions& options) {
  const double per_second = 1e9 / row.item_ns();
  if (!options.json) {
    std::printf("%-12s %9.1f ns an item, %6.2f allocations, %11.0f a second, of %zu bytes\n",
                row.step.c_str(), row.item_ns(), row.allocations(), per_second, row.bytes);
    return;
  }
  std::printf(
      "{\"step\":\"%s\",\"rules\":%zu,\"items\":%zu,\"bytes\":%zu,\"p50\":%.1f,"
      "\"fastest\":%.1f,\"p99\":%.1f,\"allocations\":%.2f,\"items_per_second\":%.0f}\n",
      row.step.c_str(), options.rules, row.items, row.bytes, row.item_ns(),
      row.timing.fastest / static_cast<double>(row.items),
      row.timing.p99 / static_cast<double>(row.items), row.allocations(), per_second);
}

}  // namespace

int run_requests(const RequestsOptions& options) {
  const auto bundle = tests::bundle_of(policy_of(options.rules));
  std::vector<RequestsRow> rows;
  add_bodies(options, bundle->body_fields(), rows);
  rows.push_back(decide_row(options));
  const double ratio = rows.back().item_ns() / rows.front().item_ns();

  InProcess gate(bundle);
  constexpr std::size_t kItems = limits::kEvaluateItemsMax;
  std::vector<std::string> batches;
  for (std::size_t i = 0; i < options.batches; ++i) batches.push_back(batch_of(i * kItems, kItems));
  if (!is_answered_alike(gate, 0, kItems)) {
    std::fprintf(stderr, "sentrail-bench: a batch is not answered as its items are\n");
    return 1;
  }
  rows.push_back(row_of("batch", batches, kItems, options.effort,
                        [&](const std::string& text) { return gate.answer(text).size(); }));
  for (const RequestsRow& row : rows) print(row, options);
  std::printf(options.json ? "{\"step\":\"ratio\",\"rules\":%zu,\"decide_to_parse\":%.3f}\n"
                           : "decide at %zu rules takes %.2f of reading a body\n",
              options.rules, ratio);
  return 0;
}

}  // namespace sentrail::bench
