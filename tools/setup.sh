# SPDX-License-Identifier: Apache-2.0
# Shared by ./try, ./check and tools/fuzz: installs what is missing, and builds. Sourced by bash at the project's root.

say() {
	printf '== %s\n' "$*"
}

die() {
	printf '%s: stopped: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# Names of packages.txt that are not installed.
missing_packages() {
	local name
	grep -vE '^(#|$)' packages.txt | while read -r name; do
		dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$name"
	done
}

install_packages() {
	local missing as_root=()
	command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || die "this needs Debian 12: no apt-get here"
	missing=$(missing_packages)
	if [ -z "$missing" ]; then
		say "all packages of packages.txt are installed"
		return
	fi
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || die "not root and no sudo here, and these packages are missing: $missing"
		as_root=(sudo)
	fi
	say "installing $missing"
	# shellcheck disable=SC2086
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
		"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
		die "apt-get could not install: $missing"
}

# build_in DIR COMPILER [meson options]: configures when there is need, then compiles. Without options a folder that is
# configured is used as it is. DIR/onrecord.log has what was said.
build_in() {
	local dir=$1 compiler=$2 again=()
	shift 2
	local log=$dir/onrecord.log stamp=$dir/onrecord.options
	# build files name their folder: in a copy made elsewhere they are of no use
	[ ! -f "$stamp" ] || [ "$(head -n 1 "$stamp")" = "$PWD" ] || rm -rf "$dir"
	mkdir -p "$dir" || return 1
	if [ ! -f "$dir/build.ninja" ] || { [ $# != 0 ] && [ "$(tail -n +2 "$stamp" 2>/dev/null)" != "$*" ]; }; then
		[ ! -f "$dir/build.ninja" ] || again=(--reconfigure)
		CC=$compiler /usr/bin/meson setup "${again[@]}" "$dir" "$@" >"$log" 2>&1 ||
			{ tail -n 60 "$log"; return 1; }
		printf '%s\n%s\n' "$PWD" "$*" >"$stamp"
	fi
	ninja -C "$dir" >"$log" 2>&1 || { tail -n 60 "$log"; return 1; }
}
