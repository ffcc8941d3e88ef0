// The log as files. See log_commands.hpp.
#include "interceptor/cli/log_commands.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include "core/encoding.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "interceptor/cli/api_client.hpp"
#include "interceptor/cli/table.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/log_verify.hpp"
#include "runtime/audit/shards.hpp"
#include "runtime/audit/tile_files.hpp"
#include "runtime/audit/tlog_proof.hpp"

namespace sentrail::cli {
namespace {

constexpr std::int64_t kFileMsMax = 30'000;

// Files of a log below a URL. threads: one.
class UrlSource final : public audit::TileSource {
 public:
  // The gate's own key goes to the gate only.
  static Result<std::unique_ptr<audit::TileSource>> of(const Context& context, std::string url) {
    while (url.ends_with('/')) url.pop_back();
    const std::size_t path = std::min(url.find('/', url.find("://") + 3), url.size());
    const std::string server = url.substr(0, path);
    SENTRAIL_ASSIGN_OR_RETURN(Endpoint endpoint, parse_server(server));
    std::string own = context.settings.server;
    while (own.ends_with('/')) own.pop_back();
    return std::unique_ptr<audit::TileSource>(
        new UrlSource(ApiClient(std::move(endpoint), context.settings.ca_file), url.substr(path),
                      server == own ? context.settings.key : std::string()));
  }

  [[nodiscard]] Result<std::string> read(const std::string& path) override {
    http::HttpRequest request;
    request.method = "GET";
    request.target = prefix_ + "/" + path;
    if (!key_.empty()) request.headers.add("Authorization", "Bearer " + key_);
    Result<http::HttpResponse> got = client_.call(std::move(request), kFileMsMax);
    // What breaks HTTP is damage on the way, and none of a file.
    if (!got) return fail(Errc::unavailable, path + ": " + got.error().message);
    http::HttpResponse& answer = *got;
    if (answer.status == 404) return fail(Errc::not_found, "there is no " + path);
    if (answer.status == 410) return fail(Errc::conflict, path + " is past the log's retention");
    if (answer.status == 401 || answer.status == 403) {
      return fail(Errc::permission_denied,
                  "the log's files are not open to everybody: set SENTRAIL_KEY to a key with "
                  "scope admin-read, and --server to where they are");
    }
    if (answer.status != 200) {
      return fail(Errc::unavailable,
                  path + ": the server answered " + std::to_string(answer.status));
    }
    return std::move(answer.body);
  }

 private:
  UrlSource(ApiClient client, std::string prefix, std::string key)
      : client_(std::move(client)), prefix_(std::move(prefix)), key_(std::move(key)) {}

