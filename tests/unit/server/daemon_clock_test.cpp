// The whole of sentraild in this process, while somebody sets the wall clock: what was held is not
// revived, nothing lives longer for it, and the log says that it happened.
//
// Neighbours: runtime/server/daemon.hpp, clock_watch.hpp. Sockets, threads, store and upstream are
// real; only the wall clock can be set. Must not know: how the parts keep time.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "core/limits.hpp"
#include "runtime/audit/shards.hpp"
#include "runtime/server/daemon.hpp"
#include "tests/support/policy_bundle.hpp"
#include "tests/unit/server/peers.hpp"
#include "wire/json.hpp"

namespace sentrail::server {
namespace {

constexpr std::string_view kPolicy =
    "policy p\nlanguage 1\nimport sentrail.github\ndefault require_approval\n";
constexpr std::string_view kCreated =
    "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
constexpr std::int64_t kRetentionDays = 30;
constexpr auto kPatience = std::chrono::seconds(30);

// The host's clocks; the wall clock can be set.
class SettableClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const noexcept override {
    return plus_ms(host_.now(), ahead_ms_.load());
  }
  [[nodiscard]] std::int64_t monotonic_ms() const noexcept override { return host_.monotonic_ms(); }
  void set_ahead_ms(std::int64_t ms) noexcept { ahead_ms_.store(ms); }

 private:
  const SystemClock host_;
  std::atomic<std::int64_t> ahead_ms_{0};
};

// The clock of the logger: what is logged first once it is armed sets another clock ahead.
class SettingClock final : public Clock {
 public:
  explicit SettingClock(SettableClock& set) : set_(set) {}
  [[nodiscard]] Instant now() const noexcept override {
    if (const std::int64_t ms = ahead_ms_.exchange(0); ms != 0) set_.set_ahead_ms(ms);
    return set_.now();
  }
  [[nodiscard]] std::int64_t monotonic_ms() const noexcept override { return set_.monotonic_ms(); }
  void arm(std::int64_t ahead_ms) noexcept { ahead_ms_.store(ahead_ms); }

 private:
  SettableClock& set_;
  mutable std::atomic<std::int64_t> ahead_ms_{0};
};

// An answer of the gate.
struct Heard {
  int status = 0;
  std::string raw;  // body
  JsonDocument json;

