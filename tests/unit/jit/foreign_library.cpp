// Shared objects that are not the one that makes native code: each is wrong in one way.
#include "runtime/jit/abi.hpp"

#ifdef SENTRAIL_STRANGER
extern "C" int sentrail_something_else() {
  return 1;
}
#else
extern "C" const sentrail::jit::JitApi* sentrail_jit_api() {
  using namespace sentrail::jit;
  static JitApi api;
  api.version = "0.0.0-of-another";
#ifdef SENTRAIL_OTHER_PROGRAM
  api.magic = 1;
#endif
#ifdef SENTRAIL_OTHER_INTERFACE
  api.abi = kJitAbi + 1;
#endif
  return &api;
}
#endif
