/*
 * kern_kmem.c -- kmem(9): allocations that know their size, and a count of
 * what has not come back.
 */

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include "rig_kern.h"

#define	KMEM_MAGIC	0x6b6d656d2d726967ULL
#define	KMEM_FREED	0x6b6d656d64656164ULL

struct kmem_head {
	uint64_t	magic;
	size_t		size;
};

static volatile u_long kmem_bytes;

u_long
kmem_live(void)
{
	return atomic_load_relaxed(&kmem_bytes);
}

static void *
kmem_get(size_t size)
{
	struct kmem_head *h;

	KASSERT(size != 0);
	h = rig_host_alloc(sizeof(*h) + size);
	if (h == NULL)
		return NULL;
	h->magic = KMEM_MAGIC;
	h->size = size;
	atomic_add_ulong(&kmem_bytes, (long)size);
	/* Nobody may rely on zeroes. */
	return memset(h + 1, 0xa5, size);
}

static void
kmem_put(void *p, size_t size)
{
	struct kmem_head *h = (struct kmem_head *)p - 1;

	KASSERT(p != NULL);
	KASSERTMSG(h->magic == KMEM_MAGIC, "kmem_free(%p): %s", p,
	    h->magic == KMEM_FREED ? "freed before" : "not from kmem");
	KASSERTMSG(h->size == size,
	    "kmem_free(%p, %zu): allocated with %zu bytes", p, size, h->size);
	atomic_add_ulong(&kmem_bytes, -(long)size);
	memset(p, 0x5a, size);
	h->magic = KMEM_FREED;
	rig_host_free(h);
}

void *
kmem_alloc(size_t size, km_flag_t flags)
{
	void *p;

	KASSERT(flags == KM_SLEEP || flags == KM_NOSLEEP);
	if (flags & KM_SLEEP)
		ASSERT_SLEEPABLE();
	p = kmem_get(size);
	KASSERTMSG(p != NULL || (flags & KM_NOSLEEP), "out of memory");
	return p;
}

void *
kmem_zalloc(size_t size, km_flag_t flags)
{
	void *p = kmem_alloc(size, flags);

	return p == NULL ? NULL : memset(p, 0, size);
}

void
kmem_free(void *p, size_t size)
{
	kmem_put(p, size);
}

void *
kmem_intr_alloc(size_t size, km_flag_t flags)
{
	(void)flags;
	return kmem_get(size);
}

void *
kmem_intr_zalloc(size_t size, km_flag_t flags)
{
	void *p = kmem_intr_alloc(size, flags);

	return p == NULL ? NULL : memset(p, 0, size);
}

void
kmem_intr_free(void *p, size_t size)
{
	kmem_put(p, size);
}

char *
kmem_strdupsize(const char *s, size_t *lenp, km_flag_t flags)
{
	size_t len = strlen(s) + 1;
	char *p = kmem_alloc(len, flags);

	if (lenp != NULL)
		*lenp = len;
	return p == NULL ? NULL : memcpy(p, s, len);
}

void
kmem_strfree(char *s)
{
	if (s != NULL)
		kmem_free(s, strlen(s) + 1);
}
