// The server's own entries, page by page, over the control socket's commands.
#include "runtime/server/entries_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "crypto/seal.hpp"
#include "runtime/audit/leaf.hpp"
#include "tests/support/memory_kv.hpp"
#include "wire/json.hpp"

namespace sentrail::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class EntriesCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    workspace_.bytes[0] = 1;
    commands_.add("entries", entries_command(*store_, recorder_));
  }

  void append(const Uuid& workspace, std::string reason) {
    store::AuditEntry entry;
    entry.workspace_id = workspace;
    entry.kind = store::AuditKind::sign_in;
    entry.time_ms = ++now_;
    audit::Personal personal;
    personal.person_name = "ada";
    personal.reason = std::move(reason);
    store::Transaction transaction;
    transaction.operations.emplace_back(
        store::AppendAudit{recorder_.record(std::move(entry), personal)});
    const store::Transaction* one = &transaction;
    ASSERT_TRUE(store_->apply(std::span(&one, 1)).front().status);
  }

  std::string ask(const std::string& members) {
    return commands_.answer(R"({"do":"entries")" + members + "}", ControlPeer{});
  }

  // The reasons of one page, and what leads to the next in `cursor_`.
  std::vector<std::string> page(const std::string& members) {
    const std::string answer = ask(members);
    EXPECT_LE(answer.size(), limits::kPeopleBodyBytesMax);
    const JsonDocument read = wire::parse_json(answer).value();
    std::vector<std::string> reasons;
    const JsonValue entries = read.root().find("entries");
    EXPECT_TRUE(entries.exists()) << answer;
    if (!entries.exists()) return reasons;
    JsonValue entry = entries.size() > 0 ? entries.first_child() : JsonValue{};
    for (std::size_t left = entries.size(); left > 0; --left) {
      reasons.emplace_back(entry.find("reason").text());
      if (left > 1) entry = entry.next();
    }
    const JsonValue next = read.root().find("next");
    cursor_ = next.kind() == JsonKind::string ? std::string(next.text()) : std::string();
    return reasons;
  }

  std::string behind() const { return R"(,"cursor":")" + cursor_ + "\""; }

  Uuid workspace_;
  std::int64_t now_ = 0;
  std::string cursor_;
  const audit::LeafCodec codec_;
  const audit::Recorder recorder_{crypto::SealKey::generate(), Uuid{}};
  std::unique_ptr<store::Store> store_ =
      test::open_memory_store(std::make_shared<test::MemoryDisk>(), codec_);
  ControlCommands commands_;
};

TEST_F(EntriesCommandTest, ShowsWhatBelongsToNoWorkspaceNewestFirst) {
  append(Uuid{}, "first");
  append(workspace_, "of a workspace");
  append(Uuid{}, "second");
  append(Uuid{}, "third");
  EXPECT_THAT(page(R"(,"limit":2)"), ElementsAre("third", "second"));
  EXPECT_THAT(page(behind()), ElementsAre("first"));
  EXPECT_EQ(cursor_, "");
}

TEST_F(EntriesCommandTest, PagesFitIntoAnAnswerAndNothingIsLeftOut) {
  constexpr std::size_t kCount = 2 * 16 + 1;
  for (std::size_t i = 0; i < kCount; ++i) {
    append(Uuid{}, std::string(limits::kVoteReasonBytesMax, '\1'));
  }
  std::size_t seen = page("").size();
  EXPECT_LT(seen, 16u);
  for (std::size_t pages = 1; !cursor_.empty() && pages <= kCount; ++pages) {
    seen += page(behind()).size();
  }
  EXPECT_EQ(seen, kCount);
}

TEST_F(EntriesCommandTest, RefusesWhatIsNoPage) {
  EXPECT_THAT(ask(R"(,"limit":17)"), HasSubstr("limit"));
  EXPECT_THAT(ask(R"(,"limit":0)"), HasSubstr(R"("ok":false)"));
  EXPECT_THAT(ask(R"(,"cursor":"?")"), HasSubstr("cursor"));
  EXPECT_THAT(ask(R"(,"workspace":"x")"), HasSubstr(R"("ok":false)"));
}

}  // namespace
}  // namespace sentrail::server
