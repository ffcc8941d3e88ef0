// `sentraild`: the gate as a program.
//
// Neighbours: config.hpp, daemon.hpp. Must not know: what the gate does.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <cstdio>

#include "core/bundle_levels.hpp"
#include "core/limits.hpp"
#include "core/read_file.hpp"
#include "core/text.hpp"
#include "crypto/private_process.hpp"
#include "runtime/jit/library.hpp"
#include "runtime/server/daemon.hpp"
#include "runtime/server/doctor.hpp"

namespace {

using namespace sentrail;

constexpr int kCouldNotServe = 1;
constexpr int kUsage = 2;

constexpr const char* kFooter =
    "Signals: SIGHUP reads the bundle and the TLS files again; SIGINT and SIGTERM end it once\n"
    "what is under way has finished, a second one at once.\n"
    "Exit codes: 0 ended as asked, 1 could not start or serve, 2 usage or configuration.\n"
    "The configuration is described in docs/configuration.md.";

constexpr std::array<decide::EngineKind, 4> kEngines = {
    decide::EngineKind::automatic, decide::EngineKind::linear, decide::EngineKind::table,
    decide::EngineKind::jit};

int complain(int code, const std::string& message) {
  std::fprintf(stderr, "sentraild: %s\n", escape_display(message).c_str());
  return code;
}

Result<server::Config> read_config(const std::string& path) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::string text, read_file(path, limits::kConfigBytesMax));
  return server::parse_config(text, path);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

void greet(const server::Started& started, const std::string& data) {
  std::printf("sentraild " SENTRAIL_VERSION " serves %s%s%s\n", started.url.c_str(),
              started.tls_url.empty() ? "" : " and ", started.tls_url.c_str());
  if (started.policy.empty()) {
    std::printf("policy  none: every action is blocked until `sentrail policy push` sends one\n");
  } else {
    std::printf("policy  %s, bundle %s%s\n", escape_display(started.policy).c_str(),
                started.bundle.c_str(),
                started.complaint.empty() ? "" : " (the last good one; see the log)");
    std::printf("engine  %s\n", escape_display(started.engine).c_str());
  }
  std::printf("data    %s, %llu audit entries\n", escape_display(data).c_str(),
              static_cast<unsigned long long>(started.audit_entries));
  if (!started.bootstrap_token.empty()) {
    std::printf(
        "\nNobody owns this gate yet. At a terminal of your own:\n"
        "  sentrail --server %s init --name YOUR_NAME\n"
        "It asks for this one-time token:\n"
        "  %s\n\n",
        started.url.c_str(), started.bootstrap_token.c_str());
  }
  std::fflush(stdout);
}

// The kind with that name, which is one of them.
decide::EngineKind engine_named(const std::string& name) {
  for (const auto kind : kEngines) {
    if (name_of(kind) == name) return kind;
  }
  return decide::EngineKind::automatic;
}

int serve(const server::Config& config, const std::string& path, const std::string& ready_file,
          const std::string& engine) {
  // Until its handlers stand, a reload must not end the process.
  std::signal(SIGHUP, SIG_IGN);
  // A peer that is gone and a file that may not grow are errors of one write, not ends of all.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  const SystemClock clock;
  server::Logger logger(STDERR_FILENO, config.log_format, config.log_level, clock);
  // LLVM is loaded if it is asked for by name, or once a policy gains enough by it.
  const jit::Library library;
  const decide::EngineKind kind = engine_named(engine);
  if (kind == decide::EngineKind::jit) {
    if (const Status loaded = library.load(); !loaded) {
      return complain(kCouldNotServe, loaded.error().message);
    }
  }
  server::DaemonOptions options{server::with_paths_in(config, folder_of(path)),
                                SENTRAIL_VERSION,
                                ready_file,
                                nullptr,
                                kind,
                                &library};
  const std::string data = options.config.data;
  server::Daemon daemon(std::move(options), logger);
  const Result<server::Started> started = daemon.start();
  if (!started) return complain(kCouldNotServe, started.error().message);
  greet(*started, data);
  daemon.wait();
  return 0;
}

// `sentrail audit doctor`: 0 all is well, 1 something is wrong, 2 it could not be told.
int examine(const server::DoctorOptions& options) {
  const Result<bool> healthy = server::run_doctor(options);
  if (!healthy) return complain(kUsage, healthy.error().message);
  return *healthy ? 0 : kCouldNotServe;
}

}  // namespace

int main(int argc, char** argv) {
  crypto::make_process_private();
  CLI::App app{"A gate between agents and tools: decides, holds, sends, records.", "sentraild"};
  app.set_version_flag("--version", "sentraild " SENTRAIL_VERSION ", bundle levels up to " +
                                        std::to_string(sentrail::kBundleLevel));
  app.footer(kFooter);
  std::string path;
  std::string ready_file;
  std::string engine = "auto";
  bool check_only = false;
  server::DoctorOptions doctor;
  CLI::Option* const config_option = app.add_option("--config", path, "the configuration file");
  CLI::Option* const doctor_option =
      app.add_option("--doctor", doctor.data, "examine a data folder, as `sentrail audit doctor`");
  app.add_option("--signer", doctor.signer, "the signer's folder, for --doctor")
      ->needs(doctor_option);
  app.add_flag("--repair-tail", doctor.repair_tail, "cut off an unreadable end, for --doctor")
      ->needs(doctor_option);
  app.add_option("--accept-loss", doctor.accept_loss,
                 "why what was promised may be lost with it, for --doctor --repair-tail")
      ->needs(doctor_option);
  app.add_flag("--json", doctor.json, "print JSON, for --doctor")->needs(doctor_option);
  doctor_option->excludes(config_option);
  app.add_flag("--check-config", check_only, "print the effective configuration and exit");
  app.add_option("--ready-file", ready_file, "written, with the ports, once it serves");
  app.add_option("--engine", engine, "what decides: auto, linear, table, jit")
      ->check(CLI::IsMember({"auto", "linear", "table", "jit"}))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (!doctor.data.empty()) return examine(doctor);
  if (path.empty()) return complain(kUsage, "--config is required");
  const Result<server::Config> config = read_config(path);
  if (!config) return complain(kUsage, config.error().message);
  if (check_only) {
    std::printf("%s", server::dump_config(*config).c_str());
    return 0;
  }
  return serve(*config, path, ready_file, engine);
}
