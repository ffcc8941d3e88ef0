// Commits, seals and opens.
//
// Neighbours: event.hpp, crypto/. Must not know: rows, HTTP.
#include "runtime/audit/event.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/check.hpp"
#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "crypto/random.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/subject_keys.hpp"
#include "runtime/store/codec.hpp"

namespace sentrail::audit {

namespace {

using store::AuditColumn;
using store::AuditEntry;

constexpr std::size_t kSaltBytes = 32;
constexpr std::uint8_t kPartVersion = 1;

constexpr std::array<Subject, 7> kSubjects = {
    Subject::agent,  Subject::requester, Subject::person,  Subject::resource,
    Subject::reason, Subject::payload,   Subject::response};

// A value in a sealed part, with what is needed to check it against the log.
struct SealedValue {
  Subject subject = Subject::agent;
  std::array<std::uint8_t, kSaltBytes> salt{};
  std::string value;
};

void append_sized(std::string& out, std::string_view text) {
  store::append_big_endian(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

// Takes a text with its length off the front.
std::optional<std::string> take_sized(std::string_view& in) {
  if (in.size() < 4) return std::nullopt;
  const auto size = store::read_big_endian<std::uint32_t>(in);
  in.remove_prefix(4);
  if (size > in.size()) return std::nullopt;
  std::string out(in.substr(0, size));
  in.remove_prefix(size);
  return out;
}

std::string payload_value(const std::optional<Payload>& payload) {
  if (!payload) return {};
  return std::string(as_chars(payload->hash)) + payload->preview;
}

// The inverse of value_of(). Whether the value is legal for its subject.
bool take_value(Personal& personal, Subject subject, std::string_view value) {
  const auto two_texts = [&value](std::string& first, std::string& second) {
    std::optional<std::string> one = take_sized(value);
    std::optional<std::string> two = take_sized(value);
    if (!one || !two || !value.empty()) return false;
    first = *std::move(one);
    second = *std::move(two);
    return true;
  };
  const auto payload = [&value](std::optional<Payload>& out) {
    if (value.size() < sizeof(crypto::Digest)) return false;
    out.emplace();
    std::copy_n(value.begin(), sizeof(crypto::Digest), reinterpret_cast<char*>(out->hash.data()));
    out->preview = std::string(value.substr(sizeof(crypto::Digest)));
    return true;
  };
  switch (subject) {
    case Subject::agent:
      return two_texts(personal.agent_id, personal.agent_name);
    case Subject::person:
      return two_texts(personal.person_id, personal.person_name);
    case Subject::requester:
      personal.requested_by = value;
      return true;
    case Subject::resource:
      personal.resource_id = value;
      return true;
    case Subject::reason:
      personal.reason = value;
      return true;
    case Subject::payload:
      return payload(personal.payload);
    case Subject::response:
      return payload(personal.response);
  }
  return false;
}

std::optional<store::Hash>& commitment_in(AuditEntry& entry, Subject subject) {
  switch (subject) {
    case Subject::agent:
      return entry.agent_commitment;
    case Subject::requester:
      return entry.requester_commitment;
    case Subject::person:
      return entry.person_commitment;
    case Subject::resource:
      return entry.resource_commitment;
    case Subject::reason:
      return entry.reason_commitment;
    case Subject::payload:
      return entry.payload_commitment;
    case Subject::response:
      return entry.response_commitment;
  }
  SENTRAIL_UNREACHABLE("a subject without a commitment");
}

// Whether an entry commits to anything.
bool commits(AuditEntry& entry) {
  return std::ranges::any_of(
      kSubjects, [&](Subject subject) { return commitment_in(entry, subject).has_value(); });
}

// Where a sealed part belongs: moved to another entry it does not open.
std::string place_of(const AuditEntry& entry) {
  std::string place("sentrail-audit-part-v1\0", 23);
  place.append(as_chars(entry.workspace_id.bytes));
  place.append(as_chars(entry.id.bytes));
  return place;
}

std::string encode_part(std::span<const SealedValue> values) {
  std::size_t bytes = 1;
  for (const SealedValue& value : values) {
    bytes += 1 + value.salt.size() + sizeof(std::uint32_t) + value.value.size();
  }
  std::string out;  // in one piece, so that wiping it leaves no copy behind
  out.reserve(bytes);
  out.push_back(static_cast<char>(kPartVersion));
  for (const SealedValue& value : values) {
    out.push_back(static_cast<char>(value.subject));
    out.append(as_chars(value.salt));
    append_sized(out, value.value);
  }
  return out;
}

// Reads a part into `personal`, checking each value against the leaf's commitment.
Status decode_part(std::string_view bytes, AuditEntry& entry, Personal& personal) {
  const auto bad = [] { return fail(Errc::corrupt, "a sealed part of the log is garbled"); };
  if (bytes.empty()) return bad();
  if (static_cast<std::uint8_t>(bytes[0]) > kPartVersion) {
    return fail(Errc::unsupported, "a sealed part of the log was written by a newer release");
  }
  bytes.remove_prefix(1);
  while (!bytes.empty()) {
    if (bytes.size() < 1 + kSaltBytes) return bad();
    const auto number = static_cast<std::uint8_t>(bytes[0]);
    if (number >= kSubjects.size()) return bad();
    const Subject subject = kSubjects[number];
    const std::string salt(bytes.substr(1, kSaltBytes));
    bytes.remove_prefix(1 + kSaltBytes);
    const std::optional<std::string> value = take_sized(bytes);
    if (!value) return bad();
    if (commitment_in(entry, subject) != commit(subject, salt, *value)) {
      return fail(Errc::corrupt, "the sealed " + std::string(name_of(subject)) +
                                     " is not the one that the log commits to");
    }
    if (!take_value(personal, subject, *value)) return bad();
  }
  return {};
}

// With whose key a value is sealed. What a person wrote and did is theirs; what an agent asked for
// is the agent's; the rest is the workspace's.
enum class Owner : std::uint8_t { agent, person, workspace };

Owner owner_of(Subject subject, const Personal& personal) {
  const bool has_agent = !personal.agent_id.empty();
  const bool has_person = !personal.person_id.empty();
  switch (subject) {
    case Subject::person:
    case Subject::reason:
      if (has_person) return Owner::person;
      break;
    case Subject::requester:
    case Subject::agent:
    case Subject::resource:
    case Subject::payload:
    case Subject::response:
      if (has_person && !has_agent) return Owner::person;
      break;
  }
  return has_agent ? Owner::agent : Owner::workspace;
}

// A key below the master key, for one purpose.
crypto::HmacKey root_of(const crypto::SealKey& master, std::string_view purpose) {
  const std::string message = std::string(purpose).append(1, '\0');
  crypto::Digest digest = crypto::hmac_sha256(as_chars(master.bytes()), message);
  crypto::HmacKey root(as_chars(digest));
  crypto::wipe(digest);
  return root;
}

}  // namespace

Payload Payload::of(std::string_view bytes) {
  return {crypto::sha256(bytes), std::string(bytes.substr(0, limits::kAuditPreviewBytesMax))};
}

void StreamedPayload::add(std::string_view bytes) {
  hash_.update(bytes);
  preview_ += bytes.substr(0, limits::kAuditPreviewBytesMax - preview_.size());
}

Payload StreamedPayload::finish() && {
  return {hash_.finish(), std::move(preview_)};
}

std::string_view name_of(Subject subject) noexcept {
  constexpr std::array<std::string_view, 7> kNames = {"agent",  "requester", "person",  "resource",
                                                      "reason", "payload",   "response"};
  return kNames[static_cast<std::size_t>(subject)];
}

crypto::Digest commit(Subject subject, std::string_view salt, std::string_view value) {
  constexpr std::string_view kDomain("sentrail-commit-v1\0", 19);
  constexpr std::size_t kLengths = 3 * sizeof(std::uint32_t);
  std::string head;
  head.reserve(kDomain.size() + kLengths + name_of(subject).size() + salt.size() + value.size());
  head.append(kDomain);
  append_sized(head, name_of(subject));
  append_sized(head, salt);
  append_sized(head, value);
  return crypto::sha256(head);
}

std::string value_of(Subject subject, const Personal& personal) {
  const auto two_texts = [](std::string_view first, std::string_view second) {
    std::string out;
    if (first.empty() && second.empty()) return out;
    append_sized(out, first);
    append_sized(out, second);
    return out;
  };
  switch (subject) {
    case Subject::agent:
      return two_texts(personal.agent_id, personal.agent_name);
    case Subject::requester:
      return personal.requested_by;
    case Subject::person:
      return two_texts(personal.person_id, personal.person_name);
    case Subject::resource:
      return personal.resource_id;
    case Subject::reason:
      return personal.reason;
    case Subject::payload:
      return payload_value(personal.payload);
    case Subject::response:
      return payload_value(personal.response);
  }
  return {};
}

// Values that are sealed together.
struct Recorder::Part {
  std::vector<SealedValue> values;
};

Recorder::Recorder(const crypto::SealKey& master, const Uuid& boot_id, SubjectKeys* subjects)
    : subjects_(subjects),
      seal_root_(root_of(master, "sentrail-audit-seal-v1")),
      index_root_(root_of(master, "sentrail-audit-index-v1")),
      boot_id_(boot_id) {}

crypto::SealKey Recorder::key_of(const Uuid& workspace_id) const {
  std::string message("workspace\0", 10);
  message.append(as_chars(workspace_id.bytes));
  crypto::Digest digest = seal_root_.sign(message);
  Result<crypto::SealKey> key = crypto::SealKey::from_bytes(as_chars(digest));
  crypto::wipe(digest);
  SENTRAIL_CHECK(key.has_value());
  return *std::move(key);
}

store::AuditTerm Recorder::term(const Uuid& workspace_id, AuditColumn column,
                                std::string_view value) const {
  // Half a digest: nobody forges a term, and two of one value must only not meet by chance.
  constexpr std::size_t kTermBytes = 16;
  std::string message(as_chars(workspace_id.bytes));
  message.push_back(static_cast<char>(column));
  message.append(value);
  const crypto::Digest digest = index_root_.sign(message);
  return {column, std::string(as_chars(digest).substr(0, kTermBytes))};
}

AuditEntry Recorder::record(AuditEntry entry, const Personal& personal) const {
  if (entry.id == Uuid{}) entry.id = crypto::uuid_v7(entry.time_ms);
  entry.boot_id = boot_id_;
  Part of_agent;
  Part of_person;
  Part of_workspace;
  for (const Subject subject : kSubjects) {
    std::string value = value_of(subject, personal);
    if (value.empty()) continue;
    const Owner owner = subjects_ == nullptr ? Owner::workspace : owner_of(subject, personal);
    Part& part = owner == Owner::agent    ? of_agent
                 : owner == Owner::person ? of_person
                                          : of_workspace;
    SealedValue& sealed = part.values.emplace_back();
    sealed.subject = subject;
    sealed.value = std::move(value);
    crypto::fill_random(sealed.salt);
    commitment_in(entry, subject) = commit(subject, as_chars(sealed.salt), sealed.value);
  }
  const auto index = [&](AuditColumn column, const std::string& value) {
    if (!value.empty()) entry.terms.push_back(term(entry.workspace_id, column, value));
  };
  index(AuditColumn::agent, personal.agent_id);
  index(AuditColumn::requester, personal.requested_by);
  index(AuditColumn::person, personal.person_id);
  index(AuditColumn::resource, personal.resource_id);
  seal_part(entry, kAgentKeys, personal.agent_id, of_agent);
  seal_part(entry, kPersonKeys, personal.person_id, of_person);
  seal_part(entry, {}, {}, of_workspace);
  return entry;
}

// A subject that cannot have a key, because there are too many, has its values
// under the workspace's: they are no less secret, and an entry that is not made would block the
// action. It is counted, and who erases the subject is told.
void Recorder::seal_part(store::AuditEntry& entry, std::string_view kind,
                         const std::string& subject, const Part& values) const {
  if (values.values.empty()) return;
  std::string part = encode_part(values.values);
  std::optional<SubjectKey> own;
  if (subjects_ != nullptr && !kind.empty()) {
    Result<SubjectKey> key = subjects_->key_of(entry.workspace_id, kind, subject);
    if (key) own.emplace(*std::move(key));
  }
  const Uuid id = own ? own->id : Uuid{};
  const crypto::SealKey key = own ? std::move(own->key) : key_of(entry.workspace_id);
  entry.sealed.push_back({id, crypto::seal(key, part, place_of(entry))});
  crypto::wipe(part);
}

std::optional<crypto::SealKey> Recorder::key_of(const AuditEntry& entry,
                                                const store::SealedPart& part) const {
  if (part.key_id == Uuid{}) return key_of(entry.workspace_id);
  if (subjects_ == nullptr) return std::nullopt;
  return subjects_->find(part.key_id);
}

Result<OwnParts> Recorder::parts_of(const store::AuditRow& row, std::string_view kind) const {
  SENTRAIL_ASSIGN_OR_RETURN(Leaf leaf, decode_leaf(row.leaf));
  OwnParts own;
  for (const store::SealedPart& part : row.sealed) {
    const std::optional<crypto::SealKey> key = key_of(leaf.entry, part);
    if (!key) continue;
    SENTRAIL_ASSIGN_OR_RETURN(std::string bytes,
                              crypto::open(*key, part.bytes, place_of(leaf.entry)));
    Personal personal;
    const Status read = decode_part(bytes, leaf.entry, personal);
    crypto::wipe(bytes);
    SENTRAIL_TRY(read);
    if ((kind == kPersonKeys ? personal.person_id : personal.agent_id).empty()) continue;
    if (part.key_id == Uuid{}) {
      own.unkeyed = true;
    } else {
      own.key_ids.push_back(part.key_id);
    }
  }
  return own;
}

std::uint64_t Recorder::unkeyed_parts() const noexcept {
  return subjects_ == nullptr ? 0 : subjects_->refusals();
}

Result<OpenedEntry> Recorder::open(const store::AuditRow& row) const {
  SENTRAIL_ASSIGN_OR_RETURN(Leaf leaf, decode_leaf(row.leaf));
  OpenedEntry opened;
  opened.sequence = leaf.sequence;
  opened.entry = std::move(leaf.entry);
  // Past its retention an entry has commitments, and nothing that they commit to; one that was
  // withdrawn never had.
  opened.erased = row.sealed.empty() && opened.entry.kind != store::AuditKind::withdrawn &&
                  commits(opened.entry);
  for (const store::SealedPart& part : row.sealed) {
    const std::optional<crypto::SealKey> key = key_of(opened.entry, part);
    if (!key) {
      opened.erased = true;
      continue;
    }
    Result<std::string> bytes = crypto::open(*key, part.bytes, place_of(opened.entry));
    if (!bytes) return tl::make_unexpected(std::move(bytes).error());
    const Status status = decode_part(*bytes, opened.entry, opened.personal);
    crypto::wipe(*bytes);
    SENTRAIL_TRY(status);
  }
  return opened;
}

Columns OpenedEntry::columns() const {
  Columns out;
  out.id = entry.id;
  out.workspace_id = entry.workspace_id;
  out.correlation_id = entry.correlation_id;
  out.agent_id = personal.agent_id;
  out.agent_name = personal.agent_name;
  out.tool = entry.tool;
  out.action = entry.action;
  out.decision = name_of(entry.decision);
  if (entry.risk) out.risk_level = name_of(*entry.risk);
  out.matched_policy_id = entry.policy_id;
  out.resource_type = entry.resource_type;
  out.resource_id = personal.resource_id;
  out.requested_by = personal.requested_by;
  if (personal.payload) out.payload_preview = personal.payload->preview;
  out.source = entry.source;
  out.created_at_ms = entry.time_ms;
  return out;
}

}  // namespace sentrail::audit
