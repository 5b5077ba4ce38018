/* sys/endian.h */

#ifndef _SYS_ENDIAN_H_
#define	_SYS_ENDIAN_H_

#include <sys/types.h>

#define	LITTLE_ENDIAN	1234
#define	BIG_ENDIAN	4321

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define	BYTE_ORDER	LITTLE_ENDIAN
#define	htons(x)	__builtin_bswap16((uint16_t)(x))
#define	htonl(x)	__builtin_bswap32((uint32_t)(x))
#else
#define	BYTE_ORDER	BIG_ENDIAN
#define	htons(x)	((uint16_t)(x))
#define	htonl(x)	((uint32_t)(x))
#endif
#define	ntohs(x)	htons(x)
#define	ntohl(x)	htonl(x)

#endif	/* !_SYS_ENDIAN_H_ */
