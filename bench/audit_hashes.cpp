// Hashing, verifying and proving: what of the log needs no store. See audit_bench.hpp.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/audit_bench.hpp"
#include "bench/files.hpp"
#include "bench/log_entries.hpp"
#include "bench/measure.hpp"
#include "bench/page_cache.hpp"
#include "bench/row.hpp"
#include "bench/synthetic_tree.hpp"
#include "runtime/audit/integrator.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/log_verify.hpp"
#include "runtime/audit/shards.hpp"
#include "runtime/audit/signer.hpp"
#include "runtime/audit/tlog_proof.hpp"

namespace sentrail::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kRatioSha256Max = 1.6;
constexpr double kVerifiedMin = 500'000;
constexpr double kProofMsMax = 1;
constexpr double kProofBytesMax = 2'048;
constexpr std::size_t kPasses = 21;
constexpr const char* kOrigin = "bench.example.com/log";

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// The log of one year in a folder: tiles and checkpoint in `log`, the signer in `signer`.
class TileLog {
 public:
  // in: the year of its first entry.
  [[nodiscard]] static Result<TileLog> create(const std::string& folder, int year) {
    SENTRAIL_TRY(store::make_directory(folder + "/log"));
    SENTRAIL_ASSIGN_OR_RETURN(auto signer,
                              audit::CheckpointSigner::open(folder + "/signer", kOrigin));
    return TileLog(folder + "/log", year, std::move(signer));
  }

  // Signs the tree that the folder's tiles are of. out: the note
  [[nodiscard]] Result<std::string> publish(std::uint64_t size, const crypto::Digest& root) {
    SENTRAIL_ASSIGN_OR_RETURN(std::string note, signer_->sign({{year_, 0}, size, root}, {}));
    audit::TileWriter writer(path_);
    SENTRAIL_TRY(writer.add("checkpoint", note));
    SENTRAIL_TRY(writer.commit());
    return note;
  }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] int year() const noexcept { return year_; }
  [[nodiscard]] const crypto::NoteVerifier& key() const noexcept { return signer_->key(); }

 private:
  TileLog(std::string path, int year, std::unique_ptr<audit::CheckpointSigner> signer)
      : path_(std::move(path)), year_(year), signer_(std::move(signer)) {}

  std::string path_;
  int year_;
  std::unique_ptr<audit::CheckpointSigner> signer_;
};

Result<std::vector<std::string>> some_leaves(const AuditOptions& options, std::size_t count) {
  LogEntries entries(options.seed);
  std::vector<std::string> leaves;
  for (std::size_t i = 0; i < count; ++i) {
    SENTRAIL_ASSIGN_OR_RETURN(std::string leaf, audit::encode_leaf(entries.recorded(1), i));
    leaves.push_back(std::move(leaf));
  }
  return leaves;
}

std::uint64_t bytes_a_leaf(const std::vector<std::string>& leaves) {
  std::size_t bytes = 0;
  for (const std::string& leaf : leaves) bytes += leaf.size();
  return bytes / leaves.size();
}

int year_of_entries(std::uint64_t seed) {
  return audit::year_of(LogEntries(seed).begin_ms());
}

// Verifies once. out: seconds on the clock and of the processor
struct Verified {
  double seconds = 0;
  double cpu_seconds = 0;
};
Result<Verified> verify_once(const TileLog& log, std::uint64_t entries) {
  audit::TileFolder tiles(log.path());
  const double cpu = cpu_seconds();
  const auto begin = Clock::now();
  SENTRAIL_ASSIGN_OR_RETURN(const audit::ShardReport report,
                            audit::verify_shard(tiles, log.key(), log.year()));
  const Verified out{seconds_since(begin), cpu_seconds() - cpu};
  if (report.fault) return fail(Errc::corrupt, report.fault->path + ": " + report.fault->why);
  if (report.entries != entries) return fail(Errc::corrupt, "too few entries were verified");
  return out;
}

}  // namespace

