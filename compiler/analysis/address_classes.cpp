// A sweep over networks from the first address to the last. See address_classes.hpp.
#include "compiler/analysis/address_classes.hpp"

#include <algorithm>
#include <optional>

namespace sentrail::compiler::analysis {
namespace {

// A network that the sweep is in, and the first address in no smaller one of those behind.
struct Open {
  Network network;
  bool asked = true;              // it is compared with; else all addresses, or those of no value
  bool empty = false;             // it stands for addresses that no value has
  std::optional<Address> next{};  // the first that is not looked at; nothing at the end
  std::optional<Address> found{};
};

class Sweep {
 public:
  explicit Sweep(std::vector<Network> networks) : networks_(std::move(networks)) {}

  std::vector<Address> run() {
    std::ranges::sort(networks_);
    const auto twins = std::ranges::unique(networks_);
    networks_.erase(twins.begin(), twins.end());
    for (const AddressFamily family : {AddressFamily::v4, AddressFamily::v6}) sweep(family);
    // `192.0.2.1` reads better than the first address of all.
    const Address documented = *parse_address("192.0.2.1");
    const bool free = std::ranges::none_of(
        networks_, [&](const Network& network) { return holds(network, documented); });
    if (outside_) found_.push_back(free ? documented : *outside_);
    std::ranges::sort(found_);
    return std::move(found_);
  }

 private:
  void sweep(AddressFamily family) {
    Network all;
    all.first.family = family;
    open({all, false});
    bool unmapped = family == AddressFamily::v4;
    for (const Network& network : networks_) {
      if (network.first.family != family) continue;
      if (!unmapped && mapped().first < network.first) {
        enter({mapped(), true, true});
        unmapped = true;
      }
      enter({network, true});
    }
    if (!unmapped) enter({mapped(), true, true});
    while (!open_.empty()) close();
  }

  // IPv4 within IPv6, which no value is.
  static Network mapped() {
    Network network;
    network.first.family = AddressFamily::v6;
    network.first.bytes[10] = network.first.bytes[11] = 0xff;
    network.prefix = 96;
    return network;
  }

  void enter(const Open& one) {
    while (!holds(open_.back().network, one.network.first)) close();
    Open& around = open_.back();
    if (!around.found && around.next != one.network.first) around.found = around.next;
    const Address last = last_of(one.network);
    const bool at_end = last == last_of(around.network);
    around.next = at_end ? std::nullopt : after(last);
    open(one);
  }

  void open(Open one) {
    one.next = one.network.first;
    open_.push_back(std::move(one));
  }

  void close() {
    Open one = std::move(open_.back());
    open_.pop_back();
    if (!one.found) one.found = one.next;
    if (!one.found || one.empty) return;
    if (one.asked) {
      found_.push_back(*one.found);
    } else if (!outside_) {
      outside_ = one.found;
    }
  }

  std::vector<Network> networks_;
  std::vector<Open> open_;
  std::vector<Address> found_;
  std::optional<Address> outside_;
};

}  // namespace

std::vector<Address> address_classes(std::vector<Network> networks) {
  return Sweep(std::move(networks)).run();
}

}  // namespace sentrail::compiler::analysis
