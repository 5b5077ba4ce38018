#!/bin/sh
# +INSTALL -- run by pkg_add(1): +INSTALL package PRE-INSTALL|POST-INSTALL
#
# Makes the directories and copies the configuration and, where the admin has
# PKG_RCD_SCRIPTS=YES, the rc.d script, which are listed below.  What is there
# already is left as it is.  Books are kept below $PKG_REFCOUNT_DBDIR in the way
# of pkgsrc, so that the package built there can take over.
set -eu
umask 022

self=$0
pkgname=$1
stage=$2
: "${PKG_PREFIX:=${PREFIX}}" "${PKG_DESTDIR:=}" "${PKG_CONFIG:=YES}"
: "${PKG_RCD_SCRIPTS:=NO}" "${PKG_METADATA_DIR:=$(pwd)}"
: "${PKG_REFCOUNT_DBDIR:=${PKG_METADATA_DIR%/*}.refcount}"

# yes VALUE
yes()
{
	case $1 in
	[Yy][Ee][Ss]|[Tt][Rr][Uu][Ee]|[Oo][Nn]|1) return 0 ;;
	esac
	return 1
}

# note KIND PATH -- this package uses it; was it there before?
note()
{
	shadow=$PKG_REFCOUNT_DBDIR/$1$2
	if [ ! -d "$shadow" ]; then
		mkdir -p "$shadow"
		[ ! -e "$PKG_DESTDIR$2" ] || echo "$pkgname" >"$shadow/+PREEXISTING"
	fi
	grep -qx "$PKG_METADATA_DIR" "$shadow/$pkgname" 2>/dev/null ||
	    echo "$PKG_METADATA_DIR" >>"$shadow/$pkgname"
}

# own PATH USER GROUP -- as far as we may
own()
{
	[ "$(id -u)" != 0 ] || chown "$2:$3" "$1"
}

add_dirs()
{
	sed -n 's/^# DIR: //p' "$self" |
	while read -r dir flags mode user group; do
		note dirs "$dir"
		yes "$PKG_CONFIG" || continue
		[ ! -d "$PKG_DESTDIR$dir" ] || continue
		mkdir -p "$PKG_DESTDIR$dir"
		[ -z "$mode" ] || chmod "$mode" "$PKG_DESTDIR$dir"
		[ -z "$user" ] || own "$PKG_DESTDIR$dir" "$user" "$group"
		: "$flags"
	done
}

add_files()
{
	sed -n 's/^# FILE: //p' "$self" |
	while read -r file flags example mode; do
		note files "$file"
		case $flags in
		*r*)	yes "$PKG_RCD_SCRIPTS" || continue ;;
		*)	yes "$PKG_CONFIG" || continue ;;
		esac
		[ ! -e "$PKG_DESTDIR$file" ] || continue
		mkdir -p "$PKG_DESTDIR${file%/*}"
		cp "$PKG_DESTDIR$PKG_PREFIX/$example" "$PKG_DESTDIR$file"
		chmod "$mode" "$PKG_DESTDIR$file"
	done
}

case $stage in
PRE-INSTALL)	add_dirs ;;
POST-INSTALL)	add_files ;;
esac
exit 0

