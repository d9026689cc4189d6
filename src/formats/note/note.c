/* SPDX-License-Identifier: Apache-2.0 */
/* Signed notes: keys, signatures, opening (C2SP signed-note, tlog-cosignature). */
#include "formats/note/note.h"

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/codec.h"
#include "base/utf8.h"

#define DASH "\xe2\x80\x94 " /* U+2014, space: begins a signature line */
#define ID_SIZE 4u

/* White_Space of Unicode 15, as Go's unicode.IsSpace has it. */
static bool is_space(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
		(c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool name_ok(struct str name)
{
	bool ok = name.n > 0;
	for (size_t i = 0; ok && i < name.n;) {
		uint32_t c = utf8_next(name, &i, &ok);
		ok = ok && !is_space(c) && c != '+' && c >= 0x20;
	}
	return ok;
}

/* RFC 8032 §5.1.3: y is below p = 2^255 - 19, and where x is 0 its sign is too. OpenSSL takes the other spellings, so
 * one key would have several. */
static bool key_canonical(const uint8_t pub[NOTE_KEY_SIZE])
{
	uint8_t ones = 0xff;
	uint8_t zeros = 0;
	for (size_t i = 1; i < NOTE_KEY_SIZE - 1; i++) {
		ones &= pub[i];
		zeros |= pub[i];
	}
	bool high = ones == 0xff && (pub[31] | 0x80) == 0xff;
	bool y_is_1 = pub[0] == 1 && zeros == 0 && (pub[31] & 0x7f) == 0;
	bool y_is_minus_1 = pub[0] == 0xec && high;
	return !(high && pub[0] >= 0xed) && !((y_is_1 || y_is_minus_1) && pub[31] >> 7);
}

static bool type_known(uint8_t type)
{
	return type == NOTE_ED25519 || type == NOTE_COSIGNATURE;
}

static rc type_unknown(uint8_t type, struct err *e)
{
	return err_set(e, E_UNSUPPORTED, "a key of type %u; only Ed25519 (1) and its cosignatures (4) are known", type);
}

rc note_key_make(struct str name, const uint8_t pub[NOTE_KEY_SIZE], struct note_key *ret, struct err *e)
{
	return note_key_make_type(name, NOTE_ED25519, pub, ret, e);
}

rc note_key_make_type(
	struct str name, uint8_t type, const uint8_t pub[NOTE_KEY_SIZE], struct note_key *ret, struct err *e)
{
	struct digest d = {0};
	if (!type_known(type))
		return type_unknown(type, e);
	if (!name_ok(name))
		return err_set(e, E_FORMAT, "'%.*s' cannot be a key's name: no white space, no '+'",
			(int)size_min(name.n, 80), name.p);
	if (!key_canonical(pub))
		return err_set(e, E_FORMAT, "not an Ed25519 public key in its one spelling");
	digest_start(&d, DIGEST_SHA256);
	digest_add(&d, name.p, name.n);
	digest_add(&d, "\n", 1);
	digest_add(&d, &type, 1);
	digest_add(&d, pub, NOTE_KEY_SIZE);
	struct hash h = digest_sha256(&d);
	*ret = (struct note_key){.name = name, .type = type};
	memcpy(ret->id, h.b, ID_SIZE);
	memcpy(ret->pub, pub, NOTE_KEY_SIZE);
	return OK;
}

rc note_key_parse(struct arena *a, struct str vkey, struct note_key *ret, struct err *e)
{
	struct str rest = vkey;
	struct str id;
	struct str key;
	struct str name = str_cut(&rest, '+');
	struct str hex = str_cut(&rest, '+');
	if (!name_ok(name) || hex.n != 2 * ID_SIZE || !hex_decode(a, hex, &id) || !base64_decode(a, rest, &key) ||
		key.n == 0)
		return err_set(e, E_FORMAT, "not a verifier key (name+hash+base64)");
	uint8_t type = (uint8_t)key.p[0];
	if (!type_known(type))
		return type_unknown(type, e);
	if (key.n != NOTE_KEY_SIZE + 1)
		return err_set(e, E_FORMAT, "an Ed25519 key of %zu bytes", key.n - 1);
	TRY(note_key_make_type(name, type, (const uint8_t *)key.p + 1, ret, e));
	if (!str_eq(str_mem(ret->id, ID_SIZE), id))
		return err_set(e, E_FORMAT, "the verifier key's hash is not that of its name and key");
	return OK;
}

struct str note_key_text(struct arena *a, const struct note_key *k)
{
	uint8_t bytes[1 + NOTE_KEY_SIZE];
	bytes[0] = k->type;
	memcpy(bytes + 1, k->pub, NOTE_KEY_SIZE);
	return str_fmt(a, "%.*s+%.*s+%.*s", STR_FMT(k->name), STR_FMT(hex_of(a, str_mem(k->id, ID_SIZE))),
		STR_FMT(base64_of(a, str_mem(bytes, sizeof(bytes)))));
}

void note_cosign_message(struct buf *b, uint64_t time, struct str text)
{
	buf_addf(b, "cosignature/v1\ntime %llu\n", (unsigned long long)time);
	buf_add(b, text);
}

static bool verify(const struct note_key *k, struct str text, struct str sig)
{
	if (sig.n != NOTE_SIG_SIZE)
		return false;
	EVP_PKEY *pub = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, k->pub, NOTE_KEY_SIZE);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = pub && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pub) == 1 &&
		EVP_DigestVerify(ctx, (const uint8_t *)sig.p, sig.n, (const uint8_t *)text.p, text.n) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pub);
	return good;
}

