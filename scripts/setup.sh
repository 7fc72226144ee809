# shellcheck shell=sh
# Sourced by ./run and ./test: packages and builds. POSIX sh; the working directory is the project's root.

# Boost 1.81 on Debian 12, what the distribution has that is newer elsewhere (Ubuntu 24.04: 1.83). One that is
# installed already is taken as it is.
boost_package() {
  for v in 1.81 1.83 1.86 1.88; do
    if is_installed "libboost$v-dev"; then
      echo "libboost$v-dev"
      return
    fi
  done
  for v in 1.81 1.83 1.86 1.88; do
    if apt-cache show "libboost$v-dev" >/dev/null 2>&1; then
      echo "libboost$v-dev"
      return
    fi
  done
  echo libboost1.81-dev
}

# The sanitizers' and libFuzzer's runtime of the clang that `clang` stands for: 14 on Debian 12, 18 on Ubuntu 24.04.
clang_runtime_package() {
  v=$(apt-cache show clang 2>/dev/null | sed -n 's/^Depends:.*clang-\([0-9][0-9]*\).*/\1/p' | head -n 1)
  echo "libclang-rt-${v:-14}-dev"
}

# packages_for run|test|bench|fuzz
packages_for() {
  echo "g++ cmake ninja-build pkg-config ca-certificates curl openssl libcaf-dev librocksdb-dev libsimdjson-dev libssl-dev" \
    "libtomlplusplus-dev libcli11-dev libxxhash-dev libzstd-dev libutf8proc-dev libsystemd-dev libjemalloc-dev libcurl4-openssl-dev tzdata ccache"
  boost_package
  case $1 in
    test) echo "libgtest-dev libgmock-dev" ;;
    bench) echo "libbenchmark-dev" ;;
    fuzz) echo clang && clang_runtime_package ;;
  esac
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]
}

# missing_packages run|test|bench|fuzz
missing_packages() {
  for p in $(packages_for "$1"); do
    is_installed "$p" || printf ' %s' "$p"
  done
}

# install_missing run|test|bench|fuzz
install_missing() {
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: no apt-get here; install the packages of scripts/setup.sh by hand" >&2
    return
  fi
  missing=$(missing_packages "$1")
  if [ -z "$missing" ]; then return; fi

  as_root=
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      echo "setup: packages are missing, and without root or sudo they cannot be installed. As root, once:" >&2
      echo "  apt-get update && apt-get install -y --no-install-recommends$missing" >&2
      exit 1
    fi
    as_root=sudo
  fi
  echo "setup: asking apt-get for the package lists" >&2
  $as_root apt-get update -q >/dev/null
  missing=$(missing_packages "$1") # the lists may know a newer Boost than was guessed without them
  echo "setup: installing$missing" >&2
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2
}

# build_preset PRESET [TARGET …]
build_preset() {
  cmake --preset "$1" >/dev/null
  preset=$1
  shift
  if [ $# -gt 0 ]; then
    cmake --build "build/$preset" --target "$@" >&2
  else
    cmake --build "build/$preset" >&2
  fi
}
