// Exporters: nothing is skipped, whatever fails and whenever the process ends.
#include "runtime/export/exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "runtime/export/file_sink.hpp"
#include "tests/support/memory_kv.hpp"

namespace sentrail::exporting {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kSlotBytes = 4096;

// Leaves that are JSON, as real ones are.
class JsonLeafCodec final : public store::LeafCodec {
 public:
  [[nodiscard]] Result<std::string> encode(const store::AuditEntry& entry,
                                           std::uint64_t sequence) const override {
    return R"({"kind":"decision","seq":)" + std::to_string(sequence) + R"(,"tool":")" + entry.tool +
           "\"}";
  }
  [[nodiscard]] store::Hash extend(const store::Hash& chain, std::string_view leaf) const override {
    return plain_.extend(chain, leaf);
  }

 private:
  test::PlainLeafCodec plain_;
};

// Keeps what it is given, and fails when told to.
struct Heard {
  std::vector<std::uint64_t> sequences;
  int fail_next = 0;
  bool fail_after = false;  // it has the entries, and the answer is lost
};

class HeardSink final : public Sink {
 public:
  explicit HeardSink(Heard& heard) : heard_(heard) {}
  [[nodiscard]] Status deliver(std::span<const store::AuditRow> rows) override {
    const bool fails = heard_.fail_next > 0;
    if (fails) --heard_.fail_next;
    if (!fails || heard_.fail_after) {
      for (const store::AuditRow& row : rows) heard_.sequences.push_back(row.sequence);
    }
    if (fails) return fail(Errc::unavailable, "the receiver sleeps");
    return {};
  }

 private:
  Heard& heard_;
};

class ExporterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "export-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void append(std::size_t entries, const std::string& tool = "t") {
    for (std::size_t i = 0; i < entries; ++i) {
      store::AuditEntry entry;
      entry.tool = tool;
      entry.id.bytes[0] = 1;
      store::Transaction transaction;
      transaction.operations.emplace_back(store::AppendAudit{entry});
      const store::Transaction* one = &transaction;
      ASSERT_TRUE(store_->apply(std::span(&one, 1)).front().status);
    }
  }

  std::unique_ptr<Exporter> exporter(Heard& heard, std::size_t batch = 3) {
    ExporterOptions options;
    options.name = "x";
    options.batch_max = batch;
    options.idle_ms = 1;
    options.retry_ms = 1;
    options.retry_ms_max = 2;
    options.tell = [this](const std::string& error) { told_.push_back(error); };
    auto made = Exporter::make(*store_, options,
                               store::SlotFile::open(folder_ + "/x.cursor", kSlotBytes).value(),
                               std::make_unique<HeardSink>(heard));
    EXPECT_TRUE(made);
    return std::move(*made);
  }

  static std::vector<std::uint64_t> numbers(std::uint64_t from, std::uint64_t until) {
    std::vector<std::uint64_t> out;
    for (; from < until; ++from) out.push_back(from);
    return out;
  }

  std::string folder_;
  std::vector<std::string> told_;  // by the exporter's thread, while there is one
  JsonLeafCodec codec_;
  std::shared_ptr<test::MemoryDisk> disk_ = std::make_shared<test::MemoryDisk>();
  std::unique_ptr<store::Store> store_ = test::open_memory_store(disk_, codec_);
};

TEST_F(ExporterTest, DeliversInOrderAndRemembersWhereItIs) {
  append(5);
  Heard heard;
  {
    const auto one = exporter(heard);
    EXPECT_TRUE(one->step().value());
    EXPECT_EQ(one->state().lag, 2u);
    EXPECT_TRUE(one->step().value());
    EXPECT_FALSE(one->step().value());
    EXPECT_EQ(one->state().lag, 0u);
  }
  append(2);
  const auto next = exporter(heard);
  EXPECT_TRUE(next->step().value());
  EXPECT_EQ(heard.sequences, numbers(0, 7));
}

TEST_F(ExporterTest, TheCursorNeverMovesBeforeTheDelivery) {
  append(4);
  Heard heard;
  heard.fail_next = 1;
  {
    const auto one = exporter(heard);
    EXPECT_FALSE(one->step());
    EXPECT_THAT(heard.sequences, IsEmpty());
  }
  const auto next = exporter(heard);
  EXPECT_TRUE(next->step().value());
  EXPECT_EQ(heard.sequences, numbers(0, 3));
}

TEST_F(ExporterTest, WhatMayHaveArrivedIsSentAgain) {
  append(2);
  Heard heard;
  heard.fail_next = 1;
  heard.fail_after = true;
  const auto one = exporter(heard);
  EXPECT_FALSE(one->step());
  EXPECT_TRUE(one->step().value());
  EXPECT_THAT(heard.sequences, ElementsAre(0, 1, 0, 1));
}

