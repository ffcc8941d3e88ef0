// Named places in the running program at which a test may stop it, kill it or let time pass.
//
// Neighbours: runtime/store and runtime/execute take a SyncPointHook in their constructors and
// call it at each named place; crash tests pass one that kills the process. Must not know: tests.
// There is no registry and no global: without a hook a place costs one comparison.
#pragma once

#include <string_view>

namespace sentrail {

// Called at each named place, in the thread that arrived there.
class SyncPointHook {
 public:
  virtual ~SyncPointHook() = default;
  // Takes the place's name, of the form `folder.thing.what`. May block; may not throw.
  virtual void reach(std::string_view name) noexcept = 0;
};

// Tells the hook, if there is one, that `name` is reached.
inline void reach(SyncPointHook* hook, std::string_view name) noexcept {
  if (hook != nullptr) hook->reach(name);
}

}  // namespace sentrail
