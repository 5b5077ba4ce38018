/*-
 * Copyright (c) 2026 The Cells Project
 * All rights reserved.
 *
 * Redistribution and use in source and binary forms, with or without
 * modification, are permitted provided that the following conditions
 * are met:
 * 1. Redistributions of source code must retain the above copyright
 *    notice, this list of conditions and the following disclaimer.
 * 2. Redistributions in binary form must reproduce the above copyright
 *    notice, this list of conditions and the following disclaimer in the
 *    documentation and/or other materials provided with the distribution.
 *
 * THIS SOFTWARE IS PROVIDED BY THE AUTHORS AND CONTRIBUTORS ``AS IS'' AND
 * ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
 * IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE
 * ARE DISCLAIMED.  IN NO EVENT SHALL THE AUTHORS OR CONTRIBUTORS BE LIABLE
 * FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
 * DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS
 * OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION)
 * HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT
 * LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY
 * OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF
 * SUCH DAMAGE.
 */

/*
 * cell.h -- the interface between secmodel_cell(9) and userland.
 *
 * Every operation is a sysctl(3) node below security.models.cell:
 *
 *	node      new (in)            old (out)             who
 *	version   -                   struct cell_version   host users
 *	id        -                   uint32_t              anybody: own cell
 *	create    struct cell_create  struct cell_result    host root
 *	set       struct cell_set     struct cell_result    host root
 *	attach    struct cell_op      -                     host root
 *	kill      struct cell_op      -                     host root
 *	destroy   struct cell_op      -                     host root
 *	list      struct cell_select  struct cell_info[]    host users
 *	counters  struct cell_select  struct cell_counters  host users
 *	denials   struct cell_select  struct cell_denial[]  host users
 *	policy    -                   struct cell_rule[]    host users
 *
 * Where `new' is a struct cell_select it may be absent, meaning every cell
 * (counters needs one).  A reader that gives no buffer learns the size it
 * needs; one whose buffer is too small gets what fits and ENOMEM.  create
 * and set act only if the answer fits or none is wanted, else EINVAL.
 *
 * Every structure starts with a version word that must be CELL_ABI_VERSION,
 * has a fixed size, explicit padding, and the same layout on 32-bit and on
 * 64-bit machines.  Padding, unused flags, and what lies beyond the end of a
 * text or the count of an array must be zero.
 *
 * Errors common to all: EINVAL for a wrong size, version, flag, padding or
 * unterminated string; EPERM for a caller who may not; ESRCH where no such
 * cell exists.  Nothing is half applied.
 */

#ifndef _SYS_CELL_H_
#define	_SYS_CELL_H_

#ifdef _KERNEL
#include <sys/types.h>
#else
#include <stdint.h>
#endif

#define	CELL_ABI_VERSION	1

#define	CELL_NAMEMAX		63	/* characters in a name */
#define	CELL_NAMELEN		64	/* ... and its terminator */
#define	CELL_ROOTLEN		1024	/* root directory, terminated */
#define	CELL_TAGMAX		64	/* characters userland may keep */
#define	CELL_TAGLEN		72	/* ... terminated and padded */
#define	CELL_MAXPORTS		64	/* declared ports of one cell */
#define	CELL_MAXADDRS		16	/* declared addresses of one cell */
#define	CELL_MAXRULES		256	/* rows the policy table may have */
#define	CELL_NEXCEPTION		16	/* exceptions there may be */
#define	CELL_RULENAMELEN	48
#define	CELL_PROGLEN		24
#define	CELL_BANNERLEN		96
#define	CELL_RINGLEN		32	/* denials kept per cell */

/* Profiles, in the order of what they deny. */
#define	CELL_PROFILE_LOW	1
#define	CELL_PROFILE_MEDIUM	2
#define	CELL_PROFILE_HIGH	3

/* Modes. */
#define	CELL_MODE_ENFORCE	1
#define	CELL_MODE_LEARN		2

/* States. */
#define	CELL_STATE_LIVE		1
#define	CELL_STATE_DYING	2	/* refuses fork and attach */

/* Exceptions: bit numbers in cf_allow and elsewhere. */
#define	CELL_EXC_CHROOT		0
#define	CELL_EXC_MOUNT		1
#define	CELL_EXC_SETTIME	2
#define	CELL_EXC_SYSCTL		3
#define	CELL_EXC_IFCONFIG	4
#define	CELL_EXC_ROUTE		5
#define	CELL_EXC_FIREWALL	6
#define	CELL_EXC_RAWSOCK	7
#define	CELL_EXC_NFS		8
#define	CELL_EXC_QUOTA		9
#define	CELL_EXC_IPC		10
#define	CELL_EXC_DEBUG		11
#define	CELL_EXC_SCHED		12
#define	CELL_EXC_MULTICAST	13
#define	CELL_EXC_EXTATTR	14
#define	CELL_EXC_COUNT		15
#define	CELL_EXC_NONE		0xff	/* no exception lifts the rule */
#define	CELL_EXC_ALL		((1U << CELL_EXC_COUNT) - 1)

