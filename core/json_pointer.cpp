// Decoding steps. See json_pointer.hpp.
#include "core/json_pointer.hpp"

#include <cstddef>

namespace sentrail {

std::string take_pointer_step(std::string_view& pointer) {
  pointer.remove_prefix(1);
  const std::string_view step = pointer.substr(0, pointer.find('/'));
  pointer.remove_prefix(step.size());
  std::string name;
  for (std::size_t i = 0; i < step.size(); ++i) {
    const bool escape = step[i] == '~' && i + 1 < step.size();
    name += !escape ? step[i] : step[++i] == '1' ? '/' : '~';
  }
  return name;
}

}  // namespace sentrail
