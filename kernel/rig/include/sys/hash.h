/* sys/hash.h -- the kernel's string hashes (Bernstein's). */

#ifndef _SYS_HASH_H_
#define	_SYS_HASH_H_

#include <sys/types.h>

#define	HASH32_BUF_INIT	5381
#define	HASH32_STR_INIT	5381

static inline uint32_t
hash32_buf(const void *buf, size_t len, uint32_t hash)
{
	const uint8_t *s = buf;

	while (len-- != 0)
		hash = hash * 33 + *s++;
	return hash;
}

static inline uint32_t
hash32_str(const void *buf, uint32_t hash)
{
	const uint8_t *s = buf;
	uint8_t c;

	while ((c = *s++) != 0)
		hash = hash * 33 + c;
	return hash;
}

static inline uint32_t
hash32_strn(const void *buf, size_t len, uint32_t hash)
{
	const uint8_t *s = buf;
	uint8_t c;

	while (len-- != 0 && (c = *s++) != 0)
		hash = hash * 33 + c;
	return hash;
}

#endif	/* !_SYS_HASH_H_ */
