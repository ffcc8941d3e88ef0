// Every limit of the product, with its unit and its reason. Nothing else may name one.
//
// Neighbours: all. Must not know: anything. A limit that is met is an ordinary outcome: a
// Diagnostic, an Error or an undecidable value, never a crash.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sentrail::limits {

// --- policy text ---------------------------------------------------------------------------
// One file. 100,000 rules of 160 bytes; a longer file is generated and can be split.
inline constexpr std::size_t kSourceBytesMax = 16u << 20;
// A line; longer ones are data pasted by mistake, and a caret under them helps nobody.
inline constexpr std::size_t kSourceLineBytesMax = 64u << 10;
// Nesting of parentheses and lists: PEGTL recurses about 1 KB of stack a level.
inline constexpr std::size_t kNestingMax = 64;
// Diagnostics kept in one run; the rest are counted.
inline constexpr std::size_t kDiagnosticsMax = 100;
// Rules in one bundle: ten times the largest policy met, so that indices stay 32-bit.
inline constexpr std::size_t kRulesMax = 1'000'000;
// Entries of one list.
inline constexpr std::size_t kListEntriesMax = 100'000;
// A name of a rule, tier, list or policy: it stands in audit columns and log lines.
inline constexpr std::size_t kNameBytesMax = 128;
// A `because` text as written; 200 characters remain after rendering (language.md, Meaning 8).
inline constexpr std::size_t kBecauseBytesMax = 1024;
inline constexpr std::size_t kReasonCharactersMax = 200;
// The owner or ticket of a rule: a name or an address, shown on one line.
inline constexpr std::size_t kRuleNoteBytesMax = 256;
// `limit` clauses of one rule, and keys of one: more is a table, and nobody reads it.
inline constexpr std::size_t kRuleLimitsMax = 8;
inline constexpr std::size_t kLimitKeysMax = 4;
// What a limit counts up to: sums of money in the smallest unit of any currency.
inline constexpr std::int64_t kLimitMostMax = 1'000'000'000'000;
// The time that a limit, or a count of a session, looks back: shorter than a second is the
// network's, longer is a budget's.
inline constexpr std::int64_t kLimitPerMsMin = 1'000;
inline constexpr std::int64_t kLimitPerMsMax = 30ll * 24 * 3600 * 1000;
// Limits of one decision that are looked at; further ones have no room.
inline constexpr std::size_t kLimitsPerDecisionMax = 64;
// Counters that one server keeps: some 270 MB at worst; where all are taken a new one has no room.
inline constexpr std::size_t kCountersMax = 100'000;
// Parts of windows that a start reads, or housekeeping removes, in one turn: some 500 KB.
inline constexpr std::size_t kWindowPartsSlice = 4'096;
// Slices that housekeeping removes each time: more than any disk takes charges meanwhile.
inline constexpr int kWindowSlicesMax = 1'000;
// What is charged is on disk so soon, at the latest, or never: parts that were gone earlier are not
// looked for again.
inline constexpr std::int64_t kWindowLateMs = 60'000;
// Calls that a test says were made before.
inline constexpr std::uint32_t kCallsBeforeMax = 10'000;
// The longest name of the time zone database has 32.
inline constexpr std::size_t kZoneNameBytesMax = 64;
// The longest text of an address: eight groups, the last two written as IPv4.
inline constexpr std::size_t kAddressBytesMax = 45;
// Different obligations of one policy: a set of them is 32 bytes, which deciding need not allocate.
inline constexpr std::size_t kObligationsMax = 256;
// What one policy has sessions count: each call is tried against all of it.
inline constexpr std::size_t kSessionCountsMax = 64;
// The text that names such a count: servers keep it, and people write it into requests.
inline constexpr std::size_t kCountTextBytesMax = 4'096;
// The text of an obligation: a tag, or the target of a channel.
inline constexpr std::size_t kObligationTextBytesMax = 128;
// Shadow rules of one policy: each that matches costs another walk through the rules.
inline constexpr std::size_t kShadowRulesMax = 64;
// Operands of all tests together, lists expanded where they are used: 100 MB of memory.
inline constexpr std::size_t kOperandsMax = 1'000'000;
// Steps behind the name of a path (`body.a.b.c`: three): deeper JSON is not policy's business.
inline constexpr std::size_t kPathStepsMax = 16;
// Levels of `and` within `or` in a compiled condition: the grammar's nesting, `when and not unless`
// around it, and room for lists.
inline constexpr std::size_t kConditionDepthMax = kNestingMax + 8;
// Attributes and members that one policy asks about: each takes 128 bytes of a thread's scratch.
inline constexpr std::size_t kSlotsMax = 65'536;
// Native code of one policy, in instructions of LLVM's. LLVM cannot be stopped by a clock, so what
// it is given is counted: it takes 15 to 30 µs for each, at most two seconds, once for each bundle.
inline constexpr std::size_t kNativeInstructionsMax = 65'536;
// What is made of it stays in the second-level cache, which it shares with the tables.
inline constexpr std::size_t kNativeCodeBytesMax = 512u << 10;
// Attributes and members that native code reads: each takes 8 bytes of a thread's scratch.
inline constexpr std::size_t kNativeInputsMax = 256;

