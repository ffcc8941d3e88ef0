// Keeping other programs out. See private_process.hpp.
#include "crypto/private_process.hpp"

#include <sys/prctl.h>

#include "core/check.hpp"

namespace sentrail::crypto {

void make_process_private() noexcept {
  SENTRAIL_CHECK(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
}

}  // namespace sentrail::crypto
