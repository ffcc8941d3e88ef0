// What a floor's note says. See floor.hpp.
//
// Neighbours: floor.hpp, slot_note.hpp. Must not know: the database.
#include "runtime/store/floor.hpp"

#include <algorithm>
#include <utility>

#include "runtime/store/codec.hpp"

namespace sentrail::store {

namespace {

constexpr SlotForm kForm = {"sentrail-floor-1", 8 + 32 + 8};

std::string encode(const FloorMark& mark) {
  std::string body;
  append_big_endian(body, mark.head.size);
  body.append(reinterpret_cast<const char*>(mark.head.chain.data()), mark.head.chain.size());
  append_big_endian(body, mark.batches);
  return body;
}

FloorMark decode(std::string_view body) {
  FloorMark mark;
  mark.head.size = read_big_endian<std::uint64_t>(body);
  std::copy_n(body.begin() + 8, 32, reinterpret_cast<char*>(mark.head.chain.data()));
  mark.batches = read_big_endian<std::uint64_t>(body.substr(40));
  return mark;
}

}  // namespace

Result<std::unique_ptr<Floor>> Floor::create(const std::string& path) {
  SENTRAIL_ASSIGN_OR_RETURN(std::unique_ptr<SlotNote> slots,
                            SlotNote::create(path, kForm, encode(FloorMark{})));
  return std::unique_ptr<Floor>(new Floor(std::move(slots), FloorMark{}));
}

Result<std::unique_ptr<Floor>> Floor::open(const std::string& path) {
  SENTRAIL_ASSIGN_OR_RETURN(std::unique_ptr<SlotNote> slots, SlotNote::open(path, kForm));
  const FloorMark mark = decode(slots->body());
  return std::unique_ptr<Floor>(new Floor(std::move(slots), mark));
}

Status Floor::note(const FloorMark& mark) {
  SENTRAIL_TRY(slots_->note(encode(mark)));
  mark_ = mark;
  return {};
}

}  // namespace sentrail::store
