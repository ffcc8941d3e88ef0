// Actions that a caller describes in words instead of sending them through: how they are read and
// what policy is shown of them.
//
// Neighbours: evaluate.cpp records and holds them, simulate.cpp does neither. Must not know: the
// store, how a decision is made. What the caller does not tell is unreadable, never absent: silence
// must not slip past a rule. source: docs/api.md A3, `POST /evaluate-action`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/catalog.hpp"
#include "core/decision.hpp"
#include "core/json.hpp"
#include "core/result.hpp"
#include "core/uuid.hpp"
#include "runtime/request/request.hpp"

namespace sentrail::gateway {

// One described action.
struct Description {
  std::string tool;
  std::string action;
  Risk risk = Risk::critical;  // as the caller says
  std::optional<std::string> agent_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> resource_type;
  std::optional<std::string> resource_id;
  std::optional<std::string> requested_by;
  std::optional<Uuid> approval_request_id;
  std::shared_ptr<const JsonDocument> document;  // keeps `payload`
  JsonValue payload;                             // points nowhere if there is none
  // The whole description but for approvalRequestId, members sorted. Only read_descriptions() fills
  // it: nothing else is recorded.
  std::string canonical;
};

// Reads one description. in: `value` in `document`. fails: invalid_argument, naming the member.
[[nodiscard]] Result<Description> read_description(
    JsonValue value, const std::shared_ptr<const JsonDocument>& document);

// The body of a request that holds one description, or `items` of them.
struct Descriptions {
  std::vector<Description> items;
  bool batch = false;
};

// Reads a body. fails: as read_description; limit_exceeded past limits::kEvaluateItemsMax.
[[nodiscard]] Result<Descriptions> read_descriptions(
    const std::shared_ptr<const JsonDocument>& document);

// What policy is asked about a description.
struct Described {
  std::vector<request::Request> requests;  // one
  bool server_classified = false;          // the catalog knows the action
};

// Makes the request. Risk is the greater of the caller's and the catalog's; an action that no
// catalog knows is at least medium and never a declared read. REQUIRES: verified catalogs, which
// outlive the request.
[[nodiscard]] Described describe_action(std::shared_ptr<const Description> description,
                                        request::IdentityFactsPtr who, const CatalogView& catalogs);

}  // namespace sentrail::gateway
