// TLS contexts: what a listener proves and demands, and whom an upstream is believed to be.
//
// Neighbours: channel.hpp runs the handshakes, listener and upstream configuration name the files.
// Must not know: HTTP. TLS 1.2 is the least; ALPN answers `http/1.1`.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/result.hpp"

struct ssl_st;

namespace sentrail::server {

// Files of a TLS listener, PEM.
struct TlsFiles {
  std::string certificate_chain;
  std::string private_key;
  std::string client_ca;  // "" asks no certificate of clients; else only these CAs' are let in
};

// Shared by all connections of a listener or an upstream; immutable once made.
using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// Loads a listener's context. fails: invalid_argument naming the file and what is wrong with it
[[nodiscard]] Result<TlsContext> make_listener_tls(const TlsFiles& files);

// Loads a context that trusts the system's roots and, if named, one more file of CAs.
// cost: reads all of the system's roots, tens of milliseconds
[[nodiscard]] Result<TlsContext> make_upstream_tls(const std::string& ca_file);

// The upstream contexts of a server, each loaded once. threads: any
class UpstreamTrust {
 public:
  // The context that trusts this file beside the system's roots; "" for those alone.
  // fails: invalid_argument naming the file
  [[nodiscard]] Result<TlsContext> context_for(const std::string& ca_file);
  // Has everything read again when it is next asked for.
  void forget();

 private:
  std::mutex mutex_;
  std::map<std::string, TlsContext> contexts_;  // guarded by mutex_
};

// Makes a client's connection name the host (SNI) and demand a certificate for exactly it.
[[nodiscard]] Status expect_host(ssl_st* connection, const std::string& host);

// Why the last handshake of a connection was refused, for people.
[[nodiscard]] std::string describe_tls_failure(ssl_st* connection, std::string_view error);

// SHA-256 of the peer's certificate in lower-case hex, "" if it showed none.
[[nodiscard]] std::string peer_certificate_sha256(ssl_st* connection);

}  // namespace sentrail::server
