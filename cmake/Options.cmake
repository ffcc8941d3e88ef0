# Compiler flags that hold for every target, and the switches of the presets.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(SENTRAIL_FUZZ "build libFuzzer targets (clang only)" OFF)
option(SENTRAIL_KAFKA "build the shared object that exports to Kafka (librdkafka)" OFF)
option(SENTRAIL_JIT "build the shared object that makes native code (LLVM 19)" OFF)
option(SENTRAIL_COVERAGE "instrument for line coverage" OFF)
set(SENTRAIL_SANITIZE "" CACHE STRING "address,undefined or thread")

find_program(SENTRAIL_CCACHE ccache)
if(SENTRAIL_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SENTRAIL_CCACHE})
endif()
find_program(SENTRAIL_MOLD mold)
find_program(SENTRAIL_LLD ld.lld NAMES ld.lld ld.lld-19)
if(SENTRAIL_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(SENTRAIL_LLD)
  add_link_options(-fuse-ld=lld)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                    -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # gcc 12 sees overlaps in std::string that are not there (its bug 105329).
  add_compile_options(-Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12's own std::stable_sort calls a function that it declares deprecated.
  add_compile_options(-Wno-deprecated-declarations)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  # Warnings fail development builds; what an optimiser believes to see at -O2 must not stop a
  # release build on somebody's machine.
  add_compile_options(-Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_compile_definitions(_FORTIFY_SOURCE=2)
endif()
add_compile_definitions(_GLIBCXX_ASSERTIONS)
if(SENTRAIL_SANITIZE)
  add_compile_options(-fsanitize=${SENTRAIL_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SENTRAIL_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The checks that a sanitizer puts in hide initialisations from this warning, as gcc's manual
    # says.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()
if(SENTRAIL_COVERAGE)
  add_compile_options(--coverage -O0)
  add_link_options(--coverage)
endif()
