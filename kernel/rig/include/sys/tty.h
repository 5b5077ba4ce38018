/* sys/tty.h */

#ifndef _SYS_TTY_H_
#define	_SYS_TTY_H_

#define	TS_ISOPEN	0x00008
#define	TS_XCLUDE	0x00100

struct tty {
	int	t_state;
};

#endif	/* !_SYS_TTY_H_ */
