// Recorded requests: sealed, told apart by workspace, erased with their agent, dropped under
// pressure, gone after their time.
#include "runtime/recording/request_log.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "crypto/random.hpp"
#include "runtime/audit/event.hpp"

namespace sentrail::recording {
namespace {

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kStart = 1'790'000'000'000;

class RequestLogTest : public testing::Test {
 protected:
  RequestLogTest() {
    std::string name = testing::TempDir() + "sentrail-recorded-XXXXXX";
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    subjects_ = audit::SubjectKeys::open(folder_ + "/subjects", master_).value();
    options_.folder = folder_ + "/requests";
    options_.sample = 1'000;
    options_.retention_ms = 7 * kDay;
    options_.bytes_max = 64u << 20;
    reopen();
  }
  ~RequestLogTest() override {
    log_.reset();
    std::filesystem::remove_all(folder_);
  }

  void reopen() {
    log_.reset();
    auto opened = RequestLog::open(options_, master_, *subjects_, clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    log_ = *std::move(opened);
  }
  Uuid offer(const std::string& json, const std::string& agent = "octo",
             std::optional<Uuid> workspace = std::nullopt) {
    RecordedRequest request;
    request.workspace_id = workspace.value_or(workspace_);
    request.id = crypto::uuid_v7(clock_.now().unix_ms);
    request.time_ms = clock_.now().unix_ms;
    request.agent_id = agent;
    request.json = json;
    const Uuid id = request.id;
    log_->offer(std::move(request));
    log_->settle();
    return id;
  }
  // The texts of a workspace; `(erased)` for what does not open.
  std::vector<std::string> texts(RequestQuery query = {}) {
    query.workspace_id = query.workspace_id == Uuid{} ? workspace_ : query.workspace_id;
    std::vector<std::string> out;
    while (true) {
      const auto page = log_->read(query);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) return out;
      for (const OpenedRequest& one : page->items) out.push_back(one.json.value_or("(erased)"));
      if (!page->next) return out;
      query.place = *page->next;
    }
  }
  std::string bytes_on_disk() const {
    std::string out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      out.append(std::istreambuf_iterator<char>(in), {});
    }
    return out;
  }
  using Texts = std::vector<std::string>;

  std::string folder_;
  crypto::SealKey master_ = crypto::SealKey::generate();
  Uuid workspace_ = crypto::uuid_v4();
  ManualClock clock_{Instant{kStart}};
  std::unique_ptr<audit::SubjectKeys> subjects_;
  RequestLogOptions options_;
  std::unique_ptr<RequestLog> log_;
};

TEST_F(RequestLogTest, WhatIsOfferedIsReadBySealAndWorkspaceAlsoAfterAStart) {
  const Uuid other = crypto::uuid_v4();
  offer(R"({"a":"plain secret"})");
  offer(R"({"b":1})", "");
  offer(R"({"c":1})", "octo", other);
  const Texts expected = {R"({"a":"plain secret"})", R"({"b":1})"};
  EXPECT_EQ(texts(), expected);
  reopen();
  EXPECT_EQ(texts(), expected);
  EXPECT_EQ(bytes_on_disk().find("plain secret"), std::string::npos);
  EXPECT_EQ(bytes_on_disk().find("octo"), std::string::npos);
  EXPECT_EQ(log_->counts().recorded, 0u) << "counted since the start";
  RequestQuery of_other;
  of_other.workspace_id = other;
  EXPECT_EQ(texts(of_other), Texts{R"({"c":1})"});
}

TEST_F(RequestLogTest, ASpanOfTimeAndPages) {
  for (int i = 0; i < 5; ++i) {
    offer(std::to_string(i));
    clock_.advance_ms(1'000);
  }
  RequestQuery query;
  query.limit = 1;
  query.from_ms = kStart + 1'000;
  query.until_ms = kStart + 4'000;
  EXPECT_EQ(texts(query), (Texts{"1", "2", "3"}));
}

TEST_F(RequestLogTest, AnAgentThatIsErasedIsGoneAndNoOther) {
  offer("1", "octo");
  offer("2", "other");
  offer("3", "octo");
  const auto keys = log_->keys_of(workspace_, "octo");
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 1u);
  // By the key ids alone, as where a crash left the subject with a second key.
  ASSERT_EQ(subjects_->erase(workspace_, audit::kAgentKeys, "nobody", *keys).value(), 1u);
  EXPECT_EQ(texts(), (Texts{"(erased)", "2", "(erased)"}));
  EXPECT_TRUE(log_->keys_of(workspace_, "octo")->empty());
  EXPECT_EQ(log_->keys_of(crypto::uuid_v4(), "other")->size(), 0u);
}

TEST_F(RequestLogTest, WhatIsOldIsNotReadAndItsFileGoes) {
  offer("old");
  clock_.advance_ms(2 * 3'600'000);
  offer("later");
  clock_.advance_ms(7 * kDay - 3'600'000);
  EXPECT_EQ(texts(), Texts{"later"}) << "its time is over, whether the file is there or not";
  clock_.advance_ms(7 * kDay);
  offer("new");
  offer("newest");  // what is old goes after a batch
  EXPECT_EQ(texts(), (Texts{"new", "newest"}));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(options_.folder)) {
    ++files;
  }
  EXPECT_EQ(files, 1u);
}

TEST_F(RequestLogTest, ASampleIsAFunctionOfTheIdAndAsLargeAsAsked) {
  options_.sample = 250;
  reopen();
  int taken = 0;
  constexpr int kTries = 20'000;
  for (int i = 0; i < kTries; ++i) {
    const Uuid id = crypto::uuid_v7(kStart);
    taken += log_->samples(id) ? 1 : 0;
    ASSERT_EQ(log_->samples(id), log_->samples(id));
  }
  EXPECT_NEAR(taken, kTries / 4, kTries / 40);
  options_.sample = 0;
  reopen();
  EXPECT_FALSE(log_->samples(crypto::uuid_v7(kStart)));
}

TEST_F(RequestLogTest, WhatIsTooMuchOrTooLargeIsDroppedAndCounted) {
  offer(std::string(options_.queue_bytes_max + 1, 'x'));
  EXPECT_EQ(log_->counts().dropped[0], 1u) << "pressure";
  offer(std::string(2u << 20, 'x'));
  EXPECT_EQ(log_->counts().dropped[1], 1u) << "size";
  offer("kept");
  EXPECT_EQ(texts(), Texts{"kept"});
  EXPECT_EQ(log_->counts().recorded, 1u);
}

TEST_F(RequestLogTest, ADiskThatTakesNothingIsCountedAndNothingElse) {
  std::filesystem::remove_all(options_.folder);
  std::ofstream(options_.folder) << "in the way";
  offer("lost");
  EXPECT_EQ(log_->counts().dropped[3], 1u) << "disk";
  std::filesystem::remove(options_.folder);
  std::filesystem::create_directory(options_.folder);
  offer("kept");
  EXPECT_EQ(texts(), Texts{"kept"});
}

// Moved to another id, a record does not open: what it says was not asked then.
TEST_F(RequestLogTest, AChangedRecordIsNoRequest) {
  const Uuid id = offer("1");
  log_.reset();
  const std::string file = std::filesystem::directory_iterator(options_.folder)->path().string();
  std::ifstream in(file, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  in.close();
  const std::size_t at = bytes.find(std::string(id.bytes.begin(), id.bytes.end()));
  ASSERT_NE(at, std::string::npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  reopen();
  EXPECT_TRUE(texts().empty()) << "the checksum: cut off as a torn end";
}

}  // namespace
}  // namespace sentrail::recording
