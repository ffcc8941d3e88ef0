// OpenSSL behind a few functions.
//
// Neighbours: tls.hpp. Must not know: sockets, HTTP.
#include "runtime/server/tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdint>
#include <span>

#include "core/encoding.hpp"
#include "runtime/http/address.hpp"

namespace sentrail::server {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

constexpr std::array<unsigned char, 9> kAlpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

[[nodiscard]] TlsContext make_context(ssl::context::method method) {
  auto context = std::make_shared<ssl::context>(method);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(
      native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // A connection's buffers are given back while it is idle.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  return context;
}

int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_bytes,
                const unsigned char* offered, unsigned offered_bytes, void*) {
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_bytes, kAlpn.data(), kAlpn.size(), offered, offered_bytes);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

[[nodiscard]] Status loaded(const error_code& ec, const char* what, const std::string& file) {
  if (!ec) return {};
  return fail(Errc::invalid_argument,
              std::string("cannot load the ") + what + " `" + file + "`: " + ec.message());
}

}  // namespace

Result<TlsContext> make_listener_tls(const TlsFiles& files) {
  TlsContext context = make_context(ssl::context::tls_server);
  error_code ec;
  context->use_certificate_chain_file(files.certificate_chain, ec);
  SENTRAIL_TRY(loaded(ec, "certificate chain", files.certificate_chain));
  context->use_private_key_file(files.private_key, ssl::context::pem, ec);
  SENTRAIL_TRY(loaded(ec, "private key", files.private_key));
  SSL_CTX_set_alpn_select_cb(context->native_handle(), choose_alpn, nullptr);
  // Sessions of clients with certificates would need a context id; resumption is not needed.
  SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
  if (!files.client_ca.empty()) {
    context->load_verify_file(files.client_ca, ec);
    SENTRAIL_TRY(loaded(ec, "client CA", files.client_ca));
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    constexpr std::string_view kSessionId = "sentrail";
    SSL_CTX_set_session_id_context(context->native_handle(),
                                   reinterpret_cast<const unsigned char*>(kSessionId.data()),
                                   static_cast<unsigned>(kSessionId.size()));
  }
  return context;
}

Result<TlsContext> make_upstream_tls(const std::string& ca_file) {
  TlsContext context = make_context(ssl::context::tls_client);
  error_code ec;
  context->set_default_verify_paths(ec);
  SENTRAIL_TRY(loaded(ec, "roots of", "the system"));
  if (!ca_file.empty()) {
    context->load_verify_file(ca_file, ec);
    SENTRAIL_TRY(loaded(ec, "CA file", ca_file));
  }
  context->set_verify_mode(ssl::verify_peer);
  SSL_CTX_set_alpn_protos(context->native_handle(), kAlpn.data(), kAlpn.size());
  return context;
}

Result<TlsContext> UpstreamTrust::context_for(const std::string& ca_file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (const auto found = contexts_.find(ca_file); found != contexts_.end()) return found->second;
  SENTRAIL_ASSIGN_OR_RETURN(TlsContext context, make_upstream_tls(ca_file));
  contexts_.emplace(ca_file, context);
  return context;
}

void UpstreamTrust::forget() {
  const std::lock_guard<std::mutex> lock(mutex_);
  contexts_.clear();
}

Status expect_host(ssl_st* connection, const std::string& host) {
  bool ok = false;
  if (http::parse_address(host)) {
    ok = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host.c_str()) == 1;
  } else {
    SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    ok = SSL_set_tlsext_host_name(connection, host.c_str()) == 1 &&
         SSL_set1_host(connection, host.c_str()) == 1;
  }
  if (ok) return {};
  return fail(Errc::invalid_argument, "`" + host + "` is not a host that TLS can check");
}

std::string describe_tls_failure(ssl_st* connection, std::string_view error) {
  const long verified = SSL_get_verify_result(connection);
  if (verified == X509_V_OK) return "TLS handshake failed: " + std::string(error);
  return std::string("TLS certificate refused: ") + X509_verify_cert_error_string(verified);
}

std::string peer_certificate_sha256(ssl_st* connection) {
  X509* certificate = SSL_get1_peer_certificate(connection);
  if (certificate == nullptr) return {};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned bytes = 0;
  const int ok = X509_digest(certificate, EVP_sha256(), digest.data(), &bytes);
  X509_free(certificate);
  if (ok != 1) return {};
  return hex_encode(std::span<const std::uint8_t>(digest.data(), bytes));
}

}  // namespace sentrail::server
