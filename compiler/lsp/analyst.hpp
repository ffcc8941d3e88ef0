// One analysis at a time in a thread of its own, so that who types is answered meanwhile.
//
// Neighbours: serve.cpp begins them and hears of their ends, analysed.hpp is what is done. Must not
// know: messages, the workspace. A policy that was checked is never changed again: that is what
// makes it safe to read here.
#pragma once

#include <memory>
#include <optional>
#include <thread>

#include "compiler/lsp/workspace.hpp"

namespace sentrail::compiler::lsp {

// Analyses policies. threads: one calls, another works.
class Analyst {
 public:
  Analyst();
  ~Analyst();
  Analyst(const Analyst&) = delete;
  Analyst& operator=(const Analyst&) = delete;

  [[nodiscard]] bool is_busy() const noexcept { return unit_ != nullptr; }
  // Begins. REQUIRES: unit->loaded.policy, !is_busy(). Without a thread to be had it is done here.
  void begin(std::shared_ptr<const Unit> unit);
  // Becomes readable when there is something to take().
  [[nodiscard]] int descriptor() const noexcept { return done_; }

  // A policy and what was found.
  struct Outcome {
    std::shared_ptr<const Unit> unit;
    Analysed analysed;
  };
  // The outcome if there is one. Never blocks.
  [[nodiscard]] std::optional<Outcome> take();

 private:
  void work();

  int done_;
  std::shared_ptr<const Unit> unit_;
  std::optional<Analysed> found_;  // written before `done_` is
  std::thread thread_;
};

}  // namespace sentrail::compiler::lsp
