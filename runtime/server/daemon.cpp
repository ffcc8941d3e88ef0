// Making the parts, in the order in which they need each other.
//
// Neighbours: daemon.hpp says in which order they end. Must not know: how any part works.
#include "runtime/server/daemon.hpp"

#include <unistd.h>

#include <cstdlib>
#include <future>
#include <utility>
#include <variant>

#include "core/json_writer.hpp"
#include "crypto/random.hpp"
#include "runtime/gateway/held_counts.hpp"
#include "runtime/server/limits_start.hpp"
#include "runtime/store/store_rocksdb.hpp"

namespace sentrail::server {
namespace {

constexpr std::size_t kDigestShown = 12;

ServerConfig server_config_of(const Config& config) {
  ServerConfig out;
  out.threads = config.threads;
  out.limits.shutdown_ms = config.shutdown_ms;
  out.access_log = config.log_requests;
  const TlsFiles files{config.tls_certificate, config.tls_key, config.tls_client_ca};
  const bool has_tls = !config.tls_certificate.empty();
  const bool own_listener = !config.tls_listen.address.empty();
  out.listeners.push_back(
      {"main", config.listen.address, config.listen.port, has_tls && !own_listener, files});
  if (own_listener) {
    out.listeners.push_back(
        {"tls", config.tls_listen.address, config.tls_listen.port, true, files});
  }
  return out;
}

// An address of ours with the port that was really bound.
ListenAddress bound(ListenAddress address, std::uint16_t port) {
  address.port = port;
  return address;
}

}  // namespace

Daemon::Daemon(DaemonOptions options, Logger& logger)
    : options_(std::move(options)),
      logger_(logger),
      clock_(options_.clock != nullptr ? *options_.clock : host_clock_) {}

Daemon::~Daemon() {
  if (server_) server_->stop_now();
  close();
}

Result<Started> Daemon::start() {
  SENTRAIL_TRY(open_data());
  SENTRAIL_TRY(load_policy());
  SENTRAIL_TRY(open_listeners());
  SENTRAIL_TRY(take_up_limits());
  SENTRAIL_TRY(make_gate());
  // With the mark alone a new store still is new, with its first entry alone it went back.
  if (store_is_new()) SENTRAIL_TRY(leave_mark());
  SENTRAIL_TRY(tell_of_start());
  SENTRAIL_TRY(invite_owner());
  SENTRAIL_TRY(recover());
  SENTRAIL_TRY(leave_mark());
  SENTRAIL_TRY(serve());
  return started_;
}

Status Daemon::load_policy() {
  const Config& config = options_.config;
  PolicySource source{config.bundle,   data_->path(),  {}, config.allow_unsigned, config.signatures,
                      options_.engine, options_.native};
  for (const std::string& key : config.trust) {
    SENTRAIL_ASSIGN_OR_RETURN(crypto::NoteVerifier verifier, crypto::NoteVerifier::parse(key));
    source.trusted.push_back(std::move(verifier));
  }
  policy_.emplace(std::move(source), bundle_);
  SENTRAIL_ASSIGN_OR_RETURN(const FirstBundle first, policy_->load_first());
  started_.complaint = first.complaint;
  if (!first.complaint.empty()) {
    logger_.write(http::LogLevel::error, "policy_not_loaded",
                  {{"error", first.complaint}, {"instead", "the last good bundle"}});
  }
  if (first.bundle) {
    started_.policy = first.bundle->program().name();
    started_.bundle = first.bundle->digest_hex().substr(0, kDigestShown);
    started_.engine = first.bundle->engine().description();
    tell_of_zones(*first.bundle);
  }
  return {};
}

Status Daemon::open_listeners() {
  const Config& config = options_.config;
  entrance_ = std::make_shared<Entrance>();
  SENTRAIL_ASSIGN_OR_RETURN(server_, Server::open(server_config_of(config), entrance_, logger_));
  const auto& ports = server_->ports();
  const bool own_tls = ports.size() > 1;
  started_.url =
      url_of(!own_tls && !config.tls_certificate.empty(), bound(config.listen, ports.front()));
  if (own_tls) started_.tls_url = url_of(true, bound(config.tls_listen, ports.back()));
  return {};
}

// What limits have counted goes on counting.
Status Daemon::take_up_limits() {
  // A clock that is set from here on is told of, and noted anew, even before anything is served.
  clock_watch_.emplace(clock_, [this](std::int64_t jump_ms) { tell_of_clock_jump(jump_ms); });
  counters_.emplace(clock_, limits_key(*master_));
  SENTRAIL_ASSIGN_OR_RETURN(const counters::Origin origin,
                            limits_origin(data_->store_path(), store_is_new()));
  SENTRAIL_ASSIGN_OR_RETURN(const counters::Restored found,
                            counters_->restore(*store_.store, origin));
  counts_anew_ = found.anew;
  if (store_went_back()) {
    logger_.write(http::LogLevel::warning, "limits_unknown",
                  {{"remedy",
                    "none is needed: what was counted before is not known, so a limit "
                    "has no room until the server has run as long as it looks back"}});
  } else if (found.parts + found.held > 0) {
    logger_.write(http::LogLevel::info, "limits_taken_up",
                  {{"parts", std::to_string(found.parts)}, {"held", std::to_string(found.held)}});
  }
  return {};
}

// What is not configured has nothing that runs, but entries that were forgotten stay denied.
Status Daemon::make_retention() {
  const Config& config = options_.config;
  audit::RetentionOptions options;
  options.entries_ms = config.audit_days * limits::kDayMs;
  options.calls_ms = config.calls_days * limits::kDayMs;
  SENTRAIL_ASSIGN_OR_RETURN(
      retention_, audit::Retention::open(options, *store_.engine, *store_.store, *writer_, clock_,
                                         [this] { return exporters_.slowest(); }));
  return {};
}

Status Daemon::make_gate() {
  const Config& config = options_.config;
  known_->on_change([this] { server_->ask_permits(); });
  sender_.emplace(*known_, [this](const Uuid& id) { return rechecker_->take_read(id); });
  sender_->use(server_->threads());
  valve_.emplace(*sender_);
  rechecker_.emplace(*known_, bundle_, clock_, &*counters_);
  prober_.emplace(*known_, bundle_, clock_, &*counters_);
  store::WriterOptions writing;
  writing.before_batch = [this] { return subjects_->make_durable(); };
  writer_ = std::make_unique<store::Writer>(*store_.store, clock_, std::move(writing));
  execute::CoordinatorOptions coordinating;
  coordinating.executor_id = crypto::uuid_v4();
  coordinating.reasons = config.reasons;
  coordinating.escalations = config.escalations;
  coordinating.store_went_back = store_went_back();
  coordinating.begins_later = true;
  coordinating.on_change = [this](const store::ActionRecord& record) {
    gateway::tell_counters(*counters_, record);
    watch_.changed(record);
  };
  coordinator_ = std::make_unique<execute::Coordinator>(
      execute::CoordinatorParts{*store_.store, *writer_, *recorder_, *vault_, *rechecker_, *valve_,
                                clock_, nullptr, &*prober_},
      std::move(coordinating));
  changes_ = std::make_unique<gateway::AdminCommits>(*writer_, *known_);
  pool_ = std::make_unique<gateway::WorkPool>(limits::kWorkThreads);
  SENTRAIL_TRY(make_retention());
  housekeeping_.emplace(*store_.store, *writer_, throttle_, *pool_, clock_, *counters_);
  gateway::GateSettings settings;
  settings.public_url = config.public_url.empty() ? started_.url : config.public_url;
  settings.version = options_.version;
  settings.durable_reads = config.durable_reads;
  settings.decide_by_ms = config.decide_by_ms;
  settings.execute_by_ms = config.execute_by_ms;
  settings.reasons = config.reasons;
  settings.break_glass_group = config.break_glass_group;
  settings.key_life_ms = config.key_days * limits::kDayMs;
  gate_ = std::make_unique<gateway::Gate>(
      gateway::GateParts{*store_.store,
                         *writer_,
                         *recorder_,
                         clock_,
                         *coordinator_,
                         *vault_,
                         *administration_,
                         bundle_,
                         [this](std::string_view bytes) { return policy_->install(bytes); },
                         *known_,
                         *changes_,
                         watch_,
                         *pool_,
                         throttle_,
                         sessions_,
                         std::move(settings),
                         &*counters_,
                         &looks_,
                         &local_->stops(),
                         &local_->self_test(),
                         [this](std::string& out) { exporters_.write_metrics(out); },
                         [this](auto& out) { exporters_.write_warnings(out); },
                         log_.get(),
                         requests_.get(),
                         retention_.get()});
  entrance_->lead_to(*gate_);
  return {};
}

store::Transaction Daemon::entry(store::AuditKind kind, std::string action,
                                 store::AuditDecision decision, std::string reason) const {
  store::AuditEntry entry;
  entry.kind = kind;
  entry.time_ms = clock_.now().unix_ms;
  entry.correlation_id = crypto::uuid_v7(entry.time_ms);
  entry.source = "manual";
  entry.tool = "system";
  entry.action = std::move(action);
  entry.decision = decision;
  if (const auto bundle = bundle_.current()) entry.bundle_hash = bundle->digest();
  audit::Personal personal;
  personal.requested_by = "sentraild";
  personal.reason = std::move(reason);
  store::Transaction transaction;
  transaction.operations.emplace_back(
      store::AppendAudit{recorder_->record(std::move(entry), personal)});
  return transaction;
}

// A log that cannot be written now would block every action: better to say so and not serve.
Status Daemon::tell_of_start() {
  const store::OpenReport& report = store_.report;
  started_.audit_entries = report.head.size;
  std::string reason = store_is_new() ? "a new store" : "the log is as long as was promised";
  if (report.unconfirmed > 0) {
    reason += ", and " + std::to_string(report.unconfirmed) + " entries longer";
  }
  if (!started_.complaint.empty()) reason += "; the last good bundle decides";
  if (store_went_back()) reason += "; the store went back: what came after it is not known";
  store::Transaction told = entry(store::AuditKind::restart, "server.start",
                                  store::AuditDecision::none, std::move(reason));
  told.operations.emplace_back(store::NoteLimitClock{counters_->clock()});
  return writer_->commit(std::move(told)).status;
}

// After the lineage is on disk and what was held is settled: a start in between does both again.
Status Daemon::leave_mark() {
  return counts_anew_ ? leave_limits_mark(data_->store_path(), counters_->mark()) : Status();
}

// Until somebody owns the gate, each start makes a new token; the one before opens nothing more.
Status Daemon::invite_owner() {
  if (!known_->get()->directory().people().empty()) return {};
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<store::Setting> before,
                            store_.store->get_setting(Uuid{}, identity::kBootstrapSetting));
  identity::Changed<std::string> opened = administration_->open_bootstrap();
  if (before) {
    for (store::Operation& operation : opened.transaction.operations) {
      auto* put = std::get_if<store::Put<store::Setting>>(&operation);
      if (put != nullptr) put->expected_version = before->version;
    }
  }
  SENTRAIL_TRY(writer_->commit(std::move(opened.transaction)).status);
  started_.bootstrap_token = std::move(opened.value);
  return {};
}

