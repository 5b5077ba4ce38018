/*
 * cellcall.h -- sys/cell.h's nodes as functions, for programs on the rig.
 *
 * Who calls is the first argument.  Errors are errno(2) values.  What a
 * function allocates is the caller's to free(3).
 */

#ifndef CELLCALL_H
#define	CELLCALL_H

#include <sys/cell.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct proc;

/* A well-formed configuration: high, enforce, nothing declared. */
void	config_init(struct cell_config *, const char *name);
void	config_port(struct cell_config *, uint16_t port);
void	config_addr4(struct cell_config *, const uint8_t addr[4]);
void	config_addr6(struct cell_config *, const uint8_t addr[16],
	    uint32_t scope);

int	call_create(struct proc *, const struct cell_config *,
	    struct cell_result *);
/* With the configuration above and then this profile, mode and exceptions. */
int	call_create_as(struct proc *, const char *name, uint32_t profile,
	    uint32_t mode, uint32_t allow, uint32_t *idp);

/* A set that names no field yet; call_set() fills in version and id. */
void	set_init(struct cell_set *);
int	call_set(struct proc *, uint32_t id, struct cell_set *,
	    struct cell_result *);
int	call_set_policy(struct proc *, uint32_t id, uint32_t profile,
	    uint32_t mode, uint32_t allow);
int	call_grant(struct proc *, uint32_t id, uint32_t grant,
	    uint32_t seconds);

int	call_attach(struct proc *, uint32_t id);
int	call_kill(struct proc *, uint32_t id);
int	call_destroy(struct proc *, uint32_t id);

int	call_version(struct proc *, struct cell_version *);
/* The caller's own cell, 0 for the host. */
int	call_id(struct proc *, uint32_t *);
int	call_info(struct proc *, uint32_t id, struct cell_info *);
int	call_counters(struct proc *, uint32_t id, struct cell_counters *);

/* ID 0: all.  These grow their buffer until the answer fits. */
int	call_list(struct proc *, uint32_t id, struct cell_info **, size_t *);
int	call_denials(struct proc *, uint32_t id, uint64_t since,
	    struct cell_denial **, size_t *);
int	call_policy(struct proc *, struct cell_rule **, size_t *);

/* In a cell of this id from its birth. */
struct proc *member_create(uint32_t id, unsigned int uid);

#endif	/* !CELLCALL_H */
