// Native code from formulas, by LLVM's ORC: the only file that knows LLVM.
//
// Neighbours: abi.hpp (who asks, and how). Must not know: policies, requests, anything of
// runtime/decide. What is made reads its inputs, writes two words, and calls nothing: a session has
// no symbols but those of its own functions, no listener and no plugin. Memory is written first and
// executable afterwards, never both (jitlink's own manager). LLVM's errors become text here.
#include <llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h>
#include <llvm/ExecutionEngine/Orc/CompileUtils.h>
#include <llvm/ExecutionEngine/Orc/Core.h>
#include <llvm/ExecutionEngine/Orc/ExecutorProcessControl.h>
#include <llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Support/TargetSelect.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "runtime/jit/abi.hpp"

namespace sentrail::jit {
namespace {

void say(const std::string& text, char* why, std::size_t why_bytes) {
  if (why_bytes > 0) std::snprintf(why, why_bytes, "%s", text.c_str());
}

// Rules of one of the functions that a request becomes: what LLVM takes for a function grows faster
// than its instructions do.
constexpr std::uint32_t kChunkRules = 16;

llvm::Function* add_function(llvm::Module& module, const std::string& name, bool visible) {
  llvm::Type* const pointer = llvm::PointerType::getUnqual(module.getContext());
  llvm::Type* const nothing = llvm::Type::getVoidTy(module.getContext());
  llvm::Function* const function = llvm::Function::Create(
      llvm::FunctionType::get(nothing, {pointer, pointer}, false),
      visible ? llvm::Function::ExternalLinkage : llvm::Function::InternalLinkage, name, module);
  function->setDoesNotThrow();
  function->addParamAttr(0, llvm::Attribute::NoAlias);
  function->addParamAttr(1, llvm::Attribute::NoAlias);
  llvm::BasicBlock::Create(module.getContext(), "", function);
  return function;
}

// Writes the function of rules [begin, end): adds their bits to the masks.
class Writer {
 public:
  Writer(llvm::Module& module, const JitRequest& request, std::uint32_t begin, std::uint32_t end)
      : request_(request),
        begin_(begin),
        end_(end),
        function_(add_function(module, "rules" + std::to_string(begin), false)),
        ir_(&function_->getEntryBlock()),
        values_(request.node_count) {}

  // cost: at most five instructions a node, six a rule.
  llvm::Function* run() {
    const std::vector<bool> used = used_nodes();
    for (std::uint32_t i = 0; i < request_.node_count; ++i) {
      if (used[i]) values_[i] = value_of(request_.nodes[i]);
    }
    llvm::Value* yes = ir_.getInt64(0);
    llvm::Value* no = ir_.getInt64(0);
    std::uint64_t exact = 0;
    for (std::uint32_t i = begin_; i < end_; ++i) {
      const FormulaRule& rule = request_.rules[i];
      yes = ir_.CreateOr(yes, bit(values_[rule.yes], i));
      if (rule.no == kOpposite) {
        exact |= std::uint64_t{1} << i;
      } else {
        no = ir_.CreateOr(no, bit(values_[rule.no], i));
      }
    }
    add_to_mask(0, yes);
    add_to_mask(1, ir_.CreateOr(no, ir_.CreateAnd(ir_.CreateNot(yes), ir_.getInt64(exact))));
    ir_.CreateRetVoid();
    return function_;
  }

 private:
  // What conditions name, and what that names.
  std::vector<bool> used_nodes() const {
    std::vector<bool> used(request_.node_count);
    for (std::uint32_t i = begin_; i < end_; ++i) {
      used[request_.rules[i].yes] = true;
      if (request_.rules[i].no != kOpposite) used[request_.rules[i].no] = true;
    }
    for (std::uint32_t i = request_.node_count; i-- > 0;) {
      const FormulaNode& node = request_.nodes[i];
      if (!used[i] || node.op < FormulaOp::both) continue;
      used[node.a] = true;
      if (node.op != FormulaOp::negation) used[node.b] = true;
    }
    return used;
  }

  void add_to_mask(unsigned mask, llvm::Value* bits) {
    llvm::Type* const word = ir_.getInt64Ty();
    llvm::Value* const at = ir_.CreateConstGEP1_32(word, function_->getArg(1), mask);
    ir_.CreateStore(ir_.CreateOr(ir_.CreateLoad(word, at), bits), at);
  }

  llvm::Value* bit(llvm::Value* value, std::uint32_t place) {
    return ir_.CreateShl(ir_.CreateZExt(value, ir_.getInt64Ty()), place);
  }

  llvm::Value* input(std::uint32_t index) {
    if (inputs_.size() <= index) inputs_.resize(index + 1);
    if (inputs_[index] == nullptr) {
      llvm::Value* const at = ir_.CreateConstGEP1_32(ir_.getInt64Ty(), function_->getArg(0), index);
      inputs_[index] = ir_.CreateLoad(ir_.getInt32Ty(), at);
    }
    return inputs_[index];
  }

  // One bit, at the place that the input's value says.
  llvm::Value* place(std::uint32_t index) {
    if (places_.size() <= index) places_.resize(index + 1);
    if (places_[index] == nullptr) places_[index] = ir_.CreateShl(ir_.getInt32(1), input(index));
    return places_[index];
  }

