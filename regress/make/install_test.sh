# make install and make uninstall, with both kinds of make.

# sources -- where the sources are; the tests may have been moved.
sources()
{
	top=${CELLS_SOURCE:-}
	[ -n "$top" ] || atf_skip "CELLS_SOURCE does not say where the sources are"
	command -v "$1" >/dev/null || atf_skip "no $1"
}

# tour MAKE -- installs below a directory, looks, uninstalls, looks again.
tour()
{
	sources "$1"
	dest=$(pwd -P)/dest
	cd "$top" || atf_fail "no sources"
	for verb in install uninstall; do
		atf_check -o ignore -e ignore "$1" "$verb" DESTDIR="$dest" \
		    PREFIX=/usr/pkg SYSCONFDIR=/etc RCDDIR=/etc/rc.d
		cd "$dest" || atf_fail "nothing installed"
		find . -type f | sort >"../after.$verb"
		[ "$verb" = uninstall ] || {
			for file in usr/pkg/sbin/cellctl usr/pkg/sbin/cellmgr \
			    usr/pkg/man/man8/cellctl.8 \
			    usr/pkg/share/examples/cells/www.cell; do
				[ -s "$file" ] || atf_fail "no $file"
			done
			[ -d etc/cells ] || atf_fail "no directory for manifests"
			[ -x usr/pkg/sbin/cellctl ] || atf_fail "no program"
			echo mine >etc/cells/own.cell
		}
		cd "$top" || atf_fail "no sources"
	done
	# What the admin wrote stays, and nothing else.
	atf_check -o inline:"./etc/cells/own.cell\n" \
	    cat "${dest%/dest}/after.uninstall"
}

atf_test_case gnu
gnu_head()
{
	atf_set descr "with GNU make"
}
gnu_body()
{
	tour make
}

atf_test_case netbsd
netbsd_head()
{
	atf_set descr "with NetBSD make"
}
netbsd_body()
{
	tour bmake
}

atf_init_test_cases()
{
	atf_add_test_case gnu
	atf_add_test_case netbsd
}
