# make install and make uninstall, with both kinds of make.

# sources MAKE -- where the sources are; the tests may have been moved.
sources()
{
	top=${CELLS_SOURCE:-}
	[ -n "$top" ] || atf_skip "CELLS_SOURCE does not say where the sources are"
	command -v "$1" >/dev/null || atf_skip "no $1"
	make=$1 dest=$(pwd -P)/dest
}

# run VERB VARIABLE... -- make VERB below $dest.
run()
{
	_verb=$1
	shift
	atf_check -o save:out -e ignore "$make" -C "$top" BUILD="$dest.build" \
	    "$_verb" DESTDIR="$dest" PREFIX=/usr/pkg SYSCONFDIR=/etc \
	    RCDDIR=/etc/rc.d "$@"
}

# tour MAKE -- installs below a directory, looks, uninstalls, looks again.
tour()
{
	sources "$1"
	run install
	(cd "$dest" && find . -type f | sort) >installed
	# What the package for pkgsrc says, with rc.d and configuration in place.
	{
		sed -n -e '/^@/d' -e 's|^share/examples/rc.d|./etc/rc.d|' \
		    -e 's|^[a-z]|./usr/pkg/&|p' -e '/^\.\/etc/p' \
		    "$top/pkgsrc/cells/PLIST"
		echo ./etc/cells/cells.conf
	} | sort >wanted
	atf_check diff wanted installed
	for file in usr/pkg/sbin/cellctl usr/pkg/sbin/cellmgr etc/rc.d/cellmgr; do
		[ -x "$dest/$file" ] || atf_fail "$file cannot be executed"
	done
	run uninstall
	atf_check -o empty find "$dest" -type f
	[ ! -e "$dest/etc/cells" ] || atf_fail "etc/cells stays"
}

atf_test_case gnu
gnu_head()
{
	atf_set descr "GNU make installs what PLIST says, and takes all of it away"
}
gnu_body()
{
	tour make
}

atf_test_case netbsd
netbsd_head()
{
	atf_set descr "NetBSD make installs what PLIST says, and takes all of it away"
}
netbsd_body()
{
	tour bmake
}

atf_test_case edited
edited_head()
{
	atf_set descr "what the admin wrote or edited is neither replaced nor removed"
}
edited_body()
{
	sources make
	run install
	echo mine >"$dest/etc/cells/own.cell"
	chmod 700 "$dest/etc/cells"
	echo edited >>"$dest/etc/cells/cells.conf"
	cp "$dest/etc/cells/cells.conf" edited
	mkdir -p "$dest/usr/pkg/share/examples/other"
	echo other >"$dest/usr/pkg/share/examples/other/file"
	run install
	atf_check cmp edited "$dest/etc/cells/cells.conf"
	atf_check -o match:'^drwx------' ls -ld "$dest/etc/cells"
	echo edited >>"$dest/etc/rc.d/cellmgr"
	run uninstall
	atf_check -o match:'cells.conf: was edited' -o match:'rc.d/cellmgr: was edited' \
	    cat out
	(cd "$dest" && find . -type f | sort) >left
	atf_check -o inline:"./etc/cells/cells.conf\n./etc/cells/own.cell\n./etc/rc.d/cellmgr\n./usr/pkg/share/examples/other/file\n" \
	    cat left
	atf_check cmp edited "$dest/etc/cells/cells.conf"
}

atf_test_case elsewhere
elsewhere_head()
{
	atf_set descr "with other directories, programs and files speak of those"
}
elsewhere_body()
{
	sources make
	dirs="PREFIX=/opt/cells SYSCONFDIR=/opt/etc RCDDIR=/opt/etc/rc.d MANDIR=/opt/man"
	# Words.
	# shellcheck disable=SC2086
	run install $dirs
	for file in opt/cells/sbin/cellmgr opt/etc/cells/cells.conf \
	    opt/etc/rc.d/cellmgr opt/man/man5/cell.5; do
		[ -f "$dest/$file" ] || atf_fail "no $file"
	done
	[ ! -e "$dest/etc" ] || atf_fail "something is below /etc"
	atf_check -o ignore grep '^command="/opt/cells/sbin/cellmgr"' \
	    "$dest/opt/etc/rc.d/cellmgr"
	atf_check -o match:'/opt/etc/cells' -o not-match:'[^t]/etc/cells' \
	    cat "$dest/opt/man/man5/cell.5"
	atf_check -s exit:1 -e inline:"cellmgr: /opt/etc/cells: no such directory\n" \
	    env -u CELLS_ETC "$dest/opt/cells/sbin/cellmgr" check
	# shellcheck disable=SC2086
	run uninstall $dirs
	atf_check -o empty find "$dest" -type f
}

atf_init_test_cases()
{
	atf_add_test_case gnu
	atf_add_test_case netbsd
	atf_add_test_case edited
	atf_add_test_case elsewhere
}