  const ApiClient client_;
  const std::string prefix_;
  const std::string key_;
};

bool is_url(const std::string& where) {
  return where.starts_with("http://") || where.starts_with("https://");
}

Result<crypto::NoteVerifier> log_key(const std::string& text) {
  if (text.empty()) {
    return fail(Errc::invalid_argument,
                "name the log's key with --key: `key.pub` of the signer's folder has it; one that "
                "comes from the log itself proves nothing");
  }
  return crypto::NoteVerifier::parse(text);
}

void write_checkpoint(JsonWriter& json, const audit::Checkpoint& checkpoint) {
  json.key("origin").string(checkpoint.origin);
  json.key("size").unsigned_integer(checkpoint.size);
  json.key("root").string(base64_encode(as_chars(checkpoint.root)));
}

void print_report_as_json(const audit::LogReport& report, const std::string& origin) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("ok").boolean(!report.fault);
  json.key("origin").string(origin);
  json.key("entries").unsigned_integer(report.entries);
  json.key("shards").begin_array();
  for (const audit::ShardReport& shard : report.shards) {
    json.begin_object();
    if (shard.checkpoint) write_checkpoint(json, *shard.checkpoint);
    json.key("first").unsigned_integer(shard.shard.first);
    json.key("entries").unsigned_integer(shard.entries).end_object();
  }
  json.end_array();
  json.key("pastRetention").unsigned_integer(report.past_retention);
  if (report.fault) {
    json.key("path").string(report.fault->path);
    if (report.fault->sequence) json.key("sequence").unsigned_integer(*report.fault->sequence);
    json.key("why").string(report.fault->why);
  }
  json.end_object();
  std::printf("%s\n", out.c_str());
}

void print_report(const audit::LogReport& report) {
  if (!report.fault && report.past_retention > 0) {
    std::printf("the first %llu entries are past the log's retention: their hashes were checked\n",
                static_cast<unsigned long long>(report.past_retention));
  }
  for (const audit::ShardReport& shard : report.shards) {
    if (shard.fault || !shard.checkpoint) continue;
    std::printf("%s: %llu entries of %s, from %llu on, root %s\n",
                toned(Tone::good, "whole").c_str(), static_cast<unsigned long long>(shard.entries),
                escape_display(shard.checkpoint->origin).c_str(),
                static_cast<unsigned long long>(shard.shard.first),
                base64_encode(as_chars(shard.checkpoint->root)).c_str());
  }
  if (!report.fault) return;
  std::printf("%s in %s\n", toned(Tone::bad, "broken").c_str(),
              escape_display(audit::describe(*report.fault)).c_str());
}

// Whether a folder or URL is that of one shard: it ends with a year. A log without the list of its
// shards is none, or years could be left out unseen.
bool names_a_shard(std::string_view where) {
  while (where.ends_with('/')) where.remove_suffix(1);
  return audit::parse_year(where.substr(where.find_last_of('/') + 1)).has_value();
}

// The folder or URL of one shard alone: what its link leads to is not looked at.
Result<audit::LogReport> verify_one_shard(audit::TileSource& source,
                                          const crypto::NoteVerifier& key,
                                          const audit::LogVerifyOptions& options) {
  audit::LogReport report;
  const auto broken = [&report](std::string why) {
    report.fault = audit::LogFault{"checkpoint", std::nullopt, std::move(why)};
    return report;
  };
  const Result<std::string> note = source.read("checkpoint");
  if (!note && note.error().code != Errc::not_found) return tl::make_unexpected(note.error());
  if (!note) return broken("the file is missing, and so is the list of shards");
  const Result<audit::Checkpoint> claimed = audit::unverified_checkpoint(*note);
  if (!claimed) return broken(claimed.error().message);
  const std::optional<int> year = audit::shard_year(claimed->origin, key.name());
  if (!year) return broken("it is of `" + claimed->origin + "`, no shard of the key's log");
  SENTRAIL_ASSIGN_OR_RETURN(audit::ShardReport shard,
                            audit::verify_shard(source, key, *year, options));
  report.entries = shard.entries;
  report.past_retention = shard.past_retention;
  report.fault = shard.fault;
  report.shards.push_back(std::move(shard));
  return report;
}

// When the witness saw the checkpoint of a proof. fails: corrupt if it did not.
Result<std::uint64_t> cosigned_at(const audit::TlogProof& proof, const std::string& origin,
                                  const crypto::NoteVerifier& key,
                                  const crypto::CosignatureVerifier& witness) {
  SENTRAIL_ASSIGN_OR_RETURN(
      const crypto::NoteVerifier shard,
      audit::shard_key(key, audit::shard_year(origin, key.name()).value_or(0)));
  SENTRAIL_ASSIGN_OR_RETURN(const crypto::OpenedNote opened,
                            crypto::open_note(proof.checkpoint, {&shard, 1}));
  for (const crypto::NoteSignature& one : opened.unverified) {
    if (const auto time = witness.time_of(opened.text, one)) return *time;
  }
  return fail(Errc::corrupt, "witness `" + escape_display(witness.name()) +
                                 "` has not cosigned the proof's checkpoint");
}

void print_proof(const Context& context, const audit::TlogProof& proof,
                 const audit::Checkpoint& checkpoint, std::optional<std::uint64_t> seconds) {
  if (!context.json) {
    std::printf("%s: leaf %llu of the log %s of %llu leaves\n", toned(Tone::good, "proved").c_str(),
                static_cast<unsigned long long>(proof.index),
                escape_display(checkpoint.origin).c_str(),
                static_cast<unsigned long long>(checkpoint.size));
    if (seconds)
      std::printf("cosigned %s\n",
                  format_rfc3339_ms(static_cast<std::int64_t>(*seconds) * 1000).c_str());
    std::printf("%s\n", proof.extra.c_str());
    return;
  }
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("ok").boolean(true);
  write_checkpoint(json, checkpoint);
  json.key("index").unsigned_integer(proof.index);
  if (seconds) json.key("cosigned").unsigned_integer(*seconds);
  json.key("leaf").string(proof.extra);
  json.end_object();
  std::printf("%s\n", out.c_str());
}

Status print_refused_proof(Context& context, const Error& error) {
  context.set_exit_code(kRefused);
  if (!context.json) {
    std::printf("%s: %s\n", toned(Tone::bad, "not proved").c_str(),
                escape_display(error.message).c_str());
    return {};
  }
  std::string out;
  JsonWriter(&out)
      .begin_object()
      .key("ok")
      .boolean(false)
      .key("why")
      .string(error.message)
      .end_object();
  std::printf("%s\n", out.c_str());
  return {};
}

}  // namespace

