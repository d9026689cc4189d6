/* SPDX-License-Identifier: Apache-2.0 */
/* Worker processes for hostile bytes. Parsers of HTML, HTTP, archives and feeds run in a forked child that has given up
 * everything but computing: no files, no sockets, no new processes, bounded memory and time. Parent and worker
 * talk in frames over a socket pair:
 *
 *   frame = u32 type ‖ u32 length ‖ length bytes          big-endian, length ≤ CAP_FRAME
 *
 * Whatever a worker says is as untrusted as what it has read: the parent checks frames like any outside bytes.
 * A worker that crashes costs one job, and the parent gets an error that says what happened.
 *
 * What holds a worker, as far as the kernel has it (struct sandbox_features):
 *   - descriptors: its end of the socket pair, one input file opened for reading, /dev/null, a pipe for crash text;
 *   - resource limits: address space, CPU time, no files written, no processes, no core;
 *   - Landlock (ABI 1 and later) without a single rule: no path can be opened, no port used;
 *   - seccomp: the calls that computing and frames need; looking for a file finds none (ENOENT, for libraries that
 *     probe for their settings); anything else ends the process;
 *   - it dies with the thread that started it. */
#ifndef IO_SANDBOX_H
#define IO_SANDBOX_H

#include "base/caps.h"
#include "base/err.h"
#include "base/stream.h"

struct buf;
struct sandbox;    /* the parent's end */
struct sandbox_io; /* the worker's end */

/* Frame types from here on are used by this module. */
#define SANDBOX_TYPE_MAX 0xfffffeffu

struct sandbox_job {
	/* Exactly one of run and answer is set; both work in the child, on the child's copy of *ctx.
	 *
	 * run: talks freely with sandbox_io_send and sandbox_io_recv. What it returns, when not OK, reaches the parent
	 * as the result of its next receive, with the same code and message. */
	rc (*run)(void *ctx, struct sandbox_io *io, struct err *e);
	/* answer: called for each request until the parent closes; its reply goes back under the request's type, its
	 * error as the error of that one request. For sandbox_ask() and sandbox_call(). */
	rc (*answer)(
		void *ctx, struct sandbox_io *io, uint32_t type, struct str request, struct buf *reply, struct err *e);
	/* May be NULL. In the child before it is confined: opens what a library needs from the file system later on
	 * (character set converters, for example). */
	rc (*prepare)(void *ctx, struct err *e);
	void *ctx;

	bool has_input;        /* the worker may read `input`, an open read-only descriptor; */
	int input;             /* it stays the caller's, and the two share its position */
	unsigned cpu_seconds;  /* of the whole life (run) or of each request (answer); 0: CAP_WORKER_CPU_SECONDS */
	unsigned wall_seconds; /* until each frame; 0: CAP_WORKER_WALL_SECONDS */
	uint64_t memory;       /* on top of what the parent had mapped; 0: CAP_WORKER_MEMORY */
};

/* What really confines a worker on this kernel. */
struct sandbox_features {
	bool seccomp;
	bool limits;
	unsigned landlock; /* ABI in force; 0: none */
};

/* Starts a worker and waits until it has confined itself. *ret is ended by sandbox_close().
 * OK · E_USAGE input not read-only · E_IO no process or descriptor to be had · what prepare said · E_LIMIT. */
MUST_USE rc sandbox_start(const struct sandbox_job *job, struct sandbox **ret, struct err *e);

/* OK · E_LIMIT over CAP_FRAME, or the worker did not take it in time and was killed · how the worker ended. */
MUST_USE rc sandbox_send(struct sandbox *w, uint32_t type, struct str bytes, struct err *e);

/* Waits for the worker's next frame; `ret` is emptied first.
 * OK · E_NOTFOUND the worker has ended in good order · the worker's own error ·
 * E_LIMIT it went over its time or memory, or the frame over ret's cap: it is dead ·
 * E_DENIED it tried a forbidden system call ·
 * E_FORMAT it crashed, or broke the protocol: it is dead. */
MUST_USE rc sandbox_recv(struct sandbox *w, uint32_t *ret_type, struct buf *ret, struct err *e);

/* sandbox_send and sandbox_recv for one request to an `answer` worker. After an error of the request itself the worker
 * goes on; sandbox_alive() tells. */
MUST_USE rc sandbox_ask(struct sandbox *w, uint32_t type, struct str request, struct buf *reply, struct err *e);

/* False once the worker has ended or was killed. */
bool sandbox_alive(const struct sandbox *w);

/* What confines this worker. */
struct sandbox_features sandbox_confinement(const struct sandbox *w);

/* Closes the channel, waits for the worker (SANDBOX_GRACE_MS at most, then it is killed) and frees w. NULL is nothing.
 * OK · an error of the worker that had not been received yet · how it ended, as for sandbox_recv · E_CANCELLED it
 * was still at work. */
MUST_USE rc sandbox_close(struct sandbox *w, struct err *e);
#define SANDBOX_GRACE_MS 2000

/* One request to a worker of its own: start, ask, close. Errors as for sandbox_start and sandbox_recv. */
MUST_USE rc sandbox_call(const struct sandbox_job *job, struct str request, struct buf *reply, struct err *e);

/* Finds out, by starting an empty worker, what this kernel has. */
MUST_USE rc sandbox_probe(struct sandbox_features *ret, struct err *e);

/* Appends what is missing for a reader: "" when nothing is, else "no seccomp filter, no Landlock". */
void sandbox_missing(const struct sandbox_features *f, struct buf *to);

/* In the worker. The parent may be gone: then both give E_NOTFOUND, and the worker should return. */
MUST_USE rc sandbox_io_send(struct sandbox_io *io, uint32_t type, struct str bytes, struct err *e);
/* OK · E_NOTFOUND the parent has closed · E_LIMIT over ret's cap. */
MUST_USE rc sandbox_io_recv(struct sandbox_io *io, uint32_t *ret_type, struct buf *ret, struct err *e);
/* The input file as a source, and its descriptor for lseek and pread; NULL and -1 without one. */
struct source *sandbox_io_input(struct sandbox_io *io);
int sandbox_io_fd(const struct sandbox_io *io);

#endif
