// Opening what lies in the data folder: store, published log, keys of subjects, recorded requests.
//
// Neighbours: daemon.cpp makes the rest of it. Must not know: policy.
#include <span>
#include <utility>

#include "crypto/random.hpp"
#include "runtime/server/daemon.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/store_rocksdb.hpp"

namespace sentrail::server {

Status Daemon::open_data() {
  SENTRAIL_ASSIGN_OR_RETURN(DataDirectory data, DataDirectory::open(options_.config.data));
  data_.emplace(std::move(data));
  SENTRAIL_ASSIGN_OR_RETURN(crypto::SealKey master, data_->master_key());
  master_.emplace(std::move(master));
  store::OpenOptions open;
  open.directory = data_->store_path();
  open.create = true;
  open.codec = &codec_;
  SENTRAIL_ASSIGN_OR_RETURN(store_, store::open_rocksdb_store(open));
  if (options_.wrap_store) store_.store = options_.wrap_store(std::move(store_.store));
  SENTRAIL_TRY(open_log());
  SENTRAIL_TRY(open_subjects());
  SENTRAIL_TRY(open_requests());
  recorder_.emplace(*master_, crypto::uuid_v4(), subjects_.get());
  vault_.emplace(*master_);
  administration_.emplace(*recorder_, clock_);
  known_.emplace(gateway::Known::Source{*store_.store, *master_, options_.config.upstream_ca_file,
                                        options_.config.upstream_first_byte_ms});
  SENTRAIL_TRY(known_->reload());
  local_.emplace(*known_, clock_);
  return local_->restore(data_->path());
}

// The keys of agents and persons: the store remembers which file has them.
Status Daemon::open_subjects() {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<store::Setting> known,
                            store_.store->get_setting(Uuid{}, audit::kSubjectsSetting));
  Uuid expected;
  const std::string path = data_->path() + "/subjects";
  if (known) {
    SENTRAIL_ASSIGN_OR_RETURN(expected, parse_uuid(known->value));
  } else if (store_.store->audit_head().size > 0 && store::exists(path)) {
    // Of a build that did not remember it yet.
    SENTRAIL_ASSIGN_OR_RETURN(expected, audit::SubjectKeys::id_in(path));
  } else if (store_.store->audit_head().size > 0) {
    return fail(Errc::not_found, path + " is missing; bring it back from the newest backup");
  }
  SENTRAIL_ASSIGN_OR_RETURN(subjects_, audit::SubjectKeys::open(path, *master_, expected));
  if (known) return {};
  store::Setting setting;
  setting.name = std::string(audit::kSubjectsSetting);
  setting.value = format_uuid(subjects_->id());
  store::Transaction transaction;
  transaction.operations.emplace_back(store::Put<store::Setting>{std::move(setting), 0});
  const store::Transaction* one = &transaction;
  return store_.store->apply(std::span(&one, 1)).front().status;
}

// The published log: what was signed must be there, or nothing is served.
Status Daemon::open_log() {
  const Config& config = options_.config;
  audit::LogKeeperOptions keeping;
  keeping.folder = data_->log_path();
  keeping.signer_folder = config.audit_signer.empty() ? data_->signer_path() : config.audit_signer;
  keeping.origin = config.audit_origin;
  keeping.clock = &clock_;
  if (!config.witness_url.empty()) {
    SENTRAIL_ASSIGN_OR_RETURN(crypto::CosignatureVerifier key,
                              crypto::CosignatureVerifier::parse(config.witness_key));
    SENTRAIL_ASSIGN_OR_RETURN(UpstreamWitnessLink link,
                              UpstreamWitnessLink::to(config.witness_url, config.upstream_ca_file));
    witness_link_.emplace(std::move(link));
    keeping.witness = &witness_.emplace(std::move(key), *witness_link_);
  }
  keeping.tell = [this](bool good, const std::string& event, const std::string& text) {
    logger_.write(good ? http::LogLevel::info : http::LogLevel::error, event,
                  {{good ? "state" : "error", good && text.empty() ? "good again" : text}});
  };
  SENTRAIL_ASSIGN_OR_RETURN(log_, audit::LogKeeper::open(std::move(keeping), *store_.store));
  return {};
}

// What was recorded grows old also where nothing is recorded any more.
Status Daemon::open_requests() {
  const Config& config = options_.config;
  const std::string folder = data_->path() + "/requests";
  if (config.requests_sample == 0 && !store::exists(folder)) return {};
  recording::RequestLogOptions recording;
  recording.folder = folder;
  recording.sample = static_cast<std::uint32_t>(config.requests_sample);
  recording.retention_ms = config.requests_days * limits::kDayMs;
  recording.bytes_max = static_cast<std::uint64_t>(config.requests_mb) << 20;
  SENTRAIL_ASSIGN_OR_RETURN(
      requests_, recording::RequestLog::open(std::move(recording), *master_, *subjects_, clock_));
  return {};
}

}  // namespace sentrail::server
