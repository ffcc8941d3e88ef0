// Pages of held calls. See held_list.hpp.
#include "runtime/gateway/held_list.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/json_writer.hpp"
#include "runtime/gateway/held_view.hpp"
#include "runtime/gateway/people_answers.hpp"

namespace sentrail::gateway {
namespace {

using store::ActionRecord;
using store::ActionState;

// What people ask for, and the one state that it means; `approved` is several.
struct NamedStatus {
  std::string_view name;
  std::optional<ActionState> state;
};

constexpr std::array<NamedStatus, 8> kStatuses = {{{"pending", ActionState::held},
                                                   {"approved", std::nullopt},
                                                   {"denied", ActionState::denied},
                                                   {"expired", ActionState::expired},
                                                   {"executed", ActionState::succeeded},
                                                   {"failed", ActionState::failed},
                                                   {"in_doubt", ActionState::in_doubt},
                                                   {"revoked", ActionState::revoked}}};

// Pages of the store that one page of a filtered list may look through.
constexpr int kPagesMax = 16;

// Calls with a status, or all; `query` says where to begin and how many.
Result<store::Page<ActionRecord>> calls_with(const store::Reader& reader, const Uuid& workspace_id,
                                             std::string_view status, store::ActionQuery query) {
  store::Page<ActionRecord> page;
  const std::size_t limit = query.limit;
  for (int round = 0; round < kPagesMax && page.items.size() < limit; ++round) {
    query.limit = limit - page.items.size();
    SENTRAIL_ASSIGN_OR_RETURN(store::Page<ActionRecord> more,
                              reader.list_actions(workspace_id, query));
    for (ActionRecord& record : more.items) {
      if (status.empty() || agent_status(record) == status) {
        page.items.push_back(std::move(record));
      }
    }
    page.cursor = more.cursor;
    if (more.cursor.empty()) break;
    query.cursor = std::move(more.cursor);
  }
  return page;
}

}  // namespace

Result<std::string> list_held(const store::Reader& reader, const identity::Directory& directory,
                              const HeldQuery& asked) {
  store::ActionQuery query;
  query.cursor = asked.cursor;
  query.limit = asked.limit;
  if (!asked.status.empty()) {
    const auto* named =
        std::find_if(kStatuses.begin(), kStatuses.end(),
                     [&](const NamedStatus& row) { return row.name == asked.status; });
    if (named == kStatuses.end()) {
      return fail(Errc::invalid_argument,
                  "`status` must be pending, approved, denied, expired, executed, failed, in_doubt "
                  "or revoked");
    }
    query.state = named->state;
  }
  SENTRAIL_ASSIGN_OR_RETURN(const store::Page<ActionRecord> page,
                            calls_with(reader, asked.workspace_id, asked.status, std::move(query)));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("approvals").begin_array();
  for (const ActionRecord& record : page.items) {
    json.begin_object();
    write_approval(json, record, directory);
    json.end_object();
  }
  json.end_array();
  write_next(json, page.cursor);
  json.end_object();
  return body;
}

}  // namespace sentrail::gateway
