/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by fs.c and log.c. */
#ifndef IO_FS_INT_H
#define IO_FS_INT_H

#include "io/fs/fs.h"

/* True when a test wants this operation to fail; errno is then set. */
bool fs_faulted(struct env *env, enum env_op op, const char *path);
/* Tells a test what was done. */
void fs_changed(struct env *env, struct env_change c);
/* All of the bytes, whatever write(2) takes at once. */
MUST_USE rc fs_write_all(struct env *env, int fd, const char *path, struct str bytes, struct err *e);
MUST_USE rc fs_sync_fd(struct env *env, int fd, const char *path, bool data_only, struct err *e);

#endif