// --- JSON and YAML -------------------------------------------------------------------------
// One JSON text: as large as the largest body that a hold stores (kBodyHeldBytesMax).
inline constexpr std::size_t kJsonBytesMax = 8u << 20;
// A text up to this size leaves its buffers to the thread's next one; longer ones free theirs.
inline constexpr std::size_t kJsonRetainedBytes = 1u << 20;
// Nesting of a JSON value: above any API met (GitHub: 9), below what threatens a stack.
inline constexpr std::size_t kJsonDepthMax = 64;
// Nodes of one JSON text: 1 MiB of `[1,1,…`.
inline constexpr std::size_t kJsonNodesMax = 1u << 20;
// Significant digits of a number that policy compares exactly (language.md, Meaning 13).
inline constexpr int kDecimalDigitsMax = 38;
// Power of ten of a number, either way: as IEEE decimal128, so that no compare needs more.
inline constexpr int kDecimalExponentMax = 6144;
// Elements of a JSON list that `has` looks at; a longer list is undecidable.
inline constexpr std::size_t kListElementsMax = 4096;
// A YAML file (configuration, catalogs): GitHub's whole catalog is about 300 KB.
inline constexpr std::size_t kYamlBytesMax = 8u << 20;
inline constexpr std::size_t kYamlDepthMax = 16;
// Values of one YAML file: a hundred bytes of memory each; GitHub's whole catalog has 30,000.
inline constexpr std::size_t kYamlNodesMax = 500'000;

// --- patterns ------------------------------------------------------------------------------
inline constexpr std::size_t kPatternBytesMax = 512;
// A string that a pattern is matched against; longer ones are undecidable. GitHub's longest path
// is 4 KiB, its longest ref 255 bytes.
inline constexpr std::size_t kMatchedBytesMax = 8u << 10;

// --- regular expressions -------------------------------------------------------------------
// One as written: longer ones are lists in disguise, and nobody reads them.
inline constexpr std::size_t kRegexBytesMax = 1024;
// Steps of one, repetitions written out: what one character of a value can cost.
inline constexpr std::size_t kRegexStepsMax = 512;
// Times that something may be repeated: above any length that policies check.
inline constexpr std::uint32_t kRegexRepeatMax = 1000;
// Groups within groups: bounds the reader's recursion.
inline constexpr std::size_t kRegexDepthMax = 32;
// A string that is searched; longer ones are undecidable. SQL that agents write is shorter, and
// with the steps above a search stays below a tenth of a second.
inline constexpr std::size_t kRegexValueBytesMax = 64u << 10;

