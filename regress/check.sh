#!/bin/sh
# check.sh -- everything that has to hold, from a fresh clone: `make check'.
#
# Installs what it lacks where it may (Debian as root); what is missing
# elsewhere is reported as skipped.  Every runner leaves its own report below
# $BUILD/check, tally adds them up, and its last line is the verdict:
# `N passed, N failed[, N skipped]'.
#
# Environment: BUILD (build), GO (go), MAKE (make), JOBS (2), CI (a checkout
# must be clean, and nothing may be missing).
set -eu

: "${BUILD:=build}" "${GO:=go}" "${MAKE:=make}" "${JOBS:=2}" "${CI:=}"
PATH=$PATH:/usr/local/go/bin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL BUILD GO MAKE JOBS

out=$BUILD/check

begun=$(date +%s)

# say WHAT -- and when it begins, in seconds from our own beginning.
say()
{
	printf '== %s (at %d s)\n' "$*" $(($(date +%s) - begun))
}

# ok NAME; failed NAME WHY; skip NAME WHY -- lines of a lint report.
ok()
{
	echo "ok $1"
}

failed()
{
	echo "FAIL $1: $2"
	lint_status=1
}

skip()
{
	echo "skip $1: $2"
}

# verdict NAME OUTPUT -- a lint passes that prints nothing.
verdict()
{
	if [ -z "$2" ]; then
		ok "$1"
	else
		failed "$1" "it says"
		printf '%s\n' "$2" | sed 's/^/	/'
	fi
}

# lint NAME FUNCTION -- keeps the lines and the status of a linter.
lint()
{
	say "$1"
	lint_status=0
	"$2" >"$out/$1.lint"
	echo "$lint_status" >"$out/$1.status"
}

# need PROGRAM PACKAGE -- notes what is not there.
need()
{
	command -v "$1" >/dev/null || missing="$missing $2"
}

# need_library NAME PACKAGE
need_library()
{
	[ -n "$(find /lib/ /usr/lib/ -name "$1" 2>/dev/null)" ] ||
	    missing="$missing $2"
}

# missing_packages -- sets $missing to Debian's names of what is not there.
missing_packages()
{
	missing=
	need cc gcc
	need git git
	need pkg-config pkg-config
	need kyua kyua
	need atf-sh atf-sh
	need shellcheck shellcheck
	need mandoc mandoc
	need bmake bmake
	need tmux tmux
	need curl curl
	need ps procps
	need patch patch
	need xz xz-utils
	need bzip2 bzip2
	need bsdtar libarchive-tools
	need zsh zsh
	need ksh mksh
	[ -e /usr/include/atf-c.h ] || missing="$missing libatf-dev"
	# For nginx, which is borrowed.
	need_library libssl.so.3 libssl3
	need_library libpcre2-8.so.0 libpcre2-8-0
	[ -e /usr/include/pthread.h ] || missing="$missing libc6-dev"
}

# install_packages -- where this is Debian and we may.
install_packages()
{
	missing_packages
	[ -n "$missing" ] && [ "$(id -u)" = 0 ] &&
	    command -v apt-get >/dev/null || return 0
	say "installing:$missing"
	# Names are words.
	# shellcheck disable=SC2086
	{
		apt-get update -qq
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		    --no-install-recommends $missing
	} </dev/null >"$out/apt.log" 2>&1 || cat "$out/apt.log"
	missing_packages
}

# borrow_programs -- from packages that would start daemons; with the
# libraries of nginx.
borrow_programs()
{
	command -v apt-get >/dev/null || return 0
	borrow nginx nginx
	borrow prometheus promtool
}

# borrow PACKAGE PROGRAM -- where it fails perhaps for want of fresh lists.
borrow()
{
	command -v "$2" >/dev/null && return
	sh regress/tools/borrow "$BUILD/borrowed" "$@" >"$out/borrow.log" 2>&1 &&
	    return
	[ "$(id -u)" != 0 ] || {
		apt-get update -qq
		sh regress/tools/borrow "$BUILD/borrowed" "$@"
	} </dev/null >"$out/borrow.log" 2>&1 || {
		cat "$out/borrow.log"
		missing="$missing $1"
	}
}

