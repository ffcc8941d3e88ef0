// Golden tests: an input file, and beside it what the product must say of it.
//
// Neighbours: the golden tests of each folder register themselves here. Must not know: any stage.
// tests/golden/README.md describes the format for people.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sentrail::tests {

// One part of the expected file: `=== title`, then the text.
struct Section {
  std::string title;
  std::string text;
};

// What a stage made of an input. `failed` says whether it found an error.
struct StageResult {
  bool failed = false;
  std::vector<Section> sections;
};

// Runs what is tested on one input, under the file's name.
using Stage = std::function<StageResult(const std::string& name, const std::string& text)>;

// Registers one test `Golden/<folder>.<file>` for each file of `folder` (relative to the
// repository) with this ending, and one that no expected file has lost its input. Called before
// main by a static initialiser. With UPDATE=1 in the environment the expected files are rewritten.
int register_goldens(const std::string& folder, const std::string& ending, const Stage& stage);

// Writes out `@{3*ab}` as `ababab`, `@{3*a@}` as `a0a1a2`, and `@{hex e2 80 ae}` as those bytes:
// for inputs that are too long, or that a reader could not see.
[[nodiscard]] std::string expand_golden(std::string_view text);

// Every file below `folder` with this ending, sorted, relative to the repository.
[[nodiscard]] std::vector<std::string> golden_files(const std::string& folder,
                                                    const std::string& ending);

// The bytes of a file of the repository.
[[nodiscard]] std::string read_golden(const std::string& path);

}  // namespace sentrail::tests
