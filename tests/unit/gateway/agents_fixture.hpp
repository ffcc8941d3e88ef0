// The whole gate with a policy, a connected tool and an agent's key.
//
// Neighbours: gateway_fixture.hpp; proxy_test.cpp, evaluate_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "tests/support/policy_bundle.hpp"
#include "tests/unit/gateway/gateway_fixture.hpp"

namespace sentrail::gateway {

class AgentsTest : public GatewayTest {
 protected:
  static constexpr std::string_view kPolicy = R"(policy p
language 1
import sentrail.github
tier everyday {
  rule reads: allow when risk == low
  rule issues: allow on github issues.create
  rule never: block on github repos.delete
}
default require_approval because "ask"
)";

  explicit AgentsTest(const GateSettings& settings = test_settings(),
                      std::string_view policy = kPolicy)
      : GatewayTest(settings) {
    bundle_.replace(tests::bundle_of(policy));
    put(store::Put<store::Connection>{connection(), 0});
    key_ = add_key({"gateway", "evaluate"});
  }

  [[nodiscard]] store::Connection connection(const std::string& base_path = "") const {
    store::Connection made;
    made.workspace_id = workspace_.id;
    made.tool = "github";
    made.scheme = "https";
    made.host = "api.github.com";
    made.port = 443;
    made.base_path = base_path;
    made.auth_scheme = "none";
    return made;
  }

  // A kill switch that is thrown behind the gate's back: what it judges with is out of date.
  void kill_unseen(store::KillMode mode = store::KillMode::normal) {
    store::KillState state = store_->get_kill_state(workspace_.id).value();
    const std::uint64_t version = state.version;
    state.workspace_id = workspace_.id;
    state.enabled = true;
    state.mode = mode;
    put(store::Put<store::KillState>{state, version});
  }

  // The entries of that kind, oldest first, with all that was submitted before this call.
  std::vector<audit::OpenedEntry> entries(store::AuditKind kind) {
    EXPECT_TRUE(writer_->commit({}).status);  // comes after what waits
    std::vector<audit::OpenedEntry> found;
    const auto rows = store_->audit_range(0, 10'000);
    for (const store::AuditRow& row : rows.value()) {
      audit::OpenedEntry opened = recorder_.open(row).value();
      if (opened.entry.kind == kind) found.push_back(std::move(opened));
    }
    return found;
  }

  std::string key_;
};

}  // namespace sentrail::gateway
