/* trapfilter.h -- the BPF program that members run under. */

#ifndef TRAPFILTER_H
#define	TRAPFILTER_H

#include <linux/filter.h>
#include <stddef.h>

#define	FILTER_MAX	BPF_MAXINSNS

/* The program, made once; LEN in instructions. */
const struct sock_filter *filter_program(size_t *len);

#endif	/* !TRAPFILTER_H */
