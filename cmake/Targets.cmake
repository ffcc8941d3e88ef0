# The few verbs with which folders declare what they build. Sources are always listed by name.

# What `make asan`, `make tsan` and `make fuzz` build; tests and fuzz targets join them below.
add_custom_target(unit_tests)
add_custom_target(threaded_tests)
add_custom_target(fuzz_targets)

# sentrail_add_folders(a b …): enters each folder that has a CMakeLists.txt, in that order.
function(sentrail_add_folders)
  foreach(folder IN LISTS ARGN)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()

# sentrail_library(name SOURCES … [PUBLIC …] [PRIVATE …]): a static library `sentrail_<name>`.
# PUBLIC and PRIVATE name libraries; ours are written with their prefix.
function(sentrail_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(sentrail_${name} STATIC ${ARG_SOURCES})
  target_include_directories(sentrail_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(sentrail_${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

# sentrail_program(name SOURCES … [LINK …]): an executable called <name>, in <build>/bin.
function(sentrail_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

# sentrail_test(name SOURCES … LINK … [LABELS …] [OPTIMISED]): a GoogleTest program, run as one ctest
# test.
# Label `fast` unless given: the fast suite stays under 60 s on two cores. What has threads carries
# the label `threads` as well and runs under ThreadSanitizer; what is in tests/unit is labelled
# `unit` and runs under AddressSanitizer.
function(sentrail_test name)
  cmake_parse_arguments(ARG "OPTIMISED" "" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT ARG_LABELS)
    set(ARG_LABELS fast)
  endif()
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/tests/unit/")
    list(APPEND ARG_LABELS unit)
  endif()
  find_package(GTest REQUIRED)
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE SENTRAIL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # A unit test's own source is compiled often and runs for a moment: optimising it, or checking
  # each of its pointers, takes three times as long as all else. What it tests is compiled like the
  # product. OPTIMISED are those that walk whole spaces: the linker takes the templates of the first
  # object that has them, so that an unoptimised walk slows down what it tests as well.
  if(unit IN_LIST ARG_LABELS AND NOT ARG_OPTIMISED)
    target_compile_options(${name} PRIVATE -O0 -U_FORTIFY_SOURCE)
    if(SENTRAIL_SANITIZE MATCHES "undefined")
      target_compile_options(${name} PRIVATE -fno-sanitize=null,alignment,vptr)
    endif()
  endif()
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 240)
  if(SENTRAIL_SANITIZE)
    set_tests_properties(${name} PROPERTIES TIMEOUT 900)  # five to ten times slower
  endif()
  if(SENTRAIL_SANITIZE MATCHES "thread")
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT
                 TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp)
  endif()
  if(unit IN_LIST ARG_LABELS)
    add_dependencies(unit_tests ${name})
  endif()
  if(threads IN_LIST ARG_LABELS)
    add_dependencies(threaded_tests ${name})
  endif()
endfunction()

# sentrail_fuzz(name SOURCES … LINK …): a libFuzzer target, built only with SENTRAIL_FUZZ.
function(sentrail_fuzz name)
  if(NOT SENTRAIL_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
  add_dependencies(fuzz_targets ${name})
endfunction()
