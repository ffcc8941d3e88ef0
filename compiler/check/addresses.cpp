// See addresses.hpp.
#include "compiler/check/addresses.hpp"

#include <utility>

#include "core/addresses.hpp"

namespace sentrail::compiler::checking {
namespace {

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

}  // namespace

std::optional<ir::Operand> network_of(Context& context, const Literal& literal, Place place) {
  const std::string written = ticked(context.sources.slice(literal.span));
  const std::optional<Network> network = parse_network(literal.text);
  if (!network) {
    context.report(DiagnosticKind::bad_network, literal.span,
                   written + " is neither an address nor a network",
                   "write `\"10.0.0.7\"`, `\"10.0.0.0/8\"` or `\"2001:db8::/32\"`");
    return std::nullopt;
  }
  const Network whole = without_host_bits(*network);
  std::string text = format_network(whole);
  if (whole != *network) {
    context.report(DiagnosticKind::host_bits, literal.span,
                   written + " has bits set behind its prefix",
                   Help("write " + ticked(quoted(text)) + ", or the address alone",
                        {{literal.span, quoted(text)}}));
    return std::nullopt;
  }
  if (place != Place::entry && network->prefix != bits_of(network->first.family)) {
    context.report(DiagnosticKind::network_as_address, literal.span,
                   written + " is a network, not one address",
                   "write `in` for the addresses of a network, or one of them here");
    return std::nullopt;
  }
  ir::Operand made;
  made.kind = ir::OperandKind::network;
  made.text = std::move(text);
  return made;
}

void report_misplaced_network(Context& context, const std::string& name, const Literal& literal) {
  const std::string written(context.sources.slice(literal.span));
  context.report(DiagnosticKind::misplaced_network, literal.span,
                 ticked(name) + " is no address: it is in no network",
                 Help("write " + ticked("[" + written + "]") + " for the string",
                      {{literal.span, "[" + written + "]"}}));
}

}  // namespace sentrail::compiler::checking
