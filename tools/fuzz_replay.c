/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target over the files of its corpus without libFuzzer, so that what fuzzing found stays tested
 * under every compiler. Also feeds the empty input, each file cut in half, and each file with one byte changed
 * in a fixed pattern. usage: fuzz_NAME CORPUS_DIR|FILE... */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CORPUS_FILE_MAX (8u * 1024u * 1024u)

static void run(const char *p, size_t n)
{
	/* an exact-size heap copy, so that the sanitizer sees a read past the end */
	uint8_t *copy = mem_alloc(n);
	memcpy(copy, p, n);
	(void)LLVMFuzzerTestOneInput(copy, n);
	mem_free(copy);
}

static bool replay_file(const char *path)
{
	AUTO(buf) b;
	buf_init(&b, CORPUS_FILE_MAX);
	FILE *f = fopen(path, "rbe");
	if (!f) {
		perror(path);
		return false;
	}
	char piece[8192];
	size_t got = 0;
	while ((got = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_addmem(&b, piece, got);
	(void)fclose(f);
	if (b.over) {
		(void)fprintf(stderr, "%s: larger than a corpus file may be\n", path);
		return false;
	}
	run(buf_str(&b).p, b.n);
	run(buf_str(&b).p, b.n / 2);
	for (size_t i = 0; i < b.n && i < 64; i++) {
		size_t at = i * (b.n / 64 + 1);
		if (at >= b.n)
			break;
		char was = b.p[at];
		b.p[at] = (char)(was ^ (1 << (i % 8)));
		run(b.p, b.n);
		b.p[at] = was;
	}
	return true;
}

static int replay_dir(const char *dir, size_t *files)
{
	struct dirent **names = NULL;
	int n = scandir(dir, &names, NULL, alphasort);
	if (n < 0) {
		perror(dir);
		return 1;
	}
	int bad = 0;
	for (int i = 0; i < n; i++) {
		AUTO(buf) path;
		buf_init(&path, 4096);
		buf_addf(&path, "%s/%s", dir, names[i]->d_name);
		struct stat st;
		if (stat(path.p, &st) == 0 && S_ISREG(st.st_mode)) {
			bad |= !replay_file(path.p);
			++*files;
		}
		mem_free(names[i]);
	}
	mem_free(names);
	return bad;
}

int main(int argc, char **argv)
{
	size_t files = 0;
	int bad = 0;
	run("", 0);
	for (int i = 1; i < argc; i++) {
		struct stat st;
		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode)) {
			bad |= replay_dir(argv[i], &files);
		} else {
			bad |= !replay_file(argv[i]);
			files++;
		}
	}
	(void)printf("%zu corpus files replayed\n", files);
	return bad || files == 0;
}