Status Daemon::recover() {
  coordinator_thread_ = std::thread([this] { coordinator_->run(); });
  std::promise<Result<execute::RecoveryReport>> promise;
  auto future = promise.get_future();
  coordinator_->recover(
      [&promise](Result<execute::RecoveryReport> report) { promise.set_value(std::move(report)); });
  SENTRAIL_ASSIGN_OR_RETURN(started_.recovered, future.get());
  const execute::RecoveryReport& found = started_.recovered;
  if (found.given_back + found.in_doubt + found.revoked + found.approved > 0) {
    logger_.write(http::LogLevel::info, "recovered",
                  {{"given_back", std::to_string(found.given_back)},
                   {"in_doubt", std::to_string(found.in_doubt)},
                   {"revoked", std::to_string(found.revoked)},
                   {"approved", std::to_string(found.approved)}});
  }
  return {};
}

// Store, tiles and signer may all have been set back together: then the witness alone knows.
Status Daemon::ask_witness() {
  Status told;
  if (!witness_link_) return told;
  server_->ask_first([&](http::IoThread& io) {
    witness_link_->use(io);
    told = log_->ask_witness();
  });
  witness_link_->use(*server_->threads().back());
  return told;
}

Status Daemon::serve() {
  server_->handle_signals(
      [this] {
        if (!pool_->run([this] { reload(); })) {
          logger_.write(http::LogLevel::error, "reload_refused", {{"error", "too much waits"}});
        }
      },
      [this] { stop_sending(); });
  SENTRAIL_TRY(local_->open(data_->path(), {store_, *changes_, *administration_, *pool_, *recorder_,
                                            *subjects_, requests_.get()}));
  SENTRAIL_TRY(exporters_.make(
      options_.config.exporters, data_->path() + "/exports",
      options_.config.public_url.empty() ? started_.url : options_.config.public_url,
      options_.config.upstream_ca_file, *store_.store, *server_->threads().back()));
  SENTRAIL_TRY(ask_witness());
  server_->start();
  exporters_.start();
  local_->run_on(*server_->threads().front());
  log_->start();
  if (retention_) retention_->start();
  housekeeping_->run_on(*server_->threads().front());
  policy_->watch_zones_on(*server_->threads().front(), clock_);
  clock_watch_->run_on(*server_->threads().front());
  SENTRAIL_TRY(write_ready_file());
  coordinator_->begin_sending();  // last: a start that is refused sends nothing
  return {};
}

