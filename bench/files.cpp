// Makes, reads and removes. See files.hpp.
#include "bench/files.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sentrail::bench {

namespace fs = std::filesystem;

Folder::Folder() {
  std::string name = (fs::temp_directory_path() / "sentrail-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    std::perror(("sentrail-bench: cannot make " + name).c_str());
    std::exit(2);
  }
  path_ = name;
}

Folder::~Folder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

void write_file(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace sentrail::bench
