/* SPDX-License-Identifier: Apache-2.0 */
/* Signing by an ssh-agent (draft-ietf-sshm-ssh-agent): each message is u32be length, a type, and contents; texts are
 * u32be length and bytes. Keys and signatures are those of ssh-ed25519 (RFC 8709 §4, §6). What the agent answers is
 * believed no further than its lengths are right and its signature holds. */
#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/codec.h"
#include "base/mem.h"
#include "io/signer/signer_int.h"

#define FAILURE 5u
#define REQUEST_IDENTITIES 11u
#define IDENTITIES_ANSWER 12u
#define SIGN_REQUEST 13u
#define SIGN_RESPONSE 14u
#define ALGORITHM STR("ssh-ed25519")

static rc broken(struct err *e)
{
	return err_set(e, E_FORMAT, "the ssh-agent answers what is none of its messages");
}

static rc send_all(int fd, struct str s, struct err *e)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_sys(e, "ssh-agent");
		s = str_from(s, (size_t)n);
	}
	return OK;
}

static rc receive_all(int fd, char *to, size_t n, struct err *e)
{
	while (n) {
		ssize_t got = recv(fd, to, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return err_set(e, E_IO, "the ssh-agent does not answer within %u s", CAP_AGENT_SECONDS);
		if (got < 0)
			return err_sys(e, "ssh-agent");
		if (got == 0)
			return err_set(e, E_IO, "the ssh-agent hung up");
		to += got;
		n -= (size_t)got;
	}
	return OK;
}

/* Sends a message; the answer's contents, without length and type, are in `ret` when the type is `want`. */
static rc ask(int fd, struct str message, uint8_t want, struct buf *ret, struct str *ret_contents, struct err *e)
{
	AUTO(buf) framed = {0};
	char head[4];
	buf_init(&framed, CAP_AGENT_MESSAGE);
	buf_addu32(&framed, (uint32_t)message.n);
	buf_add(&framed, message);
	TRY(buf_done(&framed, e));
	TRY(send_all(fd, buf_str(&framed), e));
	TRY(receive_all(fd, head, sizeof(head), e));
	struct bytes_reader r = bytes_reader(str_mem(head, sizeof(head)));
	uint32_t n = bytes_u32(&r);
	if (n > CAP_AGENT_MESSAGE)
		return err_set(e, E_LIMIT, "an answer of the ssh-agent of %u bytes", n);
	if (n == 0)
		return broken(e);
	buf_init(ret, CAP_AGENT_MESSAGE);
	char *to = buf_space(ret, n);
	BUG_ON(!to);
	TRY(receive_all(fd, to, n, e));
	buf_grown(ret, n);
	if ((uint8_t)to[0] == FAILURE)
		return err_set(e, E_DENIED, "the ssh-agent refuses");
	if ((uint8_t)to[0] != want)
		return broken(e);
	*ret_contents = str_from(buf_str(ret), 1);
	return OK;
}

static void add_text(struct buf *b, struct str s)
{
	buf_addu32(b, (uint32_t)s.n);
	buf_add(b, s);
}

static struct str take_text(struct bytes_reader *r)
{
	return bytes_take(r, bytes_u32(r));
}

/* A public key as the agent names it. */
static void key_blob(struct buf *b, const uint8_t pub[NOTE_KEY_SIZE])
{
	buf_init(b, 128);
	add_text(b, ALGORITHM);
	add_text(b, str_mem(pub, NOTE_KEY_SIZE));
}

/* The inverse; false for a key of another kind. */
static bool parse_key(struct str blob, uint8_t ret[NOTE_KEY_SIZE])
{
	struct bytes_reader r = bytes_reader(blob);
	struct str algorithm = take_text(&r);
	struct str pub = take_text(&r);
	if (r.bad || r.n || !str_eq(algorithm, ALGORITHM) || pub.n != NOTE_KEY_SIZE)
		return false;
	memcpy(ret, pub.p, NOTE_KEY_SIZE);
	return true;
}

struct wanted {
	const uint8_t *pub; /* NULL: by the comment */
	struct str comment;
	size_t found;
	uint8_t last[NOTE_KEY_SIZE]; /* of those found */
};

static rc look_for(int fd, struct wanted *w, struct err *e)
{
	AUTO(buf) answer = {0};
	static const char request = REQUEST_IDENTITIES;
	struct str contents;
	TRY(ask(fd, str_mem(&request, 1), IDENTITIES_ANSWER, &answer, &contents, e));
	struct bytes_reader r = bytes_reader(contents);
	uint32_t n = bytes_u32(&r);
	/* each key takes 8 bytes at least, so that the count is bounded by the answer */
	for (uint32_t i = 0; i < n && !r.bad; i++) {
		uint8_t pub[NOTE_KEY_SIZE];
		struct str key = take_text(&r);
		struct str comment = take_text(&r);
		if (r.bad || !parse_key(key, pub))
			continue;
		if (w->pub ? memcmp(pub, w->pub, sizeof(pub)) != 0 : !str_eq(comment, w->comment))
			continue;
		memcpy(w->last, pub, sizeof(pub));
		w->found++;
	}
	return r.bad || r.n ? broken(e) : OK;
}

static bool parse_signature(struct str contents, uint8_t ret[NOTE_SIG_SIZE])
{
	struct bytes_reader r = bytes_reader(contents);
	struct str blob = take_text(&r);
	struct bytes_reader inner = bytes_reader(blob);
	struct str algorithm = take_text(&inner);
	struct str sig = take_text(&inner);
	if (r.bad || r.n || inner.bad || inner.n || !str_eq(algorithm, ALGORITHM) || sig.n != NOTE_SIG_SIZE)
		return false;
	memcpy(ret, sig.p, NOTE_SIG_SIZE);
	return true;
}

rc signer_agent_sign(const struct signer *s, struct str message, uint8_t ret_sig[NOTE_SIG_SIZE], struct err *e)
{
	AUTO(buf) blob = {0};
	AUTO(buf) request = {0};
	AUTO(buf) answer = {0};
	struct str contents;
	uint8_t sig[NOTE_SIG_SIZE];
	if (message.n > CAP_AGENT_MESSAGE)
		return err_set(e, E_LIMIT, "%zu bytes to be signed by an ssh-agent", message.n);
	key_blob(&blob, s->key.pub);
	buf_init(&request, CAP_AGENT_MESSAGE);
	buf_addc(&request, SIGN_REQUEST);
	add_text(&request, buf_str(&blob));
	add_text(&request, message);
	buf_addu32(&request, 0);
	TRY(buf_done(&request, e));
	TRY(ask(s->agent, buf_str(&request), SIGN_RESPONSE, &answer, &contents, e));
	if (!parse_signature(contents, sig))
		return broken(e);
	struct note_key bare = s->key;
	bare.type = NOTE_ED25519;
	if (!note_verify(&bare, message, str_mem(sig, sizeof(sig))))
		return err_set(e, E_VERIFY, "the ssh-agent's signature does not hold");
	memcpy(ret_sig, sig, sizeof(sig));
	return OK;
}

static rc connect_to(const char *path, int *ret, struct err *e)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	const struct timeval patience = {.tv_sec = CAP_AGENT_SECONDS};
	size_t n = strlen(path);
	if (n >= sizeof(to.sun_path))
		return err_set(e, E_LIMIT, "the ssh-agent's socket has a path of %zu bytes", n);
	memcpy(to.sun_path, path, n);
	AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(e, "ssh-agent");
	/* A user may have to confirm each use of the key. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0)
		return err_sys(e, "ssh-agent");
	if (connect(fd, (const struct sockaddr *)(const void *)&to, sizeof(to)) != 0)
		return errno == ENOENT || errno == ECONNREFUSED ? err_set(e, E_NOTFOUND, "no ssh-agent at %s", path)
								: err_sys(e, "ssh-agent at %s", path);
	*ret = take_fd(&fd);
	return OK;
}

rc signer_agent_open(const char *path, const struct note_key *key, struct signer **ret, struct err *e)
{
	AUTO_FD fd = -1;
	struct wanted w = {.pub = key->pub};
	if (key->name.n > CAP_KEY_NAME)
		return err_set(e, E_LIMIT, "a key's name is over %u bytes", CAP_KEY_NAME);
	TRY(connect_to(path, &fd, e));
	TRY(look_for(fd, &w, e));
	if (w.found == 0)
		return err_set(e, E_NOTFOUND, "the ssh-agent does not have the key");
	struct signer *s = mem_alloc(sizeof(*s));
	s->agent = take_fd(&fd);
	memcpy(s->name, key->name.p, key->name.n);
	s->key = *key;
	s->key.name = str_mem(s->name, key->name.n);
	*ret = s;
	return OK;
}

rc signer_agent_find(const char *path, struct str comment, uint8_t ret_pub[NOTE_KEY_SIZE], struct err *e)
{
	AUTO_FD fd = -1;
	struct wanted w = {.comment = comment};
	TRY(connect_to(path, &fd, e));
	TRY(look_for(fd, &w, e));
	if (w.found != 1)
		return err_set(e, w.found ? E_EXISTS : E_NOTFOUND,
			"the ssh-agent has %s Ed25519 key with the comment '%.*s'", w.found ? "more than one" : "no",
			STR_FMT(str_sub(comment, 0, 100)));
	memcpy(ret_pub, w.last, sizeof(w.last));
	return OK;
}

struct str signer_agent_line(struct arena *a, const uint8_t pub[NOTE_KEY_SIZE])
{
	AUTO(buf) blob = {0};
	key_blob(&blob, pub);
	return str_fmt(a, "%.*s %.*s", STR_FMT(ALGORITHM), STR_FMT(base64_of(a, buf_str(&blob))));
}
