/*
 * rig_proto.h -- how programs talk to the rig.
 *
 * The rig listens on a Unix-domain stream socket.  A client sends a request
 * and reads its reply, as often as it likes on one connection.  A request is
 * struct rig_request followed by rq_newlen bytes; a reply is struct rig_reply
 * followed by rp_oldlen bytes.  Numbers are in the machine's byte order,
 * errors are errno(2) values of the machine the rig runs on, or 0.  The
 * peer's process and user are taken from the socket, never from a message.
 *
 * rq_node is the last component of a sysctl(3) name below
 * security.models.cell (see sys/cell.h), and old and new are what sysctl(3)
 * would pass: rq_oldlen is the size of the caller's buffer, rp_oldlen how
 * much of it was filled, rp_needed what the whole answer takes.
 *
 * Nodes of the rig alone start with "rig.".
 */

#ifndef RIG_PROTO_H
#define	RIG_PROTO_H

#include <stdint.h>

#define	RIG_MAGIC	0x47495243	/* "CRIG" on a little-endian machine */
#define	RIG_PROTO	1
#define	RIG_NODELEN	48
#define	RIG_MAXDATA	(64U << 20)	/* bytes in either direction */

struct rig_request {
	uint32_t	rq_magic;
	uint32_t	rq_proto;
	char		rq_node[RIG_NODELEN];	/* terminated */
	uint64_t	rq_oldlen;
	uint64_t	rq_newlen;
};

struct rig_reply {
	uint32_t	rp_magic;
	int32_t		rp_error;
	uint64_t	rp_oldlen;	/* bytes that follow */
	uint64_t	rp_needed;
};

#endif	/* RIG_PROTO_H */
