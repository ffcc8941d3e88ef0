// What is asked again before an approved call is sent: here, whether it goes where it went.
#include "runtime/gateway/rechecker.hpp"

#include <gmock/gmock.h>

#include "runtime/gateway/held_view.hpp"
#include "tests/unit/gateway/agents_fixture.hpp"

namespace sentrail::gateway {
namespace {

using execute::Recheck;

class RecheckerTest : public AgentsTest {
 protected:
  // Changes where the tool is, or puts it back.
  void connect(const std::string& base_path) {
    const auto now = store_->get_connection(workspace_.id, "github").value();
    put(store::Put<store::Connection>{connection(base_path), now->version});
    reload();
  }

  // A held write to /user/repos under the base path in force.
  store::ActionRecord held_call() {
    const Heard held = post("/gateway-proxy/github/user/repos", key_, R"({"name":"x"})");
    EXPECT_EQ(held.status, 202) << held.body;
    const Uuid id = parse_uuid(held.text("approvalRequestId")).value();
    return store_->get_action(workspace_.id, id).value().value();
  }

  Recheck recheck(const store::ActionRecord& record) {
    const execute::Call call = load_request(*store_, vault_, record).value();
    CurrentRechecker rechecker(known_, bundle_, clock_);
    return rechecker.recheck(record, call, execute::RecheckAt::claim).verdict.recheck;
  }
};

TEST_F(RecheckerTest, AnotherBasePathIsAnotherConnection) {
  connect("/api/v3");
  const store::ActionRecord record = held_call();
  EXPECT_EQ(recheck(record), Recheck::pass);
  for (const char* other : {"", "/api", "/api/v4", "/api/v3/user"}) {
    connect(other);
    EXPECT_EQ(recheck(record), Recheck::connection_gone) << other;
  }
  connect("/api/v3");
  EXPECT_EQ(recheck(record), Recheck::pass);
}

}  // namespace
}  // namespace sentrail::gateway
