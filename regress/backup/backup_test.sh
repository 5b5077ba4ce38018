# cellmgr backup: what is made, and what comes back.
#
# Commands for the shell in the cell are in single quotes, and directories are
# another host's in subshells, both on purpose.
# shellcheck disable=SC2016,SC2030,SC2031

# make_cell NAME [LINE...] -- a manifest whose service does nothing for long;
# as root with a root directory of its own.
make_cell()
{
	name=$1
	shift
	{
		printf '%s%s\n' "command /bin/sh -c 'trap \"exit 0\" TERM; " \
		    "while :; do sleep 0.1; done'"
		if [ "$(id -u)" = 0 ]; then
			echo 'base host'
			echo 'data /var'
		else
			echo 'base none'
			echo "user $(id -un)"
		fi
		echo 'profile low'
		echo "log $CELLS_WORK/$name.log" # no wait for a missing syslogd
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >"$CELLS_ETC/$name.cell"
	cells_record "$name"
}

# state NAME -- in one word.
state()
{
	cellmgr status -H -o state "$1"
}

# data NAME -- where the cell's /var is kept.
data()
{
	echo "$CELLS_DB/cells/$1/data/var"
}

# facts DIR -- everything about every file there, to compare.
facts()
{
	if stat -c %n / >/dev/null 2>&1; then
		(cd "$1" && find . -exec stat -c '%n %f %u %g %s %h %y %N' {} + | LC_ALL=C sort
		find . -type f -exec sha256sum {} + | LC_ALL=C sort)
	else
		(cd "$1" && find . -exec stat -f '%N %Sp %u %g %z %l %Fm %Y' {} + | LC_ALL=C sort
		find . -type f -exec cksum -a sha256 {} + | LC_ALL=C sort)
	fi | sed -e '/^\. /d' -e 's/\(^[^ ]* 4[0-9a-f]* [0-9]* [0-9]*\) [0-9]*/\1/'
}

need_root()
{
	[ "$(id -u)" = 0 ] || atf_skip "only root gives a cell data of its own"
}

atf_test_case roundtrip cleanup
roundtrip_head()
{
	atf_set descr "2,000 files and one with holes come back as they were"
	# CELLS_LONG=1: 100,000 files, and 2 GiB with holes.
	if [ -n "${CELLS_LONG:-}" ]; then
		atf_set timeout 3600
	else
		atf_set timeout 300
	fi
}
roundtrip_body()
{
	cells_setup
	need_root
	make_cell web
	atf_check -o ignore cellmgr apply web
	atf_check -o ignore cellmgr stop web
	fill "$(data web)" "${CELLS_LONG:+100000}"
	before=$(facts "$(data web)")
	atf_check -o match:"^web@" cellmgr backup create web
	atf_check -o match:good cellmgr backup verify web
	rm -rf "$(data web)"/[ab]*
	echo new >"$(data web)/new"
	atf_check -o match:restored cellmgr backup restore -u web
	[ "$(facts "$(data web)")" = "$before" ] || {
		echo "$before" >before
		facts "$(data web)" >after
		diff before after | head -n 20 >&2
		atf_fail "not what it was"
	}
	used=$(du -k "$(data web)/a-sparse" | cut -f 1)
	[ "$used" -lt 4096 ] || atf_fail "the holes are gone: $used KiB"
}
# fill DIR [FILES] -- files of every kind; with FILES so many, and 2 GiB.
fill()
{
	(
		cd "$1" || exit 1
		i=0
		while [ $i -lt 100 ]; do
			mkdir -p "b$i"
			i=$((i + 1))
		done
		awk -v n="${2:-2000}" 'BEGIN {
			for (i = 0; i < n; i++) {
				f = "b" i % 100 "/" i
				printf "%d %s\n", i, f > f
				close(f)
			}
		}'
		mkdir "a dir"
		chmod 1777 "a dir"
		echo text >"a file"
		chmod 4750 "a file"
		chown 12345:54321 "a file"
		touch -d 2001-02-03T04:05:06.789012345Z "a file"
		ln "a file" "a link"
		ln -s ../../gone "a symlink"
		mkfifo a-pipe
		size=67108864
		[ -z "${2:-}" ] || size=2147483648
		truncate -s $size a-sparse 2>/dev/null ||
		    dd if=/dev/zero of=a-sparse bs=1 count=0 seek=$size
		printf data | dd of=a-sparse bs=1 seek=$((size / 2)) \
		    conv=notrunc
	) >/dev/null 2>&1
}
roundtrip_cleanup()
{
	cells_teardown
}

