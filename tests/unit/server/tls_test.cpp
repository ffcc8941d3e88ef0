// Who is believed, and who is not: listeners, client certificates, upstreams.
//
// Neighbours: runtime/server/tls.hpp, channel.hpp. Certificates are made at run time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <fstream>

#include "tests/unit/server/certificates.hpp"
#include "tests/unit/server/peers.hpp"
#include "tests/unit/server/running.hpp"

namespace sentrail::test {
namespace {

using http::Reach;
using http::UpstreamFault;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

std::shared_ptr<LambdaHandler> telling_peer() {
  return std::make_shared<LambdaHandler>([](std::shared_ptr<http::Exchange> exchange) {
    const http::Peer& peer = exchange->peer();
    exchange->respond(http::make_response(
        200, "text/plain", (peer.tls ? "tls " : "plain ") + peer.certificate_sha256));
  });
}

server::ListenerConfig tls_listener(const Identity& identity, const Identity* client_ca = nullptr) {
  server::ListenerConfig out;
  out.tls = true;
  out.tls_files = {identity.certificate_file(), identity.key_file(),
                   client_ca == nullptr ? "" : client_ca->certificate_file()};
  return out;
}

TEST(TlsListener, ServesByteByByteAndClosesCleanly) {
  const Identity ca("CA");
  const Identity leaf("localhost", &ca);
  Running running(telling_peer(), {}, 1, tls_listener(leaf));
  Conn conn = Conn::to(running.port());
  ASSERT_TRUE(conn.connect_tls(client_context(&ca).get(), "localhost"));
  ASSERT_TRUE(conn.drip(kGet));
  EXPECT_THAT(conn.rest(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("tls ")));
  EXPECT_EQ(SSL_get_shutdown(conn.tls()) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
}

TEST(TlsListener, OldProtocolsAreRefusedAndAlpnAnswered) {
  const Identity ca("CA");
  const Identity leaf("localhost", &ca);
  Running running(telling_peer(), {}, 1, tls_listener(leaf));
  const ContextPtr old = client_context(&ca);
  SSL_CTX_set_security_level(old.get(), 0);
  SSL_CTX_set_min_proto_version(old.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(old.get(), TLS1_1_VERSION);
  Conn refused = Conn::to(running.port());
  EXPECT_FALSE(refused.connect_tls(old.get(), "localhost"));
  const ContextPtr both = client_context(&ca);
  const unsigned char offer[] = "\x02h2\x08http/1.1";
  SSL_CTX_set_alpn_protos(both.get(), offer, sizeof(offer) - 1);
  Conn conn = Conn::to(running.port());
  ASSERT_TRUE(conn.connect_tls(both.get(), "localhost"));
  const unsigned char* chosen = nullptr;
  unsigned bytes = 0;
  SSL_get0_alpn_selected(conn.tls(), &chosen, &bytes);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), bytes), "http/1.1");
}

TEST(TlsListener, SilentHandshakeTimesOut) {
  const Identity ca("CA");
  const Identity leaf("localhost", &ca);
  server::ServerLimits limits;
  limits.head_ms = 50;
  Running running(telling_peer(), limits, 1, tls_listener(leaf));
  Conn conn = Conn::to(running.port());
  EXPECT_EQ(conn.rest(), "");
  Conn plain = Conn::to(running.port());
  plain.send(kGet);
  EXPECT_THAT(plain.rest(), ::testing::Not(StartsWith("HTTP")));
}

TEST(TlsListener, ClientCertificatesAreDemandedAndShown) {
  const Identity ca("CA");
  const Identity other_ca("Other CA");
  const Identity leaf("localhost", &ca);
  const Identity client("client", &ca);
  const Identity stranger("client", &other_ca);
  Running running(telling_peer(), {}, 1, tls_listener(leaf, &ca));
  Conn good = Conn::to(running.port());
  ASSERT_TRUE(good.connect_tls(client_context(&ca, &client).get(), "localhost"));
  good.send(kGet);
  EXPECT_THAT(good.rest(), EndsWith("tls " + client.fingerprint()));
  for (const Identity* shown : {static_cast<const Identity*>(nullptr), &stranger}) {
    Conn bad = Conn::to(running.port());
    // With TLS 1.3 the client learns of the refusal when it reads.
    if (bad.connect_tls(client_context(&ca, shown).get(), "localhost")) bad.send(kGet);
    EXPECT_EQ(bad.rest(), "");
  }
}

TEST(TlsListener, CertificatesAreReadAgain) {
  const Identity ca("CA");
  const Identity before("localhost", &ca);
  const Identity after("localhost", &ca);
  Running running(telling_peer(), {}, 1, tls_listener(before));
  const auto shown = [&] {
    Conn conn = Conn::to(running.port());
    EXPECT_TRUE(conn.connect_tls(client_context(&ca).get(), "localhost"));
    X509* certificate = SSL_get1_peer_certificate(conn.tls());
    const long serial = ASN1_INTEGER_get(X509_get0_serialNumber(certificate));
    X509_free(certificate);
    return serial;
  };
  const long first = shown();
  const auto copy = [](const std::string& from, const std::string& to) {
    std::ofstream(to, std::ios::trunc) << std::ifstream(from).rdbuf();
  };
  copy(after.key_file(), before.key_file());
  EXPECT_FALSE(running.server().reload_tls());  // the key does not fit the certificate
  EXPECT_EQ(shown(), first);
  copy(after.certificate_file(), before.certificate_file());
  EXPECT_TRUE(running.server().reload_tls());
  EXPECT_NE(shown(), first);
}

TEST(TlsListener, MissingFilesAreNamed) {
  SystemClock clock;
  server::Logger logger(2, server::LogFormat::json, http::LogLevel::error, clock);
  server::ServerConfig config;
  config.listeners.push_back({"main", "127.0.0.1", 0, true, {"/no/chain.pem", "/no/key.pem", ""}});
  const auto opened = server::Server::open(config, telling_peer(), logger);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("/no/chain.pem"));
}

