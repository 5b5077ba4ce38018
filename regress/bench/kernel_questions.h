/* kernel_questions.h -- questions that kernel_bench.c puts, many at a time. */

#ifndef KERNEL_QUESTIONS_H
#define	KERNEL_QUESTIONS_H

struct proc;
struct socket;

/* Who asks, about whom; the sockets are the actor's and the other's. */
struct asked {
	struct proc	*actor;
	struct proc	*peer;		/* as the actor, host or cell */
	struct proc	*stranger;	/* of another cell */
	struct socket	*so;
	struct socket	*so_stranger;
};

/* Asks N times and answers in how many of them it was refused. */
typedef unsigned long question_fn(const struct asked *, unsigned long n);

struct question {
	const char	*scope;
	const char	*what;
	question_fn	*ask;
};
extern const struct question questions[];
extern const unsigned int nquestions;

/* kauth_cred_getdata(9) by itself: what a goal is given in. */
question_fn	question_getdata;
void	questions_init(void);

#endif	/* !KERNEL_QUESTIONS_H */