atf_test_case others cleanup
others_head()
{
	atf_set descr "tar and bsdtar unpack it, and the digests inside hold"
}
others_body()
{
	cells_setup
	need_root
	make_cell web
	atf_check -o ignore cellmgr apply web
	atf_check -o ignore cellmgr stop web
	fill "$(data web)"
	before=$(facts "$(data web)")
	atf_check -o ignore cellmgr backup create web
	atf_check -o save:web.tar.gz cellmgr backup cat web
	done=
	for tar in tar bsdtar; do
		command -v $tar >/dev/null || continue
		mkdir $tar.d
		atf_check -e ignore $tar -C $tar.d -xpzf web.tar.gz
		[ "$(facts $tar.d/data/var)" = "$before" ] ||
		    atf_fail "$tar reads something else"
		if command -v sha256sum >/dev/null; then
			(cd $tar.d && sha256sum --quiet -c DIGESTS) ||
			    atf_fail "digests"
		fi
		done="$done $tar"
	done
	[ -n "$done" ] || atf_skip "neither tar nor bsdtar here"
	file=$(cellmgr backup show web | sed -n 's/^file //p')
	if command -v sha256sum >/dev/null; then
		atf_check -o ignore -x \
		    "cd '${file%/*}' && sha256sum -c '${file##*/}.sha256'"
	fi
}
others_cleanup()
{
	cells_teardown
}

atf_test_case running cleanup
running_head()
{
	atf_set descr "what ran before runs afterwards; hooks; every way"
}
running_body()
{
	cells_setup
	if [ "$(id -u)" = 0 ]; then
		log=/var/hooks
		real=$(data web)/hooks
	else
		log=$CELLS_WORK/hooks
		real=$log
	fi
	make_cell web "backup before /bin/sh -c 'echo before >>$log'" \
	    "backup after /bin/sh -c 'echo after >>$log'"
	atf_check -o ignore cellmgr apply web
	for how in stop pause live; do
		rm -f "$real"
		atf_check -o match:"^web@" cellmgr backup create -c $how web
		atf_check -o inline:"before\nafter\n" cat "$real"
		cells_await 10 ready web
		atf_check -o match:"^how $how\$" cellmgr backup show web
	done
	atf_check -o match:"^..web: stop" cellmgr stop web
	rm -f "$real"
	atf_check -o ignore cellmgr backup create web
	atf_check -o inline:"down\n" cellmgr status -H -o state web
	atf_check -o match:'^how down$' cellmgr backup show web
	atf_check test ! -e "$real"
	# A hook that fails keeps the backup from being made.
	sed -i.old 's,before /bin/sh.*,before /bin/false,' "$CELLS_ETC/web.cell"
	atf_check -o ignore cellmgr start web
	n=$(cellmgr backup list -H | wc -l)
	atf_check -s exit:1 -e match:'hook /bin/false' cellmgr backup create web
	[ "$(cellmgr backup list -H | wc -l)" -eq "$n" ] || atf_fail "made"
	cells_await 10 ready web
}
ready()
{
	case $(state "$1") in
	running|ready) ;;
	*)	return 1 ;;
	esac
}
running_cleanup()
{
	cells_teardown
}

