// The configuration file: defaults, every key, every kind of mistake with its place.
//
// Neighbours: runtime/server/config.hpp, docs/configuration.md.
#include "runtime/server/config.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "crypto/note.hpp"

namespace sentrail::server {
namespace {

using testing::HasSubstr;

constexpr std::string_view kUnsigned = "policy:\n  allow_unsigned: true\n";

std::string a_key(std::string_view name = "local/policy") {
  return crypto::NoteSigner::generate(name)->verifier().to_string();
}

Result<Config> parse(std::string_view text) {
  return parse_config(text, "sentrail.yaml");
}

std::string refusal_of(std::string_view text) {
  const Result<Config> config = parse(text);
  return config ? "accepted:\n" + dump_config(*config) : config.error().message;
}

std::string with(std::string_view line) {
  return std::string(kUnsigned) + std::string(line) + "\n";
}

TEST(Config, WhatIsNotWrittenIsTheDefault) {
  const Result<Config> config = parse(kUnsigned);
  ASSERT_TRUE(config) << config.error().message;
  Config expected;
  expected.allow_unsigned = true;
  EXPECT_EQ(*config, expected);
  EXPECT_EQ(url_of(false, config->listen), "http://127.0.0.1:8080");
}

// A configuration that names every key, none of them with its default, as it is dumped.
std::string with_every_key() {
  return R"(listen: "[::1]:0"
insecure_listen: true
public_url: "https://gate.example.com/sentrail"
threads: 7
shutdown_ms: 1234
data: "/var/lib/sentrail \"x\" \\ y"
tls:
  listen: "0.0.0.0:8443"
  certificate: "cert.pem"
  key: "key.pem"
  client_ca: "clients.pem"
policy:
  bundle: "policy.bundle"
  trust: [")" +
         a_key() + "\", \"" + a_key() +
         R"("]
  signatures: 1
  allow_unsigned: true
upstream:
  ca_file: "ca.pem"
  first_byte_ms: 2500
audit:
  durable_reads: true
  origin: "audit.example.com/gate"
  signer: "signer"
  witness_url: "https://witness.example.com/x"
  witness_key: "witness.example.com/w+bb0eb64c+BC1xFkK3JrBEAWJ8qfusMvXIUw+xkDzE2wIlhxeSGkiB"
  retention_days: 400
log:
  level: warning
  format: json
  requests: false
approvals:
  decide_by_ms: 1000
  execute_by_ms: 2000
  reason: always
  reason_characters: 20
  escalate: [{after_ms: 60000, to: "leads"}, {after_ms: 120000, to: "security"}]
  break_glass_group: "security"
  retention_days: 90
keys:
  expire_days: 1
requests:
  sample: 100
  retention_days: 7
  max_mb: 64
exporters: [{name: "archive", format: "json_lines", file: "a \"b\".jsonl", )"
         R"(file_mb: 3, files_kept: 2, origin: "gate"}, )"
         R"({name: "siem", format: "ocsf", url: "https://siem.example.com:8443/in?x=1", )"
         R"(token_file: "siem.token", private_address: true, origin: ""}, )"
         R"({name: "bus", format: "cloudevents", kafka: {brokers: "b1:9093,b2:9093", )"
         R"(topic: "sentrail.audit", tls: true, ca_file: "ca.pem", certificate: "c.pem", )"
         R"(key: "k.pem", sasl: "scram-sha-512", user: "gate", password_file: "p"}, origin: ""}]
)";
}

TEST(Config, EveryKeyIsReadAndDumpedAsItWasRead) {
  const std::string text = with_every_key();
  const Result<Config> config = parse(text);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(dump_config(*config), text);
  const Result<Config> again = parse(dump_config(*config));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, *config);
  // Nothing was left at its default: the text above names every key. (Of signatures, none being
  // needed, there is nothing else to say.)
  const Config defaults;
  std::size_t at = 0;
  const std::string default_dump = dump_config(defaults);
  for (const std::string_view key : config_keys()) {
    const std::string name(key.substr(key.find('.') + 1));
    at = text.find(name + ":", at);
    ASSERT_NE(at, std::string::npos) << key;
    const std::string line = text.substr(at, text.find('\n', at) - at);
    if (key == "policy.signatures") continue;
    EXPECT_EQ(default_dump.find(line + "\n"), std::string::npos) << line;
  }
}

TEST(Config, DefaultsSurviveTheirOwnDump) {
  const Config config = *parse(kUnsigned);
  EXPECT_EQ(*parse(dump_config(config)), config);
}

TEST(Config, AsManySignersAreTrustedAsAreNeeded) {
  const std::string two = "\"" + a_key("a") + "\", \"" + a_key("b") + "\"";
  const Result<Config> config = parse("policy:\n  trust: [" + two + "]\n  signatures: 2\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->signatures, 2U);
  EXPECT_EQ(parse(dump_config(*config)).value(), *config);
  EXPECT_THAT(refusal_of("policy:\n  trust: [" + two + "]\n  signatures: 3\n"),
              HasSubstr("only 2 signers"));
  // A key that takes over from another of the same signer is no second signer.
  EXPECT_THAT(refusal_of("policy:\n  trust: [\"" + a_key("a") + "\", \"" + a_key("a") +
                         "\"]\n  signatures: 2\n"),
              HasSubstr("only 1 signers"));
  EXPECT_THAT(refusal_of("policy:\n  trust: [" + two + "]\n  signatures: 0\n"),
              HasSubstr("line 3"));
  EXPECT_THAT(refusal_of(with("  signatures: 2")), HasSubstr("drop one of them"));
}

TEST(Config, UnknownKeysAreRefusedWithTheirPlaceAndASuggestion) {
  EXPECT_EQ(refusal_of(with("lisen: 127.0.0.1:80")),
            "sentrail.yaml: line 3, column 1: unknown key `lisen`; did you mean `listen`?");
  EXPECT_EQ(refusal_of("policy:\n  alow_unsigned: true\n"),
            "sentrail.yaml: line 2, column 3: unknown key `policy.alow_unsigned`; did you mean "
            "`policy.allow_unsigned`?");
  EXPECT_THAT(refusal_of(with("\"policy.bundle\": x")), HasSubstr("unknown key `policy.bundle`"));
  EXPECT_THAT(refusal_of(with("log:\n  level:\n    deep: 1")), HasSubstr("line 5"));
  EXPECT_THAT(refusal_of(with("tls: yes")), HasSubstr("line 3, column 1: `tls` is a section"));
}

TEST(Config, RepeatedKeysAliasesAndTagsAreRefused) {
  EXPECT_THAT(refusal_of(with("threads: 1\nthreads: 2")), HasSubstr("line 4"));
  EXPECT_THAT(refusal_of("policy: &x\n  allow_unsigned: true\n"), HasSubstr("line 1"));
  EXPECT_THAT(refusal_of(with("threads: !!int 2")), HasSubstr("line 3"));
  EXPECT_THAT(refusal_of(""), HasSubstr("sentrail.yaml: "));
  EXPECT_THAT(refusal_of("- a\n"), HasSubstr("`key: value`"));
  EXPECT_THAT(refusal_of("\xff\xfe"), HasSubstr("sentrail.yaml: "));
}

TEST(Config, WrongTypesAndRangesNameTheKey) {
  for (const std::string_view line :
       {"threads: 0",
        "threads: 65",
        "threads: 2.5",
        "threads: \"2\"",
        "threads: 02",
        "threads: two",
        "threads: -1",
        "threads: 99999999999999999999",
        "threads: [2]",
        "threads:",
        "shutdown_ms: -1",
        "shutdown_ms: 600001",
        "data: [a]",
        "data:",
        "data: \"a\\tb\"",
        "audit:\n  durable_reads: yes",
        "audit:\n  durable_reads: \"true\"",
        "audit:\n  durable_reads: 1",
        "log:\n  level: loud",
        "log:\n  format: xml",
        "log:\n  requests: on",
        "approvals:\n  decide_by_ms: 999",
        "approvals:\n  execute_by_ms: 86400001",
        "approvals:\n  reason: sometimes",
        "approvals:\n  reason_characters: 0",
        "approvals:\n  reason_characters: 201",
        "approvals:\n  escalate: leads",
        "approvals:\n  escalate: [leads]",
        "approvals:\n  escalate: [{after_ms: 999, to: a}]",
        "approvals:\n  escalate: [{after_ms: 60000}]",
        "approvals:\n  escalate: [{after_ms: 60000, to: A}]",
        "approvals:\n  escalate: [{after: 60000, to: a}]",
        "approvals:\n  escalate: [{after_ms: 9000, to: a}, {after_ms: 9000, to: b}]",
        "upstream:\n  first_byte_ms: 999",
        "upstream:\n  first_byte_ms: 300001",
        "keys:\n  expire_days: 0",
        "audit:\n  retention_days: -1",
        "approvals:\n  retention_days: 3651",
        "requests:\n  sample: 1001",
        "requests:\n  sample: -1",
        "requests:\n  retention_days: 0",
        "requests:\n  max_mb: 7"}) {
    const std::string said = refusal_of(with(line));
    EXPECT_THAT(said, HasSubstr("sentrail.yaml: line ")) << line;
    const std::string key(line.substr(line.rfind('\n') + 1));
    const std::size_t begin = key.find_first_not_of(' ');
    EXPECT_THAT(said, HasSubstr(key.substr(begin, key.find(':') - begin) + "`")) << line;
  }
}

TEST(Config, AddressesAreNumericWithAPort) {
  for (const std::string_view address :
       {"8080", "localhost:8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:80x", "::1:80", "[127.0.0.1]:80", "127.1:80", ":80", ""}) {
    EXPECT_THAT(refusal_of(with("listen: '" + std::string(address) + "'")), HasSubstr("IP address"))
        << address;
  }
  const Config config = *parse(with("listen: \"[::1]:9\""));
  EXPECT_EQ(config.listen, (ListenAddress{"::1", 9}));
  EXPECT_EQ(url_of(true, config.listen), "https://[::1]:9");
}

TEST(Config, PublicUrlsAreSafeToWriteIntoHeaders) {
  for (const std::string_view url :
       {"gate.example.com", "ftp://x", "http://", "http://a b", "http://a\\\"b", "http://a?b=c",
        "http://a#b", "http://a\\nb", "http://\u00e4.example"}) {
    EXPECT_THAT(refusal_of(with("public_url: \"" + std::string(url) + "\"")),
                HasSubstr("must be a URL"))
        << url;
  }
  EXPECT_EQ(parse(with("public_url: http://gate//"))->public_url, "http://gate");
}

TEST(Config, WhoSignsBundlesMustBeSaid) {
  EXPECT_THAT(refusal_of("threads: 1\n"), HasSubstr("`policy.trust`"));
  EXPECT_THAT(refusal_of("policy:\n  trust: []\n"), HasSubstr("`policy.trust`"));
  EXPECT_THAT(refusal_of("policy:\n  trust: [nonsense]\n"), HasSubstr("line 2, column 11"));
  EXPECT_THAT(refusal_of("policy:\n  trust: local\n"), HasSubstr("list of verifier keys"));
  EXPECT_TRUE(parse("policy:\n  trust: [\"" + a_key() + "\"]\n"));
}

TEST(Config, HalfOfTlsIsNone) {
  EXPECT_THAT(refusal_of(with("tls:\n  key: k.pem")), HasSubstr("`tls.certificate`"));
  EXPECT_THAT(refusal_of(with("tls:\n  listen: 127.0.0.1:1")), HasSubstr("`tls.certificate`"));
  EXPECT_THAT(refusal_of(with("tls:\n  client_ca: c.pem")), HasSubstr("`tls.certificate`"));
}

TEST(Config, AWitnessHasAUrlAndAKey) {
  EXPECT_THAT(refusal_of(with("audit:\n  witness_url: https://w.example.com")),
              HasSubstr("`audit.witness_key`"));
  EXPECT_THAT(refusal_of(with("audit:\n  witness_url: w.example.com")), HasSubstr("must be a URL"));
  EXPECT_THAT(refusal_of(with("audit:\n  witness_key: nonsense")), HasSubstr("witness key"));
  EXPECT_THAT(refusal_of(with("audit:\n  origin: \"a b\"")), HasSubstr("without spaces"));
}

TEST(Config, ListeningEverywhereNeedsAName) {
  EXPECT_THAT(refusal_of(with("listen: 0.0.0.0:80")), HasSubstr("public_url"));
  EXPECT_THAT(refusal_of(with("listen: \"[::]:80\"")), HasSubstr("public_url"));
  EXPECT_TRUE(parse(with("listen: 0.0.0.0:80\npublic_url: http://gate\ninsecure_listen: true")));
}

TEST(Config, SecretsDoNotCrossANetworkInTheClear) {
  const std::string tls = "\ntls:\n  certificate: c.pem\n  key: k.pem\n";
  for (const std::string where : {"192.0.2.1:80", "10.1.2.3:80", "\"[2001:db8::1]:80\"",
                                  "0.0.0.0:80\npublic_url: http://gate"}) {
    const std::string listen = "listen: " + where;
    EXPECT_THAT(refusal_of(with(listen)), HasSubstr("insecure_listen")) << where;
    EXPECT_TRUE(parse(with(listen + "\ninsecure_listen: true"))) << where;
    EXPECT_TRUE(parse(with(listen + tls))) << where;
    // A listener of its own for TLS leaves `listen` plain.
    EXPECT_THAT(refusal_of(with(listen + tls + "  listen: 127.0.0.1:443")),
                HasSubstr("insecure_listen"))
        << where;
  }
  for (const char* here : {"127.0.0.1:80", "127.9.9.9:80", "\"[::1]:80\""}) {
    EXPECT_TRUE(parse(with(std::string("listen: ") + here))) << here;
  }
}

TEST(Config, RelativePathsAreOfTheFilesFolder) {
  const Config config =
      with_paths_in(*parse(with("data: d\nupstream:\n  ca_file: /etc/ca.pem")), "/srv/gate");
  EXPECT_EQ(config.data, "/srv/gate/d");
  EXPECT_EQ(config.upstream_ca_file, "/etc/ca.pem");
  EXPECT_EQ(config.bundle, "");
}

TEST(Config, TheDocumentationHasARowForEachKeyAndNoOther) {
  std::ifstream file(SENTRAIL_SOURCE_DIR "/docs/configuration.md");
  std::vector<std::string> rows;
  for (std::string line; std::getline(file, line);) {
    if (line == "## The data folder") break;
    if (line.starts_with("| `")) rows.push_back(line.substr(3, line.find('`', 3) - 3));
  }
  const auto keys = config_keys();
  EXPECT_EQ(rows, std::vector<std::string>(keys.begin(), keys.end()));
}

}  // namespace
}  // namespace sentrail::server
