// A file descriptor that closes itself.
//
// Neighbours: file_watch.cpp, watch_command.cpp. Must not know: what is behind it.
#pragma once

#include <unistd.h>

namespace sentrail::compiler {

// Closes its file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }

  [[nodiscard]] int get() const { return fd_; }

 private:
  const int fd_;
};

}  // namespace sentrail::compiler
