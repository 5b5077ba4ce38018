# Root file systems: bases, data, volumes, /dev; that nothing is left.

atf_test_case host cleanup
host_head()
{
	atf_set descr "base host: the host's programs, a private rest"
	atf_set require.user root
}
host_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	can_mount
	web=$(cells_name web)
	: >"$CELLS_ETC/www.volume"
	mkdir -p "$CELLS_DB/volumes/www" srv/media
	chmod 700 "$CELLS_DB/volumes"
	echo index >"$CELLS_DB/volumes/www/index"
	echo song >srv/media/song
	echo "hostpath $CELLS_WORK/srv ro" >"$CELLS_ETC/cells.conf"
	manifest "$web" 'base host' 'data /etc /var' 'volume www /var/www' \
	    "volume $CELLS_WORK/srv/media /media ro"
	atf_check -o ignore cellmgr apply
	idle
	set -- cellctl exec "$web" /bin/sh -c
	atf_check -o inline:"index\nsong\n" "$@" 'cat /var/www/index /media/song'
	atf_check "$@" 'echo x >/etc/mine; echo y >/var/run/y; echo z >/tmp/z; echo w >/var/www/w'
	for file in /x /usr/x /media/x; do
		atf_check -s not-exit:0 -e match:'[Rr]ead-only' "$@" ": >$file"
	done
	atf_check -o inline:"w\n" cat "$CELLS_DB/volumes/www/w"
	# Only harmless devices, and they work.
	atf_check "$@" 'echo x >/dev/null && dd if=/dev/zero of=/dev/null count=1 2>/dev/null'
	for dev in $("$@" 'ls /dev'); do
		case $dev in
		null|zero|full|random|urandom|tty|stdin|stdout|stderr) ;;
		*) atf_fail "/dev/$dev" ;;
		esac
	done
	# No secret of the host's.
	for file in shadow master.passwd spwd.db ssh ssl/private; do
		atf_check -s not-exit:0 "$@" "test -e /etc/$file"
	done
	atf_check "$@" 'test -s /etc/passwd'
	# What is private stays when the cell goes, mounts do not.
	atf_check -o ignore cellmgr stop "$web"
	[ -z "$(mounted)" ] || atf_fail "left: $(mounted)"
	atf_check -o ignore cellmgr start "$web"
	atf_check -o inline:"x\n" "$@" 'cat /etc/mine'
	atf_check -s not-exit:0 "$@" 'test -e /tmp/z'
	clean
}
host_cleanup()
{
	cells_teardown
}

# sets -- makes two sets in the current directory.
sets()
{
	mkdir -p base/bin base/etc base/var/log base/tmp base/dev
	echo 'root:*:0:0::/:/bin/sh' >base/etc/passwd
	for tool in sleep sh cat; do
		if [ -x "/rescue/$tool" ]; then
			cp "/rescue/$tool" base/bin/
			continue
		fi
		file=/bin/$tool
		cp -L "$file" "base/bin/$tool"
		ldd "$file" 2>/dev/null | tr -s '[:space:]' '\n' | grep '^/' |
		while read -r lib; do
			mkdir -p "base$(dirname "$lib")"
			[ -e "base$lib" ] || cp -L "$lib" "base$lib"
		done
	done
	(cd base && tar cf ../base.tar .)
	mkdir -p over/etc
	echo 'from etc' >over/etc/motd
	(cd over && tar cf ../etc.tar .)
}

atf_test_case named cleanup
named_head()
{
	atf_set descr "a base from sets: digests, use, refusal to go while used"
	atf_set require.user root
}
named_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	can_mount
	sets
	web=$(cells_name web)
	manifest "$web" 'base nb' 'data /etc' 'volume v /srv/deep/er'
	: >"$CELLS_ETC/v.volume"
	atf_check -s exit:1 -o ignore \
	    -e match:"there is no base nb; .cellmgr base add" cellmgr apply
	[ -z "$(mounted)" ] || atf_fail "left: $(mounted)"
	atf_check -o empty cellctl list -H
	echo "SHA256 (base.tar) = $(printf '%064d' 0)" >SHA256
	atf_check -s exit:1 -e match:'its digest is not the one in' \
	    cellmgr base add nb base.tar etc.tar
	atf_check -o empty cellmgr base list -H
	rm SHA256
	atf_check -o match:'  base.tar$' -o match:'  etc.tar$' \
	    -e match:'no file of digests' cellmgr base add nb base.tar etc.tar
	atf_check -s exit:1 -e match:'there is a base nb already' \
	    cellmgr base add nb base.tar
	atf_check -o inline:"nb\tbase.tar,etc.tar\t$web\n" \
	    cellmgr base list -H -o name,sets,cells
	atf_check -o ignore cellmgr apply
	idle
	set -- cellctl exec "$web" /bin/sh -c
	atf_check -o inline:"from etc\n" "$@" 'cat /etc/motd'
	atf_check "$@" 'echo mine >/etc/motd; echo v >/srv/deep/er/v'
	atf_check -s not-exit:0 -e match:'[Rr]ead-only' "$@" ': >/bin/x'
	atf_check -o inline:"from etc\n" cat "$CELLS_DB/bases/nb/etc/motd"
	atf_check -s exit:1 -e inline:"cellmgr: base nb is used by $web\n" \
	    cellmgr base remove nb
	rm "$CELLS_ETC/$web.cell"
	atf_check -s exit:1 -e inline:"cellmgr: base nb is mounted by $web\n" \
	    cellmgr base remove nb
	atf_check -o ignore cellmgr apply -p
	atf_check cellmgr base remove nb
	atf_check -o empty cellmgr base list -H
	atf_check -o empty find "$CELLS_DB/bases" -mindepth 1
	clean
}
named_cleanup()
{
	cells_teardown
}

