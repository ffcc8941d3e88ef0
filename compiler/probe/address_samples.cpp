// See address_samples.hpp.
#include "compiler/probe/address_samples.hpp"

#include "core/addresses.hpp"

namespace sentrail::compiler::probe {

std::vector<std::string> samples_of_network(std::string_view text) {
  const auto network = parse_network(text);
  if (!network) return {};
  const Address last = last_of(*network);
  std::vector<std::string> samples = {format_address(network->first)};
  if (last != network->first) samples.push_back(format_address(last));
  for (const auto& beside : {before(network->first), after(last)}) {
    if (beside && !is_mapped(*beside)) samples.push_back(format_address(*beside));
  }
  return samples;
}

}  // namespace sentrail::compiler::probe
