// Loads the shared object, shakes hands, has blocks compiled until a limit. See library.hpp.
#include "runtime/jit/library.hpp"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstring>
#include <utility>

namespace sentrail::jit {
namespace {

constexpr const char* kRemedy =
    "; build it with -DSENTRAIL_JIT=ON and put it beside the program, or decide with "
    "--engine=auto";

// Room for what the shared object says went wrong.
using Why = std::array<char, 512>;

Status shake_hands(const JitApi* api, const std::string& path) {
  const auto other = [&](const char* what) {
    return fail(Errc::unsupported, path + " is of another " + what + kRemedy);
  };
  if (api == nullptr || api->magic != kJitMagic) return other("program");
  if (api->abi != kJitAbi || api->node_bytes != sizeof(FormulaNode)) return other("interface");
  if (api->version == nullptr || std::strcmp(api->version, SENTRAIL_VERSION) != 0) {
    return other("version");
  }
  if (api->open == nullptr || api->compile == nullptr || api->close == nullptr) {
    return other("interface");
  }
  return {};
}

// What keeps the code of a program alive.
std::shared_ptr<void> open_session(const JitApi& api, std::string& complaint) {
  Why why{};
  void* const session = api.open(why.data(), why.size());
  if (session == nullptr) complaint = why.data();
  return std::shared_ptr<void>(session, [close = api.close](void* opened) {
    if (opened != nullptr) close(opened);
  });
}

// Has code made, block by block, until there is no more or a limit is met.
class Making {
 public:
  Making(const JitApi& api, const Plan& plan, const LibraryOptions& options, std::size_t rule_count)
      : api_(api), plan_(plan), options_(options), rules_(std::make_shared<decide::NativeRules>()) {
    rules_->inputs = plan.inputs;
    rules_->bounds = plan.bounds;
    rules_->places.assign(rule_count, kNoRow);
  }

  decide::NativeMade run() {
    report_.chosen = true;
    const std::shared_ptr<void> session = open_session(api_, report_.complaint);
    std::size_t planned = plan_.left_out;
    for (const PlannedBlock& block : plan_.blocks) planned += block.rules.size();
    if (session != nullptr) {
      for (const PlannedBlock& block : plan_.blocks) {
        if (!compile(block, session.get())) break;
      }
      capped_ = capped_ || (plan_.left_out > 0 && report_.complaint.empty());
    }
    if (capped_) report_.over_caps = planned - report_.rules;
    report_.blocks = rules_->blocks.size();
    if (report_.rules == 0) return {nullptr, report_};
    // Without some of the rules the table is better than asking those one by one.
    rules_->whole = report_.whole = plan_.whole && report_.rules == planned;
    rules_->keeps = session;
    return {rules_, report_};
  }

 private:
  bool compile(const PlannedBlock& block, void* session) {
    // Nearly each node is an instruction: what cannot fit is not handed over.
    if (block.formulas.nodes().size() > options_.instructions_max - report_.instructions) {
      capped_ = true;
      return false;
    }
    JitRequest request;
    request.nodes = block.formulas.nodes().data();
    request.node_count = static_cast<std::uint32_t>(block.formulas.nodes().size());
    request.rules = block.conditions.data();
    request.rule_count = static_cast<std::uint32_t>(block.conditions.size());
    request.instructions_max =
        static_cast<std::uint32_t>(options_.instructions_max - report_.instructions);
    request.code_bytes_max =
        static_cast<std::uint32_t>(options_.code_bytes_max - report_.code_bytes);
    JitResult result;
    Why why{};
    const JitStatus status = api_.compile(session, &request, &result, why.data(), why.size());
    capped_ = status == JitStatus::too_many_instructions || status == JitStatus::too_many_bytes;
    if (status == JitStatus::failed) report_.complaint = why.data();
    if (status != JitStatus::made) return false;
    report_.instructions += result.instructions;
    report_.code_bytes += result.code_bytes;
    report_.rules += block.rules.size();
    add(block, result.code);
    return true;
  }