Status verify_log_at(Context& context, const std::string& where, const std::string& key) {
  SENTRAIL_ASSIGN_OR_RETURN(const crypto::NoteVerifier verifier, log_key(key));
  std::unique_ptr<audit::TileSource> source;
  if (is_url(where)) {
    SENTRAIL_ASSIGN_OR_RETURN(source, UrlSource::of(context, where));
  } else if (std::filesystem::is_directory(where)) {
    source = std::make_unique<audit::TileFolder>(where);
  } else {
    return fail(Errc::not_found, "there is no folder " + where);
  }
  const bool shows = isatty(STDERR_FILENO) == 1;
  audit::LogVerifyOptions options;
  options.progress = [shows](std::uint64_t entries) {
    if (shows) std::fprintf(stderr, "\r%llu entries", static_cast<unsigned long long>(entries));
    return true;
  };
  const Result<std::string> list = source->read(std::string(audit::kShardList));
  const bool is_missing = !list && list.error().code == Errc::not_found;
  if (!list && !is_missing) return tl::make_unexpected(list.error());
  const bool is_one = is_missing && names_a_shard(where);
  const Result<audit::LogReport> report = is_one ? verify_one_shard(*source, verifier, options)
                                                 : audit::verify_log(*source, verifier, options);
  if (shows) std::fprintf(stderr, "\r\033[K");
  if (!report) return tl::make_unexpected(report.error());
  if (report->fault) context.set_exit_code(kRefused);
  context.json ? print_report_as_json(*report, verifier.name()) : print_report(*report);
  if (is_one && !context.json) {
    std::printf("this was one shard: what its link leads to was not looked at\n");
  }
  return {};
}

Status print_shard_key(const Context& context, const std::string& year, const std::string& key) {
  SENTRAIL_ASSIGN_OR_RETURN(const crypto::NoteVerifier verifier, log_key(key));
  const std::optional<int> number = audit::parse_year(year);
  if (!number) return fail(Errc::invalid_argument, "name a year with four digits, such as 2027");
  SENTRAIL_ASSIGN_OR_RETURN(const crypto::NoteVerifier shard, audit::shard_key(verifier, *number));
  if (!context.json) {
    std::printf("%s\n", shard.to_string().c_str());
    return {};
  }
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("ok").boolean(true).key("origin").string(shard.name());
  json.key("key").string(shard.to_string()).end_object();
  std::printf("%s\n", out.c_str());
  return {};
}

Status verify_proof_file(Context& context, const std::string& path, const std::string& key,
                         const std::string& witness) {
  SENTRAIL_ASSIGN_OR_RETURN(const crypto::NoteVerifier verifier, log_key(key));
  SENTRAIL_ASSIGN_OR_RETURN(const std::string text, read_input(path, limits::kTlogProofBytesMax));
  const Result<audit::TlogProof> proof = audit::parse_proof(text);
  if (!proof) return print_refused_proof(context, proof.error());
  const Result<audit::Checkpoint> checkpoint = audit::verify_proof(*proof, verifier);
  if (!checkpoint) return print_refused_proof(context, checkpoint.error());
  std::optional<std::uint64_t> seconds;
  if (!witness.empty()) {
    SENTRAIL_ASSIGN_OR_RETURN(const crypto::CosignatureVerifier cosigner,
                              crypto::CosignatureVerifier::parse(witness));
    const Result<std::uint64_t> time = cosigned_at(*proof, checkpoint->origin, verifier, cosigner);
    if (!time) return print_refused_proof(context, time.error());
    seconds = *time;
  }
  print_proof(context, *proof, *checkpoint, seconds);
  return {};
}

Status write_proof_file(Context& context, std::uint64_t sequence, const std::string& path) {
  const std::string number = std::to_string(sequence);
  const std::string file = path.empty() ? number + ".tlog-proof" : path;
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                            context.call(As::reader, "GET", "/audit/log/proof/" + number));
  SENTRAIL_ASSIGN_OR_RETURN(const audit::TlogProof proof, audit::parse_proof(answer.body));
  const Result<audit::Leaf> leaf = audit::decode_leaf(proof.extra);
  if (!leaf || leaf->sequence != sequence) {
    return fail(Errc::corrupt, "the gate sent another entry's proof");
  }
  if (file == "-") {
    std::printf("%s", answer.body.c_str());
    return {};
  }
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << answer.body;
  out.close();
  if (!out) return fail(Errc::io, "cannot write " + file);
  if (!context.json) {
    std::printf("%s\n", file.c_str());
    return {};
  }
  std::string text;
  JsonWriter(&text).begin_object().key("ok").boolean(true).key("file").string(file).end_object();
  std::printf("%s\n", text.c_str());
  return {};
}

Status run_doctor(const Context& context, const std::string& data, const std::string& signer,
                  bool repair_tail, const std::string& accept_loss) {
  std::error_code ignored;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const std::filesystem::path beside = self.parent_path() / "sentraild";
  const std::string program =
      std::filesystem::exists(beside, ignored) ? beside.string() : "sentraild";
  std::vector<std::string> words = {program, "--doctor", data};
  if (!signer.empty()) words.insert(words.end(), {"--signer", signer});
  if (repair_tail) words.emplace_back("--repair-tail");
  if (!accept_loss.empty()) words.insert(words.end(), {"--accept-loss", accept_loss});
  if (context.json) words.emplace_back("--json");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execvp(program.c_str(), arguments.data());
  return fail(Errc::not_found,
              "there is no sentraild beside this program or in the path: run it where the gate is");
}

}  // namespace sentrail::cli