Status Daemon::write_ready_file() const {
  if (options_.ready_file.empty()) return {};
  std::string text;
  JsonWriter json(&text);
  json.begin_object().key("pid").integer(::getpid());
  json.key("main").integer(server_->ports().front());
  if (server_->ports().size() > 1) json.key("tls").integer(server_->ports().back());
  json.end_object();
  return replace_file(options_.ready_file, text + "\n");
}

void Daemon::wait() {
  server_->wait();
  close();
  logger_.write(http::LogLevel::info, "ended", {});
}

// The coordinator first: what it does not claim need not be given back by the valve.
void Daemon::stop_sending() {
  if (coordinator_) coordinator_->stop_sending();
  if (valve_) valve_->close();
}

void Daemon::close() {
  stop_sending();
  if (server_) server_->wait();
  if (local_) local_->close();
  if (retention_) retention_->stop();
  exporters_.stop();
  if (coordinator_thread_.joinable()) {
    coordinator_->stop();
    coordinator_thread_.join();
  }
  pool_.reset();
  if (valve_) valve_->detach();
  coordinator_.reset();
  writer_.reset();
  changes_.reset();
  log_.reset();
  requests_.reset();
  if (subjects_) static_cast<void>(subjects_->settle());
  if (server_ && server_->connections() > 0) {
    // Sessions that phase two could not end. What tells of them would need the writer again, and
    // all that was acknowledged is on disk: end without destroying them.
    logger_.write(http::LogLevel::warning, "sessions_cut_off",
                  {{"sessions", std::to_string(server_->connections())}});
    data_.reset();
    std::_Exit(EXIT_SUCCESS);
  }
  server_.reset();
  entrance_.reset();
  gate_.reset();
  subjects_.reset();  // it cuts its file off, which must be ours still
  store_.store.reset();
  data_.reset();
}

