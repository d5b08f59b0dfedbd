# Compiler and linker settings of Playhead's own targets, carried by the interface target `playhead_flags`.
#
# The C++ build and the wheel's build use the same flags, so that ccache compiles each source once for both.
# The code is generated for the baseline of the processor family: a wheel must run on any machine of its platform.

include(CheckCXXCompilerFlag)
include(CheckLinkerFlag)

add_library(playhead_flags INTERFACE)
target_compile_features(playhead_flags INTERFACE cxx_std_20)

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_EXTENSIONS OFF)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
  endif()
  # Line tables are enough for stack traces; full debug information doubles compile and link time.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

  find_program(PLAYHEAD_CCACHE ccache)
  if(PLAYHEAD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${PLAYHEAD_CCACHE})
  endif()

  foreach(linker mold lld)
    check_linker_flag(CXX -fuse-ld=${linker} PLAYHEAD_HAS_${linker})
    if(PLAYHEAD_HAS_${linker})
      add_link_options(-fuse-ld=${linker})
      break()
    endif()
  endforeach()
endif()

target_compile_options(playhead_flags INTERFACE -Wall -Wextra $<IF:$<CXX_COMPILER_ID:GNU>,-Wshadow=local,-Wshadow>)
# libstdc++ 12 builds std::stable_sort on a function that it calls deprecated itself, and clang tells its caller.
target_compile_options(playhead_flags INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
if(PLAYHEAD_WERROR)
  target_compile_options(playhead_flags INTERFACE -Werror)
endif()

# No path of the machine that built a library is left in it.
target_compile_options(playhead_flags INTERFACE -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)

# gcc 12 turns small copies in templates into `rep movsq`, which costs hundreds of cycles to start.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|i[3-6]86")
  target_compile_options(playhead_flags INTERFACE -mstringop-strategy=libcall)
endif()

# Sanitized code is optimised a little only: it compiles in half the time, and its stack traces can be read.
if(PLAYHEAD_SANITIZE)
  add_compile_options(-O1)
endif()
if(PLAYHEAD_SANITIZE STREQUAL "address")
  # vptr checks need type information that the system's RocksDB does not always export.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-fsanitize=address,undefined)
elseif(PLAYHEAD_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-fsanitize=thread)
elseif(PLAYHEAD_SANITIZE)
  message(FATAL_ERROR "PLAYHEAD_SANITIZE is \"${PLAYHEAD_SANITIZE}\"; use address, thread or nothing")
endif()
