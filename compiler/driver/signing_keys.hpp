// Keys of bundles as the command line names them: secret keys by file, verifiers by text or file.
//
// Neighbours: build_command.cpp, sign_command.cpp; crypto/note.hpp reads them. Must not know:
// bundles.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "crypto/note.hpp"

namespace sentrail::compiler {

// The signing keys in files that `keygen` wrote. fails: not_found, io; as NoteSigner::parse(),
// naming the file and never its content.
[[nodiscard]] Result<std::vector<crypto::NoteSigner>> read_signers(
    const std::vector<std::string>& files);

// Verifier keys, each as text or as a file that holds one. fails: as NoteVerifier::parse(); io.
[[nodiscard]] Result<std::vector<crypto::NoteVerifier>> read_verifiers(
    const std::vector<std::string>& arguments);

}  // namespace sentrail::compiler