atf_test_case killed cleanup
killed_head()
{
	atf_set descr "killed at any point: the old or the new, and what ran runs"
	atf_set timeout 300
}
killed_body()
{
	cells_setup
	need_root
	make_cell web
	atf_check -o ignore cellmgr apply web
	echo good >"$(data web)/mark"
	atf_check -o ignore cellmgr backup create web
	n=1
	while echo bad >"$(data web)/mark" &&
	    ! CELLS_FAULT_BACKUP=$n cellmgr backup restore -s web >out 2>&1; do
		cells_await 30 cellmgr apply web
		cells_await 10 ready web
		case $(cat "$(data web)/mark") in
		good|bad) ;;
		*)	atf_fail "point $n: neither the old nor the new" ;;
		esac
		[ -z "$(ls -A "$CELLS_DB/restore" 2>/dev/null)" ] ||
		    atf_fail "point $n: not completed"
		n=$((n + 1))
	done
	[ $n -gt 8 ] || atf_fail "killed at $n points only"
	atf_check -o inline:"good\n" cat "$(data web)/mark"
	m=1
	while ! CELLS_FAULT_BACKUP=$m cellmgr backup create web >out 2>&1; do
		cells_await 30 cellmgr apply web
		cells_await 10 ready web
		atf_check -o ignore cellmgr backup verify
		m=$((m + 1))
	done
	[ $m -gt 6 ] || atf_fail "killed at $m points only"
	atf_check -o ignore cellmgr backup prune -k 100
	atf_check find "$CELLS_BACKUP" -name '.cells-new*'
}
killed_cleanup()
{
	cells_teardown
}