/* Scopes, as kauth(9) has them. */
#define	CELL_SCOPE_GENERIC	0
#define	CELL_SCOPE_SYSTEM	1
#define	CELL_SCOPE_PROCESS	2
#define	CELL_SCOPE_NETWORK	3
#define	CELL_SCOPE_MACHDEP	4
#define	CELL_SCOPE_DEVICE	5
#define	CELL_SCOPE_VNODE	6
#define	CELL_NSCOPE		8

/* Tiers: the lowest profile that denies. */
#define	CELL_TIER_ALWAYS	0	/* every profile, and learning too */
#define	CELL_TIER_LOW		1
#define	CELL_TIER_MEDIUM	2
#define	CELL_TIER_HIGH		3
#define	CELL_TIER_NEVER		4	/* left to the other models */

/* Verdicts in struct cell_denial. */
#define	CELL_VERDICT_DENIED	1
#define	CELL_VERDICT_LEARNED	2	/* would have been denied */

/* An address: an IPv4 one lies in the first four bytes. */
struct cell_addr {
	uint8_t		ca_family;	/* 4 or 6 */
	uint8_t		ca_pad[3];
	uint32_t	ca_scope;	/* interface of a link-local, or 0 */
	uint8_t		ca_addr[16];	/* network order, rest zero */
};

/* What a cell is told to be. */
struct cell_config {
	char		cf_name[CELL_NAMELEN];
	char		cf_root[CELL_ROOTLEN];	/* absolute; kept, not used */
	char		cf_tag[CELL_TAGLEN];
	uint32_t	cf_profile;
	uint32_t	cf_mode;
	uint32_t	cf_allow;	/* 1 << CELL_EXC_* */
	uint32_t	cf_maxproc;	/* processes; 0 means no limit */
	uint32_t	cf_nports;
	uint32_t	cf_naddrs;
	uint16_t	cf_ports[CELL_MAXPORTS];	/* host order */
	struct cell_addr cf_addrs[CELL_MAXADDRS];
};

/*
 * create: EEXIST the name is in use; EADDRINUSE a port belongs to the cell
 * that struct cell_result names.
 */
struct cell_create {
	uint32_t	cc_version;
	uint32_t	cc_flags;	/* none defined */
	struct cell_config cc_config;
};

/*
 * set: changes the members of cs_config that cs_fields names, grants and
 * revokes, all in one step that every decision sees whole.  EADDRINUSE as
 * above.  EBUSY: the cell is dying.
 *
 * CELL_SET_GRANT adds the exceptions in cs_grant for cs_seconds, counted by
 * a clock that only runs forward; 0 means until revoked.  CELL_SET_REVOKE
 * takes those in cs_revoke away, whichever way they were given, and comes
 * before granting.  CELL_SET_ALLOW replaces what was given without an end
 * and leaves what has one.
 */
struct cell_set {
	uint32_t	cs_version;
	uint32_t	cs_id;
	uint32_t	cs_fields;
	uint32_t	cs_grant;
	uint32_t	cs_revoke;
	uint32_t	cs_seconds;
	struct cell_config cs_config;
};
#define	CELL_SET_PROFILE	0x0001
#define	CELL_SET_MODE		0x0002
#define	CELL_SET_ALLOW		0x0004
#define	CELL_SET_MAXPROC	0x0008
#define	CELL_SET_PORTS		0x0010
#define	CELL_SET_ADDRS		0x0020
#define	CELL_SET_TAG		0x0040
#define	CELL_SET_GRANT		0x0080
#define	CELL_SET_REVOKE		0x0100
#define	CELL_SET_MASK		0x01ff

/* Answer to create and set; filled on EADDRINUSE and EEXIST too. */
struct cell_result {
	uint32_t	cr_version;
	uint32_t	cr_id;		/* of the cell, 0 on error */
	uint32_t	cr_holder;	/* who has the port or the name, or 0 */
	uint32_t	cr_port;	/* the port that is held, or 0 */
	char		cr_name[CELL_NAMELEN];	/* the holder's */
};

/*
 * attach: the calling process becomes a member, for good.  EBUSY: the cell
 * is dying.  EAGAIN: cf_maxproc is reached.
 * kill: no fork and no attach from now on, and SIGKILL to every member until
 * none is left.  EAGAIN: some were left after five seconds; call again.
 * destroy: EBUSY while a process is in the cell.
 */
struct cell_op {
	uint32_t	co_version;
	uint32_t	co_id;
	uint32_t	co_flags;	/* none defined */
	uint32_t	co_pad;
};

/* Which cell: by id, else by name, else (both empty) every one. */
struct cell_select {
	uint32_t	sl_version;
	uint32_t	sl_id;
	uint64_t	sl_since;	/* denials: only with a larger number */
	char		sl_name[CELL_NAMELEN];
};

struct cell_version {
	uint32_t	cv_version;
	uint32_t	cv_flags;
	uint32_t	cv_nrules;
	uint32_t	cv_ncells;
	char		cv_banner[CELL_BANNERLEN];
};
#define	CELL_VERSION_RIG	0x0001	/* a rehearsal, not a kernel */
#define	CELL_VERSION_ENFORCING	0x0002	/* decisions bind real processes */