Result<bool> bench_merkle_append(const AuditOptions& options) {
  SENTRAIL_ASSIGN_OR_RETURN(const auto leaves,
                            some_leaves(options, std::min<std::size_t>(options.leaves, 16'384)));
  const Ticks ticks;
  std::vector<double> plain;
  std::vector<double> appended;
  std::vector<double> ratios;
  for (std::size_t pass = 0; pass < kPasses; ++pass) {
    plain.push_back(ticks.time([&] {
      for (const std::string& leaf : leaves) static_cast<void>(crypto::sha256(leaf));
    }));
    audit::Frontier tree;
    appended.push_back(ticks.time([&] {
      for (const std::string& leaf : leaves) tree.add(audit::leaf_hash(leaf));
    }));
    ratios.push_back(appended.back() / plain.back());
  }
  const auto each = [&](std::vector<double>& ns) {
    return quantile(ns, 0.5) / static_cast<double>(leaves.size());
  };
  Row row("merkle-append");
  row.number("ratio_sha256", quantile(ratios, 0.5)).at_most(kRatioSha256Max);
  row.number("append_ns", each(appended)).number("sha256_ns", each(plain));
  row.count("leaf_bytes", bytes_a_leaf(leaves)).print(options.json);
  return row.reached();
}

Result<bool> bench_verify(const AuditOptions& options) {
  const Folder folder;
  SENTRAIL_ASSIGN_OR_RETURN(TileLog log,
                            TileLog::create(folder.path(), year_of_entries(options.seed)));
  std::uint64_t leaf_bytes = 0;
  {
    LogEntries entries(options.seed);
    audit::Integrator integrator(log.path());
    for (std::size_t i = 0; i < options.leaves; ++i) {
      SENTRAIL_ASSIGN_OR_RETURN(const std::string leaf, audit::encode_leaf(entries.recorded(1), i));
      leaf_bytes += leaf.size();
      SENTRAIL_TRY(integrator.add(leaf));
    }
    SENTRAIL_TRY(integrator.flush());
    SENTRAIL_TRY(log.publish(integrator.size(), integrator.root()));
  }
  const auto entries = static_cast<double>(options.leaves);
  SENTRAIL_TRY(drop_pages(log.path()));
  SENTRAIL_ASSIGN_OR_RETURN(const double left, pages_in_memory(log.path()));
  SENTRAIL_ASSIGN_OR_RETURN(const Verified first, verify_once(log, options.leaves));
  std::vector<double> again;
  for (int i = 0; i < 5; ++i) {
    SENTRAIL_ASSIGN_OR_RETURN(const Verified one, verify_once(log, options.leaves));
    again.push_back(one.seconds);
  }
  Row row("verify");
  row.number("entries_per_second", entries / quantile(again, 0.5)).at_least(kVerifiedMin);
  row.number("first_read_per_second", entries / first.seconds).at_least(kVerifiedMin);
  row.number("first_read_per_cpu_second", entries / first.cpu_seconds);
  row.number("in_memory_before_first_read", left);
  row.count("entries", options.leaves).count("leaf_bytes", leaf_bytes / options.leaves);
  row.print(options.json);
  return row.reached();
}

Result<bool> bench_proof(const AuditOptions& options) {
  const Folder folder;
  SENTRAIL_ASSIGN_OR_RETURN(TileLog log,
                            TileLog::create(folder.path(), year_of_entries(options.seed)));
  LogEntries entries(options.seed);
  std::mt19937_64 random(options.seed);
  KnownLeaves known;
  std::vector<audit::TlogProof> proofs;
  while (proofs.size() < options.proofs) {
    audit::TlogProof proof;
    proof.index = random() % options.proven;
    SENTRAIL_ASSIGN_OR_RETURN(proof.extra, audit::encode_leaf(entries.recorded(1), proof.index));
    if (!known.emplace(proof.index, audit::leaf_hash(proof.extra)).second) continue;
    proofs.push_back(std::move(proof));
  }
  SENTRAIL_ASSIGN_OR_RETURN(const crypto::Digest root,
                            write_synthetic_tiles(log.path(), options.proven, known));
  SENTRAIL_ASSIGN_OR_RETURN(const std::string note, log.publish(options.proven, root));
  const Ticks ticks;
  std::vector<double> first;  // reads of the disk
  std::vector<double> again;
  std::vector<double> bytes;
  std::vector<double> bytes_of_hashes;
  std::vector<double> bytes_of_leaf;
  SENTRAIL_TRY(drop_pages(log.path()));
  for (std::vector<double>* const ns : {&first, &again}) {
    for (audit::TlogProof& proof : proofs) {
      audit::TileFolder tiles(log.path());
      audit::TileNodes nodes(tiles, options.proven);
      Result<std::vector<crypto::Digest>> hashes = std::vector<crypto::Digest>();
      std::string file;
      ns->push_back(ticks.time([&] {
        hashes = audit::inclusion_proof(nodes, proof.index, options.proven);
        proof.checkpoint = note;
        if (hashes) proof.hashes = *hashes;
        file = audit::format_proof(proof);
      }));
      if (!hashes) return tl::make_unexpected(hashes.error());
      SENTRAIL_TRY(audit::verify_proof(proof, log.key()));
      bytes.push_back(static_cast<double>(file.size()));
      bytes_of_hashes.push_back(static_cast<double>(proof.hashes.size() * 45));
      bytes_of_leaf.push_back(static_cast<double>((proof.extra.size() + 2) / 3 * 4));
    }
  }
  Row row("proof");
  row.number("p99_ms", quantile(again, 0.99) / 1e6).at_most(kProofMsMax);
  row.number("first_read_p99_ms", quantile(first, 0.99) / 1e6);
  row.number("p50_ms", quantile(again, 0.5) / 1e6);
  row.number("first_read_p50_ms", quantile(first, 0.5) / 1e6);
  row.number("bytes", quantile(bytes, 0.5)).at_most(kProofBytesMax);
  row.number("bytes_of_leaf", quantile(bytes_of_leaf, 0.5));
  row.number("bytes_of_hashes", quantile(bytes_of_hashes, 0.5));
  row.count("bytes_of_checkpoint", note.size()).count("leaves", options.proven);
  row.print(options.json);
  return row.reached();
}

}  // namespace sentrail::bench
