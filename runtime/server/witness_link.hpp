// Carries checkpoints to a witness over the I/O threads' upstream connections.
//
// Neighbours: audit/witness.hpp makes the requests and reads the answers; daemon.cpp names the
// witness. Must not know: what a checkpoint is. The configuration names the witness, so it may
// stand on a private address.
// source: c2sp.org/tlog-witness v1.0.0.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/result.hpp"
#include "runtime/audit/witness.hpp"
#include "runtime/http/handler.hpp"

namespace sentrail::server {

// A witness by its URL. threads: the keeper's; use() while nothing is sent.
class UpstreamWitnessLink final : public audit::WitnessLink {
 public:
  // in: `http://host[:port][/prefix]` or https, to which `/add-checkpoint` is added.
  // fails: invalid_argument.
  [[nodiscard]] static Result<UpstreamWitnessLink> to(const std::string& url,
                                                      const std::string& ca_file);

  // The thread that carries the requests; it outlives the last one.
  void use(http::IoThread& io) { io_ = &io; }

  [[nodiscard]] Result<audit::WitnessAnswer> add_checkpoint(const std::string& body) override;

 private:
  UpstreamWitnessLink(std::shared_ptr<const http::UpstreamTarget> target, std::string host_header,
                      std::string path)
      : target_(std::move(target)), host_header_(std::move(host_header)), path_(std::move(path)) {}

  std::shared_ptr<const http::UpstreamTarget> target_;
  std::string host_header_;
  std::string path_;
  http::IoThread* io_ = nullptr;
};

}  // namespace sentrail::server