atf_test_case hostile cleanup
hostile_head()
{
	atf_set descr "an archive that reaches out of its base is refused"
	atf_set require.user root
}
hostile_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	mkdir a
	ln -s ../../../../../../../../etc a/link
	(cd a && tar cf ../link.tar .)
	atf_check -s exit:1 -e match:'leaves the directory' \
	    cellmgr base add bad link.tar
	atf_check -o empty cellmgr base list -H
	clean
}
hostile_cleanup()
{
	cells_teardown
}

atf_test_case planted cleanup
planted_head()
{
	atf_set descr "a cell cannot lead host root astray with a symbolic link"
	atf_set require.user root
}
planted_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	can_mount
	web=$(cells_name web)
	mkdir -p victim/dir srv/in
	echo host >victim/file
	chmod 700 victim/dir
	: >"$CELLS_ETC/v.volume"
	mkdir -p "$CELLS_ETC/$web.d"
	echo new >"$CELLS_ETC/$web.d/file"
	before=$(ls -lR victim)
	manifest "$web" 'base host' 'data /etc /var'
	atf_check -o ignore cellmgr apply
	# A link to the victim by an absolute path, one by a relative path, and one
	# at each place where something of the victim is to be hit.
	cellctl exec "$web" /bin/sh -c "ln -s ../../../../../../../../../../../../../../..$CELLS_WORK/victim /var/v
	    ln -s $CELLS_WORK/victim /var/d
	    ln -s $CELLS_WORK/victim/file /var/file
	    ln -s $CELLS_WORK/victim/dir /var/dir
	    rm -rf /var/db; ln -s $CELLS_WORK/victim /var/db
	    rm /etc/group; ln -s $CELLS_WORK/victim/file /etc/group"
	# A mount point that became a link out of the cell.
	manifest "$web" 'base host' 'data /etc /var' 'volume v /var/v'
	atf_check -s exit:1 -o ignore -e match:"mount point /var/v" cellmgr apply -r
	[ -z "$(mounted)" ] || atf_fail "left: $(mounted)"
	# Every directive, through a link in each place of its path.
	while read -r directive; do
		manifest "$web" 'base host' 'data /etc /var' "$directive"
		atf_check -s exit:1 -o ignore -e not-empty cellmgr apply
		atf_check -o empty cellctl list -H
		[ "$(ls -lR victim)" = "$before" ] ||
		    atf_fail "$directive: $(ls -lR victim)"
	done <<-END
	install file /var/d/file
	install file /var/v/file
	mkdir /var/d/dir mode=0777
	mkdir /var/v/new
	mkdir /var/dir mode=0777
	link file /var/d/link
	line /var/d/file evil
	line /var/v/file evil
	run creates=/var/d/file /bin/sh -c :
	pkg nginx
	mkdir /var/mine owner=root:staff
	END
	# What is itself a link is replaced, not followed.
	manifest "$web" 'base host' 'data /etc /var' 'install file /var/file' \
	    'line /var/line evil' 'link x /var/dir'
	ln -s "$CELLS_WORK/victim/file" "$CELLS_DB/cells/$web/data/var/line"
	rm "$CELLS_DB/cells/$web/data/etc/group"
	: >"$CELLS_DB/cells/$web/data/etc/group"
	atf_check -o ignore cellmgr apply
	[ "$(ls -lR victim)" = "$before" ] || atf_fail "$(ls -lR victim)"
	atf_check -o inline:"host\n" cat victim/file
	atf_check -o inline:"new\n" cellctl exec "$web" /bin/cat /var/file
	atf_check -o inline:"evil\n" cellctl exec "$web" /bin/cat /var/line
	atf_check -o ignore cellmgr stop "$web"
	# A path of the host that leaves what is allowed.
	ln -s ../../victim srv/in/out
	echo "hostpath $CELLS_WORK/srv" >"$CELLS_ETC/cells.conf"
	manifest "$web" 'base host' "volume $CELLS_WORK/srv/in/out /mnt"
	atf_check -s exit:1 -o ignore -e match:'a symbolic link leads to' cellmgr apply -r
	[ -z "$(mounted)" ] || atf_fail "left: $(mounted)"
}
planted_cleanup()
{
	cells_teardown
}

