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
 * cell_impl.h -- what the files of secmodel_cell(9) share.
 *
 * Locks, in the order they are taken:
 *
 *	cell_lock	(adaptive) the registry: both hash tables, the list,
 *			the port table's writers, c_policy's writers, c_state.
 *	proc_lock	as everywhere.
 *	p->p_lock	as everywhere; credentials are copied under it, so
 *			nothing here takes cell_lock or allocates below it.
 *	cell_gone_lock	(adaptive) cells that were destroyed but are still
 *			named.  A leaf: credentials are freed anywhere.
 *	cm_lock		(spin, IPL_SCHED) a stripe of the members' table.
 *	c_ring.lk	(spin, IPL_SCHED) one ring of denials.  The highest,
 *			because sched_setparam(2) asks with an LWP locked.
 *
 * No decision takes any of the first four, apart from the p_lock of the
 * process that is acted upon where the caller does not hold it.
 *
 * References: c_refcnt counts the registry's and one for each credential
 * that names the cell.  The last one frees it.  A pointer read from a
 * credential is good as long as the credential is.  The kernel keeps
 * credentials of closed files for a while, so that a destroyed cell may
 * linger; such a cell has no processes and never will have, and unloading
 * the module takes its name out of every credential.
 *
 * c_policy is replaced whole and read within a pserialize(9) section.
 */

#ifndef _SECMODEL_CELL_CELL_IMPL_H_
#define	_SECMODEL_CELL_CELL_IMPL_H_

#include <sys/param.h>
#include <sys/types.h>
#include <sys/cell.h>
#include <sys/kauth.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/queue.h>

struct lwp;
struct mount;
struct socket;

/* Rule ids, in the order of the table. */
enum {
#define	CELL_RULE(id, scope, action, req, rel, tier, exc, flags, name)	\
	CELL_R_##id,
#include <secmodel/cell/cell_rules.h>
#undef CELL_RULE
	CELL_NRULES
};

/* In ru_flags, beside what sys/cell.h tells userland. */
#define	CELL_RULE_VARIANT	0x02	/* chosen by argument, not by index */
#define	CELL_RULE_NOLOG		0x04	/* asked with spin locks held */

enum cell_verdict {
	CELL_V_DEFER,		/* no opinion */
	CELL_V_ALLOW,
	CELL_V_DENY,
	CELL_V_LEARN,		/* no opinion, but would deny */
	CELL_V_EXCEPT		/* no opinion, thanks to an exception */
};

/* What decisions read: immutable once published. */
struct cell_policy {
	uint32_t	cp_profile;
	uint32_t	cp_mode;
	uint32_t	cp_allow;	/* without an end */
	uint32_t	cp_granted;	/* with one, in cp_until */
	uint32_t	cp_maxproc;
	uint32_t	cp_naddrs;
	time_t		cp_until[CELL_NEXCEPTION];	/* uptime, seconds */
	struct cell_addr cp_addrs[CELL_MAXADDRS];
};

struct cell_ring {
	kmutex_t	lk;
	uint64_t	seq;		/* of the latest */
	uint32_t	n;
	struct cell_denial rec[CELL_RINGLEN];
	uint32_t	nports;		/* tried while learning */
	uint32_t	naddrs;
	uint32_t	missed;
	uint16_t	ports[CELL_MAXPORTS];
	struct cell_addr addrs[CELL_MAXADDRS];
};

#define	CELL_USEC(tv)	((uint64_t)(tv)->tv_sec * 1000000 + (tv)->tv_usec)

/* One cell; the host has one, too, for what its users were refused. */
struct cell {
	uint32_t	c_id;			/* never changes */
	volatile u_int	c_refcnt;
	volatile u_int	c_state;		/* CELL_STATE_*, 0 gone */
	volatile u_int	c_nproc;
	volatile u_int	c_npeak;
	struct cell_policy *c_policy;		/* pserialize(9) */
	volatile u_long	c_forks;
	volatile u_long	c_exits;
	volatile u_long	c_denied[CELL_NRULES];
	volatile u_long	c_learned[CELL_NRULES];
	volatile u_long	c_excepted[CELL_NRULES];
	volatile u_int	c_logged[CELL_NRULES];	/* uptime of the last line */
	struct cell_ring c_ring;

	/* cell_lock: */
	TAILQ_ENTRY(cell) c_list;		/* by id */
	LIST_ENTRY(cell) c_byid;
	LIST_ENTRY(cell) c_byname;
	LIST_ENTRY(cell) c_gone;		/* cell_gone_lock */
	struct cell_config c_config;		/* as told; see c_policy */
	time_t		c_created;		/* seconds since 1970 */
	time_t		c_started;		/* uptime, seconds */
	uint64_t	c_cpushown;		/* what was last reported */
	struct {				/* filled by a snapshot */
		uint64_t	cpu, rss, vsz;
	} c_now;

	/* c_ring.lk: */
	uint64_t	c_cpugone;		/* microseconds of the exited */
};

/* The id of a cell; 0 is the host. */
static inline uint32_t
cell_id(const struct cell *c)
{

	return c != NULL ? c->c_id : 0;
}

/* In place of CELL_SET_* where a whole configuration is meant. */
#define	CELL_CONFIG_WHOLE	(~0U)

/*
 * How many cells there are, and how many structures: the destroyed, too.
 * While there is no cell nobody is refused anything.
 */
extern volatile u_int cell_nlive;
extern volatile u_int cell_count;
extern kmutex_t cell_lock;
extern struct cell cell_host;