atf_test_case damaged cleanup
damaged_head()
{
	atf_set descr "a damaged archive is refused, marked, and changes nothing"
}
damaged_body()
{
	cells_setup
	make_cell web
	atf_check -o ignore cellmgr backup create web
	file=$(cellmgr backup show web | sed -n 's/^file //p')
	cp "$file" good
	size=$(wc -c <good)
	before=$(facts "$CELLS_ETC")
	for n in 0 1 100 $((size / 2)) $((size - 1)); do
		head -c "$n" good >"$file"
		atf_check -s exit:1 -e match:'bad archive' -x \
		    "cellmgr backup restore -m '$(name "$file")' 2>err;
		    status=\$?; cat err >&2; [ \$(wc -l <err) -eq 1 ] || exit 9
		    exit \$status"
		atf_check -s exit:1 -e match:'bad archive' -x \
		    "cellmgr backup import <'$file'"
	done
	[ "$(facts "$CELLS_ETC")" = "$before" ] || atf_fail "changed"
	atf_check -s exit:1 -e match:'cut off' cellmgr backup verify
	atf_check -o inline:"bad\n" cellmgr backup list -H -o state
	cp good "$file"
	atf_check -o match:good cellmgr backup verify
	atf_check -o inline:"verified\n" cellmgr backup list -H -o state
	printf x >>"$file"
	atf_check -s exit:1 -e match:'bad archive' cellmgr backup verify
}
# name FILE -- the name of the backup that it is.
name()
{
	name_=${1##*/}
	echo "web@${name_%.tar.gz}"
}
damaged_cleanup()
{
	cells_teardown
}

atf_test_case moved cleanup
moved_head()
{
	atf_set descr "cat and import take a cell to another host"
}
moved_body()
{
	cells_setup
	make_cell web
	mkdir "$CELLS_ETC/web.d"
	echo text >"$CELLS_ETC/web.d/file"
	[ "$(id -u)" != 0 ] || {
		atf_check -o ignore cellmgr apply web
		atf_check -o ignore cellmgr stop web
		echo mine >"$(data web)/mine"
	}
	atf_check -o ignore cellmgr backup create web
	atf_check -o save:archive cellmgr backup cat web
	mkdir there there/etc there/db there/backup
	(
		CELLS_ETC=$CELLS_WORK/there/etc
		CELLS_DB=$CELLS_WORK/there/db
		CELLS_BACKUP=$CELLS_WORK/there/backup
		atf_check -o match:"^web@" -x 'cellmgr backup import <archive'
		atf_check -s exit:1 -e match:'here already' -x \
		    'cellmgr backup import <archive'
		atf_check -o inline:"strange\tverified\n" \
		    cellmgr backup list -H -o origin,state
		atf_check -s exit:1 -e match:'no manifest for web' \
		    cellmgr backup restore web
		atf_check -o match:restored cellmgr backup restore -m web
		[ "$(id -u)" != 0 ] ||
		    atf_check -o inline:"mine\n" cat "$(data web)/mine"
		atf_check cmp etc/web.cell there/etc/web.cell
		atf_check -o inline:"text\n" cat there/etc/web.d/file
		[ "$(id -u)" != 0 ] || atf_check -o match:'backup restore' \
		    cellmgr history
	) || atf_fail "there"
}
moved_cleanup()
{
	cells_teardown
}

atf_test_case drill cleanup
drill_head()
{
	atf_set descr "a drill starts the backup, reports, and leaves nothing"
}
drill_body()
{
	cells_setup
	make_cell web 'ports 8080' 'health timeout=5s /bin/test -e /bin/sh'
	cells_record drill.web
	atf_check -o ignore cellmgr apply web
	atf_check -o ignore cellmgr backup create -c live web
	atf_check -o match:': drilled$' cellmgr backup drill web
	atf_check -o inline:"drilled\tok\n" \
	    cellmgr backup list -H -o state,drill
	atf_check -o inline:"web\n" cellmgr status -H -o name
	atf_check -o match:"^(ready|running)$" cellmgr status -H -o state web
	atf_check test ! -e "$CELLS_DB/cells/drill.web"
	make_cell bad
	cells_record drill.bad
	sed -i.old 's,^command .*,command /bin/sh -c "exit 3",' \
	    "$CELLS_ETC/bad.cell"
	atf_check -o ignore cellmgr backup create bad
	atf_check -s exit:1 -e match:'drill failed' cellmgr backup drill bad
	atf_check -o inline:"failed\n" cellmgr backup list -H -o drill bad
	atf_check test ! -e "$CELLS_DB/cells/drill.bad"
	# An end with status 0 is a good one; a check that fails is not.
	for end in '0 drilled 0' '1 failed 1'; do
		sed -i.old 's,^command .*,command /bin/sh -c "exit '"${end%% *}"'",' \
		    "$CELLS_ETC/bad.cell"
		atf_check -o ignore cellmgr backup create bad
		atf_check -s exit:"${end##* }" -o ignore -e ignore \
		    cellmgr backup drill bad
	done
}
drill_cleanup()
{
	cells_teardown
}

atf_test_case store cleanup
store_head()
{
	atf_set descr "volumes, names, prune and delete; the last good one stays"
}
store_body()
{
	cells_setup
	make_cell web
	[ "$(id -u)" != 0 ] || echo 'volume www /srv' >>"$CELLS_ETC/web.cell"
	: >"$CELLS_ETC/www.volume"
	mkdir -p "$CELLS_DB/volumes/www"
	echo page >"$CELLS_DB/volumes/www/index"
	atf_check -o match:'^web@' -o match:'^volume:www@' \
	    cellmgr backup create -a
	chmod 700 "$CELLS_DB/volumes"
	rm "$CELLS_DB/volumes/www/index"
	atf_check -o match:restored cellmgr backup restore volume:www
	atf_check -o inline:"page\n" cat "$CELLS_DB/volumes/www/index"
	atf_check -s exit:1 -e match:'no backup of nosuch' \
	    cellmgr backup restore nosuch
	atf_check -s exit:2 -e match:'the time is missing' \
	    cellmgr backup delete web
	atf_check -s exit:2 -e match:'-k, -d and -w' cellmgr backup prune
	for i in 1 2 3; do
		atf_check -o ignore cellmgr backup create web
	done
	[ "$(cellmgr backup list -H web | wc -l)" -eq 4 ] || atf_fail "4"
	newest=$(cellmgr backup list -H -o backup web | tail -n 1)
	file=$(cellmgr backup show "$newest" | sed -n 's/^file //p')
	echo >"$file"
	atf_check -s exit:1 -e match:bad cellmgr backup verify -n web
	good=$(cellmgr backup list -H -o backup web | sed -n 3p)
	atf_check -o match:"$newest" cellmgr backup prune -n -k 1 web
	atf_check -o match:"$newest" cellmgr backup prune -k 1 web
	atf_check -o inline:"$good\n" cellmgr backup list -H -o backup web
	atf_check cellmgr backup delete "$good"
	atf_check -s exit:1 -e match:"no backup of web" cellmgr backup list web
}
store_cleanup()
{
	cells_teardown
}

# small DIR -- makes DIR a file system of six MiB.
small()
{
	rm -rf "$1"
	mkdir "$1"
	case $(uname -s) in
	Linux)	mount -t tmpfs -o size=6m,mode=700 small "$1" ||
		    atf_skip "may not mount here" ;;
	*)	mount_tmpfs -s 6M -m 700 small "$1" ;;
	esac
}