  [[nodiscard]] JsonValue at(std::string_view name) const {
    return json.empty() ? JsonValue{} : json.root().find(name);
  }
  [[nodiscard]] std::string text(std::string_view name) const { return text_of(at(name)); }
  [[nodiscard]] static std::string text_of(JsonValue value) {
    const bool text = value.exists() && value.kind() == JsonKind::string;
    return text ? std::string(value.text()) : std::string("(none)");
  }
};

class DaemonClockTest : public testing::Test {
 protected:
  DaemonClockTest() {
    std::string name = testing::TempDir() + "sentrail-clock-XXXXXX";
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    EXPECT_TRUE(replace_file(folder_ + "/policy.bundle", tests::bundle_bytes_of(kPolicy)));
    log_ =
        store::FileHandle(::open((folder_ + "/log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    logger_.emplace(log_.get(), LogFormat::logfmt, http::LogLevel::info, clock_);
  }
  ~DaemonClockTest() override {
    daemon_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  // Starts it, with an owner, a reviewer, a key and a connection to the upstream.
  void start(std::int64_t decide_by_ms) {
    DaemonOptions options;
    options.config.listen = {"127.0.0.1", 0};
    options.config.threads = 1;
    options.config.data = folder_ + "/data";
    options.config.bundle = folder_ + "/policy.bundle";
    options.config.allow_unsigned = true;
    options.config.decide_by_ms = decide_by_ms;
    options.config.audit_days = kRetentionDays;
    options.config.calls_days = kRetentionDays;
    options.config.requests_sample = 1'000;
    options.config.requests_days = kRetentionDays;
    options.version = "test";
    options.clock = &clock_;
    daemon_.emplace(std::move(options), *logger_);
    const Result<Started> started = daemon_->start();
    ASSERT_TRUE(started) << started.error().message;
    port_ = static_cast<std::uint16_t>(std::stoi(started->url.substr(started->url.rfind(':') + 1)));
    join(started->bootstrap_token, "ada");
    const std::string ada = sign_in("ada");
    join(ask("POST", "/reviewers", ada, R"({"name":"bob","role":"reviewer"})").text("token"),
         "bob");
    const std::string connection =
        R"({"scheme":"http","host":"127.0.0.1","authScheme":"none","privateAddress":true,"port":)" +
        std::to_string(upstream_.port()) + "}";
    ASSERT_EQ(ask("PUT", "/connections/github", ada, connection).status, 200);
    key_ = ask("POST", "/manage-api-keys", ada,
               R"({"name":"k","scopes":["gateway"],"expiresInDays":1})")
               .text("key");
  }

  // Starts it over what is there, with the last good policy. The logger outlives the daemon.
  void restart(Logger& logger) {
    DaemonOptions again;
    again.config.listen = {"127.0.0.1", 0};
    again.config.data = folder_ + "/data";
    again.config.allow_unsigned = true;
    again.clock = &clock_;
    daemon_.emplace(std::move(again), logger);
    const Result<Started> started = daemon_->start();
    ASSERT_TRUE(started) << started.error().message;
    entries_ = started->audit_entries;
    port_ = static_cast<std::uint16_t>(std::stoi(started->url.substr(started->url.rfind(':') + 1)));
  }

  Heard ask(const std::string& method, const std::string& target, const std::string& token,
            const std::string& body = {}) {
    test::Conn connection = test::Conn::to(port_);
    std::string request =
        method + " " + target + " HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n";
    if (!token.empty()) request += "Authorization: Bearer " + token + "\r\n";
    if (!body.empty()) request += "Content-Type: application/json\r\n";
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    EXPECT_TRUE(connection.send(request));
    const std::string answer = connection.rest();
    Heard heard;
    if (answer.size() < 12) return heard;
    heard.status = std::stoi(answer.substr(9, 3));
    heard.raw = answer.substr(answer.find("\r\n\r\n") + 4);
    if (auto parsed = wire::parse_json(heard.raw)) heard.json = *std::move(parsed);
    return heard;
  }

  static std::string credentials(const std::string& name) {
    return R"("name":")" + name + R"(","passphrase":"correct horse battery staple"})";
  }
  void join(const std::string& token, const std::string& name) {
    const Heard heard =
        ask("POST", "/bootstrap", "", R"({"token":")" + token + "\"," + credentials(name));
    ASSERT_EQ(heard.status, 200) << heard.raw;
  }
  std::string sign_in(const std::string& name) {
    const Heard heard = ask("POST", "/session", "", "{" + credentials(name));
    EXPECT_EQ(heard.status, 200) << heard.raw;
    return heard.text("token");
  }

  // Holds a call; its approval's and its correlation's id.
  std::pair<std::string, std::string> hold(const std::string& title) {
    const Heard heard = ask("POST", "/gateway-proxy/github/repos/acme/web/issues", key_,
                            R"({"title":")" + title + "\"}");
    EXPECT_EQ(heard.status, 202) << heard.raw;
    return {heard.text("approvalRequestId"), heard.text("correlationId")};
  }
  Heard approve(const std::string& by, const std::string& approval) {
    return ask("POST", "/approval-decision", by,
               R"({"decision":"approved","approvalRequestId":")" + approval + "\"}");
  }
  std::string status_of(const std::string& by, const std::string& approval) {
    const Heard heard = ask("GET", "/approvals/" + approval, by);
    return Heard::text_of(heard.at("approval").find("status"));
  }
  // Entries of jumps in the server's log, which is that of all workspaces.
  std::size_t jumps_in_the_log(const std::string& by) {
    const std::string lines = ask("GET", "/audit/log/entries", by).raw;
    constexpr std::string_view kLeaf = R"("leaf":")";
    std::size_t count = 0;
    for (std::size_t at = lines.find(kLeaf); at != std::string::npos; at = lines.find(kLeaf, at)) {
      at += kLeaf.size();
      const Result<std::string> leaf = base64_decode(lines.substr(at, lines.find('"', at) - at));
      if (leaf && leaf->find(R"("kind":"clock_jump")") != std::string::npos) ++count;
    }
    return count;
  }
  // A metric without labels.
  int number_of(const std::string& name) {
    const std::string metrics = ask("GET", "/metrics", "").raw;
    const std::size_t at = metrics.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stoi(metrics.substr(at + name.size() + 2));
  }
  // Polls what other threads bring about.
  bool comes_true(const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::yield();
    }
    return true;
  }