/* The time in front of a cosignature. */
static uint64_t cosig_time(struct str sig)
{
	struct bytes_reader r = bytes_reader(sig);
	return bytes_u64(&r);
}

bool note_verify(const struct note_key *k, struct str text, struct str sig)
{
	AUTO(buf) message = {0};
	if (k->type == NOTE_ED25519)
		return verify(k, text, sig);
	uint64_t time = cosig_time(sig);
	if (sig.n != NOTE_COSIG_SIZE || time > NOTE_TIME_MAX)
		return false;
	buf_init(&message, (size_t)CAP_NOTE + 64);
	note_cosign_message(&message, time, text);
	return !message.over && verify(k, buf_str(&message), str_from(sig, sizeof(time)));
}

void note_add_sig(struct buf *b, const struct note_key *k, struct str sig)
{
	AUTO(buf) blob = {0};
	buf_init(&blob, CAP_NOTE);
	buf_addmem(&blob, k->id, ID_SIZE);
	buf_add(&blob, sig);
	buf_addf(b, DASH "%.*s ", STR_FMT(k->name));
	base64_add(b, buf_str(&blob));
	buf_addc(b, '\n');
}

/* Valid UTF-8 without control characters but the newline, ending in one. */
static rc check_text(struct str bytes, struct err *e)
{
	bool ok = utf8_valid(bytes);
	for (size_t i = 0; ok && i < bytes.n; i++)
		ok = (uint8_t)bytes.p[i] >= 0x20 || bytes.p[i] == '\n';
	if (!ok)
		return err_set(e, E_FORMAT, "not a note: control characters or no UTF-8");
	if (bytes.n == 0 || bytes.p[bytes.n - 1] != '\n')
		return err_set(e, E_FORMAT, "not a note: no newline at its end");
	return OK;
}

/* "— name base64\n" */
static rc parse_sig(struct arena *a, struct str line, struct note_sig *ret, struct err *e)
{
	struct str dash = STR(DASH);
	struct str blob;
	if (!str_starts(line, dash))
		return err_set(e, E_FORMAT, "not a note: a signature line begins otherwise");
	struct str rest = str_from(line, dash.n);
	struct str name = str_cut(&rest, ' ');
	if (!name_ok(name) || !base64_decode(a, rest, &blob) || blob.n <= ID_SIZE)
		return err_set(e, E_FORMAT, "not a note: a signature line that cannot be read");
	*ret = (struct note_sig){.name = name, .sig = str_from(blob, ID_SIZE)};
	memcpy(ret->id, blob.p, ID_SIZE);
	return OK;
}

