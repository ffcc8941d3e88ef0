// Loading the snapshot of who and what is known. See known.hpp.
#include "runtime/gateway/known.hpp"

#include <atomic>
#include <utility>

#include "core/check.hpp"
#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "runtime/http/address.hpp"

namespace sentrail::gateway {
namespace {

std::string credential_place(const Uuid& workspace_id, std::string_view tool) {
  std::string place = "sentrail-credential-v1/" + format_uuid(workspace_id) + "/";
  return place.append(tool);
}

std::uint64_t next_number() noexcept {
  static std::atomic<std::uint64_t> made{0};
  return ++made;
}

Result<Upstream> make_upstream(const Known::Source& source, store::Connection connection) {
  Upstream upstream;
  const bool tls = connection.scheme == "https";
  auto target = std::make_shared<http::UpstreamTarget>();
  target->host = connection.host;
  target->port = connection.port;
  target->tls = tls;
  target->ca_file = source.ca_file;
  target->deadlines.first_byte_ms = source.first_byte_ms;
  if (connection.private_address) target->private_ranges = http::private_blocks();
  upstream.target = std::move(target);
  const bool is_ipv6 = connection.host.find(':') != std::string::npos;
  upstream.host_header = is_ipv6 ? "[" + connection.host + "]" : connection.host;
  if (connection.port != (tls ? 443 : 80)) {
    upstream.host_header.append(":").append(std::to_string(connection.port));
  }
  if (!connection.sealed_credential.empty()) {
    SENTRAIL_ASSIGN_OR_RETURN(
        std::string credential,
        crypto::open(source.master, connection.sealed_credential,
                     credential_place(connection.workspace_id, connection.tool)));
    Result<std::string> value = authorization_of(connection.auth_scheme, credential);
    crypto::wipe(credential);
    if (!value) return tl::make_unexpected(std::move(value).error());
    upstream.authorization = *std::move(value);
  }
  SENTRAIL_ASSIGN_OR_RETURN(upstream.promises, promises_of(connection.settings));
  upstream.connection = std::move(connection);
  return upstream;
}

}  // namespace

std::string seal_credential(const crypto::SealKey& master, const Uuid& workspace_id,
                            std::string_view tool, std::string_view credential) {
  return crypto::seal(master, credential, credential_place(workspace_id, tool));
}

Result<std::string> authorization_of(std::string_view auth_scheme, std::string_view credential) {
  for (const char byte : credential) {
    if (byte < 0x20 || byte == 0x7f) {
      return fail(Errc::invalid_argument, "a credential may not hold control characters");
    }
  }
  if (auth_scheme == "none") return std::string();
  if (auth_scheme == "bearer") return "Bearer " + std::string(credential);
  if (auth_scheme == "token") return "token " + std::string(credential);
  if (auth_scheme == "basic") return "Basic " + base64_encode(credential);
  return fail(Errc::invalid_argument, "authScheme must be bearer, token, basic or none");
}

Known::Known(identity::Directory directory)
    : directory_(std::move(directory)), number_(next_number()) {}

std::shared_ptr<const Known> Known::with_stops(
    const std::vector<identity::LocalStop>& stops) const {
  std::shared_ptr<Known> out(new Known(*this));
  out->number_ = next_number();
  for (const identity::LocalStop& stop : stops) out->directory_.add_stop(stop);
  return out;
}

Result<std::shared_ptr<const Known>> Known::load(const Source& source) {
  SENTRAIL_ASSIGN_OR_RETURN(identity::Directory directory,
                            identity::Directory::load(source.reader));
  std::shared_ptr<Known> known(new Known(std::move(directory)));
  for (const auto& [workspace_id, workspace] : known->directory_.workspaces()) {
    SENTRAIL_ASSIGN_OR_RETURN(std::vector<store::Connection> connections,
                              source.reader.list_connections(workspace_id));
    for (store::Connection& connection : connections) {
      const std::pair name(workspace_id, connection.tool);
      Result<Upstream> upstream = make_upstream(source, std::move(connection));
      if (!upstream) {
        return fail(upstream.error().code, "the connection of the tool `" + name.second +
                                               "` cannot be read, or its credential does not open "
                                               "with this master key; restore the key, or connect "
                                               "the tool again");
      }
      known->upstreams_.emplace(name, *std::move(upstream));
    }
  }
  return std::shared_ptr<const Known>(std::move(known));
}

const Upstream* Known::upstream(const Uuid& workspace_id, std::string_view tool) const {
  const auto at = upstreams_.find(std::pair(workspace_id, std::string(tool)));
  return at == upstreams_.end() ? nullptr : &at->second;
}

bool is_tool_name(std::string_view name) noexcept {
  constexpr std::string_view kReserved = "status";
  return !name.empty() && name.size() <= limits::kNameBytesMax && name != kReserved &&
         name.front() >= 'a' && name.front() <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

std::shared_ptr<const Known> KnownHolder::get() const {
  const std::lock_guard lock(mutex_);
  SENTRAIL_CHECK(current_ != nullptr);
  return current_;
}

Status KnownHolder::reload() {
  const std::lock_guard one_at_a_time(loading_);
  SENTRAIL_ASSIGN_OR_RETURN(std::shared_ptr<const Known> fresh, Known::load(source_));
  {
    const std::lock_guard lock(mutex_);
    loaded_.swap(fresh);
    put_in_force();
  }
  if (told_) told_();
  return {};
}

// REQUIRES: mutex_ is held.
void KnownHolder::put_in_force() {
  current_ = local_stops_.empty() ? loaded_ : loaded_->with_stops(local_stops_);
}

void KnownHolder::add_stop(identity::LocalStop stop) {
  {
    const std::lock_guard lock(mutex_);
    local_stops_.push_back(std::move(stop));
    put_in_force();
  }
  if (told_) told_();
}

void KnownHolder::drop_stop(const Uuid& id) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(local_stops_, [&](const identity::LocalStop& stop) { return stop.id == id; });
    put_in_force();
  }
  if (told_) told_();
}

std::vector<identity::LocalStop> KnownHolder::local_stops() const {
  const std::lock_guard lock(mutex_);
  return local_stops_;
}

}  // namespace sentrail::gateway
