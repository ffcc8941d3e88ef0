// Loaded before a program (LD_PRELOAD): sets its wall clock, ends it at a place that a system call
// names, and has a write write less. So tests do all three to the program as it is shipped.
//
//   PRELOAD_AHEAD_MS=N              the wall clock is so far ahead
//   PRELOAD_KILL=CALL:PART:N        kill -9 at the n-th CALL about a path that has this part
//   PRELOAD_SHORT=CALL:N            the n-th CALL of each thread, `write` or `pwrite`, writes half
//
// CALL is `written` (before a rename, of the new path), `renamed` (after it), `noting` (before
// pwrite), `noted` (after it), `synced` (after fdatasync). Neighbours: harness/processes.py sets
// it. Must not know: what the program is.
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

long long number_in(std::string_view text) {
  long long number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// What PRELOAD_KILL says.
struct Kill {
  std::string call;
  std::string part;
  std::atomic<int> left{0};

  Kill() {
    const char* const text = std::getenv("PRELOAD_KILL");
    if (text == nullptr) return;
    const std::string_view words(text);
    const std::size_t first = words.find(':');
    const std::size_t last = words.rfind(':');
    call = words.substr(0, first);
    part = words.substr(first + 1, last - first - 1);
    left = static_cast<int>(number_in(words.substr(last + 1)));
  }
};

void reached(std::string_view call, std::string_view path) {
  static Kill kill;
  if (kill.call != call || path.find(kill.part) == path.npos) return;
  if (kill.left.fetch_sub(1) == 1) ::kill(::getpid(), SIGKILL);
}

// How much of `size` bytes this call of the thread's is to write.
std::size_t share_of(std::size_t size, std::string_view call, int number) {
  static const char* const text = std::getenv("PRELOAD_SHORT");
  if (text == nullptr || size < 2) return size;
  const std::string_view words(text);
  const std::size_t colon = words.find(':');
  const bool is_it = words.substr(0, colon) == call && number_in(words.substr(colon + 1)) == number;
  return is_it ? size / 2 : size;
}

std::string path_of(int file) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  const ssize_t bytes = ::readlink(link.c_str(), path, sizeof(path));
  return bytes > 0 ? std::string(path, static_cast<std::size_t>(bytes)) : std::string();
}

// Whether the kernel takes so many bytes at once or none: what wakes threads and tells of signals.
// source: eventfd(2), pipe(7).
bool takes_all(int file, std::size_t size) {
  const std::string path = path_of(file);
  return path == "anon_inode:[eventfd]" || (path.starts_with("pipe:") && size <= PIPE_BUF);
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, struct timespec* time) {
  static auto* const real = next<int(clockid_t, struct timespec*)>("clock_gettime");
  static const char* const text = std::getenv("PRELOAD_AHEAD_MS");
  static const long long ahead_ms = text != nullptr ? number_in(text) : 0;
  const int done = real(clock, time);
  if (done == 0 && clock == CLOCK_REALTIME) time->tv_sec += ahead_ms / 1000;
  return done;
}

extern "C" int rename(const char* from, const char* to) noexcept {
  static auto* const real = next<int(const char*, const char*)>("rename");
  reached("written", to);
  const int done = real(from, to);
  reached("renamed", to);
  return done;
}

extern "C" ssize_t write(int file, const void* bytes, size_t size) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  thread_local int number = 0;
  const std::size_t share = share_of(size, "write", ++number);
  return real(file, bytes, share < size && takes_all(file, size) ? size : share);
}

extern "C" ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  static auto* const real = next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  thread_local int number = 0;
  const std::string path = path_of(file);
  reached("noting", path);
  const ssize_t done = real(file, bytes, share_of(size, "pwrite", ++number), offset);
  reached("noted", path);
  return done;
}

extern "C" int fdatasync(int file) {
  static auto* const real = next<int(int)>("fdatasync");
  const std::string path = path_of(file);
  const int done = real(file);
  reached("synced", path);
  return done;
}
