// Putting an answer into the slot, once.
//
// Neighbours: exchange.hpp. Must not know: sockets.
#include "runtime/server/exchange.hpp"

namespace sentrail::server {

SessionExchange::SessionExchange(http::HttpRequest request, bool body_complete, http::Peer peer,
                                 http::IoThread& io, std::shared_ptr<AnswerSlot> slot)
    : request_(std::move(request)),
      body_complete_(body_complete),
      peer_(std::move(peer)),
      io_(io),
      slot_(std::move(slot)) {}

SessionExchange::~SessionExchange() {
  slot_->dropped = true;
  if (slot_->event != nullptr) slot_->event->cancel();
}

bool SessionExchange::put(Answer answer) {
  if (slot_->answer || slot_->event == nullptr) return false;
  slot_->answer = std::move(answer);
  slot_->event->cancel();
  return true;
}

bool SessionExchange::respond(http::HttpResponse response) {
  return put(Answer(std::in_place_type<http::HttpResponse>, std::move(response)));
}

bool SessionExchange::forward(http::UpstreamRequest call,
                              std::unique_ptr<http::ForwardObserver> observer) {
  return put(ForwardAnswer{std::move(call), std::move(observer)});
}

}  // namespace sentrail::server
