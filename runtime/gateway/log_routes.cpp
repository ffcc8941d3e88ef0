// The published log as files: what any tlog-tiles client reads.
//
// Neighbours: audit/log_keeper.hpp has them. Must not know: hashes, signatures.
// source: docs/api.md A6; c2sp.org/tlog-tiles v0.1.0.
#include <charconv>
#include <string>
#include <utility>

#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"

namespace sentrail::gateway {
namespace {

constexpr std::string_view kLogPath = "/audit/log/";
// Whole tiles never change. Not for caches that others share: who may read is the gate's to say.
constexpr std::string_view kForEver = "private, max-age=31536000, immutable";
// A partial tile never changes either, but is gone once its whole one is there.
constexpr std::string_view kForAWhile = "private, max-age=3600";

http::HttpResponse file(std::string_view content_type, std::string bytes,
                        std::string_view caching) {
  http::HttpResponse answer = http::make_response(200, content_type, std::move(bytes));
  answer.headers.set("Cache-Control", caching);
  return answer;
}

tl::unexpected<Error> nothing_there() {
  return fail(Errc::not_found, "there is no such file in the log");
}

Answer shards(const GateParts& parts) {
  if (parts.log == nullptr || parts.log->shards().empty()) return nothing_there();
  return file("text/plain; charset=utf-8", parts.log->shards(), "no-cache");
}

Answer checkpoint(const GateParts& parts, const PeopleCall& call) {
  const auto year = audit::parse_year(call.parameters.front());
  if (parts.log == nullptr || !year) return nothing_there();
  Result<std::string> note = parts.log->checkpoint(*year);
  if (!note) return nothing_there();
  return file("text/plain; charset=utf-8", *std::move(note), "no-cache");
}

// Whether all entries of a bundle that is whole are forgotten. The bundle that begins with a link
// is kept: nothing else says where its shard begins. source: c2sp.org/tlog-tiles (minimum index)
bool is_past_retention(const GateParts& parts, int year, const audit::TileId& bundle) {
  if (parts.retention == nullptr) return false;
  const std::optional<audit::ShardRoot> root = parts.log->newest(year);
  const std::uint64_t end = (bundle.index + 1) * audit::kTileWidth;
  if (!root || end > root->size || (bundle.index == 0 && root->shard.links() > 0)) return false;
  return root->shard.end(end) <= parts.retention->state().forgotten;
}

Answer tile(const GateParts& parts, const PeopleCall& call) {
  const auto year = audit::parse_year(call.parameters.front());
  if (parts.log == nullptr || !year) return nothing_there();
  // As it was sent: a tile has one name.
  const std::size_t prefix = kLogPath.size() + audit::shard_folder(*year).size() + 1;
  const auto id = audit::parse_tile_path(call.request.path().substr(prefix));
  if (!id) return nothing_there();
  if (id->entries && is_past_retention(parts, *year, *id)) {
    return refusal(410, "past_retention",
                   "these entries are past the log's retention; tiles of hashes, checkpoints and "
                   "proofs are served for ever");
  }
  Result<std::string> bytes = parts.log->tile(*year, *id);
  if (!bytes && bytes.error().code == Errc::not_found) return nothing_there();
  if (!bytes) return tl::make_unexpected(std::move(bytes).error());
  return file("application/octet-stream", *std::move(bytes), id->partial() ? kForAWhile : kForEver);
}

Answer proof(const GateParts& parts, const PeopleCall& call) {
  const std::string& text = call.parameters.front();
  std::uint64_t sequence = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sequence);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(Errc::invalid_argument, "the entry is named by its sequence number");
  }
  if (parts.log == nullptr) return nothing_there();
  SENTRAIL_ASSIGN_OR_RETURN(const audit::TlogProof found, parts.log->prove(sequence));
  return file("text/plain; charset=utf-8", audit::format_proof(found), "no-store");
}

}  // namespace

void read_log_shards(GateParts& parts, std::shared_ptr<PeopleCall>, Reply reply) {
  reply_with(reply, shards(parts));
}

void read_log_checkpoint(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, checkpoint(parts, *call));
}

void read_log_tile(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, tile(parts, *call));
}

void read_log_proof(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, proof(parts, *call));
}

}  // namespace sentrail::gateway