// --- texts that values are looked through for ------------------------------------------------
// Bytes by which a text is looked up: longer ones rarely differ behind that.
inline constexpr std::size_t kTextLookedForMax = 64;
// Bytes of all texts of a policy together: each is at most one state of 16 bytes, so 32 MB, and
// states fit into 21 bits. Tests behind that are judged one by one.
inline constexpr std::size_t kTextStatesMax = 2'000'000;

// --- quantifiers ---------------------------------------------------------------------------
// Quantifiers within quantifiers: each level multiplies the work.
inline constexpr std::size_t kQuantifierDepthMax = 2;
// Elements of a list that an inner quantifier looks at; an outer one has kListElementsMax. A longer
// list is undecidable. Both together: a million looks, a few hundredths of a second.
inline constexpr std::size_t kInnerElementsMax = 256;

// --- bundle --------------------------------------------------------------------------------
// Whole file: 100,000 rules need about 64 MB in the tables of the engine page.
inline constexpr std::size_t kBundleBytesMax = 256u << 20;

// --- signed notes --------------------------------------------------------------------------
// As golang.org/x/mod/sumdb/note: both readers then accept the same notes.
inline constexpr std::size_t kNoteBytesMax = 1'000'000;
inline constexpr std::size_t kNoteSignaturesMax = 100;

// --- host names ----------------------------------------------------------------------------
// Of a name without its last dot, and of one label (RFC 1035 §2.3.4).
inline constexpr std::size_t kHostBytesMax = 253;
inline constexpr std::size_t kHostLabelBytesMax = 63;

// --- HTTP ----------------------------------------------------------------------------------
inline constexpr std::size_t kHttpHeaderBytesMax = 32u << 10;  // as nginx's four 8 KiB buffers
inline constexpr std::size_t kHttpHeaderCountMax = 100;        // as Apache and Go's h2
inline constexpr std::size_t kHttpTargetBytesMax = 8u << 10;   // GitHub answers 414 above
inline constexpr std::size_t kBodyVisibleBytesMax = 1u << 20;  // buffered and shown to policy
inline constexpr std::size_t kBodyHeldBytesMax = 8u << 20;     // most that a hold may store
inline constexpr std::size_t kHttpMethodBytesMax = 24;         // longest registered one has 17
// Chunk extensions of one body, and trailers of one body: nobody sends any; both are dropped.
inline constexpr std::size_t kHttpChunkExtensionBytesMax = 4u << 10;
inline constexpr std::size_t kHttpTrailerBytesMax = 4u << 10;
// Entries of the route table that one path may be compared with.
inline constexpr std::size_t kRouteSegmentsMax = 64;

// --- server: defaults of sentrail.yaml -----------------------------------------------------
// A connection costs about 20 KB while idle: 10,000 fit 200 MB. Descriptors: two a forwarded call.
inline constexpr std::size_t kConnectionsMaxDefault = 10'000;
// Balances clients over threads again after so many requests; nginx's keepalive_requests.
inline constexpr std::size_t kRequestsPerConnectionMaxDefault = 1'000;
inline constexpr std::size_t kIoThreadsMax = 64;
inline constexpr std::int64_t kLingerMsDefault =
    1'000;                                              // a refused peer reads its answer meanwhile
inline constexpr std::int64_t kHeadMsDefault = 10'000;  // from a request's first byte: slowloris
inline constexpr std::int64_t kBodyMsDefault = 60'000;  // 8 MiB at 1.1 Mbit/s
inline constexpr std::int64_t kIdleMsDefault = 75'000;  // nginx's keepalive_timeout
inline constexpr std::int64_t kWriteMsDefault = 30'000;     // one buffer to a slow reader
inline constexpr std::int64_t kHandlerMsDefault = 90'000;   // above the longest poll, 55 s
inline constexpr std::int64_t kShutdownMsDefault = 10'000;  // below systemd's 90 s, docker's too
inline constexpr std::int64_t kAcceptBackoffMs = 100;       // after EMFILE and its like
// Read and write buffer of a connection: one TLS record.
inline constexpr std::size_t kStreamBufferBytes = 16u << 10;

