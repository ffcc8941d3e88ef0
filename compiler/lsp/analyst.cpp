// A thread for each analysis, and an eventfd that says when it ends. See analyst.hpp.
#include "compiler/lsp/analyst.hpp"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <system_error>
#include <utility>

#include "core/check.hpp"

namespace sentrail::compiler::lsp {
namespace {

// How much less urgent the analysis is than an answer, on a machine that has much to do.
constexpr int kNiceness = 10;

}  // namespace

Analyst::Analyst() : done_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  SENTRAIL_CHECK(done_ >= 0);
}

Analyst::~Analyst() {
  if (thread_.joinable()) thread_.join();
  ::close(done_);
}

void Analyst::begin(std::shared_ptr<const Unit> unit) {
  SENTRAIL_CHECK(!is_busy());
  unit_ = std::move(unit);
  try {
    thread_ = std::thread([this] {
      static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness));
      work();
    });
  } catch (const std::system_error&) {
    work();
  }
}

void Analyst::work() {
  const Loaded& loaded = unit_->loaded;
  found_ = analysed(*loaded.policy, loaded.ast->source, loaded.sink);
  static_cast<void>(::eventfd_write(done_, 1));
}

std::optional<Analyst::Outcome> Analyst::take() {
  eventfd_t count = 0;
  if (::eventfd_read(done_, &count) != 0) return std::nullopt;
  if (thread_.joinable()) thread_.join();
  return Outcome{std::exchange(unit_, nullptr), *std::exchange(found_, std::nullopt)};
}

}  // namespace sentrail::compiler::lsp