atf_test_case full cleanup
full_head()
{
	atf_set descr "a full disk is told before and during, and changes nothing"
	atf_set require.user root
}
full_body()
{
	cells_setup
	small "$CELLS_BACKUP"
	small "$CELLS_DB"
	make_cell web
	atf_check -o ignore cellmgr apply web
	# Before: what a first backup may take is what there is.
	dd if=/dev/urandom of="$CELLS_BACKUP/other" bs=1024 count=3500 2>/dev/null
	dd if=/dev/urandom of="$(data web)/big" bs=1024 count=3000 2>/dev/null
	atf_check -s exit:1 \
	    -e match:"^cellmgr backup: web: $CELLS_BACKUP/cell/web: about .* are needed, and .* are free$" \
	    cellmgr backup create web
	# During: -f goes on until there is no room left.
	atf_check -s exit:1 \
	    -e inline:"cellmgr backup: web: $CELLS_BACKUP: the disk became full; nothing was kept\n" \
	    cellmgr backup create -f web
	atf_check -o empty cellmgr backup list -H
	atf_check -o inline:"$CELLS_BACKUP/other\n" find "$CELLS_BACKUP" -type f
	cells_await 20 ready web
	rm "$CELLS_BACKUP/other"
	atf_check -o ignore cellmgr backup create web
	atf_check -o save:archive cellmgr backup cat web
	# An import, too.
	dd if=/dev/urandom of="$CELLS_BACKUP/other" bs=1024 count=2000 2>/dev/null
	atf_check -s exit:1 -e match:'import: .*the disk became full' -x \
	    'cellmgr backup import <archive'
	rm "$CELLS_BACKUP/other"
	# A restore before: the file is there already.
	atf_check -s exit:1 -e match:'about .* are needed' \
	    cellmgr backup restore -s web
	cells_await 20 ready web
	# A restore during: files of one byte take more room than in the archive.
	rm "$(data web)/big"
	mkdir "$(data web)/many"
	i=0
	while [ $i -lt 700 ]; do
		echo >"$(data web)/many/$i"
		i=$((i + 1))
	done
	atf_check -o ignore cellmgr backup create web
	echo new >"$(data web)/many/0"
	atf_check -s exit:1 -e match:': the disk became full; nothing was kept$' \
	    cellmgr backup restore -s web
	atf_check -o inline:"new\n" cat "$(data web)/many/0"
	atf_check -o empty find "$CELLS_DB" "$CELLS_BACKUP" -name '.cells-new*'
	cells_await 20 ready web
	rm -rf "$(data web)/many"
	atf_check -o match:restored cellmgr backup restore -s web
	atf_check -o inline:"\n" cat "$(data web)/many/0"
}
full_cleanup()
{
	cells_teardown
}