atf_test_case moved cleanup
moved_head()
{
	atf_set descr "a cell that moves a mount point away has nobody else's unmounted"
	atf_set require.user root
}
moved_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	can_mount
	web=$(cells_name web)
	: >"$CELLS_ETC/v.volume"
	mkdir -p victim/v
	case $(uname -s) in
	Linux)	mount -t tmpfs victim victim/v ;;
	*)	mount_tmpfs victim victim/v ;;
	esac
	# Told to end, it puts a link in the place of the directory above.
	cat >"$CELLS_ETC/$web.move" <<-END
	trap 'mv /var/a /var/b; ln -s $CELLS_WORK/victim /var/a; exit 0' TERM
	: >/var/ready
	while :; do sleep 0.1; done
	END
	mkdir "$CELLS_ETC/$web.d"
	mv "$CELLS_ETC/$web.move" "$CELLS_ETC/$web.d/move"
	manifest "$web" 'base host' 'data /var' 'volume v /var/a/v' \
	    'install move /var/move' 'command /bin/sh /var/move'
	atf_check -o ignore cellmgr apply
	cells_await 20 test -e "$CELLS_DB/cells/$web/data/var/ready"
	atf_check -s exit:1 -o ignore \
	    -e match:"$web: unmount /var/a/v: the cell has moved it: " \
	    cellmgr stop "$web"
	mount | grep -q "$CELLS_WORK/victim/v" || atf_fail "it was unmounted"
	[ "$(uname -s)" = Linux ] || {
		# The list of mounts goes on to tell where it was mounted.
		rm "$CELLS_DB/cells/$web/data/var/a"
		mv "$CELLS_DB/cells/$web/data/var/b" "$CELLS_DB/cells/$web/data/var/a"
	}
	atf_check -o match:'unmount /var' cellmgr stop "$web"
	[ -z "$(mounted)" ] || atf_fail "left: $(mounted)"
	umount victim/v
}
moved_cleanup()
{
	cells_teardown
}

atf_test_case busy cleanup
busy_head()
{
	atf_set descr "a busy mount is reported with its holder, and mended later"
	atf_set require.user root
}
busy_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	can_mount
	web=$(cells_name web)
	manifest "$web" 'base host' 'data /var'
	atf_check -o ignore cellmgr apply
	sh -c 'cd "$1" || exit; exec sleep 1000' - "$CELLS_DB/cells/$web/root/var" &
	holder=$!
	atf_check -s exit:1 -o ignore \
	    -e match:"$web: unmount .*/root/var: busy: held by sleep \(process $holder\)" \
	    cellmgr stop "$web"
	atf_check -o inline:"broken\n" cellmgr status -H -o state "$web"
	kill "$holder"
	wait "$holder" 2>/dev/null || :
	atf_check -o match:'unmount /var' cellmgr stop "$web"
	[ -z "$(mounted)" ] || atf_fail "left: $(mounted)"
}
busy_cleanup()
{
	cells_teardown
}

atf_test_case shared cleanup
shared_head()
{
	atf_set descr "one volume in two cells: one writes, one reads"
	atf_set require.user root
}
shared_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	can_mount
	a=$(cells_name a) b=$(cells_name b)
	atf_check cellmgr volume create v mode=0750
	manifest "$a" 'base host' 'volume v /v'
	manifest "$b" 'base host' 'volume v /v'
	atf_check -s exit:1 -e match:"v is written by cell $a" cellmgr check
	manifest "$b" 'base host' 'volume v /v ro'
	atf_check -o ignore cellmgr apply
	cellctl exec "$a" /bin/sh -c 'echo hello >/v/f'
	atf_check -o inline:"hello\n" cellctl exec "$b" /bin/cat /v/f
	atf_check -s not-exit:0 -e match:'[Rr]ead-only' \
	    cellctl exec "$b" /bin/sh -c ': >/v/g'
	atf_check -o inline:"v\tro\t$a,$b\t0750\n" \
	    cellmgr volume list -H -o name,share,cells,mode
	atf_check -s exit:1 -e match:"volume v is used by $a $b" cellmgr volume remove v
	# A volume that moves has to be mounted anew.
	mkdir elsewhere
	echo moved >elsewhere/f
	echo "hostpath $CELLS_WORK/elsewhere" >"$CELLS_ETC/cells.conf"
	cp "$CELLS_ETC/v.volume" v.volume
	echo "path $CELLS_WORK/elsewhere" >>"$CELLS_ETC/v.volume"
	atf_check -s exit:3 -o match:"~ $a: /v shows another directory than" cellmgr plan
	atf_check -o ignore cellmgr apply -r
	atf_check -o inline:"moved\n" cellctl exec "$b" /bin/cat /v/f
	cp v.volume "$CELLS_ETC/v.volume"
	atf_check -o ignore cellmgr apply -r
	atf_check -o inline:"hello\n" cellctl exec "$b" /bin/cat /v/f
	atf_check -o ignore cellmgr remove "$a" "$b"
	atf_check cellmgr volume remove -d v
	atf_check -o empty cellmgr volume list -H
	atf_check -o empty find "$CELLS_DB/volumes" -mindepth 1
}
shared_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case host
	atf_add_test_case named
	atf_add_test_case hostile
	atf_add_test_case planted
	atf_add_test_case moved
	atf_add_test_case busy
	atf_add_test_case shared
}