// --- upstreams: defaults of a connection ---------------------------------------------------
inline constexpr std::int64_t kUpstreamConnectMsDefault = 5'000;
inline constexpr std::int64_t kUpstreamTlsMsDefault = 5'000;
inline constexpr std::int64_t kUpstreamFirstByteMsDefault = 60'000;  // GitHub gives up after 10 s
inline constexpr std::int64_t kUpstreamIdleMsDefault = 30'000;
inline constexpr std::int64_t kUpstreamTotalMsDefault = 300'000;
// The longest wait for a first byte that may be configured: the whole call ends then anyway.
inline constexpr std::int64_t kUpstreamFirstByteMsMax = kUpstreamTotalMsDefault;
inline constexpr std::size_t kUpstreamConnectionsMaxDefault = 256;  // per I/O thread
inline constexpr std::size_t kUpstreamIdleConnectionsMax = 32;      // kept open, per I/O thread
inline constexpr std::int64_t kUpstreamPoolIdleMs = 20'000;    // below the usual 60 s of servers
inline constexpr std::int64_t kUpstreamResolveTtlMs = 30'000;  // GitHub's own TTL is 60 s
inline constexpr std::size_t kUpstreamAddressesMax = 16;       // of one name that are looked at

// --- classification ------------------------------------------------------------------------
// Segments of a request's path: git trees deeper than this are not edited by hand or agent.
inline constexpr std::size_t kPathSegmentsMax = 128;
// Segments of a catalog's template: GitHub's longest has 11. Bounds the classifier's recursion.
inline constexpr std::size_t kTemplateSegmentsMax = 24;
// Parameters of a query that policy can ask for; past it the query is unreadable.
inline constexpr std::size_t kQueryParametersMax = 256;
// Refinements of one operation: with the operation itself, the actions that one request can be.
inline constexpr std::size_t kRefinementsMax = 15;
// Members of the body that one operation gives a default; the widest of GitHub's has 16.
inline constexpr std::size_t kBodyDefaultsMax = 32;
// Requests in one `items` list.
inline constexpr std::size_t kRequestItemsMax = 100;

// --- gateway -------------------------------------------------------------------------------
// Work that waits for a thread that may block: a second of reads at a millisecond each.
inline constexpr std::size_t kWorkQueueMax = 1'024;
// Threads that may block: reads of the store and passphrases (64 MiB each).
inline constexpr std::size_t kWorkThreads = 4;
// Long polls that wait at once; past it a poll answers at once with what is known.
inline constexpr std::size_t kStatusWaitersMax = 16'384;
// Requests in one batch of decisions.
inline constexpr std::size_t kEvaluateItemsMax = 64;
// Configuration, and what the command line keeps of itself: a few kilobytes in use.
inline constexpr std::size_t kConfigBytesMax = 1u << 20;
// What people send but for bundles; the longest is a tool's credential. It is read before anybody
// is known: ten thousand connections must not hold more than memory has.
inline constexpr std::size_t kPeopleBodyBytesMax = 64u << 10;
// Rows of one page of a list, and leaves of one page of the log.
inline constexpr std::size_t kListPageMax = 100;
inline constexpr std::size_t kLogPageMax = 1'000;
// Expired sessions and old counts are looked for this often.
inline constexpr std::int64_t kHousekeepingMs = 60'000;
// Stops thrown on the machine itself that the store has not taken yet: more than this and one stops
// the whole server.
inline constexpr std::size_t kLocalStopsMax = 64;
// Each slot of the file that keeps them: 64 stops whose reasons are as long as they may be.
inline constexpr std::size_t kLocalStopsSlotBytes = 256u << 10;
// Subjects of a workspace that have a key of their own in memory and in a file (128 bytes each), so
// that an agent that invents names fills neither. Of more, entries cannot be erased.
inline constexpr std::size_t kSubjectsPerWorkspaceMax = 100'000;
// How often the kill switch is tried on a name that nothing has, how soon again where that failed
// (the server is not ready meanwhile), and how long one try may take.
inline constexpr std::int64_t kStopSelfTestMs = 24 * 3'600'000LL;
inline constexpr std::int64_t kStopSelfTestRetryMs = 60'000;
inline constexpr std::int64_t kStopSelfTestWaitMs = 5'000;
// How often stops that wait for the store are offered to it.
inline constexpr std::int64_t kLocalStopsRetryMs = 1'000;
// One line of the control socket, and how long a peer may take to send or read it.
inline constexpr std::size_t kControlLineBytesMax = 16u << 10;
inline constexpr std::int64_t kControlLineMs = 5'000;