  SettableClock clock_;
  std::string folder_;
  store::FileHandle log_;
  std::optional<Logger> logger_;
  test::ScriptedPeer upstream_{{test::answering(std::string(kCreated))}};
  std::optional<Daemon> daemon_;
  std::uint16_t port_ = 0;
  std::uint64_t entries_ = 0;  // that the last restart found
  std::string key_;
};

TEST_F(DaemonClockTest, AJumpForwardExpiresAndSettingItBackRevivesNothing) {
  ASSERT_NO_FATAL_FAILURE(start(limits::kDecideByMsDefault));
  const auto [approval, correlation] = hold("held before the jump");
  const std::string before = sign_in("bob");
  EXPECT_EQ(status_of(before, approval), "pending");

  clock_.set_ahead_ms(2 * limits::kDayMs);
  EXPECT_EQ(ask("GET", "/approvals", before).status, 401) << "the session is over";
  std::string ada = sign_in("ada");
  const std::string later = sign_in("bob");
  EXPECT_TRUE(comes_true([&] { return jumps_in_the_log(ada) == 1; }));
  EXPECT_TRUE(comes_true([&] { return status_of(later, approval) == "expired"; }));
  EXPECT_EQ(approve(later, approval).text("code"), "expired");
  const Heard told = ask("GET", "/gateway-proxy/status/" + correlation, key_);
  EXPECT_EQ(told.status, 401) << "the key lived for a day";
  EXPECT_EQ(told.raw, ask("GET", "/gateway-proxy/status/" + correlation, "agk_x").raw);

  clock_.set_ahead_ms(0);
  EXPECT_EQ(ask("GET", "/approvals", later).status, 401) << "a session from the future is none";
  ada = sign_in("ada");
  const std::string bob = sign_in("bob");
  EXPECT_TRUE(comes_true([&] { return jumps_in_the_log(ada) == 2; }));
  EXPECT_EQ(status_of(bob, approval), "expired");
  EXPECT_EQ(approve(bob, approval).text("code"), "expired");

  // And the gate goes on: exactly the call that was approved in time is sent.
  const auto fresh = hold("held after the jumps");
  EXPECT_EQ(approve(bob, fresh.first).text("status"), "executed");
  upstream_.finish();
  ASSERT_EQ(upstream_.received().size(), 1u);
  EXPECT_NE(upstream_.received()[0].find("held after the jumps"), std::string::npos);
}

