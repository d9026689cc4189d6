# SPDX-License-Identifier: Apache-2.0
# Shared by ./try and ./check: installs what is missing, and says what it does. Sourced by bash.

say() {
	printf '== %s\n' "$*"
}

die() {
	printf 'stopped: %s\n' "$*" >&2
	exit 1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "root is needed for: $* (neither root nor sudo here)"
	fi
}

# Names of packages.txt that are not installed.
missing_packages() {
	local name
	grep -v '^#' packages.txt | while read -r name; do
		[ -z "$name" ] && continue
		dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || printf '%s\n' "$name"
	done
}

install_packages() {
	local missing
	command -v apt-get >/dev/null || die "this needs Debian 12 (apt-get is not here)"
	missing=$(missing_packages)
	if [ -z "$missing" ]; then
		say "all packages are installed"
		return
	fi
	say "installing $(printf '%s' "$missing" | tr '\n' ' ')"
	export DEBIAN_FRONTEND=noninteractive
	as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq || die "apt-get update failed"
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
		die "apt-get install failed"
}

# build_in DIR COMPILER [meson options]: configures once, then compiles.
build_in() {
	local dir=$1 compiler=$2
	shift 2
	if [ ! -f "$dir/build.ninja" ]; then
		CC=$compiler /usr/bin/meson setup "$dir" "$@" >"$dir.log" 2>&1 || { cat "$dir.log"; die "configuring $dir failed"; }
	fi
	ninja -C "$dir" >"$dir.log" 2>&1 || { tail -n 60 "$dir.log"; die "building $dir failed"; }
}
