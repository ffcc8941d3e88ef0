// `watch`: builds again whenever the policy is saved, and tells a running gate to reload.
#include <fcntl.h>

extern "C" {  // glibc 2.36 declares these as if they were C++
#include <sys/pidfd.h>
}

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "compiler/driver/build.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/descriptor.hpp"
#include "compiler/driver/file_watch.hpp"

namespace sentrail::compiler {
namespace {

struct Options {
  BuildOptions build;
  std::string pid_file;
};

// The process that holds the lock on a pid file; 0 if none does. Asking takes no lock: a gate that
// starts at this moment must find it free.
pid_t holder_of(int file) {
  struct flock lock{};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  const bool held = fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  return held ? lock.l_pid : 0;
}

// Sends SIGHUP to the gate that holds a pid file. The number in the file says nothing: after a
// crash it stays behind, and the system may give it to another process.
Status reload_gate(const std::string& pid_file) {
  const Descriptor file(open(pid_file.c_str(), O_RDONLY | O_CLOEXEC));
  const pid_t pid = holder_of(file.get());
  const Descriptor process(pid > 0 ? pidfd_open(pid, 0) : -1);
  // Held still, so the descriptor is of the holder and not of who came after it.
  if (process.get() < 0 || holder_of(file.get()) != pid ||
      pidfd_send_signal(process.get(), SIGHUP, nullptr, 0) != 0) {
    return fail(Errc::not_found, "no running gate in " + pid_file);
  }
  return {};
}

// out: the files of policy text.
std::vector<std::string> build_and_reload(const Options& options, const LoadOptions& load,
                                          const OutputOptions& output) {
  std::vector<std::string> files;
  if (build_policy(options.build, load, output, &files) != kFine) return files;
  if (options.pid_file.empty()) return files;
  const Status told = reload_gate(options.pid_file);
  std::printf("%s\n", told ? "the gate reloads" : told.error().message.c_str());
  return files;
}

int watch(const Options& options, const LoadOptions& load, const OutputOptions& output) {
  return watch_policy(options.build.policy, output,
                      [&] { return build_and_reload(options, load, output); });
}

}  // namespace

void add_watch(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("watch", "build again on every save");
  command->add_option("path", options->build.policy, "a policy, or a folder with one");
  command->add_option("-o,--out", options->build.out, "the bundle to write")->required();
  command->add_option("--sign", options->build.key_files, "a signing key file");
  command->add_option("--reload", options->pid_file,
                      "the pid file of a gate that reads the bundle, told after each build");
  command->callback(
      [&program, options] { program.exit_code = watch(*options, program.load, program.output()); });
}

}  // namespace sentrail::compiler