  llvm::Value* value_of(const FormulaNode& node) {
    switch (node.op) {
      case FormulaOp::constant:
        return ir_.getInt1(node.a != 0);
      case FormulaOp::equals:
        return ir_.CreateICmpEQ(input(node.a), ir_.getInt32(node.b));
      case FormulaOp::within: {
        llvm::Value* const from = ir_.CreateSub(input(node.a), ir_.getInt32(node.b));
        return ir_.CreateICmpULT(from, ir_.getInt32(node.c));
      }
      case FormulaOp::among: {
        llvm::Value* const common = ir_.CreateAnd(place(node.a), ir_.getInt32(node.b));
        return ir_.CreateICmpNE(common, ir_.getInt32(0));
      }
      case FormulaOp::both:
        return ir_.CreateAnd(values_[node.a], values_[node.b]);
      case FormulaOp::either:
        return ir_.CreateOr(values_[node.a], values_[node.b]);
      case FormulaOp::negation:
        return ir_.CreateNot(values_[node.a]);
    }
    return ir_.getFalse();
  }

  const JitRequest& request_;
  const std::uint32_t begin_;
  const std::uint32_t end_;
  llvm::Function* const function_;
  llvm::IRBuilder<> ir_;
  std::vector<llvm::Value*> values_;
  std::vector<llvm::Value*> inputs_;
  std::vector<llvm::Value*> places_;
};

// Writes a request as a module; out: its instructions.
std::size_t write(llvm::Module& module, const JitRequest& request, const std::string& name) {
  llvm::Function* const all = add_function(module, name, true);
  llvm::IRBuilder<> ir(&all->getEntryBlock());
  std::size_t instructions = 0;
  for (std::uint32_t begin = 0; begin < request.rule_count; begin += kChunkRules) {
    const std::uint32_t end = std::min(begin + kChunkRules, request.rule_count);
    llvm::Function* const chunk = Writer(module, request, begin, end).run();
    instructions += chunk->getInstructionCount();
    ir.CreateCall(chunk, {all->getArg(0), all->getArg(1)});
  }
  ir.CreateRetVoid();
  return instructions + all->getInstructionCount();
}

// Bytes of an object's functions.
llvm::Expected<std::uint64_t> code_bytes_of(const llvm::MemoryBuffer& object) {
  auto file = llvm::object::ObjectFile::createObjectFile(object.getMemBufferRef());
  if (!file) return file.takeError();
  std::uint64_t bytes = 0;
  for (const llvm::object::SectionRef& section : (*file)->sections()) {
    if (section.isText()) bytes += section.getSize();
  }
  return bytes;
}

// The code of one program.
class Session {
 public:
  static llvm::Expected<std::unique_ptr<Session>> open() {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    auto host = llvm::orc::JITTargetMachineBuilder::detectHost();
    if (!host) return host.takeError();
    auto target = host->createTargetMachine();
    if (!target) return target.takeError();
    auto control = llvm::orc::SelfExecutorProcessControl::Create();
    if (!control) return control.takeError();
    return std::unique_ptr<Session>(new Session(std::move(*target), std::move(*control)));
  }

  ~Session() {
    if (llvm::Error error = orc_.endSession()) llvm::consumeError(std::move(error));
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  llvm::Expected<JitStatus> compile(const JitRequest& request, JitResult& result) {
    const std::string name = "block" + std::to_string(count_++);
    llvm::LLVMContext context;
    llvm::Module module(name, context);
    module.setDataLayout(target_->createDataLayout());
    module.setTargetTriple(target_->getTargetTriple().str());
    result.instructions = static_cast<std::uint32_t>(write(module, request, name));
    if (result.instructions > request.instructions_max) return JitStatus::too_many_instructions;
    auto object = llvm::orc::SimpleCompiler(*target_)(module);
    if (!object) return object.takeError();
    auto bytes = code_bytes_of(**object);
    if (!bytes) return bytes.takeError();
    if (*bytes > request.code_bytes_max) return JitStatus::too_many_bytes;
    if (llvm::Error error = linker_.add(code_, std::move(*object))) return error;
    auto symbol = orc_.lookup({&code_}, name);
    if (!symbol) return symbol.takeError();
    result.code_bytes = static_cast<std::uint32_t>(*bytes);
    result.code = symbol->getAddress().toPtr<decltype(result.code)>();
    return JitStatus::made;
  }

 private:
  Session(std::unique_ptr<llvm::TargetMachine> target,
          std::unique_ptr<llvm::orc::SelfExecutorProcessControl> control)
      : target_(std::move(target)),
        orc_(std::move(control)),
        linker_(orc_),
        code_(orc_.createBareJITDylib("rules")) {
    orc_.setErrorReporter([](llvm::Error error) { llvm::consumeError(std::move(error)); });
  }

  std::unique_ptr<llvm::TargetMachine> target_;
  llvm::orc::ExecutionSession orc_;
  llvm::orc::ObjectLinkingLayer linker_;
  llvm::orc::JITDylib& code_;
  std::size_t count_ = 0;
};

void* open_session(char* why, std::size_t why_bytes) {
  auto session = Session::open();
  if (session) return session->release();
  say(llvm::toString(session.takeError()), why, why_bytes);
  return nullptr;
}

JitStatus compile(void* session, const JitRequest* request, JitResult* result, char* why,
                  std::size_t why_bytes) {
  auto status = static_cast<Session*>(session)->compile(*request, *result);
  if (status) return *status;
  say(llvm::toString(status.takeError()), why, why_bytes);
  return JitStatus::failed;
}

void close_session(void* session) {
  delete static_cast<Session*>(session);
}

}  // namespace
}  // namespace sentrail::jit

// What the programs look up.
extern "C" __attribute__((visibility("default"))) const sentrail::jit::JitApi* sentrail_jit_api() {
  using namespace sentrail::jit;
  static const JitApi kApi = {.version = SENTRAIL_VERSION,
                              .open = open_session,
                              .compile = compile,
                              .close = close_session};
  return &kApi;
}
