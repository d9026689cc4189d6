/* SPDX-License-Identifier: Apache-2.0 */
/* Several URLs at a time: threads fetch and parse, each with a sandboxed worker; this one thread keeps, in the order in
 * which replies are whole.
 *
 * Workers are forked only while no fetcher runs, since a fork copies the locks that other threads hold. So when a page
 * has killed a worker, all fetchers end after the URL that they are at, the worker is replaced, and they begin anew:
 *
 *   workers ─► fetchers ─► a worker died: fetchers end ─► new worker ─► fetchers ─► … ─► no URL left */
#include <pthread.h>

#include "app/pipeline/pipeline_int.h"
#include "base/caps.h"
#include "base/mem.h"

#define JOBS_MAX 64u

struct one_fetched {
	size_t url;
	struct fetched *got; /* NULL: failed */
	struct err e;
};

struct many {
	struct pipeline *p;
	const struct str *urls;
	size_t n;
	const struct pipeline_fetch *how;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t next;               /* URL to be taken */
	struct one_fetched *ready; /* ring of `room` */
	size_t room;
	size_t first;
	size_t nready;
	size_t running; /* fetchers that have not ended */
	bool renew;     /* a worker has died: fetchers end, to begin anew */
	uint64_t mib;   /* downloaded, in whole MiB of each reply */
	bool stop;
};

struct fetcher {
	struct many *m;
	struct capture_worker *worker;
	pthread_t thread;
	bool started;
	uint64_t mib; /* of the reply at hand */
};

/* A large download shows that it goes on, and ends when nothing can be kept any more. */
static int on_bytes(void *ctx, uint64_t bytes)
{
	struct fetcher *f = ctx;
	struct many *m = f->m;
	uint64_t mib = bytes / MIB;
	BUG_ON(pthread_mutex_lock(&m->lock) != 0);
	bool stop = m->stop;
	if (mib > f->mib) {
		m->mib += mib - f->mib;
		BUG_ON(pthread_cond_broadcast(&m->changed) != 0);
	}
	f->mib = mib;
	BUG_ON(pthread_mutex_unlock(&m->lock) != 0);
	return stop;
}

static void fetch_one(struct fetcher *f, size_t i, struct one_fetched *ret)
{
	struct many *m = f->m;
	struct capture_fetch want = m->how->how;
	want.url = m->urls[i];
	want.progress = on_bytes;
	want.progress_ctx = f;
	f->mib = 0;
	*ret = (struct one_fetched){.url = i};
	if (capture_get(m->p->env, f->worker, archive_dir(m->p->ar), &want, &ret->got, &ret->e) != OK)
		ret->got = NULL;
}

static void put_ready(struct many *m, const struct one_fetched *one)
{
	while (m->nready == m->room && !m->stop)
		BUG_ON(pthread_cond_wait(&m->changed, &m->lock) != 0);
	if (m->stop) {
		fetched_free(one->got);
		return;
	}
	m->ready[(m->first + m->nready++) % m->room] = *one;
	BUG_ON(pthread_cond_broadcast(&m->changed) != 0);
}

static void *fetcher_run(void *arg)
{
	struct fetcher *f = arg;
	struct many *m = f->m;
	BUG_ON(pthread_mutex_lock(&m->lock) != 0);
	while (!m->stop && !m->renew && m->next < m->n) {
		struct one_fetched one;
		size_t i = m->next++;
		BUG_ON(pthread_mutex_unlock(&m->lock) != 0);
		fetch_one(f, i, &one);
		BUG_ON(pthread_mutex_lock(&m->lock) != 0);
		m->renew |= !capture_worker_alive(f->worker);
		put_ready(m, &one);
	}
	m->running--;
	BUG_ON(pthread_cond_broadcast(&m->changed) != 0);
	BUG_ON(pthread_mutex_unlock(&m->lock) != 0);
	return NULL;
}

static bool is_block(unsigned status)
{
	return status == 401 || status == 403 || status == 407 || status == 429 || status == 451;
}

/* Keeps one and counts it. An error here is ours (disk, lock): it ends everything. */
static rc keep_one(struct many *m, struct one_fetched *one, struct pipeline_fetched *ret, struct err *e)
{
	if (!one->got) {
		if (one->e.code == E_IO)
			return (*e = one->e).code;
		ret->failed++;
		m->p->ui->trouble(m->p->ui, &one->e);
		return OK;
	}
	rc r = capture_keep(m->p->ar, one->got, &m->p->out, e);
	if (r == OK) {
		ret->kept++;
		ret->blocked += is_block(fetched_status(one->got));
		ret->truncated += fetched_truncated(one->got)[0] != '\0';
		if (fetched_broken(one->got)) {
			struct err why;
			struct str url = m->urls[one->url];
			rc_ignore(err_set(&why, E_NET, "%.*s: redirect not followed: %s", (int)size_min(url.n, 200),
				url.p, fetched_broken(one->got)));
			m->p->ui->trouble(m->p->ui, &why);
		}
	}
	fetched_free(one->got);
	if (m->p->ui->progress)
		m->p->ui->progress(m->p->ui, "fetching", ret->kept + ret->failed, m->n);
	return r;
}

