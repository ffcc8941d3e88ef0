// The language server as an object: messages in, messages out.
//
// Neighbours: serve.cpp moves bytes, features.hpp has the answers, workspace.hpp the policies. Must
// not know: descriptors, framing. source: Language Server Protocol 3.17, "Lifecycle Messages".
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/lsp/features.hpp"

namespace sentrail::compiler::lsp {

// Takes lines about what the server does, for people.
using Log = std::function<void(std::string_view line)>;

// One session with one client. Messages wait until they are handled, so that a request can be
// cancelled before it is, and a burst of changes is checked once. threads: one.
class Server {
 public:
  explicit Server(Log log = {}, LoadOptions options = {})
      : log_(std::move(log)), workspace_(documents_, std::move(options)) {}

  // Takes a message. One that cannot be read is answered at once.
  void receive(std::string_view content);
  // Takes note that a message was too long to be taken.
  void receive_too_large();
  // Handles the message that has waited longest. out: false if none waits.
  bool step();
  // Does what is left while nothing waits: checks what has changed, and publishes the findings.
  void rest();
  // A policy to be analysed, in whatever thread, once all is published; null if there is none.
  [[nodiscard]] std::shared_ptr<const Unit> next_to_analyse() const;
  // Takes the outcome, and publishes it if the policy is still the same.
  void take(const std::shared_ptr<const Unit>& unit, Analysed analysed);

  // The messages to be sent since the last call.
  [[nodiscard]] std::vector<std::string> take_output();
  // The exit code of the program once the client has asked it to end.
  [[nodiscard]] std::optional<int> exit_code() const noexcept { return exit_code_; }

 private:
  enum class Phase : std::uint8_t { created, running, shut_down };
  struct Waiting {
    std::unique_ptr<Message> message;
    bool cancelled = false;
    std::shared_ptr<const Unit> unit = nullptr;  // whose analysis it needs
  };

  void cancel(const Message& message);
  [[nodiscard]] Answer answer(const Message& message);
  void take_note(const Message& message);

  [[nodiscard]] Answer initialize(JsonValue params);
  void initialized();
  void take_folders(JsonValue params);
  void change_folders(JsonValue params);
  void open(JsonValue params);
  void change(JsonValue params);
  void close(JsonValue params);

  [[nodiscard]] std::shared_ptr<const Unit> needed_analysis(const Message& message);
  void answer_parked();
  [[nodiscard]] Answer feature(const Message& message);
  [[nodiscard]] Answer at_position(const std::string& method, const View& view, JsonValue params);
  [[nodiscard]] Answer of_text(const std::string& method, const View& view, JsonValue params);
  void publish();
  void publish(const std::string& path, const std::vector<std::string>& findings);
  void log(std::string_view line) const {
    if (log_) log_(line);
  }

  Log log_;
  Phase phase_ = Phase::created;
  Client client_;
  Documents documents_;
  Workspace workspace_;
  std::deque<Waiting> waiting_;
  std::vector<Waiting> parked_;  // requests that wait for an analysis
  std::vector<std::string> output_;
  std::map<std::string, std::string> published_;  // by path, what the editor shows
  bool changed_ = false;                          // since the last publish()
  std::optional<int> exit_code_;
};

}  // namespace sentrail::compiler::lsp
