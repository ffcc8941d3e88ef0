// A world in which executors race for one approved call: their clocks jump, they die and come back,
// commits and answers are late, lost, doubled and out of order.
//
// Neighbours: simulation_test.cpp runs worlds and judges how they ended. One seed is one world: the
// same messages in the same order, and so the same trace. Nothing here decides anything that
// machine.hpp decides; the world knows what the upstream really did, which the machine never does.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/execute/machine_fixture.hpp"

namespace sentrail::execute::simulation {

inline constexpr std::size_t kExecutors = 16;

// What a message says when it arrives.
enum class Kind : std::uint8_t {
  turn,     // an executor looks for something to do
  commit,   // the store is asked to apply a step
  outcome,  // the store's answer reaches who asked
  request,  // the call reaches the upstream
  answer,   // the upstream's answer reaches the executor
  timeout,  // the executor gives an answer up
  crash,
  restart,
};

struct Message {
  std::int64_t at_ms = 0;
  std::uint64_t number = 0;  // orders what arrives at once
  Kind kind = Kind::turn;
  std::size_t executor = 0;
  std::uint64_t life = 0;  // of the executor: a later one does not hear it
  std::uint64_t fence = 0;
  std::uint32_t status = 0;
  bool flag = false;  // outcome: it was applied; answer: it is a kept one
  std::size_t step = 0;

  friend bool operator>(const Message& a, const Message& b) {
    return a.at_ms != b.at_ms ? a.at_ms > b.at_ms : a.number > b.number;
  }
};

// One process.
struct Executor {
  enum class Phase : std::uint8_t { idle, claiming, intending, sending, reporting, settling };
  Phase phase = Phase::idle;
  bool alive = true;
  std::uint64_t life = 0;
  std::int64_t clock_ahead_ms = 0;  // only grows in one life: see Coordinator::now_ms()
  std::uint64_t fence = 0;
  bool bytes_out = false;
  std::optional<Event> report;  // until it is stored
  int tries = 0;
};

// What the upstream did, as only the upstream knows.
struct Upstream {
  int applied = 0;
  int requests = 0;
  int in_flight = 0;              // requests and answers under way
  bool is_busy = false;           // with the first call of a key
  std::uint32_t kept_status = 0;  // of a key; 0: nothing is kept
};

class World {
 public:
  explicit World(std::uint64_t seed);
  // Lets everything happen, then every deadline pass.
  void run();

  [[nodiscard]] const store::ActionRecord& record() const { return disk_; }
  [[nodiscard]] const Upstream& upstream() const { return upstream_; }
  [[nodiscard]] std::uint64_t trace() const { return trace_; }
  [[nodiscard]] int crashes() const { return crashes_; }
  [[nodiscard]] int conflicts() const { return conflicts_; }

 private:
  struct Pending {
    Step step;
    std::uint64_t version = 0;
  };

  bool chance(unsigned percent) { return random_() % 100 < percent; }
  std::int64_t up_to(std::int64_t most) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most + 1));
  }
  std::int64_t delay();
  std::int64_t now_of(const Executor& one) const { return now_ms_ + one.clock_ahead_ms; }
  void post(Message message, std::int64_t delay_ms);
  void deliver(const Message& message);
  bool submit(std::size_t executor, const Event& event, Executor::Phase phase);
  void on_turn(std::size_t executor);
  void on_commit(const Message& message);
  void on_outcome(const Message& message);
  void on_request(const Message& message);
  void on_answer(const Message& message);
  void on_timeout(const Message& message);
  void begin_send(std::size_t executor);
  void tell(std::size_t executor, Event report);
  void crash(std::size_t executor);
  void finish();
  std::optional<std::uint32_t> answer_of_upstream(bool& kept);

  std::mt19937_64 random_;
  std::int64_t now_ms_ = kNow;
  store::ActionRecord disk_;
  std::array<Executor, kExecutors> executors_;
  Upstream upstream_;
  std::vector<Pending> steps_;
  std::priority_queue<Message, std::vector<Message>, std::greater<>> queue_;
  std::uint64_t next_number_ = 0;
  std::uint64_t trace_ = 0xcbf29ce484222325u;
  int crashes_ = 0;
  int conflicts_ = 0;
  bool may_probe_ = false;
};

}  // namespace sentrail::execute::simulation
