// `sentrail-store`: what is done to a data folder that no server uses. `sentrail` runs it.
//
// Neighbours: backup.hpp, store/scrub.hpp. Must not know: the gate.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>

#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "crypto/private_process.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/server/backup.hpp"
#include "runtime/server/data_directory.hpp"
#include "runtime/store/scrub.hpp"
#include "runtime/store/store_rocksdb.hpp"

namespace {

using namespace sentrail;

constexpr int kRefused = 1;
constexpr int kUsage = 2;
constexpr const char* kFooter =
    "Exit codes: 0 done, 1 refused or damage was found, 2 could not run: wrong usage, no such\n"
    "folder, a file that cannot be read or written, a process that uses the folder, such as the\n"
    "server. docs/runbooks/restore.md says which command when.";

struct Options {
  std::string data;
  std::string from;
  std::string to;
  std::string keys;
  bool no_keys = false;
  bool json = false;
  server::RestoreOptions restore;
};

// What could not be looked at is neither refused nor damaged.
bool could_not_run(Errc code) {
  return code == Errc::invalid_argument || code == Errc::io || code == Errc::unavailable;
}

int complain(const Error& error) {
  std::fprintf(stderr, "sentrail-store: %s\n", escape_display(error.message).c_str());
  return could_not_run(error.code) ? kUsage : kRefused;
}

Status check_named(const std::string& path, const std::string& what) {
  if (store::exists(path)) return {};
  return fail(Errc::invalid_argument, "there is no " + path + ": name " + what);
}

// A data folder, or what a backup has of one, with its store open.
Result<store::OpenedStore> open_data(const std::string& data, const audit::LeafCodec& codec) {
  SENTRAIL_TRY(check_named(data + "/store", "a data folder or a backup"));
  store::OpenOptions options;
  options.directory = data + "/store";
  options.codec = &codec;
  return store::open_rocksdb_store(options);
}

Result<int> backup(const Options& options) {
  const audit::LeafCodec codec;
  const SystemClock clock;
  SENTRAIL_ASSIGN_OR_RETURN(const store::OpenedStore opened, open_data(options.data, codec));
  const std::string keys = options.keys.empty() ? options.to + "/keys" : options.keys;
  SENTRAIL_ASSIGN_OR_RETURN(
      const server::BackupFacts facts,
      server::make_backup(opened, options.data, options.to, options.no_keys ? "" : keys, clock));
  std::printf(
      options.json ? "{\"ok\":true,\"entries\":%llu}\n" : "%llu entries are in the backup\n",
      static_cast<unsigned long long>(facts.head.size));
  return 0;
}

Result<int> restore(const Options& options) {
  SENTRAIL_TRY(check_named(options.from, "a backup"));
  const SystemClock clock;
  SENTRAIL_ASSIGN_OR_RETURN(
      const server::Restored restored,
      server::restore_backup(options.from, options.data, options.restore, clock));
  std::string out;
  if (options.json) {
    JsonWriter json(&out);
    json.begin_object().key("ok").boolean(true);
    json.key("entries").unsigned_integer(restored.head.size);
    json.key("lost").unsigned_integer(restored.entries_lost);
    json.key("setAside").string(restored.set_aside).end_object();
    out += "\n";
  } else {
    out = "restored and verified: " + std::to_string(restored.head.size) + " entries\n";
    if (restored.entries_lost > 0) {
      out +=
          "LOST: " + std::to_string(restored.entries_lost) + " entries or more; the log says so\n";
    }
    if (!restored.set_aside.empty()) {
      out += "what was there is in " + escape_display(restored.set_aside) + "\n";
    }
  }
  std::fputs(out.c_str(), stdout);
  return 0;
}

std::string report_json(const store::ScrubReport& report) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("ok").boolean(report.faults == 0);
  json.key("entries").unsigned_integer(report.head.size);
  json.key("faults").unsigned_integer(report.faults).key("examples").begin_array();
  for (const std::string& example : report.examples) json.string(example);
  json.end_array().key("usage").begin_array();
  for (const auto& [place, usage] : report.usage) {
    json.begin_object().key("kind").string(place.first);
    json.key("workspace").string(place.second == Uuid{} ? "" : format_uuid(place.second));
    json.key("rows").unsigned_integer(usage.rows).key("bytes").unsigned_integer(usage.bytes);
    json.end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

Result<store::ScrubReport> look(const Options& options, bool read_files) {
  const audit::LeafCodec codec;
  SENTRAIL_ASSIGN_OR_RETURN(const store::OpenedStore opened, open_data(options.data, codec));
  return store::scrub(*opened.engine, codec, read_files);
}

Result<int> check(const Options& options) {
  SENTRAIL_ASSIGN_OR_RETURN(const store::ScrubReport report, look(options, true));
  if (options.json) {
    std::fputs(report_json(report).c_str(), stdout);
  } else if (report.faults == 0) {
    std::printf("all %llu entries and every row are what they should be\n",
                static_cast<unsigned long long>(report.head.size));
  } else {
    std::printf("%llu rows are not what they should be:\n",
                static_cast<unsigned long long>(report.faults));
    for (const std::string& example : report.examples) {
      std::printf("  %s\n", escape_display(example).c_str());
    }
  }
  return report.faults == 0 ? 0 : kRefused;
}

Result<int> usage(const Options& options) {
  SENTRAIL_ASSIGN_OR_RETURN(const store::ScrubReport report, look(options, false));
  if (options.json) {
    std::fputs(report_json(report).c_str(), stdout);
    return 0;
  }
  std::printf("%-26s %-38s %12s %14s\n", "KIND", "WORKSPACE", "ROWS", "BYTES");
  for (const auto& [place, used] : report.usage) {
    std::printf("%-26s %-38s %12llu %14llu\n", place.first.c_str(),
                place.second == Uuid{} ? "-" : format_uuid(place.second).c_str(),
                static_cast<unsigned long long>(used.rows),
                static_cast<unsigned long long>(used.bytes));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  crypto::make_process_private();
  CLI::App app{"Backs up, restores and checks a data folder that no server uses.",
               "sentrail-store"};
  app.set_version_flag("--version", "sentrail-store " SENTRAIL_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  app.fallthrough();
  Options options;
  app.add_flag("--json", options.json, "print JSON");
  int code = 0;
  const auto does = [&](CLI::App* command, Result<int> (*work)(const Options&)) {
    command->callback([&options, &code, work] {
      const Result<int> done = work(options);
      code = done ? *done : complain(done.error());
    });
  };
  CLI::App* command = app.add_subcommand("backup", "copy a data folder and check the copy");
  command->add_option("data", options.data, "the data folder")->required();
  command->add_option("to", options.to, "a folder that does not exist yet")->required();
  CLI::Option* keys =
      command->add_option("--keys", options.keys, "where the keys go instead of TO/keys");
  command->add_flag("--no-keys", options.no_keys, "leave the keys out")->excludes(keys);
  does(command, &backup);
  command = app.add_subcommand("restore", "bring a backup back, verified");
  command->add_option("from", options.from, "the backup")->required();
  command->add_option("data", options.data, "the data folder")->required();
  command->add_option("--keys", options.restore.keys, "where the keys are instead of FROM/keys");
  command->add_option("--accept-loss", options.restore.accept_loss,
                      "a reason to go back although entries are lost; the log keeps it");
  does(command, &restore);
  command = app.add_subcommand("check", "read all of a store and compare every checksum and hash");
  command->add_option("data", options.data, "a data folder or a backup")->required();
  does(command, &check);
  command = app.add_subcommand("usage", "what takes how much, by kind and workspace");
  command->add_option("data", options.data, "a data folder or a backup")->required();
  does(command, &usage);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return code;
}