// --- approvals -----------------------------------------------------------------------------
inline constexpr std::size_t kPendingPerAgentMax = 50;  // approval fatigue
inline constexpr std::int64_t kDecideByMsDefault = 24ll * 3600 * 1000;
inline constexpr std::int64_t kExecuteByMsDefault = 10ll * 60 * 1000;
inline constexpr std::int64_t kPollWaitMsMax = 55'000;  // below the usual 60 s proxies
// People that one quorum may ask for: more never meet, and seating them stays cheap.
inline constexpr std::size_t kQuorumSeatsMax = 16;
// Quorums that one held call may ask for together: a person must be able to see them all.
inline constexpr std::size_t kQuorumsJoinedMax = 64;
// The times to decide that policy may give: nobody reads a call in less than a minute, and after a
// month nobody knows what it was for.
inline constexpr std::int64_t kWithinMsMin = 60'000;
inline constexpr std::int64_t kWithinMsMax = 30ll * 24 * 3600 * 1000;
// Steps of asking more people: each is a message to a group, and a person must see them all.
inline constexpr std::size_t kEscalationsMax = 8;
// The longest reason that a decision may be asked for: a sentence or two.
inline constexpr std::int64_t kVoteReasonCharactersMax = 200;
// A delegation: over a long holiday, and not for ever.
inline constexpr std::int64_t kDelegationMsMax = 30ll * 24 * 3600 * 1000;
// Delegations of one person that are not over, and tools of one.
inline constexpr std::size_t kDelegationsMax = 16;
// Calls that one batch approves: as many as somebody reads in one go.
inline constexpr std::size_t kBatchApprovalsMax = 64;
// How long an emergency grant lasts: long enough to act, too short to get used to.
inline constexpr std::int64_t kBreakGlassMs = 15ll * 60 * 1000;
// A rule that always approves: a working day, unless more is asked for, and never more than a
// month; and how often a day it may be used.
inline constexpr std::int64_t kAlwaysHoursDefault = 8;
inline constexpr std::int64_t kAlwaysHoursMax = 30 * 24;
inline constexpr std::int64_t kAlwaysUsesMax = 1'000;
// Who decides sooner after seeing a call has not read it.
inline constexpr std::int64_t kRubberStampMs = 3'000;
// First looks at calls that are remembered: those of a day of a busy team.
inline constexpr std::size_t kLooksMax = 16'384;
// Calls that metrics of people's decisions are made of.
inline constexpr std::size_t kMetricsCallsMax = 10'000;
// Values of a body that an edit may change: a person must be able to see them all.
inline constexpr std::size_t kEditChangesMax = 64;
// Times that one approved call is tried while it is certain that nothing was applied.
inline constexpr std::uint32_t kSendAttemptsMax = 5;
// Pause before the next try; doubled each time.
inline constexpr std::int64_t kSendRetryMs = 1'000;
// Probes that a connection declares, and how often one doubt is asked about: what three answers in
// a few minutes do not tell, a fourth seldom does, and a person is waiting to settle it.
inline constexpr std::size_t kProbesMax = 64;
inline constexpr int kProbeTriesMax = 3;
// Between two questions about one doubt, times their number.
inline constexpr std::int64_t kProbeAgainMs = 30'000;
// How long a connection may have its upstream left alone before the first question.
inline constexpr std::int64_t kProbeSettleMsMax = 600'000;
// How long a claim is trusted: longer than an upstream may take in all (kUpstreamTotalMsDefault).
inline constexpr std::int64_t kClaimLeaseMs = 360'000;
// How often the coordinator looks for passed deadlines, whatever its timers say: the wall clock may
// have jumped.
inline constexpr std::int64_t kSweepMs = 1'000;
inline constexpr std::size_t kSweepBatchMax = 256;
// Held calls being sent at once: each may have a body of kBodyHeldBytesMax in memory.
inline constexpr std::size_t kExecutionsMax = 64;
// Times that a change is worked out anew because another came first.
inline constexpr int kChangeTriesMax = 8;
// Requests that wait for the coordinator; past it people and agents are told to try again.
inline constexpr std::size_t kCoordinatorQueueMax = 4'096;
// The part of an upstream's answer that is kept for polls.
inline constexpr std::size_t kResponseKeptBytesMax = 1u << 20;
// How long whoever approved waits to see what came of it: most calls end in seconds, and the status
// can be asked for later.
inline constexpr std::int64_t kDecisionWaitMsMax = 30'000;
// A reviewer's reason, as typed.
inline constexpr std::size_t kVoteReasonBytesMax = 2'000;

