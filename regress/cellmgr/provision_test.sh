# Provisioning: what is there already is never done again.

atf_test_case all cleanup
all_head()
{
	atf_set descr "every directive, once; the plan shows what would change"
	atf_set require.user root
}
all_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	can_mount
	web=$(cells_name web)
	mkdir -p "$CELLS_ETC/$web.d/conf"
	printf 'one\ntwo\nthree\n' >"$CELLS_ETC/$web.d/conf/app"
	manifest "$web" 'base host' 'data /etc /var' \
	    'install conf/app /etc/app/app.conf mode=0640 owner=daemon' \
	    'mkdir /var/db/app mode=0700 owner=daemon' \
	    'link ../db/app /var/log/app' \
	    'line /etc/app/list "a b"' \
	    'line /etc/app/list c=2 replace=c=' \
	    "run creates=/var/db/app/made /bin/sh -c ': >/var/db/app/made'" \
	    "run user=daemon timeout=10s /bin/sh -c 'echo \$(id -u) >>/var/tmp/ran'"
	atf_check -o match:"install /etc/app/app.conf" -o match:'    \+ two' \
	    -o match:'run creates=' cellmgr apply
	idle
	set -- cellctl exec "$web" /bin/sh -c
	uid=$("$@" 'id -u daemon')
	atf_check -o inline:"-rw-r-----\ndaemon\n" "$@" \
	    "ls -l /etc/app/app.conf | awk '{ print \$1; print \$3 }'"
	atf_check -o match:'^drwx------ .* daemon ' "$@" 'ls -ld /var/db/app'
	atf_check -o inline:"a b\nc=2\n" "$@" 'cat /etc/app/list'
	atf_check -o inline:"$uid\n" "$@" 'cat /var/tmp/ran'
	atf_check -o match:'made' "$@" 'ls /var/log/app/'

	# Each result that is gone or changed is made again, and only that.
	"$@" 'rm /var/log/app; chmod 755 /var/db/app; echo c=3 >/etc/app/list'
	printf 'one\n2\nthree\n' >"$CELLS_ETC/$web.d/conf/app"
	cat >plan <<-END
	~ $web: install /etc/app/app.conf (live)
	      one
	    - two
	    + 2
	      three
	~ $web: mkdir /var/db/app mode=0700 owner=daemon (live)
	~ $web: link /var/log/app -> ../db/app (live)
	~ $web: line /etc/app/list (live)
	      c=3
	    + a b
	~ $web: line /etc/app/list (live)
	    - c=3
	    + c=2
	END
	atf_check -s exit:3 -o file:plan cellmgr plan
	atf_check -o match:'link /var/log/app' cellmgr apply
	idle
	atf_check -o inline:"c=2\na b\n" "$@" 'cat /etc/app/list'
	atf_check -o inline:"$uid\n" "$@" 'cat /var/tmp/ran'
	clean
}
all_cleanup()
{
	cells_teardown
}

