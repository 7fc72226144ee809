# shellcheck shell=sh
# Sourced by ./run and ./test: packages and builds. POSIX sh; the working directory is the project's root.

# Boost 1.81 on Debian 12, what the distribution has that is newer elsewhere (Ubuntu 24.04: 1.83).
boost_version() {
  for v in 1.81 1.83 1.86 1.88; do
    if apt-cache show "libboost$v-dev" >/dev/null 2>&1; then
      echo "$v"
      return
    fi
  done
  echo 1.81
}

packages_for() {
  echo "g++ cmake ninja-build pkg-config ca-certificates curl openssl libcaf-dev librocksdb-dev libsimdjson-dev libssl-dev" \
    "libtomlplusplus-dev libcli11-dev libxxhash-dev libjemalloc-dev ccache"
  if [ "$1" = test ]; then echo "libgtest-dev libgmock-dev"; fi
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]
}

# install_missing run|test
install_missing() {
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: no apt-get here; install the packages of scripts/setup.sh by hand" >&2
    return
  fi
  missing=
  for p in $(packages_for "$1"); do
    is_installed "$p" || missing="$missing $p"
  done
  has_boost=
  for v in 1.81 1.83 1.86 1.88; do
    if is_installed "libboost$v-dev"; then has_boost=$v; fi
  done
  if [ -z "$missing" ] && [ -n "$has_boost" ]; then return; fi

  as_root=
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      if [ -z "$has_boost" ]; then missing="$missing libboost$(boost_version)-dev"; fi
      echo "setup: missing packages:$missing; run this as root, or install sudo" >&2
      exit 1
    fi
    as_root=sudo
  fi
  echo "setup: asking apt-get for the package lists" >&2
  $as_root apt-get update -q >/dev/null
  if [ -z "$has_boost" ]; then missing="$missing libboost$(boost_version)-dev"; fi
  echo "setup: installing$missing" >&2
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2
}

# build_preset PRESET [TARGET]
build_preset() {
  cmake --preset "$1" >/dev/null
  if [ $# -gt 1 ]; then
    cmake --build "build/$1" --target "$2" >&2
  else
    cmake --build "build/$1" >&2
  fi
}
