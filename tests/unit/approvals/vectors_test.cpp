// Recomputes every published vector of docs/approval_hash_vectors.json.
//
// Neighbours: check_vectors.py does the same without our code.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "core/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/list_hash.hpp"
#include "runtime/approvals/binding.hpp"
#include "wire/json.hpp"

namespace sentrail::approvals {
namespace {

std::string text(JsonValue vector, std::string_view name) {
  const JsonValue value = vector.find(name);
  EXPECT_TRUE(value.exists()) << name;
  return value.exists() ? std::string(value.text()) : std::string();
}

std::uint64_t number(JsonValue vector, std::string_view name) {
  return std::stoull(text(vector, name));
}

std::string bytes(JsonValue vector, std::string_view name) {
  const auto decoded = hex_decode(text(vector, name));
  EXPECT_TRUE(decoded) << name;
  return decoded.value_or("");
}

template <std::size_t size>
void fill(std::array<std::uint8_t, size>& out, const std::string& from) {
  ASSERT_EQ(from.size(), size);
  std::copy(from.begin(), from.end(), out.begin());
}

std::vector<HeaderField> fields(JsonValue vector, std::string_view name) {
  std::vector<HeaderField> list;
  const JsonValue array = vector.find(name);
  JsonValue pair = array.first_child();
  for (std::size_t left = array.size(); left > 0; --left) {
    const JsonValue key = pair.first_child();
    list.push_back({std::string(key.text()), std::string(key.next().text())});
    if (left > 1) pair = pair.next();
  }
  return list;
}

BindingInput read(JsonValue v) {
  BindingInput input;
  fill(input.action_id, bytes(v, "action_id"));
  fill(input.nonce, bytes(v, "nonce"));
  input.workspace = text(v, "workspace");
  input.requester = text(v, "requester");
  input.agent = text(v, "agent");
  input.upstream = text(v, "upstream");
  input.scheme = text(v, "scheme");
  input.host = text(v, "host");
  input.port = static_cast<std::uint16_t>(number(v, "port"));
  input.method = text(v, "method");
  input.target = text(v, "target");
  input.headers = fields(v, "headers");
  const std::string body = bytes(v, "body_hex");
  input.body_hash = crypto::sha256(body);
  input.body_bytes = body.size();
  input.tool = text(v, "tool");
  input.tool_definition_hash = bytes(v, "tool_definition_hash");
  input.preconditions = fields(v, "preconditions");
  fill(input.bundle_hash, bytes(v, "bundle_hash"));
  input.rule = text(v, "rule");
  input.risk = risk_named(text(v, "risk")).value();
  input.quorum = text(v, "quorum");
  input.decide_by_ms = number(v, "decide_by_ms");
  input.execute_within_ms = number(v, "execute_within_ms");
  return input;
}

TEST(ApprovalVectors, EveryPublishedVectorIsReproduced) {
  std::ifstream file(SENTRAIL_SOURCE_DIR "/docs/approval_hash_vectors.json");
  const std::string json((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto document = wire::parse_json(json);
  ASSERT_TRUE(document) << document.error().message;
  const JsonValue list = document->root();
  ASSERT_GE(list.size(), 5u);
  JsonValue vector = list.first_child();
  for (std::size_t left = list.size(); left > 0; --left) {
    SCOPED_TRACE(text(vector, "name"));
    const BindingInput input = read(vector);
    EXPECT_EQ(encode_preimage(input).size(), number(vector, "preimage_bytes"));
    EXPECT_EQ(hex_encode(approval_hash(input)), text(vector, "approval_hash"));
    EXPECT_EQ(hex_encode(attach_hash(input)), text(vector, "attach_hash"));
    EXPECT_EQ(hex_encode(action_hash(input, bytes(vector, "body_hex"))),
              text(vector, "action_hash"));
    if (left > 1) vector = vector.next();
  }
}

// Rows of the page: `| 32 × `11`, 32 × `22` | `<hash>` |`.
TEST(BatchVectors, EveryPublishedVectorIsReproduced) {
  std::ifstream file(SENTRAIL_SOURCE_DIR "/docs/approval_hash.md");
  const std::string multiplied = "32 \xc3\x97 `";
  int rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| " + multiplied)) continue;
    ++rows;
    std::vector<crypto::Digest> hashes;
    for (std::size_t at = line.find(multiplied); at != std::string::npos;
         at = line.find(multiplied, at + 1)) {
      const auto byte = hex_decode(line.substr(at + multiplied.size(), 2));
      ASSERT_TRUE(byte);
      hashes.emplace_back().fill(static_cast<std::uint8_t>(byte->front()));
    }
    const std::size_t end = line.rfind('`');
    EXPECT_EQ(hex_encode(crypto::hash_list(crypto::kBatchDomain, hashes)),
              line.substr(end - 64, 64))
        << line;
  }
  EXPECT_EQ(rows, 4);
}

}  // namespace
}  // namespace sentrail::approvals
