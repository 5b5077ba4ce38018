/*
 * rig_peek.c -- what the policy says, without asking: nothing is counted or
 * recorded.  For an enforcing rig, which must know some answers before the
 * question comes (what need not be trapped, which rights a socket gets).
 */

#include <sys/param.h>
#include <sys/cell.h>
#include <sys/kauth.h>
#include <sys/kernel.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/pserialize.h>
#include <sys/atomic.h>
#include <netinet/in_pcb.h>
#include <netinet6/ip6_var.h>
#include <secmodel/cell/cell_impl.h>

#include "rig.h"
#include "rig_real.h"

static const struct cell_rule *
find_rule(unsigned int scope, uint64_t action, uint32_t request)
{
	return cell_rule_find(scope, action, request, false);
}

bool
rig_peek_never(unsigned int scope, uint64_t action, uint32_t request)
{
	return find_rule(scope, action, request)->ru_tier == CELL_TIER_NEVER;
}

bool
rig_peek_denied(struct proc *p, unsigned int scope, uint64_t action,
    uint32_t request)
{
	const struct cell_rule *rule = find_rule(scope, action, request);
	enum cell_verdict v = CELL_V_DEFER;
	struct cell *c;
	int s;

	mutex_enter(p->p_lock);
	c = cell_of_cred(p->p_cred);
	if (c != NULL) {
		s = pserialize_read_enter();
		v = cell_policy_judge(atomic_load_consume(&c->c_policy), rule,
		    time_uptime);
		pserialize_read_exit(s);
	}
	mutex_exit(p->p_lock);
	return v == CELL_V_DENY;
}

bool
rig_peek_ephemeral_declared(void)
{
	const struct cell *c;
	bool found = false;
	uint32_t i;

	mutex_enter(&cell_lock);
	for (c = cell_first(); c != NULL && !found;
	    c = TAILQ_NEXT(c, c_list))
		for (i = 0; i < c->c_config.cf_nports; i++)
			if (c->c_config.cf_ports[i] >= anonportmin &&
			    c->c_config.cf_ports[i] <= anonportmax)
				found = true;
	mutex_exit(&cell_lock);
	return found;
}

void
rig_ephemeral_range(uint16_t lo, uint16_t hi)
{
	anonportmin = ip6_anonportmin = lo;
	anonportmax = ip6_anonportmax = hi;
}