// --- identity ------------------------------------------------------------------------------
inline constexpr std::int64_t kDayMs = 24ll * 3600 * 1000;
// The last millisecond of year 9999: what RFC 3339 can write.
inline constexpr std::int64_t kInstantMsMax = 253'402'300'799'999;
// How often a server looks what the clocks of its policy's zones show.
inline constexpr std::int64_t kZoneRefreshMs = 60'000;
// How far ahead analysis looks at windows of time.
inline constexpr std::int64_t kWindowHorizonMs = 2 * 365 * kDayMs;
// Distinct windows and ends of rules that analysis tells apart; the work is their square times the
// fourteen hundred hours at which a window begins or ends in two years.
inline constexpr std::size_t kWindowsAnalysedMax = 64;
inline constexpr std::int64_t kKeyLifeMsDefault = 90 * kDayMs;
// Both keys of a rotation work for this long, so that agents can be moved one by one.
inline constexpr std::int64_t kKeyOverlapMsDefault = 1 * kDayMs;
// An invitation: over a holiday, and not for ever.
inline constexpr std::int64_t kInvitationLifeMs = 7 * kDayMs;
// The longest life that can be asked for a key: ten years.
inline constexpr std::int64_t kKeyLifeDaysMax = 3'650;
// The longest time that both keys of a rotation may work.
inline constexpr std::int64_t kKeyOverlapMinutesMax = 30 * 24 * 60;
// Roles of one agent, and groups of one person: both stand in conditions and quorums.
inline constexpr std::size_t kLabelsMax = 32;
// A tool's credential: the longest met are JSON Web Tokens of 4 KB.
inline constexpr std::size_t kCredentialBytesMax = 16u << 10;
// A person's session: an approval asks for presence, not for a morning's sign-in.
inline constexpr std::int64_t kSessionLifeMs = 15ll * 60 * 1000;
// Wrong passphrases in one window before an account, or an address, must wait it out.
inline constexpr std::uint32_t kSignInFailuresMax = 5;
inline constexpr std::uint32_t kSignInFailuresPerAddressMax = 20;
inline constexpr std::int64_t kSignInWindowMs = 5ll * 60 * 1000;
// Counted names at once: a flood of made-up names must not fill memory.
inline constexpr std::size_t kSignInNamesMax = 4'096;
// A passphrase: NIST SP 800-63B asks for at least 8; 12 is where guessing offline gets dear.
inline constexpr std::size_t kPassphraseBytesMin = 12;
inline constexpr std::size_t kPassphraseBytesMax = 1'024;