static rc parse_sigs(struct arena *a, struct str lines, struct note *n, struct err *e)
{
	while (lines.n) {
		struct note_sig sig;
		struct str line = str_cut(&lines, '\n');
		if (n->nsigs >= CAP_NOTE_SIGS)
			return err_set(e, E_LIMIT, "more than %u signatures", CAP_NOTE_SIGS);
		TRY(parse_sig(a, line, &sig, e));
		struct note_sig *to = arena_push(a, &n->sigs, &n->nsigs, sizeof(*to));
		*to = sig;
	}
	return n->nsigs ? OK : err_set(e, E_FORMAT, "not a note: no signature");
}

static rc check_sigs(struct note *n, const struct note_key *keys, size_t nkeys, struct err *e)
{
	size_t good = 0;
	for (size_t i = 0; i < n->nsigs; i++) {
		struct note_sig *s = &n->sigs[i];
		for (size_t k = 0; k < nkeys; k++) {
			if (!str_eq(s->name, keys[k].name) || memcmp(s->id, keys[k].id, ID_SIZE) != 0)
				continue;
			if (!note_verify(&keys[k], n->text, s->sig))
				return err_set(e, E_VERIFY, "the signature of '%.*s' does not hold",
					(int)size_min(s->name.n, 120), s->name.p);
			s->good = true;
			s->key = k;
			s->time = keys[k].type == NOTE_COSIGNATURE ? cosig_time(s->sig) : 0;
			good++;
		}
	}
	return good ? OK : err_set(e, E_VERIFY, "no signature by a known key");
}

/* Position of the last empty line: of its second newline. */
static size_t last_blank(struct str s)
{
	for (size_t i = s.n; i-- > 1;)
		if (s.p[i] == '\n' && s.p[i - 1] == '\n')
			return i;
	return s.n;
}

rc note_split(struct str bytes, struct str *ret_text, struct str *ret_sigs, struct err *e)
{
	if (bytes.n > CAP_NOTE)
		return err_set(e, E_LIMIT, "a note of %zu bytes", bytes.n);
	TRY(check_text(bytes, e));
	size_t blank = last_blank(bytes);
	if (blank >= bytes.n)
		return err_set(e, E_FORMAT, "not a note: no empty line before the signatures");
	*ret_text = str_sub(bytes, 0, blank);
	*ret_sigs = str_from(bytes, blank + 1);
	return OK;
}

rc note_open(
	struct arena *a, struct str bytes, const struct note_key *keys, size_t nkeys, struct note *ret, struct err *e)
{
	struct note n = {0};
	struct str sigs;
	TRY(note_split(bytes, &n.text, &sigs, e));
	TRY(parse_sigs(a, sigs, &n, e));
	TRY(check_sigs(&n, keys, nkeys, e));
	*ret = n;
	return OK;
}

const struct note_sig *note_sig_by(const struct note *n, size_t key)
{
	const struct note_sig *found = NULL;
	for (size_t i = 0; i < n->nsigs; i++) {
		const struct note_sig *s = &n->sigs[i];
		if (s->good && s->key == key && (!found || s->time < found->time))
			found = s;
	}
	return found;
}

rc checkpoint_parse(struct arena *a, struct str text, struct checkpoint *ret, struct err *e)
{
	struct str rest = text;
	struct str root;
	struct checkpoint c = {.origin = str_cut(&rest, '\n')};
	struct str size = str_cut(&rest, '\n');
	size_t end = str_chr(rest, '\n', 0);
	if (end >= rest.n || c.origin.n == 0)
		return err_set(e, E_FORMAT, "not a checkpoint: fewer than three lines");
	if (!str_to_u64_strict(size, &c.size))
		return err_set(e, E_FORMAT, "not a checkpoint: its size is '%.*s'", (int)size_min(size.n, 40), size.p);
	if (!base64_decode(a, str_sub(rest, 0, end), &root) || root.n != sizeof(c.root.b))
		return err_set(e, E_FORMAT, "not a checkpoint: its root is not 32 bytes of base64");
	memcpy(c.root.b, root.p, sizeof(c.root.b));
	*ret = c;
	return OK;
}

void checkpoint_text(struct buf *b, const struct checkpoint *c)
{
	buf_add(b, c->origin);
	buf_addf(b, "\n%llu\n", (unsigned long long)c->size);
	base64_add(b, hash_str(&c->root));
	buf_addc(b, '\n');
}