// --- while it serves -------------------------------------------------------------------------

void Daemon::tell_of_zones(const bundles::LoadedBundle& bundle) const {
  if (bundle.knows_zones()) return;
  logger_.write(http::LogLevel::error, "zones_unknown",
                {{"error",
                  "the machine's time zone database is missing, lacks a zone of the policy "
                  "or has `slim` files: windows of time are undecidable"},
                 {"remedy", "install the package tzdata with `fat` files, then restart"}});
}

// On a work thread.
void Daemon::reload() {
  const auto before = bundle_.current();
  const Result<PolicyKeeper::Bundle> loaded = policy_->reload();
  const bool changed = loaded && (!before || before->digest() != (*loaded)->digest());
  if (loaded) {
    logger_.write(http::LogLevel::info, "policy_loaded",
                  {{"policy", std::string((*loaded)->program().name())},
                   {"bundle", (*loaded)->digest_hex().substr(0, kDigestShown)},
                   {"engine", (*loaded)->engine().description()},
                   {"changed", changed ? "true" : "false"}});
    tell_of_zones(**loaded);
  } else {
    logger_.write(http::LogLevel::error, "policy_not_loaded",
                  {{"error", loaded.error().message}, {"instead", "what was in force"}});
  }
  const auto decision = loaded ? store::AuditDecision::allow : store::AuditDecision::block;
  const store::Outcome told =
      writer_->commit(entry(store::AuditKind::policy, "policy.reload", decision,
                            loaded ? std::string() : loaded.error().message));
  if (!told.status) {
    logger_.write(http::LogLevel::error, "audit_failed", {{"error", told.status.error().message}});
  }
  if (const Status tls = server_->reload_tls(); !tls) {
    logger_.write(http::LogLevel::error, "tls_not_loaded",
                  {{"error", tls.error().message}, {"instead", "what was in force"}});
  }
}

// On an I/O thread: nobody waits for the entry.
void Daemon::tell_of_clock_jump(std::int64_t jump_ms) {
  logger_.write(http::LogLevel::warning, "clock_jump", {{"jump_ms", std::to_string(jump_ms)}});
  store::Transaction told =
      entry(store::AuditKind::clock_jump, "clock.jump", store::AuditDecision::none,
            "by " + std::to_string(jump_ms) + " ms");
  // After a restart of the machine the wall clock tells how long it was away: from here.
  told.operations.emplace_back(store::NoteLimitClock{counters_->clock()});
  const auto submitted = writer_->submit(std::move(told), {});
  if (!submitted) {
    logger_.write(http::LogLevel::error, "audit_failed", {{"error", submitted.error().message}});
  }
}

}  // namespace sentrail::server
