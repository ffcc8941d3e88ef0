// What is decided: a call's facts, one Request for each action that it is or may be.
//
// Neighbours: runtime/classify names the actions, runtime/decide reads the facts; the gateway,
// `sentrailc eval` and the tester make Requests. Must not know: policy, sockets.
// source: docs/language.md, Meaning 4, 6, 12, 13.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog.hpp"
#include "core/facts.hpp"
#include "core/json_fields.hpp"
#include "core/result.hpp"
#include "runtime/request/raw_request.hpp"

namespace sentrail::request {

// Facts with all that they point into. Copies share it. threads: immutable.
class Request {
 public:
  // Takes facts, what keeps their texts alive, and whether the action is a declared read.
  Request(std::shared_ptr<const void> owner, const Facts& facts, bool declared_read)
      : owner_(std::move(owner)), facts_(facts), declared_read_(declared_read) {}

  [[nodiscard]] const Facts& facts() const noexcept { return facts_; }
  // Sets when it is decided.
  void set_now(std::int64_t unix_ms) noexcept { facts_.now_ms = unix_ms; }
  // Sets what the clocks of the program's zones show at that instant.
  void set_zones(std::shared_ptr<const std::vector<ZoneClock>> zones) noexcept {
    zones_ = std::move(zones);
    facts_.zones = *zones_;
  }
  // Whether its catalog declares the action a read; never for an unknown action.
  [[nodiscard]] bool declared_read() const noexcept { return declared_read_; }

 private:
  std::shared_ptr<const void> owner_;
  std::shared_ptr<const std::vector<ZoneClock>> zones_;
  Facts facts_;
  bool declared_read_;
};

// Who asks, made into facts once for all Requests of one asker. threads: immutable.
class IdentityFacts {
 public:
  explicit IdentityFacts(Identity identity);
  IdentityFacts(const IdentityFacts&) = delete;
  IdentityFacts& operator=(const IdentityFacts&) = delete;

  // What is known of who asks and when; all else is absent. Valid as long as this.
  [[nodiscard]] const Facts& facts() const noexcept { return facts_; }

 private:
  Identity identity_;
  std::vector<std::string_view> roles_;
  std::vector<std::string_view> groups_;
  Facts facts_;
};

// Requests share who asks.
using IdentityFactsPtr = std::shared_ptr<const IdentityFacts>;

// Whether policy asks for members of the body. If not, the body is parsed only where the catalog
// asks for it, and is unreadable otherwise.
enum class BodyUse : std::uint8_t { asked, not_asked };

// Classifies a call. out: in place of what `out` held at least one Request, strictest risk first;
// the call is decided by deciding each and joining. REQUIRES: verified catalogs, which outlive the
// Requests. in: the members of the body that policy and catalogs ask for, of body_fields();
// outlives the call; null: all of them. cost: linear in the call. fails: as classify::classify
// does.
[[nodiscard]] Status make_requests_for(IdentityFactsPtr who, RawRequest raw,
                                       const CatalogView& catalogs, std::vector<Request>& out,
                                       BodyUse use = BodyUse::asked,
                                       const JsonFields* fields = nullptr);
// The same of one who asks once.
[[nodiscard]] Result<std::vector<Request>> make_requests(RawRequest raw, Identity identity,
                                                         const CatalogView& catalogs,
                                                         BodyUse use = BodyUse::asked);

// A Request that knows nothing but who calls: the start of one given by attributes.
[[nodiscard]] Request bare_request(Identity identity);

}  // namespace sentrail::request
