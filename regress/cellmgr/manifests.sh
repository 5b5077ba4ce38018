# manifests.sh -- what the tests of cellmgr share; sourced by their bodies.

# manifest NAME [DIRECTIVE]... -- writes NAME.cell: a service that sleeps, on
# no base, unless directives say otherwise.  The name is recorded.
manifest()
{
	_m_name=$1
	shift
	cells_record "$_m_name"
	: >"$CELLS_ETC/$_m_name.cell"
	case " $* " in
	*" command "*)	;;
	*)	echo 'command /bin/sleep 1000' >>"$CELLS_ETC/$_m_name.cell" ;;
	esac
	case " $* " in
	*" base "*)	;;
	*)	echo 'base none' >>"$CELLS_ETC/$_m_name.cell" ;;
	esac
	echo "log $CELLS_WORK/$_m_name.log" >>"$CELLS_ETC/$_m_name.cell"
	for _m_line do
		echo "$_m_line" >>"$CELLS_ETC/$_m_name.cell"
	done
}

# can_mount -- skips the test where root may not mount.
can_mount()
{
	mkdir -p try
	case $(uname -s) in
	Linux)	mount -t tmpfs try try 2>/dev/null ||
		    atf_skip "may not mount here"
		umount try ;;
	esac
}

# mounted -- prints what is mounted below the state directory.
mounted()
{
	mount | grep -F "$CELLS_DB/" || :
}

# idle -- apply has nothing left to do.
idle()
{
	atf_check -o inline:"nothing to do\n" cellmgr apply
	atf_check -o inline:"nothing to do\n" cellmgr plan
}

# state CELL -- prints its state.
state()
{
	cellmgr status -H -o state "$1"
}

# kernel CELL FIELD -- prints what the kernel says.
kernel()
{
	cellctl list -H -o "$2" "$1"
}

# clean -- no temporary file is left anywhere.
clean()
{
	atf_check -o empty find "$CELLS_ETC" "$CELLS_DB" "$CELLS_RUN" \
	    -name '*cells-new*'
}

# is_state CELL STATE -- is it?
is_state()
{
	[ "$(state "$1")" = "$2" ]
}
