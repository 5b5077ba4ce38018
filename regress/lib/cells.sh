# cells.sh -- what every shell test of the programs has before it.
#
#	body()    { cells_setup; web=$(cells_name web); ... }
#	cleanup() { cells_teardown; }
#
# A test runs against the kernel's own secmodel_cell where there is one (and
# then wants root), elsewhere against a rig of its own.  Everything it makes
# lies below its work directory; the names of cells, which a real kernel
# shares with everybody, are recorded before they are used.  Teardown goes by
# those records alone, so that it works after any kind of failure.

# cells_environment -- the private directories of this work directory.
cells_environment()
{
	CELLS_WORK=$(pwd -P)
	CELLS_ETC=$CELLS_WORK/etc
	CELLS_RUN=$CELLS_WORK/run
	CELLS_DB=$CELLS_WORK/db
	CELLS_BACKUP=$CELLS_WORK/backup
	export CELLS_ETC CELLS_RUN CELLS_DB CELLS_BACKUP
	_cells_top=$(cd "$(atf_get_srcdir)/.." && pwd -P)
	# Read by tests.
	# shellcheck disable=SC2034
	CELLS_SHARE=$_cells_top/share
	if [ -d "${CELLS_BIN:=$_cells_top/../bin}" ]; then
		PATH=$(cd "$CELLS_BIN" && pwd -P):$PATH
		export PATH
	fi
	if [ -f rig.socket ]; then
		CELLS_RIG=$(cat rig.socket)
		export CELLS_RIG
	fi
}

# cells_on_netbsd -- is it the real kernel that decides?
cells_on_netbsd()
{
	[ "$(uname -s)" = NetBSD ] &&
	    (unset CELLS_RIG; cellctl version) >/dev/null 2>&1
}

# cells_setup -- private directories, the programs in PATH, and a model.
cells_setup()
{
	cells_environment
	mkdir -p "$CELLS_ETC" "$CELLS_RUN" "$CELLS_DB" "$CELLS_BACKUP"
	: >>cells.names
	if cells_on_netbsd; then
		[ "$(id -u)" = 0 ] || atf_skip "the kernel obeys root alone"
		unset CELLS_RIG
		return 0
	fi
	command -v cellrig >/dev/null ||
	    atf_skip "neither secmodel_cell(9) nor cellrig here"
	cells_rig_start
}

# cells_rig_start -- starts this test's rig and waits until it answers.
cells_rig_start()
{
	echo "$CELLS_WORK/rig.sock" >rig.socket
	CELLS_RIG=$CELLS_WORK/rig.sock
	export CELLS_RIG
	cellrig -f "$CELLS_RIG" >rig.log 2>&1 &
	echo $! >rig.pid
	cells_wait 10 test -S "$CELLS_RIG" || {
		cat rig.log >&2
		atf_fail "the rig did not start"
	}
}

# cells_rig_stop -- ends this test's rig, if it has one, and waits for that.
cells_rig_stop()
{
	[ -s rig.pid ] || return 0
	_cells_pid=$(cat rig.pid)
	kill "$_cells_pid" 2>/dev/null || :
	cells_wait 5 cells_gone "$_cells_pid" ||
	    kill -KILL "$_cells_pid" 2>/dev/null || :
	rm -f rig.pid rig.socket
}

# cells_gone PID -- is there no such process any more (or but a zombie)?
cells_gone()
{
	case $(ps -o stat= -p "$1" 2>/dev/null) in
	''|Z*)	return 0 ;;
	esac
	return 1
}

# cells_record NAME... -- these cells are to go when the test is over.
cells_record()
{
	printf '%s\n' "$@" >>cells.names
}

# cells_name [PREFIX] -- prints a name that no other test uses, recorded.
cells_name()
{
	_cells_name=${1:-cell}-$$.$(($(wc -l <cells.names) + 1))
	cells_record "$_cells_name"
	echo "$_cells_name"
}

# cells_processes -- prints every process, but this shell's own, that was
# started with this test's directories in its environment: supervisors above
# all, whoever their parent is by now.
cells_processes()
{
	ps axeww -o pid=,command= 2>/dev/null | awk -v me=$$ \
	    -v mark="CELLS_RUN=$CELLS_RUN" '
	    (index($0 " ", mark " ")) && $1 != me { print $1 }'
}

# cells_wait SECONDS COMMAND... -- until the command succeeds; 1 if it never
# does.
cells_wait()
{
	_cells_end=$(($(date +%s) + $1))
	shift
	while :; do
		"$@" >/dev/null 2>&1 && return 0
		[ "$(date +%s)" -lt "$_cells_end" ] || break
		sleep 0.05
	done
	"$@" >/dev/null 2>&1
}

# cells_await SECONDS COMMAND... -- as cells_wait; fails the test.
cells_await()
{
	cells_wait "$@" && return 0
	_cells_limit=$1
	shift
	atf_fail "not within $_cells_limit s: $*"
}

# cells_unmount -- what is mounted below the work directory, deepest first.
cells_unmount()
{
	mount | awk -v work="$CELLS_WORK/" '
	    { sub(/ type .*/, ""); where = $0; sub(/^.* on /, "", where) }
	    index(where, work) == 1 { print length(where), where }' |
	sort -rn | while read -r _ where; do
		umount "$where" 2>/dev/null || umount -l "$where" 2>/dev/null ||
		    umount -f "$where" 2>/dev/null || :
	done
}

# cells_teardown -- undoes everything that the records name.
cells_teardown()
{
	cells_environment
	_cells_rig=$(cat rig.pid 2>/dev/null || :)
	for _cells_pid in $(cells_processes); do
		[ "$_cells_pid" = "$_cells_rig" ] ||
		    kill -KILL "$_cells_pid" 2>/dev/null || :
	done
	if [ -s cells.names ]; then
		sort -u cells.names | while read -r _cells_name; do
			cellctl destroy -k "$_cells_name" >/dev/null 2>&1 || :
		done
	fi
	cells_rig_stop
	cells_unmount
}
