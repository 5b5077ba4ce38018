#!/bin/sh
# +DEINSTALL -- run by pkg_delete(1): +DEINSTALL package DEINSTALL|POST-DEINSTALL
#
# Removes what +INSTALL copied and nobody has changed, and its directories
# where they are empty.  What an admin wrote or edited stays, and so does what
# was there before the package.
set -eu

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

# last KIND PATH -- strikes this package out; 0 where it made PATH, and no
# other package uses it.
last()
{
	shadow=$PKG_REFCOUNT_DBDIR/$1$2
	[ -f "$shadow/$pkgname" ] || return 1
	rm -f "$shadow/$pkgname"
	status=0
	for other in "$shadow"/[!+]*; do
		[ ! -f "$other" ] || return 1
	done
	[ ! -f "$shadow/+PREEXISTING" ] || status=1
	rm -f "$shadow/+PREEXISTING" "$shadow/+PERMISSIONS"
	(cd "$PKG_REFCOUNT_DBDIR" &&
	    rmdir -p "$1$2" 2>/dev/null) || :
	return $status
}

remove_files()
{
	sed -n 's/^# FILE: //p' "$self" |
	while read -r file flags example mode; do
		last files "$file" || continue
		case $flags in
		*r*)	yes "$PKG_RCD_SCRIPTS" || continue ;;
		*)	yes "$PKG_CONFIG" || continue ;;
		esac
		if cmp -s "$PKG_DESTDIR$PKG_PREFIX/$example" "$PKG_DESTDIR$file"; then
			rm -f "$PKG_DESTDIR$file"
		fi
		: "$mode"
	done
}

remove_dirs()
{
	sed -n 's/^# DIR: //p' "$self" | sort -r |
	while read -r dir rest; do
		last dirs "$dir" || continue
		yes "$PKG_CONFIG" || continue
		rmdir "$PKG_DESTDIR$dir" 2>/dev/null || :
		: "$rest"
	done
}

case $stage in
DEINSTALL)	remove_files ;;
POST-DEINSTALL)	remove_dirs ;;
esac
exit 0

