// OpenSSL's way to make certificates.
//
// Neighbours: certificates.hpp. Must not know: the product.
#include "tests/unit/server/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "core/check.hpp"

namespace sentrail::test {
namespace {

std::string temporary_file() {
  std::string name = "/tmp/sentrail_test_XXXXXX";
  const int fd = ::mkstemp(name.data());
  SENTRAIL_CHECK(fd >= 0);
  ::close(fd);
  return name;
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  SENTRAIL_CHECK(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

long next_serial() {
  static long serial = 0;
  return ++serial;
}

}  // namespace

Identity::Identity(const std::string& name, const Identity* issuer, bool expired)
    : key_(EVP_EC_gen("P-256")),
      certificate_(X509_new()),
      certificate_file_(temporary_file()),
      key_file_(temporary_file()) {
  X509_set_version(certificate_, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate_), next_serial());
  X509_gmtime_adj(X509_getm_notBefore(certificate_), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate_), expired ? -3600 : 3600);
  X509_set_pubkey(certificate_, key_);
  X509_NAME* subject = X509_get_subject_name(certificate_);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509* signer = issuer == nullptr ? certificate_ : issuer->certificate_;
  X509_set_issuer_name(certificate_, X509_get_subject_name(signer));
  add_extension(certificate_, signer, NID_basic_constraints,
                issuer == nullptr ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (issuer != nullptr) {
    const std::string alternative = name.starts_with("IP:") ? name : "DNS:" + name;
    add_extension(certificate_, signer, NID_subject_alt_name, alternative);
  }
  SENTRAIL_CHECK(X509_sign(certificate_, issuer == nullptr ? key_ : issuer->key_, EVP_sha256()) >
                 0);
  std::FILE* out = std::fopen(certificate_file_.c_str(), "w");
  PEM_write_X509(out, certificate_);
  std::fclose(out);
  out = std::fopen(key_file_.c_str(), "w");
  PEM_write_PrivateKey(out, key_, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
}

Identity::~Identity() {
  ::unlink(certificate_file_.c_str());
  ::unlink(key_file_.c_str());
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

std::string Identity::fingerprint() const {
  std::array<unsigned char, 32> digest{};
  unsigned bytes = 0;
  X509_digest(certificate_, EVP_sha256(), digest.data(), &bytes);
  std::string out;
  for (const unsigned char byte : digest) {
    std::array<char, 3> text{};
    std::snprintf(text.data(), text.size(), "%02x", static_cast<unsigned>(byte));
    out += text.data();
  }
  return out;
}

ContextPtr server_context(const Identity& identity) {
  ContextPtr context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SENTRAIL_CHECK(
      SSL_CTX_use_certificate_chain_file(context.get(), identity.certificate_file().c_str()) == 1);
  SENTRAIL_CHECK(SSL_CTX_use_PrivateKey_file(context.get(), identity.key_file().c_str(),
                                             SSL_FILETYPE_PEM) == 1);
  return context;
}

ContextPtr client_context(const Identity* trusted, const Identity* identity) {
  ContextPtr context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (trusted != nullptr) {
    SENTRAIL_CHECK(SSL_CTX_load_verify_file(context.get(), trusted->certificate_file().c_str()) ==
                   1);
  }
  if (identity != nullptr) {
    SENTRAIL_CHECK(SSL_CTX_use_certificate_file(context.get(), identity->certificate_file().c_str(),
                                                SSL_FILETYPE_PEM) == 1);
    SENTRAIL_CHECK(SSL_CTX_use_PrivateKey_file(context.get(), identity->key_file().c_str(),
                                               SSL_FILETYPE_PEM) == 1);
  }
  return context;
}

}  // namespace sentrail::test