// --- audit ---------------------------------------------------------------------------------
// An entry bundle holds uint16 length || entry (C2SP tlog-tiles).
inline constexpr std::size_t kAuditEntryBytesMax = 65'535;
// A decision that cannot be made durable in this time is a block.
inline constexpr std::int64_t kAuditWriteMsMax = 2'000;
// What a `withdrawn` entry may be longer than the one it takes back: so much is always left free.
inline constexpr std::size_t kAuditWithdrawalBytes = 256;
// Between two looks for new entries to integrate: half of what a checkpoint may be late.
inline constexpr std::int64_t kIntegrateEveryMs = 500;
// After a failure of the log's files, until it is tried again.
inline constexpr std::int64_t kIntegrateAgainMs = 5'000;
// Between two scrubs of the whole log.
inline constexpr std::int64_t kScrubEveryMs = 86'400'000;
// How long a witness may take, so that its outage makes no checkpoint later than that, and how long
// it is left alone after one.
inline constexpr std::int64_t kWitnessMsMax = 1'000;
inline constexpr std::int64_t kWitnessAgainMs = 10'000;
// A `.tlog-proof` file: a leaf in base64, sixty hashes, a checkpoint with its cosignatures.
inline constexpr std::size_t kTlogProofBytesMax = 1u << 20;
// A file of the log: a bundle of 256 of the largest entries.
inline constexpr std::size_t kTileBytesMax = 256 * (2 + kAuditEntryBytesMax);
// The beginning of a payload that is kept, sealed, for people to see.
inline constexpr std::size_t kAuditPreviewBytesMax = 4u << 10;

// --- store ---------------------------------------------------------------------------------
// Transactions that wait for the disk: at 50,000 a second a third of a second, beyond which a
// caller is better told at once than after its two seconds.
inline constexpr std::size_t kWriterQueueMax = 16'384;
// Bytes that wait with them: a few dozen of the largest holds.
inline constexpr std::size_t kWriterQueueBytesMax = 256u << 20;
// Transactions of one batch: past some hundreds the sync's cost is spread thin already.
inline constexpr std::size_t kWriterBatchMax = 1'024;
// How old the durable floor may be while entries are appended: as a checkpoint's age.
inline constexpr std::int64_t kFloorIntervalMs = 1'000;
// Entries whose chain is recomputed at every start: 40 MB of hashing, a tenth of a second.
inline constexpr std::uint64_t kFrontierEntriesMax = 65'536;
// Single entries looked up at every start, spread over the older part of the log.
inline constexpr std::uint64_t kDensityProbesMax = 1'024;
// Rows of one page, and rows that filters may pass over before a short page is returned.
inline constexpr std::size_t kPageItemsMax = 500;
inline constexpr std::size_t kPageScanMax = 20'000;
// A value by which audit entries are indexed as it is; longer ones are indexed by their hash.
inline constexpr std::size_t kAuditTermBytesMax = 64;

// One recorded request as text: a cap of many must not be one of few.
inline constexpr std::size_t kRecordedRequestBytesMax = 1u << 20;
// Recorded requests that wait for the disk: what is more is dropped, and no decision waits.
inline constexpr std::size_t kRecordedQueueBytesMax = 8u << 20;
// Entries that one transaction forgets, and rows of the index that one step looks at: the writer
// does the first while decisions wait, some milliseconds.
inline constexpr std::uint64_t kForgetEntriesMax = 128;
inline constexpr std::size_t kForgetIndexScanMax = 1'024;

}  // namespace sentrail::limits
