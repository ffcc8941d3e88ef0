// Batches of completions arrive on their thread, in order, with one post.
//
// Neighbours: runtime/server/completion_port.hpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/server/completion_port.hpp"
#include "tests/unit/server/running.hpp"

namespace sentrail::test {
namespace {

TEST(CompletionPort, BatchIsDeliveredOnItsThreadInOrder) {
  Running running(std::make_shared<LambdaHandler>([](std::shared_ptr<http::Exchange>) {}), {}, 2);
  std::promise<std::thread::id> home;
  running.io(1).post([&] { home.set_value(std::this_thread::get_id()); });
  const std::thread::id expected = home.get_future().get();
  std::vector<std::uint64_t> tokens;
  std::vector<std::thread::id> threads;
  std::promise<void> all;
  server::IoCompletionPort port(running.io(1), [&](store::Completion completion) {
    tokens.push_back(completion.token);
    threads.push_back(std::this_thread::get_id());
    EXPECT_EQ(completion.outcome.first_sequence, completion.token * 10);
    if (tokens.size() == 5) all.set_value();
  });
  std::vector<store::Completion> first(3);
  std::vector<store::Completion> second(2);
  std::uint64_t token = 0;
  for (auto* batch : {&first, &second}) {
    for (store::Completion& completion : *batch) {
      completion.token = ++token;
      completion.outcome.first_sequence = token * 10;
    }
  }
  port.post(first);
  port.post(second);
  all.get_future().get();
  EXPECT_THAT(tokens, ::testing::ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(threads, ::testing::Each(expected));
}

}  // namespace
}  // namespace sentrail::test
