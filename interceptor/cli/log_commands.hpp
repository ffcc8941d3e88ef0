// Commands about the log as files: verified, proved, examined.
//
// Neighbours: audit_commands.cpp names them; runtime/audit/ does the checking. Must not know: the
// store. None of them needs to trust a gate.
#pragma once

#include <string>

#include "core/result.hpp"
#include "interceptor/cli/context.hpp"

namespace sentrail::cli {

// Verifies all of a log, or one shard of it: a folder, or the URL that its files are below. in: the
// log's key, which the caller has from elsewhere.
[[nodiscard]] Status verify_log_at(Context& context, const std::string& where,
                                   const std::string& key);

// Prints the verifier key of one year's shard, for whoever checks it with other programs.
[[nodiscard]] Status print_shard_key(const Context& context, const std::string& year,
                                     const std::string& key);

// Verifies one `.tlog-proof` file. in: as verify_log_at(), and a witness's key or nothing.
[[nodiscard]] Status verify_proof_file(Context& context, const std::string& path,
                                       const std::string& key, const std::string& witness);

// Writes the proof of one entry of the gate's log. in: empty path: `<sequence>.tlog-proof`.
[[nodiscard]] Status write_proof_file(Context& context, std::uint64_t sequence,
                                      const std::string& path);

// Runs sentraild's examination of a data folder in the place of this process.
// fails: not_found if there is no sentraild beside this program or in the path.
[[nodiscard]] Status run_doctor(const Context& context, const std::string& data,
                                const std::string& signer, bool repair_tail,
                                const std::string& accept_loss);

}  // namespace sentrail::cli
