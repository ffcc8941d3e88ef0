// The words for a refused permission.
//
// Neighbours: permissions.hpp. Must not know: who was refused.
#include "runtime/identity/permissions.hpp"

#include <string>

namespace sentrail::identity {

Status require(store::Role role, Permission permission) {
  if (allows(role, permission)) return {};
  return fail(Errc::permission_denied,
              "this needs the role " + std::string(name_of(lowest_role(permission))) +
                  (lowest_role(permission) == store::Role::owner ? "" : " or a higher one") +
                  "; yours is " + std::string(name_of(role)));
}

}  // namespace sentrail::identity