  void add(const PlannedBlock& block, decide::NativeCode code) {
    const std::size_t number = rules_->blocks.size();
    for (std::size_t i = 0; i < block.rules.size(); ++i) {
      rules_->places[block.rules[i]] =
          static_cast<std::uint32_t>(number * decide::kNativeBlockRules + i);
    }
    decide::NativeRules::Block& made = rules_->blocks.emplace_back();
    made.code = code;
    made.inputs_begin = static_cast<std::uint32_t>(rules_->block_inputs.size());
    rules_->block_inputs.insert(rules_->block_inputs.end(), block.inputs.begin(),
                                block.inputs.end());
    made.inputs_end = static_cast<std::uint32_t>(rules_->block_inputs.size());
  }

  const JitApi& api_;
  const Plan& plan_;
  const LibraryOptions& options_;
  std::shared_ptr<decide::NativeRules> rules_;
  decide::NativeReport report_;
  bool capped_ = false;
};

// Whether nobody but root and the user of this process could have put a file there: what is loaded
// runs at once, before it can be asked what it is.
bool is_ours(const std::string& path) {
  struct stat file{};
  const bool there = ::stat(path.c_str(), &file) == 0;
  return there && (file.st_uid == 0 || file.st_uid == ::geteuid()) && (file.st_mode & S_IWOTH) == 0;
}

Status check_owners(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0) return {};  // said by whoever opens it
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  if (is_ours(folder) && is_ours(path)) return {};
  return fail(Errc::invalid_argument,
              path +
                  " or its folder may be written by others, or belongs to another user: put "
                  "programs and library into a folder of root's or your own");
}

}  // namespace

std::string library_path() {
  std::array<char, PATH_MAX> self{};
  const ssize_t bytes = ::readlink("/proc/self/exe", self.data(), self.size());
  const std::string program(self.data(), bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  return program.substr(0, program.rfind('/') + 1) + kLibraryName;
}

Status Library::load() const {
  SENTRAIL_TRY(api());
  return {};
}

Result<const JitApi*> Library::api() const {
  const std::lock_guard lock(mutex_);
  if (api_ != nullptr) return api_;
  if (options_.path.find('/') == std::string::npos) {
    return fail(Errc::invalid_argument, options_.path + " is not a path");
  }
  SENTRAIL_TRY(check_owners(options_.path));
  void* const opened = ::dlopen(options_.path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (opened == nullptr) {
    const char* const why = ::dlerror();
    return fail(Errc::not_found, std::string("cannot load native code's compiler: ") +
                                     (why != nullptr ? why : options_.path) + kRemedy);
  }
  const auto api = reinterpret_cast<JitApiFunction>(::dlsym(opened, kJitSymbol));
  if (api == nullptr) {
    return fail(Errc::unsupported, options_.path + " makes no native code" + kRemedy);
  }
  const JitApi* const said = api();
  SENTRAIL_TRY(shake_hands(said, options_.path));
  api_ = said;
  return api_;
}

decide::NativeMade Library::make(const decide::BoundProgram& bound, const decide::RuleTable& table,
                                 bool asked) const {
  const Plan planned = plan(bound, table, options_.coverage, options_.instructions_max);
  decide::NativeMade made;
  if (asked || planned.pays()) {
    made.report.chosen = true;
    if (planned.blocks.empty()) {
      made.report.complaint = "no rule would gain by it";
    } else if (const Result<const JitApi*> loaded = api(); !loaded) {
      made.report.complaint = loaded.error().message;
    } else {
      made = Making(**loaded, planned, options_, bound.program.rules.size()).run();
    }
  }
  made.report.expected_cost = planned.expected_cost;
  made.report.cost_without = planned.cost_without;
  return made;
}

}  // namespace sentrail::jit
