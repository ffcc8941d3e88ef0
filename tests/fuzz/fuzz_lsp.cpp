// Any bytes as the stream from an editor: frames, messages, and a session that lives through them.
// What comes out is JSON, and never more answers than there were requests and broken messages.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/lsp/analysed.hpp"
#include "compiler/lsp/framing.hpp"
#include "compiler/lsp/server.hpp"
#include "core/check.hpp"
#include "wire/json.hpp"

namespace {

using namespace sentrail::compiler::lsp;

constexpr std::string_view kPolicy =
    "policy p\\nlanguage 1\\nlist l = [a]\\ncondition c(x) = x in l\\nrule r: block when c(env)\\n";

void begin(Server& server) {
  server.receive(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"capabilities":{}}})");
  server.receive(R"({"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":)"
                 R"({"uri":"untitled:p","version":1,"text":")" +
                 std::string(kPolicy) + "\"}}}");
}

// in: `analyses`, whether texts are analysed, which lenses wait for.
void settle(Server& server, std::size_t received, bool analyses) {
  while (server.step() && !server.exit_code()) {
  }
  server.rest();
  while (const auto unit = analyses ? server.next_to_analyse() : nullptr) {
    const sentrail::compiler::Loaded& loaded = unit->loaded;
    server.take(unit, analysed(*loaded.policy, loaded.ast->source, loaded.sink));
  }
  std::size_t answers = 0;
  for (const std::string& one : server.take_output()) {
    const auto parsed = sentrail::wire::parse_json(one);
    SENTRAIL_CHECK(parsed.has_value());
    answers += parsed->root().find("method").exists() ? 0 : 1;
  }
  SENTRAIL_CHECK(answers <= received);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  FrameReader reader;
  Server server;
  // The first byte says whether the rest is a stream, or messages divided by zeros; whether it
  // begins the session itself; and whether what it opens is analysed.
  const unsigned how = size > 0 ? data[0] : 1u;
  const bool analyses = (how & 4u) != 0;
  if ((how & 2u) == 0) begin(server);
  settle(server, 1, false);
  if ((how & 1u) == 0) {
    reader.feed(bytes.substr(1));
    std::size_t received = 0;
    while (const auto frame = reader.next()) {
      ++received;
      if (frame->kind == FrameKind::message) server.receive(frame->content);
      if (frame->kind == FrameKind::too_large) server.receive_too_large();
      if (frame->kind == FrameKind::lost) break;
    }
    settle(server, received, analyses);
    return 0;
  }
  std::size_t received = 0;
  for (std::size_t at = std::min<std::size_t>(1, size); at < size; ++received) {
    const std::size_t end = std::min(bytes.find('\0', at), size);
    server.receive(bytes.substr(at, end - at));
    at = end + 1;
  }
  settle(server, received, analyses);
  return 0;
}
