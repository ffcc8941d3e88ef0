// Logs in folders, made with the product's own integrator and signer.
//
// Neighbours: tests of this folder, tests/conformance. Must not know: the store.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "runtime/audit/integrator.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/signer.hpp"
#include "runtime/store/files.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::test {

// The leaf of a small entry.
inline std::string small_leaf(std::uint64_t sequence, const std::string& tool = "github") {
  store::AuditEntry entry;
  entry.tool = tool;
  return audit::encode_leaf(entry, sequence).value();
}

// Of entries without a time.
inline constexpr int kFolderYear = 1970;

// One shard that grows: tiles and checkpoint in `<folder>/log`, signer in `<folder>/signer`.
class LogFolder {
 public:
  explicit LogFolder(const std::string& folder, const std::string& origin = "log.example.com/a")
      : path_(folder + "/log"), signer_path_(folder + "/signer") {
    EXPECT_TRUE(store::make_directory(path_).has_value());
    signer_ = audit::CheckpointSigner::open(signer_path_, origin).value();
    integrator_ = std::make_unique<audit::Integrator>(path_);
  }

  // Adds entries up to a size and publishes it.
  void grow(std::uint64_t size) {
    const audit::ShardRoot before = signer_->last();
    while (integrator_->size() < size) {
      ASSERT_TRUE(integrator_->add(small_leaf(integrator_->size())).has_value());
    }
    ASSERT_TRUE(integrator_->flush().has_value());
    audit::TileFolder tiles(path_);
    audit::TileNodes nodes(tiles, size);
    const auto proof = audit::consistency_proof(nodes, before.size, size).value();
    const Result<std::string> note =
        signer_->sign({{kFolderYear, 0}, size, integrator_->root()}, proof);
    ASSERT_TRUE(note.has_value()) << note.error().message;
    audit::TileWriter writer(path_);
    ASSERT_TRUE(writer.add("checkpoint", *note).has_value());
    ASSERT_TRUE(writer.commit().has_value());
    integrator_->tidy();
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& signer_path() const { return signer_path_; }
  [[nodiscard]] audit::CheckpointSigner& signer() { return *signer_; }
  [[nodiscard]] audit::Integrator& integrator() { return *integrator_; }
  // Ends and begins the process, as it were.
  void restart() {
    signer_.reset();
    signer_ = audit::CheckpointSigner::open(signer_path_, "").value();
    integrator_ = std::make_unique<audit::Integrator>(
        audit::Integrator::resume(path_, signer_->last().size).value());
  }

 private:
  std::string path_;
  std::string signer_path_;
  std::unique_ptr<audit::CheckpointSigner> signer_;
  std::unique_ptr<audit::Integrator> integrator_;
};

}  // namespace sentrail::test