/* cell_table.c: the policy as data. */
extern const struct cell_rule cell_rules[];
void	cell_table_init(void);
const struct cell_rule *cell_rule_find(u_int, uint64_t, uint32_t, bool);

/* cell_policy.c: pure functions. */
enum cell_verdict cell_policy_judge(const struct cell_policy *,
	    const struct cell_rule *, time_t);
bool	cell_policy_has_addr(const struct cell_policy *,
	    const struct cell_addr *);
int	cell_config_check(const struct cell_config *, uint32_t);
void	cell_policy_fill(struct cell_policy *, const struct cell_policy *,
	    const struct cell_config *, uint32_t);
void	cell_policy_grant(struct cell_policy *, uint32_t, uint32_t, uint32_t,
	    time_t);
bool	cell_addr_wild(const struct cell_addr *);
bool	cell_addr_scoped(const struct cell_addr *);

/* cell_port.c: who has which port. */
void	cell_ports_init(void);
void	cell_ports_fini(void);
uint32_t cell_ports_conflict(uint32_t, const struct cell_config *,
	    uint16_t *);
void	cell_ports_claim(uint32_t, const struct cell_config *);
void	cell_ports_release(const struct cell_config *,
	    const struct cell_config *);
uint32_t cell_ports_owner(uint16_t);

/* cell_bind.c: what may be bound. */
int	cell_bind(struct cell *, kauth_cred_t, enum kauth_network_req,
	    struct socket *, const void *);

/* cell_registry.c */
void	cell_registry_init(void);
void	cell_busy_begin(void);
void	cell_busy_end(void);
int	cell_registry_close(void);
void	cell_registry_fini(void);
void	cell_release(struct cell *);
struct cell *cell_find(uint32_t, const char *);
struct cell *cell_first(void);
int	cell_create(const struct cell_create *, struct cell_result *);
int	cell_ports_check_free(uint32_t, const struct cell_config *,
	    struct cell_result *);
int	cell_destroy(uint32_t);

/* cell_set.c: live change. */
void	cell_set_init(void);
void	cell_set_fini(void);
int	cell_set(const struct cell_set *, struct cell_result *);

/* cell_cred.c: which cell a credential names. */
int	cell_cred_init(void);
void	cell_cred_fini(void);
struct cell *cell_of_cred(kauth_cred_t);
struct cell *cell_of_proc(struct proc *);
void	cell_cred_set(kauth_cred_t, struct cell *);
int	secmodel_cell_cred_cb(kauth_cred_t, kauth_action_t, void *, void *,
	    void *, void *, void *);

/* cell_proc.c: how processes come to be members, and go. */
int	cell_proc_init(void);
int	cell_proc_ready(void);
void	cell_proc_fini(void);
void	cell_proc_fork(struct proc *);
int	cell_fork_check(struct cell *, kauth_cred_t);
int	cell_attach(struct lwp *, uint32_t);

/* cell_kill.c: the end of a cell. */
int	cell_kill(uint32_t);

/* cell_member.c: who is a member, also with a spin lock held. */
void	cell_members_init(void);
void	cell_members_fini(void);
void	cell_member_add(struct proc *, struct cell *);
struct cell *cell_member_remove(struct proc *);
struct cell *cell_member_of(struct proc *);
uint32_t cell_member_id(const struct proc *);

/* cell_judge.c: from a rule to an answer, with its telemetry. */
int	cell_judge(struct cell *, kauth_cred_t, u_int, uint32_t, uint32_t,
	    const struct cell_addr *);

/* cell_ring.c: telemetry of decisions. */
void	cell_ring_init(struct cell_ring *);
void	cell_ring_fini(struct cell_ring *);
void	cell_note(struct cell *, kauth_cred_t, u_int, enum cell_verdict,
	    uint32_t, uint32_t, const struct cell_addr *);
u_int	cell_ring_denials(struct cell *, uint64_t, uint64_t,
	    struct cell_denial *);
uint64_t cell_seq_now(void);

/* cell_stat.c: what is summed up when somebody asks. */
void	cell_stat_gone(struct cell *, struct proc *);
void	cell_snapshot(void);
void	cell_stat_info(struct cell *, struct cell_info *);
void	cell_stat_counters(struct cell *, struct cell_counters *);

/* cell_page.c: what goes out. */
int	cell_out(struct lwp *, const void *, size_t, size_t, void *, size_t *);
bool	cell_selects_all(const struct cell_select *);
int	cell_page_list(struct lwp *, const struct cell_select *, void *,
	    size_t *);
int	cell_page_denials(struct lwp *, const struct cell_select *, void *,
	    size_t *);

/* cell_sysctl.c */
int	cell_sysctl_init(void);
void	cell_sysctl_fini(void);

/* cell_vnode.c */
int	cell_vnode_init(void);
void	cell_vnode_fini(void);
void	cell_extattr_mark(struct mount *);
int	secmodel_cell_vnode_cb(kauth_cred_t, kauth_action_t, void *, void *,
	    void *, void *, void *);

/* cell_listen.c, and the scopes that have a file of their own. */
void	cell_listen(void);
void	cell_unlisten(void);
int	cell_judge_device(kauth_cred_t, kauth_action_t, void *, void *,
	    void *, void *, void *);
int	cell_judge_network(kauth_cred_t, kauth_action_t, void *, void *,
	    void *, void *, void *);
int	cell_judge_process(kauth_cred_t, kauth_action_t, void *, void *,
	    void *, void *, void *);

/* secmodel_cell.c; the rig has its own. */
const char *cell_platform_banner(void);
uint32_t cell_platform_flags(void);

#endif	/* !_SECMODEL_CELL_CELL_IMPL_H_ */
