// A store in memory with one workspace, and the snapshot of it, for tests of the gateway.
//
// Neighbours: judge_test.cpp, known_test.cpp. Must not know: HTTP.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "core/time.hpp"
#include "crypto/random.hpp"
#include "runtime/gateway/judge.hpp"
#include "runtime/gateway/known.hpp"
#include "tests/support/memory_kv.hpp"

namespace sentrail::gateway {

// threads: the test's.
class KnownFixture : public ::testing::Test {
 protected:
  KnownFixture() : holder_({*store_, master_, ca_file_}) {
    workspace_.id = crypto::uuid_v4();
    workspace_.name = "acme";
    put(store::Put<store::Workspace>{workspace_, 0});
  }

  void put(store::Operation operation) {
    store::Transaction transaction;
    transaction.operations.push_back(std::move(operation));
    const store::Transaction* one = &transaction;
    const auto outcomes = store_->apply(std::span(&one, 1));
    ASSERT_TRUE(outcomes.front().status.has_value()) << outcomes.front().status.error().message;
  }

  void kill(identity::KillAction action, store::KillMode mode) {
    const store::KillState now = store_->get_kill_state(workspace_.id).value();
    identity::KillCommand command;
    command.action = action;
    command.mode = mode;
    command.by = "test";
    store::KillState next = identity::apply(now, command, 1).value();
    next.workspace_id = workspace_.id;
    put(store::Put<store::KillState>{next, now.version});
  }

  // The snapshot of the store as it is now.
  std::shared_ptr<const Known> known() {
    const Status fresh = holder_.reload();
    EXPECT_TRUE(fresh.has_value()) << (fresh ? "" : fresh.error().message);
    return holder_.get();
  }

  [[nodiscard]] Asker asker() const {
    Asker asker;
    asker.workspace_id = workspace_.id;
    asker.agent_id = "ci-1";
    asker.identity.agent_id = "ci-1";
    return asker;
  }

  test::PlainLeafCodec codec_;
  std::shared_ptr<test::MemoryDisk> disk_ = std::make_shared<test::MemoryDisk>();
  std::unique_ptr<store::Store> store_ = test::open_memory_store(disk_, codec_);
  crypto::SealKey master_ = crypto::SealKey::generate();
  std::string ca_file_;
  KnownHolder holder_;
  store::Workspace workspace_;
};

}  // namespace sentrail::gateway