/*
 * One cell as it is.  Times are microseconds, sizes bytes.  Counters only
 * grow while the cell lives.
 */
struct cell_info {
	uint32_t	ci_version;
	uint32_t	ci_id;
	uint32_t	ci_state;
	uint32_t	ci_pad;
	struct cell_config ci_config;
	uint64_t	ci_created;	/* seconds since 1970 */
	uint64_t	ci_uptime;	/* seconds */
	uint32_t	ci_left[CELL_NEXCEPTION]; /* seconds a grant has left */
	uint32_t	ci_nproc;
	uint32_t	ci_npeak;
	uint64_t	ci_forks;
	uint64_t	ci_exits;
	uint64_t	ci_cpu;		/* user and system, the exited too */
	uint64_t	ci_rss;		/* resident now */
	uint64_t	ci_vsz;		/* virtual now */
	uint64_t	ci_refs;	/* credentials that name the cell */
	uint64_t	ci_denied[CELL_NSCOPE];
	uint64_t	ci_learned[CELL_NSCOPE];
	uint64_t	ci_excepted[CELL_NSCOPE];
};

/*
 * One cell's counters by rule id, and what binding tried while learning:
 * the undeclared ports, and the addresses other than the declared ones.
 */
struct cell_counters {
	uint32_t	ct_version;
	uint32_t	ct_id;
	uint32_t	ct_nrules;
	uint32_t	ct_nports;
	uint32_t	ct_naddrs;
	uint32_t	ct_missed;	/* ports and addresses beyond those */
	uint64_t	ct_denied[CELL_MAXRULES];
	uint64_t	ct_learned[CELL_MAXRULES];
	uint64_t	ct_excepted[CELL_MAXRULES];
	uint16_t	ct_ports[CELL_MAXPORTS];
	struct cell_addr ct_addrs[CELL_MAXADDRS];
};

/*
 * One denial.  The same program, user and rule (of the network, also port and
 * address) repeated counts up instead of taking a new place, and says whom
 * it was tried on last.  dn_seq orders them all: nanoseconds of
 * uptime, unique within a cell and renewed with every repeat.  They are
 * returned in no particular order; whoever follows them passes the largest
 * dn_seq seen as sl_since and misses none that still has its place.
 */
struct cell_denial {
	uint32_t	dn_version;
	uint32_t	dn_cell;	/* who tried; 0 is the host */
	uint64_t	dn_seq;
	uint64_t	dn_first;	/* microseconds since 1970 */
	uint64_t	dn_last;
	uint32_t	dn_pid;		/* the last one's */
	uint32_t	dn_uid;		/* effective */
	uint32_t	dn_object;	/* cell it was last tried on; 0 host */
	uint32_t	dn_count;
	uint16_t	dn_rule;
	uint16_t	dn_verdict;	/* CELL_VERDICT_* */
	uint32_t	dn_detail;	/* process id, port, or limit; else 0 */
	struct cell_addr dn_addr;	/* of a bind, else family 0 */
	char		dn_prog[CELL_PROGLEN];	/* ASCII, printable */
};

/* One row of the policy table. */
struct cell_rule {
	uint32_t	ru_version;
	uint16_t	ru_id;		/* index into struct cell_counters */
	uint8_t		ru_scope;
	uint8_t		ru_tier;
	uint64_t	ru_action;	/* kauth(9) action; 0 any other */
	uint32_t	ru_request;	/* kauth(9) request; 0 any */
	uint8_t		ru_relation;
	uint8_t		ru_exception;	/* CELL_EXC_* */
	uint8_t		ru_flags;
	uint8_t		ru_pad;
	char		ru_name[CELL_RULENAMELEN];
};
/* Relations between the one who acts and what is acted upon. */
#define	CELL_REL_ANY		0	/* no object, or whatever it is */
#define	CELL_REL_SAME		1	/* same cell */
#define	CELL_REL_OTHER		2	/* another cell, or the host */
/* Flags; the others are the kernel's own. */
#define	CELL_RULE_QUIET		0x01	/* asked all the time: only counted */

#ifndef __CTASSERT_CELL
#define	__CTASSERT_CELL(type, size)					\
	_Static_assert(sizeof(type) == (size), #type " changed size")
#endif
__CTASSERT_CELL(struct cell_addr, 24);
__CTASSERT_CELL(struct cell_config, 1696);
__CTASSERT_CELL(struct cell_create, 1704);
__CTASSERT_CELL(struct cell_set, 1720);
__CTASSERT_CELL(struct cell_result, 80);
__CTASSERT_CELL(struct cell_op, 16);
__CTASSERT_CELL(struct cell_select, 80);
__CTASSERT_CELL(struct cell_version, 112);
__CTASSERT_CELL(struct cell_info, 2040);
__CTASSERT_CELL(struct cell_counters, 6680);
__CTASSERT_CELL(struct cell_denial, 104);
__CTASSERT_CELL(struct cell_rule, 72);

#endif	/* !_SYS_CELL_H_ */
