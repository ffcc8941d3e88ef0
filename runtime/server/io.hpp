// The Asio types that the transport is written with, and the one way to start a coroutine.
//
// Neighbours: every file of this folder that touches a socket. Must not know: HTTP. The executor is
// io_context's own: type-erased executors cost an indirect call for every operation. Coroutines are
// named functions with parameters by value: gcc 12 frees a capturing lambda coroutine twice.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "runtime/server/log.hpp"

namespace sentrail::server {

// Short names.
namespace asio = boost::asio;
using boost::system::error_code;  // every network error

// What every socket and timer of one thread runs on.
using Executor = asio::io_context::executor_type;
// A coroutine's result.
template <class T>
using Task = asio::awaitable<T, Executor>;
using SteadyClock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, Executor>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Endpoint = asio::ip::tcp::endpoint;

// Network errors are values: `auto [ec, n] = co_await socket.async_read_some(buffer, kTuple);`
inline constexpr auto kTuple = asio::as_tuple(asio::use_awaitable_t<Executor>{});

// Starts a coroutine that nobody awaits. An exception ends it alone and is logged with its name.
inline void spawn_logged(Executor executor, Task<void> task, Logger& logger, std::string name) {
  asio::co_spawn(executor, std::move(task),
                 [&logger, name = std::move(name)](std::exception_ptr failure) {
                   if (!failure) return;
                   try {
                     std::rethrow_exception(failure);
                   } catch (const std::exception& error) {
                     logger.write(http::LogLevel::error, "coroutine_failed",
                                  {{"name", name}, {"error", error.what()}});
                   }
                 });
}

// Milliseconds from now on the steady clock.
[[nodiscard]] inline SteadyClock::time_point after_ms(std::int64_t ms) {
  return SteadyClock::now() + std::chrono::milliseconds(ms);
}

}  // namespace sentrail::server
