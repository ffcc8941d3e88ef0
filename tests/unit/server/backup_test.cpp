// What is in no backup, by its name and by what it is.
//
// Neighbours: backup.hpp in runtime/server/; folder_copy_test.cpp; tests/e2e/backup_test.py.
#include "runtime/server/backup.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "runtime/server/folder_copy.hpp"

namespace sentrail::server {
namespace {

namespace fs = std::filesystem;

class BackupTest : public testing::Test {
 protected:
  BackupTest() {
    std::string name = (fs::temp_directory_path() / "sentrail-backup-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~BackupTest() override { fs::remove_all(root_); }

  [[nodiscard]] std::string at(const std::string& name) const { return root_ + "/" + name; }
  void write(const std::string& name) const {
    fs::create_directories(fs::path(at(name)).parent_path());
    std::ofstream(at(name)) << "x";
  }

  std::string root_;
};

TEST_F(BackupTest, KeysAndWhatIsOfOneProcessStayOut) {
  for (const char* name : {"store", "store.restoring", "store.repairing", "store.before-restore-1",
                           "log", "log.before-repair-2", "signer", "signer.before-restore-1",
                           "requests", "stops", "control.sock", "sentraild.pid", "master.key",
                           "master.key.old", "subjects", "subjects.old", "exports.new"}) {
    EXPECT_TRUE(is_in_no_backup(root_, name)) << name;
  }
}

TEST_F(BackupTest, WhatOnlyBeginsLikeThatIsInIt) {
  for (const char* name :
       {"log.token", "control.bundle", "sentraild.yaml", "master", "store.txt", "stops.md",
        "signer.restoring.txt", "last_good.bundle", "exports", "key", "lock"}) {
    EXPECT_FALSE(is_in_no_backup(root_, name)) << name;
  }
}

TEST_F(BackupTest, ASignerIsLeftOutWhereverItLies) {
  write("data/a/note");
  write("data/a/b/old/last_signed");
  write("data/a/b/new/key");
  write("data/a/b/new/key.pub");
  write("data/a/b/tls/key");
  ASSERT_TRUE(copy_durably(at("data"), at("to"), &is_signer));
  EXPECT_TRUE(fs::exists(at("to/a/note")));
  EXPECT_TRUE(fs::exists(at("to/a/b/tls/key")));
  EXPECT_FALSE(fs::exists(at("to/a/b/old")));
  EXPECT_FALSE(fs::exists(at("to/a/b/new")));
  ASSERT_TRUE(copy_durably(at("data/a/b/old"), at("itself"), &is_signer));
  EXPECT_FALSE(fs::exists(at("itself")));
}

TEST_F(BackupTest, ASignerInTheDataFolderItselfIsLeftOut) {
  for (const char* name : {"key", "key.pub", "last_signed", "lock"}) write(name);
  for (const char* name : {"key", "key.pub", "last_signed", "lock"}) {
    EXPECT_TRUE(is_in_no_backup(root_, name)) << name;
  }
  EXPECT_FALSE(is_in_no_backup(root_, "last_good.bundle"));
}

}  // namespace
}  // namespace sentrail::server