TEST_F(ExporterTest, AnotherLogIsNeverMistakenForTheOneBefore) {
  append(3);
  Heard heard;
  EXPECT_TRUE(exporter(heard)->step().value());
  disk_ = std::make_shared<test::MemoryDisk>();
  store_ = test::open_memory_store(disk_, codec_);
  EXPECT_EQ(exporter(heard)->step().error().code, Errc::corrupt);
  append(3, "other");
  EXPECT_THAT(exporter(heard)->step().error().message, HasSubstr("went back"));
  EXPECT_EQ(heard.sequences, numbers(0, 3));
}

TEST_F(ExporterTest, ItsThreadGoesOnAfterFailuresAndEndsWhenAsked) {
  append(10);
  Heard heard;
  heard.fail_next = 3;
  const auto one = exporter(heard, 2);
  one->start();
  while (one->state().next < 10) std::this_thread::yield();
  EXPECT_EQ(one->state().failures, 3u);
  EXPECT_EQ(one->state().last_error, "");
  EXPECT_EQ(heard.sequences, numbers(0, 10));
}

TEST_F(ExporterTest, ItTellsWhenItBeginsToFailAndWhenItGoesOn) {
  append(4);
  Heard heard;
  heard.fail_next = 5;
  {
    const auto one = exporter(heard, 2);
    one->start();
    while (one->state().next < 4) std::this_thread::yield();
  }
  EXPECT_THAT(told_, ElementsAre("the receiver sleeps", ""));
}

TEST_F(ExporterTest, WhatIsGivenUpAtTheEndIsNoFailure) {
  struct Waiting final : Sink {
    [[nodiscard]] Status deliver(std::span<const store::AuditRow>) override {
      waits = true;
      while (!stopped) std::this_thread::yield();
      return fail(Errc::unavailable, "the server is stopping");
    }
    void stop() noexcept override { stopped = true; }
    std::atomic<bool> waits = false;
    std::atomic<bool> stopped = false;
  };
  append(1);
  auto sink = std::make_unique<Waiting>();
  const Waiting& seen = *sink;
  ExporterOptions options;
  options.tell = [this](const std::string& error) { told_.push_back(error); };
  {
    const auto one =
        Exporter::make(*store_, options,
                       store::SlotFile::open(folder_ + "/x.cursor", kSlotBytes).value(),
                       std::move(sink))
            .value();
    one->start();
    while (!seen.waits) std::this_thread::yield();
  }
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(ExporterTest, ACursorThatCouldNotBeSavedIsSavedOnceItCanBe) {
  append(2);
  Heard heard;
  {
    const auto one = exporter(heard);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit none = before;
    none.rlim_cur = 0;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
    const Result<bool> unsaved = one->step();
    const Result<bool> still = one->step();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_FALSE(unsaved);
    EXPECT_FALSE(still);
    EXPECT_FALSE(one->step().value());
  }
  EXPECT_FALSE(exporter(heard)->step().value());
  EXPECT_EQ(heard.sequences, numbers(0, 2));
}

class FileSinkTest : public ExporterTest {
 protected:
  FileSink sink(std::uint64_t bytes_max = 0, std::uint32_t kept = 2) {
    return FileSink({Format::json_lines, "log", folder_ + "/out", bytes_max, kept});
  }
  std::string read(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static long lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }
};

TEST_F(FileSinkTest, APartOfALineThatACrashLeftGoes) {
  append(2);
  const auto rows = store_->audit_range(0, 2).value();
  FileSink first = sink();
  ASSERT_TRUE(first.deliver(std::span(rows).first(1)));
  const std::string whole = read("out");
  std::ofstream(folder_ + "/out", std::ios::app) << "{\"id\":\"log/1";
  FileSink second = sink();
  ASSERT_TRUE(second.deliver(std::span(rows).last(1)));
  EXPECT_TRUE(read("out").starts_with(whole));
  EXPECT_EQ(lines(read("out")), 2);
  EXPECT_THAT(read("out"), HasSubstr("{\"id\":\"log/1\",\"origin\":\"log\",\"seq\":1,\"entry\":{"));
}

TEST_F(FileSinkTest, FullFilesArePutAsideAndTheOldestGoes) {
  append(5);
  const auto rows = store_->audit_range(0, 5).value();
  FileSink file = sink(10, 2);
  for (const store::AuditRow& row : rows) ASSERT_TRUE(file.deliver(std::span(&row, 1)));
  EXPECT_THAT(read("out"), HasSubstr("log/4"));
  EXPECT_THAT(read("out.1"), HasSubstr("log/3"));
  EXPECT_THAT(read("out.2"), HasSubstr("log/2"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/out.3"));
}

}  // namespace
}  // namespace sentrail::exporting
