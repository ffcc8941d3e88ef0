// Files of a benchmark: a folder of its own, texts in it.
//
// Neighbours: compile_bench.cpp, http_bench.cpp. Must not know: what is measured.
#pragma once

#include <string>
#include <string_view>

namespace sentrail::bench {

// A folder that goes with its object. Without one nothing can be measured: where none can be made
// the program ends with exit code 2.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

// Writes a whole file; what goes wrong shows where it is read.
void write_file(const std::string& path, std::string_view text);

// The bytes of a file; empty if it cannot be read.
[[nodiscard]] std::string read_file(const std::string& path);

}  // namespace sentrail::bench
