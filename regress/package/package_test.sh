# make package, and what its scripts do.

# sources -- where the sources are; the tests may have been moved.
sources()
{
	top=${CELLS_SOURCE:-}
	[ -n "$top" ] || atf_skip "CELLS_SOURCE does not say where the sources are"
	work=$(pwd -P)
	name=cells-$(sed -n 's/^VERSION=[	 ]*//p' "$top/Makefile.inc")
}

# package ARCH DIRECTORY -- builds one, and prints its name.
package()
{
	(cd "$top" && make package OS=netbsd ARCH="$1" BUILD="$work/$2") >"$2.log" ||
	    atf_fail "make package ARCH=$1: $(cat "$2.log")"
	tail -n 1 "$2.log"
}

# md5_of FILE -- its digest, by what this system has for that.
md5_of()
{
	if command -v md5sum >/dev/null; then
		md5sum <"$1" | cut -d ' ' -f 1
	else
		md5 -q "$1"
	fi
}

# machine FILE -- e_machine of an ELF header, in decimal.
machine()
{
	od -An -tu1 -j 18 -N 2 "$1" | awk '{ print $1 + 256 * $2 }'
}

atf_test_case amd64
amd64_head()
{
	atf_set descr "a package for amd64 is what PLIST says, byte for byte twice"
	atf_set timeout 600
}
amd64_body()
{
	sources
	one=$(package amd64 one)
	two=$(package amd64 two)
	atf_check cmp "$one" "$two"
	atf_check -o inline:"NetBSD/x86_64/10.0/All/$name.tgz\n" \
	    echo "${one#"$work/one/packages/"}"
	# What pkg_add reads first, in the order that it insists on.
	tar tzf "$one" >list
	atf_check -o inline:"+CONTENTS\n+COMMENT\n+DESC\n+INSTALL\n+DEINSTALL\n+DISPLAY\n+BUILD_INFO\n+SIZE_PKG\n+SIZE_ALL\n" \
	    grep '^+' list
	grep -v '^@' "$top/pkgsrc/cells/PLIST" >plist
	atf_check -o file:plist grep -v '^+' list
	# Every file has the digest that the packing list tells.
	mkdir x
	tar xzf "$one" -C x
	awk '/^@comment MD5:/ { print substr($2, 5) "  " file } { file = $0 }' \
	    x/+CONTENTS >sums
	[ "$(wc -l <sums)" = "$(wc -l <plist)" ] || atf_fail "digests are missing"
	while read -r sum file; do
		[ "$(md5_of "x/$file")" = "$sum" ] || atf_fail "$file: not $sum"
	done <sums
	atf_check -o inline:"@name $name\n@cwd /usr/pkg\n" head -n 2 x/+CONTENTS
	for line in OPSYS=NetBSD OS_VERSION=10.0 MACHINE_ARCH=x86_64; do
		atf_check -o ignore grep -x "$line" x/+BUILD_INFO
	done
	for program in x/sbin/*; do
		[ "$(machine "$program")" = 62 ] || atf_fail "$program is not for amd64"
		grep -q '\.note\.netbsd\.ident' "$program" || atf_fail "$program is not NetBSD's"
	done
	size=$(cd x && find [a-z]* -type f -exec cat {} + | wc -c)
	atf_check -o inline:"$((size))\n" cat x/+SIZE_PKG
}

atf_test_case arm64
arm64_head()
{
	atf_set descr "a package for arm64 has programs for arm64"
	atf_set timeout 600
}
arm64_body()
{
	sources
	one=$(package arm64 one)
	mkdir x
	tar xzf "$one" -C x
	atf_check -o ignore grep -x MACHINE_ARCH=aarch64 x/+BUILD_INFO
	for program in x/sbin/*; do
		[ "$(machine "$program")" = 183 ] || atf_fail "$program is not for arm64"
	done
}

atf_test_case others
others_head()
{
	atf_set descr "there is no package for a system or machine without one"
}
others_body()
{
	sources
	atf_check -s not-exit:0 -o ignore -e match:'packages are made for netbsd' \
	    make -C "$top" package OS=linux BUILD="$work/b"
	atf_check -s not-exit:0 -o ignore -e match:'ARCH=vax: not amd64' \
	    make -C "$top" package ARCH=vax BUILD="$work/b"
	[ ! -d b ] || atf_fail "something was built"
}

# scripts -- the two scripts of a package, a root for them, and a chown(8)
# that only notes what it is told: wheel is not everywhere.
scripts()
{
	root=$work/root meta=$work/db/pkg/cells-0.1
	mkdir -p "$meta" "$root/usr/pkg/share/examples/rc.d" \
	    "$root/usr/pkg/share/examples/cells" "$root/etc" bin
	echo rc >"$root/usr/pkg/share/examples/rc.d/cellmgr"
	echo conf >"$root/usr/pkg/share/examples/cells/cells.conf"
	for verb in install deinstall; do
		{
			cat "$top/pkgsrc/binpkg/$verb.sh"
			cat <<-'END'
			# DIR: /etc/cells m
			# DIR: /var/db/cells mo 0755 root wheel
			# DIR: /var/backups/cells mo 0700 root wheel
			# FILE: /etc/rc.d/cellmgr cr share/examples/rc.d/cellmgr 0755
			# FILE: /etc/cells/cells.conf c share/examples/cells/cells.conf 0644
			END
		} >"$meta/+$verb"
	done
	printf '#!/bin/sh\necho "$@" >>%s/chown.log\n' "$work" >bin/chown
	chmod 755 bin/chown
	PATH=$work/bin:$PATH
	PKG_DESTDIR=$root PKG_PREFIX=/usr/pkg PKG_METADATA_DIR=$meta
	PKG_REFCOUNT_DBDIR=$work/db/pkg.refcount
	export PATH PKG_DESTDIR PKG_PREFIX PKG_METADATA_DIR PKG_REFCOUNT_DBDIR
}

# add; delete -- what pkg_add(1) and pkg_delete(1) run.
add()
{
	for stage in PRE-INSTALL POST-INSTALL; do
		atf_check sh "$meta/+install" cells-0.1 "$stage"
	done
}

delete()
{
	atf_check sh "$meta/+deinstall" cells-0.1 DEINSTALL
	atf_check sh "$meta/+deinstall" cells-0.1 POST-DEINSTALL
}

# there -- what lies below the root beside the package's own files.
there()
{
	(cd "$root" && find etc var 2>/dev/null | sort)
}

atf_test_case default
default_head()
{
	atf_set descr "pkg_add makes directories and configuration; pkg_delete leaves nothing"
}
default_body()
{
	sources
	scripts
	add
	there >all
	atf_check -o match:'^etc/cells/cells.conf$' -o match:'^var/db/cells$' \
	    -o match:'^var/backups/cells$' -o not-match:rc.d cat all
	atf_check -o match:'^drwx------' ls -ld "$root/var/backups/cells"
	[ "$(id -u)" != 0 ] ||
	    atf_check -o match:'root:wheel .*/var/db/cells$' cat chown.log
	# Again, as pkg_add -U does, changes nothing.
	add
	there >again
	atf_check cmp all again
	delete
	there >left
	atf_check -o inline:"etc\nvar\nvar/backups\nvar/db\n" cat left
	atf_check -o empty find "$PKG_REFCOUNT_DBDIR" -type f
}

