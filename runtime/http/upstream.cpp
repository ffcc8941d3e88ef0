// Names of the ways in which a call to an upstream can end.
//
// Neighbours: upstream.hpp. Must not know: how calls are made (server/upstream.cpp).
#include "runtime/http/upstream.hpp"

#include "core/check.hpp"

namespace sentrail::http {

std::string_view name_of(Reach reach) noexcept {
  switch (reach) {
    case Reach::nothing_sent:
      return "nothing_sent";
    case Reach::partially_sent:
      return "partially_sent";
    case Reach::all_sent:
      return "all_sent";
    case Reach::response_partial:
      return "response_partial";
    case Reach::complete:
      return "complete";
  }
  SENTRAIL_UNREACHABLE("Reach");
}

std::string_view name_of(UpstreamPhase phase) noexcept {
  switch (phase) {
    case UpstreamPhase::prepare:
      return "prepare";
    case UpstreamPhase::resolve:
      return "resolve";
    case UpstreamPhase::connect:
      return "connect";
    case UpstreamPhase::tls:
      return "tls";
    case UpstreamPhase::send:
      return "send";
    case UpstreamPhase::first_byte:
      return "first_byte";
    case UpstreamPhase::receive:
      return "receive";
  }
  SENTRAIL_UNREACHABLE("UpstreamPhase");
}

std::string_view name_of(UpstreamFault fault) noexcept {
  switch (fault) {
    case UpstreamFault::none:
      return "none";
    case UpstreamFault::invalid_request:
      return "invalid_request";
    case UpstreamFault::overloaded:
      return "overloaded";
    case UpstreamFault::name_not_found:
      return "name_not_found";
    case UpstreamFault::address_refused:
      return "address_refused";
    case UpstreamFault::connect_failed:
      return "connect_failed";
    case UpstreamFault::tls_failed:
      return "tls_failed";
    case UpstreamFault::timed_out:
      return "timed_out";
    case UpstreamFault::closed:
      return "closed";
    case UpstreamFault::response_invalid:
      return "response_invalid";
    case UpstreamFault::body_unavailable:
      return "body_unavailable";
    case UpstreamFault::client_gone:
      return "client_gone";
    case UpstreamFault::cancelled:
      return "cancelled";
    case UpstreamFault::stopped:
      return "stopped";
  }
  SENTRAIL_UNREACHABLE("UpstreamFault");
}

}  // namespace sentrail::http
