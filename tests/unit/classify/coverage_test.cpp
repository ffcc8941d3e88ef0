// Every operation of GitHub's published description has a named action.
#include <set>
#include <sstream>

#include "tests/support/file_test.hpp"
#include "tests/unit/classify/call.hpp"

namespace sentrail::classify {
namespace {

// A path that the description's template takes: what enumerations and numbers want, by name.
std::string example_of(const std::string& path, bool encode) {
  std::string out;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t open = std::min(path.find('{', at), path.size());
    out += path.substr(at, open - at);
    if (open == path.size()) break;
    const std::size_t close = path.find('}', open);
    const std::string name = path.substr(open + 1, close - open - 1);
    const bool multi = name == "ref" || name == "path" || name == "branch" || name == "dir";
    if (name == "package_type") {
      out += "container";
    } else if (name == "enablement") {
      out += "disable_all";
    } else if (name == "security_product") {
      out += "secret_scanning";
    } else if (multi) {
      out += encode ? "heads%2Frelease%2F1.2" : "heads/release/1.2";
    } else if (name.ends_with("_id") || name.ends_with("number")) {
      out += "42";  // a number is also what a name may be
    } else {
      out += "x" + name;
    }
    at = close + 1;
  }
  return out;
}

TEST(Coverage, EveryPublishedOperationHasAnAction) {
  std::istringstream lines(tests::read_golden("tests/corpora/github_openapi/operations.txt"));
  std::size_t count = 0;
  std::string method;
  std::string path;
  while (lines >> method >> path) {
    ++count;
    for (const bool encode : {false, true}) {
      const std::string target = example_of(path, encode);
      const auto classified = github(method, target);
      ASSERT_TRUE(classified.has_value()) << target << ": " << classified.error().message;
      EXPECT_NE(classified->operation, nullptr) << method << " " << target;
      EXPECT_NE(classified->actions[0].action, kUnknownAction) << method << " " << target;
      if (method == "GET") {
        EXPECT_TRUE(classified->actions[0].read) << target;
      }
    }
  }
  EXPECT_EQ(count, 1223u);
}

}  // namespace
}  // namespace sentrail::classify
