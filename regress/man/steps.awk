# steps.awk -- the literal displays of a manual page, as steps to be taken.
#
#	F file		the next lines are a file below the directory of manifests
#	T line		one of them
#	C command	to be typed; what was behind `# ', `$ '
#	+ line		the command goes on
#	O line		what it says
#	E		begins a display that wants decisions which bind processes
#	S reason	a display is passed over
#
# Output that begins like a command has \& before it.  A comment right before a display says what it is: `.\" @file NAME',
# `.\" @enforcing', `.\" @skip WHY'.  With section=NAME only that section counts.

function plain(line)
{
	gsub(/\\&/, "", line)
	gsub(/\\-/, "-", line)
	gsub(/\\\(dq/, "\"", line)
	gsub(/\\e/, "\\", line)
	return line
}

/^\.Sh / {
	title = substr($0, 5)
}
/^\.\\" @/ {
	mark = substr($0, 6)
	next
}
/^\.Bd -literal/ && (section == "" || section == title) {
	inside = 1
	kind = ""
	open = 0
	if (mark ~ /^file /) {
		kind = "file"
		print "F " substr(mark, 6)
	} else if (mark ~ /^skip/) {
		kind = "skip"
		print "S " substr(mark, 6)
	} else
		print (mark == "enforcing") ? "E" : "B"
	mark = ""
	next
}
/^\.Ed/ {
	inside = 0
}
!inside || kind == "skip" {
	next
}
kind == "file" {
	print "T " plain($0)
	next
}
{
	line = plain($0)
	if (open)
		print "+ " line
	else if ($0 ~ /^[#$] /)
		print "C " substr(line, 3)
	else if ($0 ~ /^> /) {
		print "+ " substr(line, 3)
		next
	} else
		print "O " line
	open = (line ~ /\\$/)
}
