// The stores that the conformance suite runs on. A further implementation joins by one more entry
// in implementations().
//
// Neighbours: conformance_test.cpp, search_test.cpp. Must not know: what the suite demands.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/store/store.hpp"
#include "runtime/store/store_rocksdb.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::store {

// A store that can be closed and opened again with what it kept.
class Subject {
 public:
  virtual ~Subject() = default;
  [[nodiscard]] Store& store() { return *store_; }
  // Closes the store and opens it anew.
  void reopen() {
    store_.reset();
    store_ = open();
  }

 protected:
  [[nodiscard]] virtual std::unique_ptr<Store> open() = 0;

  test::PlainLeafCodec codec_;
  std::unique_ptr<Store> store_;
};

class MemorySubject final : public Subject {
 public:
  MemorySubject() { store_ = open(); }

 private:
  std::unique_ptr<Store> open() override { return test::open_memory_store(disk_, codec_); }

  std::shared_ptr<test::MemoryDisk> disk_ = std::make_shared<test::MemoryDisk>();
};

class RocksSubject final : public Subject {
 public:
  RocksSubject() { store_ = open(); }
  ~RocksSubject() override { store_.reset(); }

 private:
  std::unique_ptr<Store> open() override {
    OpenOptions options;
    options.directory = directory_.path();
    options.create = true;
    options.codec = &codec_;
    Result<OpenedStore> opened = open_rocksdb_store(options);
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    return std::move(opened->store);
  }

  TemporaryDirectory directory_;
};

struct Implementation {
  std::string name;
  std::function<std::unique_ptr<Subject>()> make;
};

inline std::vector<Implementation> implementations() {
  return {{"memory", [] { return std::make_unique<MemorySubject>(); }},
          {"rocksdb", [] { return std::make_unique<RocksSubject>(); }}};
}

}  // namespace sentrail::store
