// Certificates made at run time: a CA, and leaves it signs.
//
// Neighbours: tls_test.cpp. Must not know: the product.
#pragma once

#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;
struct evp_pkey_st;
struct x509_st;

namespace sentrail::test {

// A key with its certificate, in memory and as PEM files that vanish with the object.
class Identity {
 public:
  // Signs with its own key if `issuer` is null: a CA. `name` is a DNS name or `IP:…`.
  explicit Identity(const std::string& name, const Identity* issuer = nullptr,
                    bool expired = false);
  ~Identity();
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;

  [[nodiscard]] const std::string& certificate_file() const { return certificate_file_; }
  [[nodiscard]] const std::string& key_file() const { return key_file_; }
  // SHA-256 of the certificate, lower-case hex.
  [[nodiscard]] std::string fingerprint() const;

 private:
  evp_pkey_st* key_ = nullptr;
  x509_st* certificate_ = nullptr;
  std::string certificate_file_;
  std::string key_file_;
};

// Contexts of the test's own peers.
using ContextPtr = std::shared_ptr<ssl_ctx_st>;
[[nodiscard]] ContextPtr server_context(const Identity& identity);
// `trusted` may be null: believes nobody. `identity` may be null: shows no certificate.
[[nodiscard]] ContextPtr client_context(const Identity* trusted,
                                        const Identity* identity = nullptr);

}  // namespace sentrail::test
