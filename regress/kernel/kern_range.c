/* kern_range.c -- see range.h.  Sees the kernel's headers. */

#include <sys/param.h>
#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet6/ip6_var.h>

#include "range.h"

void
range_set(int family, int lo, int hi)
{
	if (family == 4) {
		anonportmin = lo;
		anonportmax = hi;
	} else {
		ip6_anonportmin = lo;
		ip6_anonportmax = hi;
	}
}
