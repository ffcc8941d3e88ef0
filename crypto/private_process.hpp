// Keeping other programs of the same account out of this one's memory.
//
// Neighbours: the mains of programs that hold passphrases and keys. Must not know: what they hold.
#pragma once

namespace sentrail::crypto {

// Makes the process one that programs of the same account cannot trace, and that leaves no core
// file: no debugger reads a passphrase from it. Whoever is root still can. Call it first in main().
// fails: ends the process, which must not go on unprotected. source: prctl(2), PR_SET_DUMPABLE.
void make_process_private() noexcept;

}  // namespace sentrail::crypto