check_tools()
{
	for package in $missing; do
		if [ -n "$CI" ]; then
			failed "$package" "not installed"
		else
			skip "$package" "not installed; its tests are left out"
		fi
	done
	[ -n "$missing" ] || ok packages
}

# tracked PATTERN... -- files of the project, new ones too.
tracked()
{
	git ls-files --cached --others --exclude-standard -- "$@" |
	    while read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done
}

check_build()
{
	if "$MAKE" all >"$out/build.log" 2>&1; then
		ok all
	else
		verdict all "$(tail -n 30 "$out/build.log")"
	fi
	command -v bmake >/dev/null || return 0
	if bmake all >"$out/bmake.log" 2>&1; then
		ok bmake
	else
		verdict bmake "$(tail -n 30 "$out/bmake.log")"
	fi
}

check_gofmt()
{
	for file in $(tracked '*.go'); do
		verdict "$file" "$(gofmt -l "$file" 2>&1)"
	done
}

# check_vet -- the packages as they are here and on NetBSD.
check_vet()
{
	for os in "$("$GO" env GOOS)" netbsd; do
		verdict "$os" "$(CGO_ENABLED=0 GOOS=$os "$GO" vet ./... 2>&1 |
		    grep -v '^#' || :)"
	done
}

check_cross()
{
	for target in netbsd/amd64 netbsd/arm64 netbsd/386 netbsd/arm; do
		if "$MAKE" cross CROSS="$target" >"$out/cross.log" 2>&1; then
			ok "$target"
		else
			verdict "$target" "$(tail -n 20 "$out/cross.log")"
		fi
	done
	if "$MAKE" netbsd-tests >"$out/cross.log" 2>&1; then
		ok netbsd-tests
	else
		verdict netbsd-tests "$(tail -n 20 "$out/cross.log")"
	fi
}

# check_mandoc -- all levels; pages of NetBSD's that Debian lacks are no fault.
check_mandoc()
{
	command -v mandoc >/dev/null || { skip man "no mandoc"; return; }
	for page in $(tracked 'man/*.[1-9]'); do
		verdict "$page" "$(mandoc -T lint -W style "$page" 2>&1 |
		    grep -v -e 'referenced manual not found' \
		    -e 'outdated mandoc.db lacks' || :)"
	done
}

# shell_scripts -- by name, place or first line.
shell_scripts()
{
	tracked | while read -r file; do
		case $file in
		*.sh|rc.d/*|*/daily.local)	echo "$file" ;;
		*.*)		;;
		*)	if head -n 1 "$file" | grep -q '^#! *[^ ]*/sh'; then
				echo "$file"
			fi ;;
		esac
	done
}

# check_shell -- SC1091: files sourced at run time; SC2016: a $ that is meant
# for awk or make; SC2317: bodies of tests, which atf-sh calls; SC3043:
# `local', which every sh of interest has.
check_shell()
{
	command -v shellcheck >/dev/null || { skip sh "no shellcheck"; return; }
	for file in $(shell_scripts); do
		verdict "$file" "$(shellcheck -s sh -e SC1091,SC2016,SC2317,SC3043 \
		    -f gcc "$file" 2>&1)"
	done
}

check_git()
{
	now=$(git status --porcelain 2>/dev/null)
	if [ -n "$CI" ]; then
		verdict clean "$now"
	elif [ "$now" = "$before" ]; then
		ok unchanged
	else
		verdict unchanged "$now"
	fi
}

run_gotest()
{
	say go test
	status=0
	"$GO" test -json -p "$JOBS" ./... </dev/null >"$out/go.gotest" \
	    2>"$out/go.stderr" || status=$?
	echo "$status" >"$out/go.status"
}

rm -rf "$out"
mkdir -p "$out"
before=$(git status --porcelain 2>/dev/null || :)
install_packages
borrow_programs
lint tools check_tools
lint build check_build
lint gofmt check_gofmt
lint vet check_vet
run_gotest
say kyua test
sh regress/tools/run-atf "$out" || echo 1 >"$out/atf.status"
lint cross check_cross
lint mandoc check_mandoc
lint shell check_shell
lint git check_git
"$GO" build -o "$out/tally" ./regress/tools/tally
"$out/tally" "$out"
