# How everything is compiled: C++20, warnings as errors, the hardening flags of the security page,
# sanitizers on request, ccache where it is installed.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(switchboard_options INTERFACE)
target_include_directories(switchboard_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(switchboard_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual
  -Wunused -Woverloaded-virtual -Wconversion -Wno-sign-conversion
  -Wimplicit-fallthrough -Werror
  -fstack-protector-strong -fstack-clash-protection -fcf-protection)
target_compile_definitions(switchboard_options INTERFACE
  _GLIBCXX_ASSERTIONS
  $<$<CONFIG:Release,RelWithDebInfo>:_FORTIFY_SOURCE=2>
  SWITCHBOARD_VERSION="${PROJECT_VERSION}")
target_link_options(switchboard_options INTERFACE -pie -Wl,-z,relro,-z,now -Wl,--as-needed)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 at -O2 reports these two inside libstdc++ and Asio templates, where nothing is wrong. Its
  # -Wnull-dereference does the same and is therefore never asked for; Clang's is on by default.
  target_compile_options(switchboard_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict)
endif()

if(SWITCHBOARD_SANITIZE)
  target_compile_options(switchboard_options INTERFACE
    -fsanitize=${SWITCHBOARD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(switchboard_options INTERFACE -fsanitize=${SWITCHBOARD_SANITIZE})
endif()
if(SWITCHBOARD_FUZZ)
  target_compile_options(switchboard_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined)
  target_link_options(switchboard_options INTERFACE -fsanitize=address,undefined)
endif()

# switchboard_library(<folder> [DIR path] [EXCLUDE path/] [DEPENDS targets...])
# A static library of all sources of one folder.
function(switchboard_library name)
  cmake_parse_arguments(arg "" "DIR;EXCLUDE" "DEPENDS" ${ARGN})
  if(NOT arg_DIR)
    set(arg_DIR ${name})
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${arg_DIR}/*.cpp")
  if(arg_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${PROJECT_SOURCE_DIR}/${arg_EXCLUDE}")
  endif()
  if(NOT sources)
    file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/${name}_empty.cpp" "")
    set(sources "${CMAKE_CURRENT_BINARY_DIR}/${name}_empty.cpp")
  endif()
  add_library(switchboard_${name} STATIC ${sources})
  target_link_libraries(switchboard_${name} PRIVATE switchboard_options)
  foreach(dep IN LISTS arg_DEPENDS)
    if(TARGET switchboard_${dep})
      target_link_libraries(switchboard_${name} PUBLIC switchboard_${dep})
    else()
      target_link_libraries(switchboard_${name} PUBLIC ${dep})
    endif()
  endforeach()
endfunction()
