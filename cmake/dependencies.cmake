# Every dependency comes from the distribution. Packages without a CMake config have a Find module here.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(CAF REQUIRED)
find_package(xxHash REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED)
find_package(RocksDB CONFIG REQUIRED)
find_package(simdjson CONFIG REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(tomlplusplus CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(CURL 7.87 REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(JEMALLOC IMPORTED_TARGET jemalloc)

if(SWITCHBOARD_TESTS)
  find_package(GTest CONFIG REQUIRED)
endif()
if(SWITCHBOARD_BENCH)
  find_package(benchmark CONFIG REQUIRED)
endif()

# System headers stay out of our warnings.
target_compile_definitions(Boost::headers INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_HAS_STD_INVOKE_RESULT)
