// Reads samples. See support.hpp.
#include "tests/unit/import/support.hpp"

#include <fstream>
#include <sstream>

namespace sentrail::compiler::import_::tests {

std::string sample(const std::string& name) {
  std::ifstream file(SENTRAIL_SOURCE_DIR "/tests/unit/import/samples/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace sentrail::compiler::import_::tests
