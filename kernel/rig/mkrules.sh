#!/bin/sh
#
# mkrules.sh TOP OBJ -- writes a makefile with one explicit rule per object,
# since inference rules that work in every make(1) keep objects beside their
# sources.  Two kinds of files: those of the kernel, which see the stand-in
# headers and nothing of the C library, and those of the host.

set -eu
top=$1
obj=$2
rig=$top/kernel/rig
sys=$top/kernel/sys

# The one list of the model's sources.
model=$(awk '$1 == "file" { print $2 }' "$sys/secmodel/cell/files.cell")

headers=$(find "$rig" "$sys" -name '*.h' | sort | tr '\n' ' ')
lib=
prog=

rule() {	# source, flags
	o=$obj/$(echo "${1#"$top"/kernel/}" | tr / _ | sed 's/\.c$/.o/')
	printf '%s: %s $(HEADERS)\n' "$o" "$1"
	printf '\t@echo "cc %s"\n' "${1#"$top"/}"
	printf '\t@$(CC) %s -c -o $@ %s\n' "$2" "$1"
}

echo "HEADERS = $headers"
for f in "$rig"/kern/*.c "$rig"/bsd44/*.c "$rig"/api/*.c; do
	rule "$f" '$(KFLAGS)'
	lib="$lib $o"
done
for f in $model; do
	# NetBSD's own warnings for the kernel leave unused arguments out.
	rule "$sys/$f" '$(KFLAGS) -Wno-unused-parameter'
	lib="$lib $o"
done
for f in "$rig"/host/*.c; do
	rule "$f" '$(HFLAGS)'
	lib="$lib $o"
done
for f in "$rig"/server/*.c "$rig"/linux/*.c; do
	[ -f "$f" ] || continue
	rule "$f" '$(HFLAGS)'
	prog="$prog $o"
done

printf '%s:%s\n' '$(LIB)' "$lib"
printf '\t@echo "ar $@"\n\t@rm -f $@\n\t@$(AR) rcs $@%s\n' "$lib"
printf '%s:%s %s\n' '$(PROG)' "$prog" '$(LIB)'
printf '\t@echo "ld $@"\n\t@$(CC) $(LDFLAGS) -o $@%s %s -lpthread\n' "$prog" '$(LIB)'
