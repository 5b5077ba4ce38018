/* lib/libkern/libkern.h -- assertions and the C library of the kernel. */

#ifndef _LIB_LIBKERN_LIBKERN_H_
#define	_LIB_LIBKERN_LIBKERN_H_

#include <sys/types.h>

/* Always checked here, as in a kernel with DIAGNOSTIC. */
void	kern_assert(const char *, ...) __dead __printflike(1, 2);
#define	KASSERTMSG(e, msg, ...)						\
	(__predict_true((e)) ? (void)0 :				\
	    kern_assert("%s:%d: \"%s\" failed: " msg, __FILE__,		\
	    __LINE__, #e, ##__VA_ARGS__))
#define	KASSERT(e)							\
	(__predict_true((e)) ? (void)0 :				\
	    kern_assert("%s:%d: \"%s\" failed", __FILE__, __LINE__, #e))
#define	KDASSERT(e)		KASSERT(e)
#define	KDASSERTMSG(...)	KASSERTMSG(__VA_ARGS__)
#define	CTASSERT(x)		_Static_assert(x, #x)

void	*memcpy(void *, const void *, size_t);
void	*memmove(void *, const void *, size_t);
void	*memset(void *, int, size_t);
int	memcmp(const void *, const void *, size_t);
void	*memchr(const void *, int, size_t);
size_t	strlen(const char *);
size_t	strnlen(const char *, size_t);
int	strcmp(const char *, const char *);
int	strncmp(const char *, const char *, size_t);
int	strcasecmp(const char *, const char *);
char	*strchr(const char *, int);
char	*strrchr(const char *, int);
char	*strstr(const char *, const char *);
char	*strncpy(char *, const char *, size_t);
size_t	strlcpy(char *, const char *, size_t) __RENAME(rig_strlcpy);
size_t	strlcat(char *, const char *, size_t) __RENAME(rig_strlcat);
int	snprintf(char *, size_t, const char *, ...) __printflike(3, 4);
int	vsnprintf(char *, size_t, const char *, va_list) __printflike(3, 0);

static inline int
imin(int a, int b)
{
	return a < b ? a : b;
}

static inline int
imax(int a, int b)
{
	return a > b ? a : b;
}

static inline u_int
uimin(u_int a, u_int b)
{
	return a < b ? a : b;
}

static inline u_int
uimax(u_int a, u_int b)
{
	return a > b ? a : b;
}

static inline u_long
ulmin(u_long a, u_long b)
{
	return a < b ? a : b;
}

#endif	/* !_LIB_LIBKERN_LIBKERN_H_ */