atf_test_case failing cleanup
failing_head()
{
	atf_set descr "what fails has its file and line, and the cell is not left"
	atf_set require.user root
}
failing_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	can_mount
	web=$(cells_name web)
	file=$CELLS_ETC/$web.cell
	manifest "$web" 'base host' 'data /var' \
	    "run /bin/sh -c 'echo no good >&2; exit 3'"
	atf_check -s exit:1 -o ignore \
	    -e match:"$web: $file:5: run: no good \(exit status 3\)" cellmgr apply
	manifest "$web" 'base host' 'data /var' 'run timeout=1s /bin/sleep 60'
	atf_check -s exit:1 -o ignore -e match:"$file:5: run: /bin/sleep: not done after 1s" \
	    cellmgr apply
	manifest "$web" 'base host' 'data /var' 'mkdir /var/x owner=nosuch'
	atf_check -s exit:1 -o ignore \
	    -e match:"$file:5: mkdir: no user \"nosuch\" in the cell" cellmgr apply
	# Who it leaves behind with its output open is not waited for.
	manifest "$web" 'base host' 'data /var' "run /bin/sh -c 'sleep 60 & echo behind'"
	begun=$(date +%s)
	atf_check -o match:"$web: start" cellmgr apply
	[ $(($(date +%s) - begun)) -lt 14 ] || atf_fail "it was waited for"
	atf_check -o ignore cellmgr stop "$web"
	manifest "$web" 'base host' 'data /var' 'run creates=/var/x /bin/sh -c :'
	atf_check -s exit:1 -o ignore \
	    -e match:'it ended well but did not create /var/x' cellmgr apply
	atf_check -o empty cellctl list -H
	[ -z "$(mounted)" ] || atf_fail "left: $(mounted)"
	# What a command has left behind holds nothing, and is gone.
	manifest "$web" 'base host' 'data /var' \
	    "run /bin/sh -c 'cd /var; (trap \"\" HUP TERM; exec setsid sleep 1234) >/dev/null 2>&1 & sleep 1; exit 3'"
	atf_check -s exit:1 -o ignore -e match:"run: exit status 3" cellmgr apply
	atf_check -o empty cellctl list -H
	[ -z "$(mounted)" ] || atf_fail "left: $(mounted)"
	# What it says is shown, not obeyed.
	manifest "$web" 'base host' 'data /var' \
	    "run /bin/sh -c 'printf \"\\033[31mred\" >&2; exit 1'"
	atf_check -s exit:1 -o ignore -e match:'run: \\033\[31mred' cellmgr apply
}
failing_cleanup()
{
	cells_teardown
}

atf_test_case packages cleanup
packages_head()
{
	atf_set descr "pkg asks the cell's own pkg_add for what is missing"
	atf_set require.user root
}
packages_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	can_mount
	web=$(cells_name web)
	# A base whose pkg_add notes what it is asked for.
	mkdir -p tree/usr/sbin tree/var/db/pkg tree/bin tree/tmp tree/dev tree/etc
	for tool in sh sleep mkdir; do
		if [ -x "/rescue/$tool" ]; then
			cp "/rescue/$tool" tree/bin/
			continue
		fi
		cp -L "/bin/$tool" "tree/bin/$tool"
		ldd "/bin/$tool" | tr -s '[:space:]' '\n' | grep '^/' |
		while read -r lib; do
			mkdir -p "tree$(dirname "$lib")"
			[ -e "tree$lib" ] || cp -L "$lib" "tree$lib"
		done
	done
	cat >tree/usr/sbin/pkg_add <<-'END'
	#!/bin/sh
	for name do
		echo "$name" >>/var/db/asked
		mkdir "/var/db/pkg/$name-1.2nb3"
	done
	END
	chmod 755 tree/usr/sbin/pkg_add
	(cd tree && tar cf ../tree.tar .)
	atf_check -o ignore -e ignore cellmgr base add tree tree.tar
	manifest "$web" 'base tree' 'data /var' 'pkg nginx bash'
	atf_check -o match:'pkg nginx bash' cellmgr apply
	idle
	manifest "$web" 'base tree' 'data /var' 'pkg nginx bash curl'
	atf_check -o match:'pkg curl \(live\)' cellmgr apply
	idle
	atf_check -o inline:"nginx\nbash\ncurl\n" cat "$CELLS_DB/cells/$web/data/var/db/asked"
}
packages_cleanup()
{
	cells_teardown
}

atf_test_case pipe cleanup
pipe_head()
{
	atf_set descr "a cell cannot make the host wait for a pipe"
	atf_set require.user root
	atf_set require.progs timeout mkfifo
}
pipe_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	can_mount
	web=$(cells_name web)
	manifest "$web" 'base host' 'data /var'
	atf_check -o ignore cellmgr apply
	idle
	atf_check cellctl exec "$web" /bin/sh -c \
	    'rm -rf /var/db/pkg && mkdir -p /var/db && mkfifo /var/db/pkg'
	manifest "$web" 'base host' 'data /var' 'pkg nginx'
	atf_check -s exit:3 -o match:'pkg nginx .*not a directory' \
	    timeout 60 cellmgr plan
}
pipe_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case all
	atf_add_test_case failing
	atf_add_test_case packages
	atf_add_test_case pipe
}
