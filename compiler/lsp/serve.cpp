// One loop: read, handle one message, look for more; what rests is analysed beside it. See
// serve.hpp.
#include "compiler/lsp/serve.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>

#include "compiler/lsp/analyst.hpp"
#include "compiler/lsp/framing.hpp"

namespace sentrail::compiler::lsp {
namespace {

constexpr std::size_t kReadBytes = 64u << 10;

// The stream from the client.
class Input {
 public:
  Input(int descriptor, Server& server) : descriptor_(descriptor), server_(server) {}

  // Takes what is there. out: whether the stream goes on.
  bool take() {
    while (open_ && ready()) {
      std::array<char, kReadBytes> bytes;
      const ssize_t count = ::read(descriptor_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        open_ = false;
        break;
      }
      reader_.feed({bytes.data(), static_cast<std::size_t>(count)});
      frames();
    }
    return open_;
  }

  [[nodiscard]] const std::string& why_lost() const noexcept { return lost_; }

 private:
  [[nodiscard]] bool ready() const {
    pollfd one{descriptor_, POLLIN, 0};
    return ::poll(&one, 1, 0) > 0;
  }

  void frames() {
    while (const std::optional<Frame> frame = reader_.next()) {
      switch (frame->kind) {
        case FrameKind::message:
          server_.receive(frame->content);
          break;
        case FrameKind::too_large:
          server_.receive_too_large();
          break;
        case FrameKind::lost:
          lost_ = frame->content;
          open_ = false;
          return;
      }
    }
  }

  int descriptor_;
  Server& server_;
  FrameReader reader_;
  bool open_ = true;
  std::string lost_;
};

// Waits until one of two descriptors has something.
void wait_for(int one, int other) {
  std::array<pollfd, 2> both = {{{one, POLLIN, 0}, {other, POLLIN, 0}}};
  static_cast<void>(::poll(both.data(), both.size(), -1));
}

// An analysis that nobody waits for any more may have seconds to go: the program ends without it.
int end_with(int code, const Analyst& analyst) {
  if (analyst.is_busy()) std::_Exit(code);
  return code;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool send(int descriptor, const std::vector<std::string>& messages) {
  for (const std::string& message : messages) {
    if (!write_all(descriptor, framed(message))) return false;
  }
  return true;
}

}  // namespace

int serve(int in, int out, const Log& log, const LoadOptions& options) {
  Server server(log, options);
  Input input(in, server);
  Analyst analyst;
  bool open = true;
  while (true) {
    if (open) open = input.take();
    const bool worked = server.step();
    if (!worked) server.rest();
    if (auto done = analyst.take()) server.take(done->unit, std::move(done->analysed));
    if (!worked && !analyst.is_busy()) {
      if (auto unit = server.next_to_analyse()) analyst.begin(std::move(unit));
    }
    if (!send(out, server.take_output())) return 1;
    if (const auto code = server.exit_code()) return end_with(*code, analyst);
    if (worked) continue;
    if (!open) break;
    wait_for(in, analyst.descriptor());
  }
  if (!input.why_lost().empty()) {
    const auto error = refuse(RpcCode::parse_error, input.why_lost());
    static_cast<void>(send(out, {response("null", error)}));
    if (log) log(input.why_lost());
  }
  return end_with(1, analyst);
}

}  // namespace sentrail::compiler::lsp