TEST_F(DaemonClockTest, AClockThatIsSetBackGivesNobodyMoreTime) {
  ASSERT_NO_FATAL_FAILURE(start(2'000));
  const auto [approval, correlation] = hold("two seconds are two seconds");
  clock_.set_ahead_ms(-30 * limits::kDayMs);
  const Heard ended = ask("GET", "/gateway-proxy/status/" + correlation + "?wait=55", key_);
  EXPECT_EQ(ended.text("status"), "expired") << ended.raw;
  const std::string ada = sign_in("ada");
  EXPECT_EQ(approve(sign_in("bob"), approval).text("code"), "expired");
  EXPECT_TRUE(comes_true([&] { return jumps_in_the_log(ada) == 1; }));
  static_cast<void>(test::Conn::to(upstream_.port()));  // lets the script go
  upstream_.finish();
  EXPECT_EQ(upstream_.received().at(0), "") << "nothing was sent";
}

// The line `limits_unknown` is the first of that start, and comes once their clock is taken up.
TEST_F(DaemonClockTest, AClockThatIsSetDuringTheStartIsToldOf) {
  ASSERT_NO_FATAL_FAILURE(start(limits::kDecideByMsDefault));
  static_cast<void>(test::Conn::to(upstream_.port()));  // lets the script go
  upstream_.finish();
  daemon_.reset();
  ASSERT_TRUE(std::filesystem::remove(folder_ + "/data/store/limits"));
  SettingClock setting(clock_);
  Logger logger(log_.get(), LogFormat::logfmt, http::LogLevel::info, setting);
  setting.arm(2 * limits::kDayMs);
  restart(logger);
  const std::string ada = sign_in("ada");
  EXPECT_TRUE(comes_true([&] { return jumps_in_the_log(ada) == 1; }));
  daemon_.reset();
}

TEST_F(DaemonClockTest, AMonthLaterWhatIsOldIsGoneAndTheLogIsWhole) {
  ASSERT_NO_FATAL_FAILURE(start(limits::kDecideByMsDefault));
  const std::string tiles =
      "/audit/log/" + audit::shard_folder(audit::year_of(clock_.now().unix_ms)) + "/tile/";
  const auto [approval, correlation] = hold("a month ago");
  std::string ada = sign_in("ada");
  const std::string bob = sign_in("bob");
  ASSERT_EQ(approve(bob, approval).text("status"), "executed");
  upstream_.finish();
  // A whole bundle of entries and more.
  for (int i = 0; i < 260; ++i) {
    ASSERT_EQ(
        ask("POST", "/agents", ada, R"({"id":"octo","name":"n)" + std::to_string(i) + "\"}").status,
        200);
  }
  EXPECT_TRUE(comes_true([&] { return number_of("sentrail_requests_recorded_total") == 1; }));
  EXPECT_TRUE(comes_true([&] { return number_of("sentrail_audit_published_entries") > 260; }));
  EXPECT_EQ(ask("GET", tiles + "entries/000", ada).status, 200);
  EXPECT_EQ(ask("GET", "/audit/requests", ada).at("requests").size(), 1u);
  EXPECT_GT(ask("GET", "/audit?limit=100", ada).at("entries").size(), 99u);
  EXPECT_EQ(number_of("sentrail_audit_forgotten_entries"), 0);

  clock_.set_ahead_ms((kRetentionDays + 3) * limits::kDayMs);
  ada = sign_in("ada");
  EXPECT_TRUE(comes_true([&] { return number_of("sentrail_audit_forgotten_entries") > 260; }));
  EXPECT_TRUE(comes_true([&] { return number_of("sentrail_retention_calls_total") == 1; }));
  EXPECT_TRUE(comes_true([&] { return number_of("sentrail_requests_bytes") == 0; }));
  const Heard denied = ask("GET", tiles + "entries/000", ada);
  EXPECT_EQ(denied.status, 410);
  EXPECT_EQ(denied.text("code"), "past_retention");
  EXPECT_EQ(ask("GET", tiles + "0/000", ada).status, 200) << "hashes are for ever";
  EXPECT_EQ(ask("GET", "/audit/log/proof/3", ada).status, 200) << "and so are proofs";
  EXPECT_EQ(ask("GET", "/audit/requests", ada).at("requests").size(), 0u);
  EXPECT_LT(ask("GET", "/audit?limit=100", ada).at("entries").size(), 20u);
  const Heard shown = ask("GET", "/approvals/" + approval, ada);
  EXPECT_EQ(shown.status, 200) << shown.raw;
  EXPECT_NE(shown.raw.find(R"("request":null)"), std::string::npos) << shown.raw;

  // The next start finds the log as long, and as old, as it was.
  const int forgotten = number_of("sentrail_audit_forgotten_entries");
  daemon_.reset();
  restart(*logger_);
  EXPECT_GT(entries_, 260u);
  EXPECT_EQ(number_of("sentrail_audit_forgotten_entries"), forgotten) << "though none is asked for";
  EXPECT_EQ(ask("GET", tiles + "entries/000", sign_in("ada")).status, 410);
}

}  // namespace
}  // namespace sentrail::server
