// Writes and reads records by their descriptions, behind a tag and a version.
//
// Neighbours: records_fields.hpp (which fields), codec.hpp (fields as bytes). Must not know: rows.
#include "runtime/store/records_codec.hpp"

#include "runtime/store/codec.hpp"
#include "runtime/store/records_fields.hpp"

namespace sentrail::store {

namespace {

// The first byte of a record, which keeps kinds apart. Stored: append only.
template <class Record>
inline constexpr std::uint8_t kTag = 0;
template <>
inline constexpr std::uint8_t kTag<Workspace> = 1;
template <>
inline constexpr std::uint8_t kTag<ApiKey> = 2;
template <>
inline constexpr std::uint8_t kTag<Agent> = 3;
template <>
inline constexpr std::uint8_t kTag<Person> = 4;
template <>
inline constexpr std::uint8_t kTag<Session> = 5;
template <>
inline constexpr std::uint8_t kTag<Connection> = 6;
template <>
inline constexpr std::uint8_t kTag<KillState> = 7;
template <>
inline constexpr std::uint8_t kTag<ActionRecord> = 8;
template <>
inline constexpr std::uint8_t kTag<AuditEntry> = 9;
template <>
inline constexpr std::uint8_t kTag<OutboxItem> = 10;
template <>
inline constexpr std::uint8_t kTag<Setting> = 11;
// Not 12: a record that nothing ever wrote had it.
template <>
inline constexpr std::uint8_t kTag<SealedParts> = 13;
template <>
inline constexpr std::uint8_t kTag<Delegation> = 14;
template <>
inline constexpr std::uint8_t kTag<BreakGlassCode> = 15;
template <>
inline constexpr std::uint8_t kTag<BreakGlassGrant> = 16;
template <>
inline constexpr std::uint8_t kTag<Charges> = 17;
template <>
inline constexpr std::uint8_t kTag<LimitClock> = 18;

// Records with describe_second() have a version 2, those with describe_third() and
// describe_fourth() versions 3 and 4; they are read in all.
template <class Record>
inline constexpr std::uint8_t kVersion = 1;
template <>
inline constexpr std::uint8_t kVersion<ActionRecord> = 4;
template <>
inline constexpr std::uint8_t kVersion<AuditEntry> = 2;

}  // namespace

template <class Record>
std::string encode_record(const Record& record) {
  static_assert(kTag<Record> != 0);
  std::string out;
  out.push_back(static_cast<char>(kTag<Record>));
  out.push_back(static_cast<char>(kVersion<Record>));
  Encoder encoder(&out);
  describe(encoder, record);
  if constexpr (kVersion<Record> > 1) describe_second(encoder, record);
  if constexpr (kVersion<Record> > 2) describe_third(encoder, record);
  if constexpr (kVersion<Record> > 3) describe_fourth(encoder, record);
  return out;
}

template <class Record>
Result<Record> decode_record(std::string_view bytes) {
  if (bytes.size() < 2 || static_cast<std::uint8_t>(bytes[0]) != kTag<Record>) {
    return fail(Errc::corrupt, "stored bytes are not the record they should be");
  }
  const auto version = static_cast<std::uint8_t>(bytes[1]);
  if (version > kVersion<Record>) {
    return fail(Errc::unsupported, "a stored record was written by a newer release of sentrail");
  }
  if (version == 0) {
    return fail(Errc::corrupt, "a stored record has a version that never was");
  }
  Record record;
  Decoder decoder(bytes.substr(2));
  describe(decoder, record);
  if constexpr (kVersion<Record> > 1) {
    if (version > 1) describe_second(decoder, record);
  }
  if constexpr (kVersion<Record> > 2) {
    if (version > 2) describe_third(decoder, record);
  }
  if constexpr (kVersion<Record> > 3) {
    if (version > 3) describe_fourth(decoder, record);
  }
  if (!decoder.complete()) return fail(Errc::corrupt, "a stored record is cut short or garbled");
  return record;
}

#define SENTRAIL_STORE_RECORD(Record)                               \
  template std::string encode_record<Record>(const Record& record); \
  template Result<Record> decode_record<Record>(std::string_view bytes);

SENTRAIL_STORE_RECORD(Workspace)
SENTRAIL_STORE_RECORD(ApiKey)
SENTRAIL_STORE_RECORD(Agent)
SENTRAIL_STORE_RECORD(Person)
SENTRAIL_STORE_RECORD(Session)
SENTRAIL_STORE_RECORD(Connection)
SENTRAIL_STORE_RECORD(KillState)
SENTRAIL_STORE_RECORD(ActionRecord)
SENTRAIL_STORE_RECORD(AuditEntry)
SENTRAIL_STORE_RECORD(OutboxItem)
SENTRAIL_STORE_RECORD(Setting)
SENTRAIL_STORE_RECORD(SealedParts)
SENTRAIL_STORE_RECORD(Delegation)
SENTRAIL_STORE_RECORD(BreakGlassCode)
SENTRAIL_STORE_RECORD(BreakGlassGrant)
SENTRAIL_STORE_RECORD(Charges)
SENTRAIL_STORE_RECORD(LimitClock)

#undef SENTRAIL_STORE_RECORD

}  // namespace sentrail::store