atf_test_case manifests cleanup
manifests_head()
{
	atf_set descr "restore -m: a generation, and no mistakes in what is there then"
}
manifests_body()
{
	cells_setup
	make_cell web 'ports 18080'
	cp "$CELLS_ETC/web.cell" first
	mkdir "$CELLS_ETC/web.d"
	echo one >"$CELLS_ETC/web.d/file"
	atf_check -o ignore cellmgr apply web
	atf_check -o ignore cellmgr backup create -c live web
	atf_check -o ignore cellmgr stop web
	# Another cell has got its port meanwhile.
	make_cell web 'ports 18081'
	echo two >"$CELLS_ETC/web.d/file"
	make_cell other 'ports 18080'
	before=$(facts "$CELLS_ETC")
	atf_check -s exit:1 \
	    -e match:'with its manifest there would be mistakes: .*web.cell:[0-9]*: ports: 18080 belongs to cell other' \
	    cellmgr backup restore -m web
	[ "$(facts "$CELLS_ETC")" = "$before" ] || atf_fail "changed"
	rm "$CELLS_ETC/other.cell"
	atf_check -o match:restored cellmgr backup restore -m web
	atf_check cmp first "$CELLS_ETC/web.cell"
	atf_check -o inline:"one\n" cat "$CELLS_ETC/web.d/file"
	atf_check -o inline:"backup restore\tok\n" -x \
	    'cellmgr history -H -o verb,result | tail -n 1'
	atf_check -o match:'\+ ports 18080' -x \
	    'cellmgr history $(cellmgr history -H -o generation | tail -n 1)'
	# What was there before can be had back.
	atf_check -o match:'ports 18080' -o match:'18081' cellmgr rollback -n
	atf_check -o ignore cellmgr check
}
manifests_cleanup()
{
	cells_teardown
}

atf_test_case volumes cleanup
volumes_head()
{
	atf_set descr "a cell's volumes: on request, in the place that is declared"
	atf_set require.user root
}
volumes_body()
{
	cells_setup
	: >"$CELLS_ETC/in.volume"
	echo 'backup no' >"$CELLS_ETC/out.volume"
	make_cell web 'volume in /srv/in' 'volume out /srv/out'
	atf_check -o ignore cellmgr apply web
	echo in >"$CELLS_DB/volumes/in/f"
	echo out >"$CELLS_DB/volumes/out/f"
	atf_check -o ignore cellmgr backup create web
	atf_check -o match:'^left in out$' cellmgr backup show web
	atf_check -o ignore cellmgr backup create -V web
	atf_check -o match:'^volumes in$' -o match:'^left out$' cellmgr backup show web
	echo new >"$CELLS_DB/volumes/in/f"
	atf_check -s exit:1 -e match:'web not down; -s stops' cellmgr backup restore -V web
	atf_check -o match:restored -e match:'does not hold volume out' \
	    cellmgr backup restore -s web
	atf_check -o inline:"new\n" cat "$CELLS_DB/volumes/in/f"
	atf_check -o match:restored -e ignore cellmgr backup restore -sV web
	atf_check -o inline:"in\n" cellctl exec web /bin/cat /srv/in/f
	# Declared elsewhere by now, its content goes where its file says.
	atf_check -o ignore cellmgr stop web
	mkdir moved
	echo "hostpath $CELLS_WORK/moved" >"$CELLS_ETC/cells.conf"
	mkdir moved/in
	echo "path $CELLS_WORK/moved/in" >"$CELLS_ETC/in.volume"
	atf_check -s exit:1 -e match:"volume in: its file says $CELLS_DB/volumes/in, and its content would go to $CELLS_WORK/moved/in" \
	    cellmgr backup restore -mV web
	atf_check -o match:restored -e ignore cellmgr backup restore -V web
	atf_check -o inline:"in\n" cat moved/in/f
}
volumes_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case roundtrip
	atf_add_test_case others
	atf_add_test_case running
	atf_add_test_case killed
	atf_add_test_case damaged
	atf_add_test_case moved
	atf_add_test_case drill
	atf_add_test_case store
	atf_add_test_case full
	atf_add_test_case manifests
	atf_add_test_case volumes
}
