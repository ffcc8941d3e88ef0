// One post for each batch.
//
// Neighbours: completion_port.hpp. Must not know: Asio.
#include "runtime/server/completion_port.hpp"

#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace sentrail::server {

IoCompletionPort::IoCompletionPort(http::IoThread& io, Deliver deliver)
    : io_(io), deliver_(std::make_shared<const Deliver>(std::move(deliver))) {}

void IoCompletionPort::post(std::span<store::Completion> completions) noexcept {
  auto batch = std::make_shared<std::vector<store::Completion>>(
      std::make_move_iterator(completions.begin()), std::make_move_iterator(completions.end()));
  io_.post([deliver = deliver_, batch] {
    for (store::Completion& completion : *batch) (*deliver)(std::move(completion));
  });
}

}  // namespace sentrail::server