/* With the lock: until a reply is ready, or all fetchers have ended. */
static void wait_ready(struct many *m)
{
	uint64_t shown = m->mib;
	while (m->nready == 0 && m->running) {
		BUG_ON(pthread_cond_wait(&m->changed, &m->lock) != 0);
		if (m->mib != shown && m->p->ui->progress)
			m->p->ui->progress(m->p->ui, "fetching (MiB)", m->mib, 0);
		shown = m->mib;
	}
}

/* Keeps what comes until all fetchers have ended and nothing is left. */
static rc keep_ready(struct many *m, struct pipeline_fetched *ret, struct err *e)
{
	for (;;) {
		struct one_fetched one;
		BUG_ON(pthread_mutex_lock(&m->lock) != 0);
		wait_ready(m);
		bool ended = m->nready == 0;
		if (!ended) {
			one = m->ready[m->first];
			m->first = (m->first + 1) % m->room;
			m->nready--;
		}
		BUG_ON(pthread_cond_broadcast(&m->changed) != 0);
		BUG_ON(pthread_mutex_unlock(&m->lock) != 0);
		if (ended)
			return OK;
		TRY(keep_one(m, &one, ret, e));
	}
}

/* Waits for their end. With `stop` nothing more is fetched, and what is ready is dropped. */
static void fetchers_end(struct many *m, struct fetcher *f, size_t n, bool stop)
{
	BUG_ON(pthread_mutex_lock(&m->lock) != 0);
	m->stop |= stop;
	BUG_ON(pthread_cond_broadcast(&m->changed) != 0);
	BUG_ON(pthread_mutex_unlock(&m->lock) != 0);
	for (size_t i = 0; i < n; i++) {
		if (f[i].started)
			BUG_ON(pthread_join(f[i].thread, NULL) != 0);
		f[i].started = false;
	}
	for (; m->nready; m->nready--) {
		fetched_free(m->ready[m->first].got);
		m->first = (m->first + 1) % m->room;
	}
}

/* While no fetcher runs: those that lack a worker, or whose worker died, get one. */
static rc workers_make(struct fetcher *f, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (f[i].worker && capture_worker_alive(f[i].worker))
			continue;
		capture_worker_free(f[i].worker);
		f[i].worker = NULL;
		TRY(capture_worker_new(&f[i].worker, e));
	}
	return OK;
}

static rc fetchers_start(struct many *m, struct fetcher *f, size_t n, struct err *e)
{
	BUG_ON(pthread_mutex_lock(&m->lock) != 0);
	rc r = OK;
	m->renew = false;
	for (size_t i = 0; i < n && r == OK; i++) {
		f[i].m = m;
		f[i].started = pthread_create(&f[i].thread, NULL, fetcher_run, &f[i]) == 0;
		if (f[i].started)
			m->running++;
		else
			r = err_set(e, E_IO, "no thread to be had");
	}
	BUG_ON(pthread_mutex_unlock(&m->lock) != 0);
	return r;
}

static rc fetch_rounds(struct many *m, struct fetcher *f, size_t jobs, struct pipeline_fetched *ret, struct err *e)
{
	rc r = OK;
	while (r == OK && m->next < m->n) {
		r = workers_make(f, jobs, e);
		m->p->fetching = true;
		if (r == OK)
			r = fetchers_start(m, f, jobs, e);
		if (r == OK)
			r = keep_ready(m, ret, e);
		fetchers_end(m, f, jobs, r != OK);
		m->p->fetching = false;
	}
	for (size_t i = 0; i < jobs; i++)
		capture_worker_free(f[i].worker);
	return r;
}

rc pipeline_fetch(struct pipeline *p, const struct str *urls, size_t n, const struct pipeline_fetch *how,
	struct pipeline_fetched *ret, struct err *e)
{
	size_t jobs = size_min(size_min(how->jobs ? how->jobs : 1, JOBS_MAX), n);
	struct many m = {.p = p, .urls = urls, .n = n, .how = how, .room = jobs ? jobs : 1};
	AUTO(arena) a = {0};
	struct fetcher *f = arena_alloc(&a, (jobs + 1) * sizeof(*f));
	m.ready = arena_alloc(&a, m.room * sizeof(*m.ready));
	BUG_ON(pthread_mutex_init(&m.lock, NULL) != 0 || pthread_cond_init(&m.changed, NULL) != 0);
	*ret = (struct pipeline_fetched){0};
	rc r = fetch_rounds(&m, f, jobs, ret, e);
	BUG_ON(pthread_cond_destroy(&m.changed) != 0 || pthread_mutex_destroy(&m.lock) != 0);
	return r;
}
