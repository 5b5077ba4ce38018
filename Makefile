# Cells for NetBSD.  POSIX make: NetBSD make and GNU make read it alike.
#
#	make			the programs and, where it is of use, the rig
#	make demo		a minute's tour that checks what it shows
#	make check		every test; needs nothing but a Debian 12 or a NetBSD
#	make bench fuzz		measurements; every fuzz target, FUZZTIME each
#	make cross		the programs for every NetBSD they run on
#	make install uninstall	DESTDIR PREFIX SYSCONFDIR MANDIR RCDDIR
#	make package		for pkg_add(1): OS=netbsd ARCH=amd64|arm64|386|arm

include Makefile.inc

.PHONY: all programs cellctl cellmgr cellui rig tests demo check bench fuzz \
	cross netbsd-tests install uninstall package clean

all: programs rig

programs:
	@BIN=$(BIN) GO="$(GO)" GOFLAGS_BUILD="$(GOFLAGS_BUILD)" \
	    SYSCONFDIR="$(SYSCONFDIR)" \
	    sh regress/tools/build-programs $(PROGRAMS)

cellctl cellmgr cellui:
	@BIN=$(BIN) GO="$(GO)" GOFLAGS_BUILD="$(GOFLAGS_BUILD)" \
	    SYSCONFDIR="$(SYSCONFDIR)" \
	    sh regress/tools/build-programs $@

# The model in userland.  Of no use to a kernel that has the model.
rig:
	@cd kernel/rig && $(MAKE)

# The tests as a tree that kyua runs: kyua test -k build/regress/Kyuafile
tests: all
	@BUILD=$(BUILD) sh regress/tools/build-tests

demo:
	@MAKE="$(MAKE)" sh regress/demo.sh

check:
	@MAKE="$(MAKE)" BUILD=$(BUILD) sh regress/check.sh

bench: all
	@BUILD=$(BUILD) GO="$(GO)" CC="$(CC)" sh regress/bench.sh

fuzz:
	@FUZZTIME=$(FUZZTIME) GO="$(GO)" sh regress/tools/fuzz

cross:
	@for target in $(CROSS); do \
		os=$${target%/*} arch=$${target#*/}; \
		GOOS=$$os GOARCH=$$arch BIN=$(BIN)/$$os-$$arch GO="$(GO)" \
		    GOFLAGS_BUILD="$(GOFLAGS_BUILD)" \
		    sh regress/tools/build-programs $(PROGRAMS) || exit 1; \
	done

# The tests that drive a real kernel: one static program for regress/netbsd/vm.
netbsd-tests:
	@BUILD=$(BUILD) GO="$(GO)" sh regress/tools/build-netbsd-tests

install: programs
	DESTDIR="$(DESTDIR)" BIN=$(BIN) BINDIR="$(BINDIR)" MANDIR="$(MANDIR)" \
	    EXAMPLEDIR="$(EXAMPLEDIR)" SYSCONFDIR="$(SYSCONFDIR)" \
	    RCDDIR="$(RCDDIR)" INSTALL="$(INSTALL)" \
	    sh regress/tools/install install $(PROGRAMS)

uninstall:
	DESTDIR="$(DESTDIR)" BIN=$(BIN) BINDIR="$(BINDIR)" MANDIR="$(MANDIR)" \
	    EXAMPLEDIR="$(EXAMPLEDIR)" SYSCONFDIR="$(SYSCONFDIR)" \
	    RCDDIR="$(RCDDIR)" \
	    sh regress/tools/install uninstall $(PROGRAMS)

# A binary package, cross-compiled where need be.
package:
	@BUILD=$(BUILD) GO="$(GO)" GOFLAGS_BUILD="$(GOFLAGS_BUILD)" \
	    OS=$(OS) ARCH=$(ARCH) OS_VERSION=$(OS_VERSION) \
	    LOCALBASE="$(LOCALBASE)" SYSCONFDIR="$(SYSCONFDIR)" \
	    sh regress/tools/build-package $(PROGRAMS)

clean:
	rm -rf $(BUILD)