// --- upstreams ---------------------------------------------------------------------------------

std::shared_ptr<LambdaHandler> nobody() {
  return std::make_shared<LambdaHandler>([](std::shared_ptr<http::Exchange>) {});
}

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::shared_ptr<http::UpstreamTarget> secure_target(std::uint16_t port, const Identity* ca,
                                                    std::string host = "localhost") {
  auto target = target_at(port);
  target->host = std::move(host);
  target->tls = true;
  if (ca != nullptr) target->ca_file = ca->certificate_file();
  return target;
}

TEST(TlsUpstream, ProvenByTheExtraCaAndUsedAgain) {
  const Identity ca("CA");
  const Identity leaf("localhost", &ca);
  const ContextPtr context = server_context(leaf);
  ScriptedPeer peer({[](Conn& conn) {
                      for (int i = 0; i < 2; ++i) {
                        conn.until("\r\n\r\n");
                        conn.drip(kOk);
                      }
                    }},
                    context.get());
  Running running(nobody());
  for (int i = 0; i < 2; ++i) {
    const Called got = call(running, request_to(secure_target(peer.port(), &ca)));
    EXPECT_EQ(name_of(got.report.reach), "complete") << got.report.detail;
    EXPECT_EQ(got.body, "ok");
    EXPECT_EQ(got.report.reused_connection, i == 1);
  }
}

TEST(TlsUpstream, LiteralAddressIsProvenToo) {
  const Identity ca("CA");
  const Identity leaf("IP:127.0.0.1", &ca);
  const ContextPtr context = server_context(leaf);
  ScriptedPeer peer({answering(kOk)}, context.get());
  Running running(nobody());
  EXPECT_EQ(call(running, request_to(secure_target(peer.port(), &ca, "127.0.0.1"))).body, "ok");
}

struct BadCase {
  const char* what;
  const char* leaf_name;
  bool trusted;
  bool expired;
  const char* said;
};

TEST(TlsUpstream, NothingIsSentToWhoCannotProveIt) {
  const Identity ca("CA");
  const Identity other_ca("Other CA");
  for (const BadCase& bad :
       {BadCase{"wrong host", "example.com", true, false, "hostname mismatch"},
        BadCase{"unknown CA", "localhost", false, false, "unable to get local issuer"},
        BadCase{"expired", "localhost", true, true, "expired"},
        BadCase{"partial wildcard", "local*", true, false, "hostname mismatch"}}) {
    const Identity leaf(bad.leaf_name, &ca, bad.expired);
    const ContextPtr context = server_context(leaf);
    ScriptedPeer peer({answering(kOk)}, context.get());
    Running running(nobody());
    const Called got =
        call(running,
             request_to(secure_target(peer.port(), bad.trusted ? &ca : &other_ca), "POST", "x"));
    EXPECT_EQ(name_of(got.report.fault), "tls_failed") << bad.what;
    EXPECT_EQ(name_of(got.report.reach), "nothing_sent") << bad.what;
    EXPECT_THAT(got.report.detail, HasSubstr(bad.said)) << bad.what;
    peer.finish();
    for (const std::string& bytes : peer.received()) EXPECT_EQ(bytes, "") << bad.what;
  }
}

TEST(TlsUpstream, PlainAndSilentPeersFailTheHandshake) {
  const Identity ca("CA");
  ScriptedPeer plain({[](Conn& conn) {
    conn.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    conn.wait_end();
  }});
  Running running(nobody());
  const Called spoke = call(running, request_to(secure_target(plain.port(), &ca)));
  EXPECT_EQ(name_of(spoke.report.fault), "tls_failed");
  EXPECT_EQ(name_of(spoke.report.reach), "nothing_sent");
  ScriptedPeer silent({[](Conn& conn) { conn.wait_end(); }});
  auto target = secure_target(silent.port(), &ca);
  target->deadlines.tls_ms = 50;
  const Called hung = call(running, request_to(target));
  EXPECT_EQ(name_of(hung.report.fault), "timed_out");
  EXPECT_EQ(name_of(hung.report.phase), "tls");
}

TEST(TlsUpstream, TruncatedAnswerIsNotTakenForWhole) {
  const Identity ca("CA");
  const Identity leaf("localhost", &ca);
  const ContextPtr context = server_context(leaf);
  ScriptedPeer peer({[](Conn& conn) {
                      conn.until("\r\n\r\n");
                      conn.send("HTTP/1.1 200 OK\r\n\r\nhalf of it");
                    }},  // closed without close_notify
                    context.get());
  Running running(nobody());
  const Called got = call(running, request_to(secure_target(peer.port(), &ca)));
  EXPECT_EQ(name_of(got.report.reach), "response_partial");
  EXPECT_EQ(name_of(got.report.fault), "closed");
}

TEST(TlsUpstream, EarlyAnswerIsSeenDespiteSessionTickets) {
  const Identity ca("CA");
  const Identity leaf("localhost", &ca);
  const ContextPtr context = server_context(leaf);
  ScriptedPeer peer({[](Conn& conn) {
                      conn.until("\r\n\r\n");
                      conn.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
                      conn.until("never sent");
                    }},
                    context.get());
  Running running(nobody());
  const Called got = call(
      running, request_to(secure_target(peer.port(), &ca), "POST", std::string(32u << 20, 'x')));
  EXPECT_EQ(name_of(got.report.reach), "complete") << got.report.detail;
  EXPECT_EQ(got.report.status, 413);
}

}  // namespace
}  // namespace sentrail::test
