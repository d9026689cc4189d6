/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the sandbox share: frames over a descriptor, the worker's life, its confinement. */
#ifndef IO_SANDBOX_INT_H
#define IO_SANDBOX_INT_H

#include "io/sandbox/sandbox.h"

#define FRAME_HELLO 0xffffff00u /* first frame of a worker: seccomp u16, limits u16, landlock u32 */
#define FRAME_ERROR 0xffffff01u /* rc u32 ‖ message */

/* One end of the socket pair. */
struct frame_end {
	int fd;
	bool worker;         /* the worker blocks; the parent never does */
	int64_t deadline_ms; /* the parent's, on the monotonic clock */
};

/* Milliseconds on the monotonic clock: for waiting, never for saying when something was. */
int64_t frame_clock_ms(void);

/* OK · E_NOTFOUND the other side has gone · E_LIMIT too long, or not taken before the deadline · E_IO. */
MUST_USE rc frame_send(struct frame_end *f, uint32_t type, struct str bytes, struct err *e);

/* OK · E_NOTFOUND the other side has gone · E_LIMIT over CAP_FRAME or ret's cap, or nothing before the deadline ·
 * E_FORMAT the stream ended inside a frame · E_IO. */
MUST_USE rc frame_recv(struct frame_end *f, uint32_t *ret_type, struct buf *ret, struct err *e);

/* Sends rc and message of e as a FRAME_ERROR. */
MUST_USE rc frame_send_error(struct frame_end *f, const struct err *said, struct err *e);

/* Descriptors that a worker keeps, at the numbers it has them under. */
enum worker_fd {
	WORKER_IN_NULL,
	WORKER_OUT_NULL,
	WORKER_ERR,
	WORKER_SOCKET,
	WORKER_INPUT,
	WORKER_FDS,
};

/* The child's whole life after fork: never returns. `socket` and `crash` are its ends. */
NO_RETURN void worker_live(const struct sandbox_job *job, int socket, int crash, int parent_pid);

/* Gives up what a worker does not need; what the kernel does not have is left out and said in the result. */
struct sandbox_features confine(const struct sandbox_job *job);

unsigned job_cpu(const struct sandbox_job *job);

#endif
