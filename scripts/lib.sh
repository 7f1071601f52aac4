# Shared by scripts/setup, run and test: where things are, and how to say what is missing. Sourced, not run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT" || exit 1
export PORTAL_VAR=${PORTAL_VAR:-$ROOT/var}
PY=$ROOT/.venv/bin/python

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }

# The newest Python that is at least 3.11.
find_python() {
  local candidate
  for candidate in python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

# Debian packages of the arguments that are not installed, one per line.
missing_packages() {
  command -v dpkg-query >/dev/null || return 0
  local package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
}

# Install what is missing when we may (root on Debian), else name exactly what is missing and how to get it.
need_packages() {
  local missing
  missing=$(missing_packages "$@" | tr '\n' ' ')
  [ -z "${missing// /}" ] && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing Debian packages: $missing"
    # RUNLEVEL=1 keeps the packages from starting servers of their own: the tests start private ones.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null || say "apt-get update failed; trying with the lists at hand"
    # shellcheck disable=SC2086
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >"$PORTAL_VAR/apt.log" 2>&1 ||
      { tail -5 "$PORTAL_VAR/apt.log" >&2; fail "could not install: $missing"; }
  else
    say "missing Debian packages: $missing"
    fail "please run: sudo apt-get install --no-install-recommends $missing"
  fi
}