atf_test_case rcd
rcd_head()
{
	atf_set descr "with PKG_RCD_SCRIPTS=YES the rc.d script comes and goes, too"
}
rcd_body()
{
	sources
	scripts
	PKG_RCD_SCRIPTS=YES
	export PKG_RCD_SCRIPTS
	add
	atf_check -o match:'^-rwxr-xr-x' ls -l "$root/etc/rc.d/cellmgr"
	delete
	[ ! -e "$root/etc/rc.d/cellmgr" ] || atf_fail "the rc.d script stays"
}

atf_test_case edited
edited_head()
{
	atf_set descr "what an admin wrote, edited, or had before is never replaced or removed"
}
edited_body()
{
	sources
	scripts
	PKG_RCD_SCRIPTS=YES
	export PKG_RCD_SCRIPTS
	mkdir "$root/etc/rc.d"
	cp "$root/usr/pkg/share/examples/rc.d/cellmgr" "$root/etc/rc.d/"
	add
	echo edited >>"$root/etc/cells/cells.conf"
	echo mine >"$root/etc/cells/own.cell"
	add
	atf_check -o inline:"conf\nedited\n" cat "$root/etc/cells/cells.conf"
	delete
	atf_check -o inline:"conf\nedited\n" cat "$root/etc/cells/cells.conf"
	atf_check -o inline:"mine\n" cat "$root/etc/cells/own.cell"
	atf_check -o inline:"rc\n" cat "$root/etc/rc.d/cellmgr"
	# A second time the file is the admin's from the beginning.
	add
	atf_check -o inline:"conf\nedited\n" cat "$root/etc/cells/cells.conf"
	cp "$root/usr/pkg/share/examples/cells/cells.conf" "$root/etc/cells/"
	delete
	atf_check -o inline:"conf\n" cat "$root/etc/cells/cells.conf"
}

atf_test_case shared
shared_head()
{
	atf_set descr "what another package uses stays until that is gone"
}
shared_body()
{
	sources
	scripts
	add
	echo "$work/db/pkg/other-1" >"$PKG_REFCOUNT_DBDIR/files/etc/cells/cells.conf/other-1"
	delete
	[ -f "$root/etc/cells/cells.conf" ] || atf_fail "taken from the other package"
}

atf_init_test_cases()
{
	atf_add_test_case amd64
	atf_add_test_case arm64
	atf_add_test_case others
	atf_add_test_case default
	atf_add_test_case rcd
	atf_add_test_case edited
	atf_add_test_case shared
}
