// Copies that end halfway: nothing of them has the name that the next try looks for.
//
// Neighbours: folder_copy.hpp, backup.hpp in runtime/server/.
#include "runtime/server/folder_copy.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sentrail::server {
namespace {

namespace fs = std::filesystem;
using testing::UnorderedElementsAre;

// As a disk that is full once a file has so many bytes.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
    const rlimit less{bytes, before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &less), 0);
  }
  ~FullDisk() { EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &before_), 0); }

 private:
  rlimit before_{};
};

class FolderCopyTest : public testing::Test {
 protected:
  FolderCopyTest() {
    std::string name = (fs::temp_directory_path() / "sentrail-copy-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    fs::create_directories(at("from/inner"));
    write("from/subjects", keys_);
    write("from/inner/more", keys_);
    fs::create_directories(at("to"));
  }
  ~FolderCopyTest() override { fs::remove_all(root_); }

  [[nodiscard]] std::string at(const std::string& name) const { return root_ + "/" + name; }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(at(name), std::ios::binary) << bytes;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(at(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::vector<std::string> names_in(const std::string& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(at(folder))) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  const std::string keys_ = std::string(300'000, 'k');
  std::string root_;
};

TEST_F(FolderCopyTest, NothingStaysOfAFileThatTheDiskHadNoRoomFor) {
  {
    const FullDisk full(100'000);
    const Status copied = copy_durably(at("from/subjects"), at("to/subjects"));
    ASSERT_FALSE(copied);
    EXPECT_EQ(copied.error().code, Errc::io);
  }
  EXPECT_THAT(names_in("to"), UnorderedElementsAre());
  ASSERT_TRUE(copy_durably(at("from/subjects"), at("to/subjects")));
  EXPECT_EQ(read("to/subjects"), keys_);
}

TEST_F(FolderCopyTest, NothingStaysOfAFolderThatTheDiskHadNoRoomFor) {
  {
    const FullDisk full(100'000);
    EXPECT_FALSE(copy_durably(at("from"), at("to/cursors")));
  }
  EXPECT_THAT(names_in("to"), UnorderedElementsAre());
  ASSERT_TRUE(copy_durably(at("from"), at("to/cursors")));
  EXPECT_EQ(read("to/cursors/inner/more"), keys_);
}

// What a process leaves that is killed while it copies.
TEST_F(FolderCopyTest, ADraftThatWasLeftIsReplaced) {
  write("to/subjects.new", std::string(400'000, 'x'));
  fs::create_directories(at("to/cursors.new"));
  write("to/cursors.new/stale", "x");
  ASSERT_TRUE(copy_durably(at("from/subjects"), at("to/subjects")));
  ASSERT_TRUE(copy_durably(at("from"), at("to/cursors")));
  EXPECT_THAT(names_in("to"), UnorderedElementsAre("subjects", "cursors"));
  EXPECT_THAT(names_in("to/cursors"), UnorderedElementsAre("subjects", "inner"));
  EXPECT_EQ(read("to/subjects"), keys_);
}

TEST_F(FolderCopyTest, WhatIsThereIsNotReplaced) {
  write("to/subjects", "newer");
  const Status copied = copy_durably(at("from/subjects"), at("to/subjects"));
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, Errc::already_exists);
  EXPECT_EQ(read("to/subjects"), "newer");
}

}  // namespace
}  // namespace sentrail::server
