#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Two verifiers, onrecord verify and tools/verify.py, give one verdict: on an archive with cosignatures and a time stamp,
# on proofs, and on copies with a flipped bit or without a file. 60 copies, or 300 when ONRECORD_TEST_LONG is set.
. "$(dirname "$0")/lib.sh"
tokens=$(dirname "$ONRECORD")/../../../tests/interop/add_tokens
second="python3 $root/tools/verify.py"
copies=60
[ -n "${ONRECORD_TEST_LONG:-}" ] && copies=300
cd "$T" || exit 1
"$ONRECORD" init --no-passphrase a --origin example.org/desk >vkey 2>&1
for i in $(seq 0 39); do printf '<title>Page %s</title><p>Nobody else wrote of the %sth ship that evening.\n' "$i" "$i" >"p$i.html"; done
for i in 0 1 2; do "$ONRECORD" -C a add -q "p$i.html" --url "https://news.example/$i"; done
python3 - <<'PY'
body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Imported</title><p>A page of an earlier crawl."
with open("crawl.warc", "wb") as f:
    for i in range(260):
        block = body + b" Number %d." % i
        f.write(b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://old.example/%d\r\nWARC-Date: 2018-11-15T07:25:00Z\r\n"
                b"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-%012d>\r\nContent-Type: application/http; msgtype=response\r\n"
                b"Content-Length: %d\r\n\r\n" % (i, i, len(block)) + block + b"\r\n\r\n")
PY
"$ONRECORD" -C a add -q crawl.warc
"$tokens" a policy
"$tokens" a note >n1
"$tokens" a cosign n1 2
stamping_authority
openssl ts -query -data n1 -sha256 -cert -no_nonce -out q.tsq 2>/dev/null
curl -sSf -H 'Content-Type: application/timestamp-query' --data-binary @q.tsq -o r.tsr "$tsa"
openssl x509 -inform DER -in <(curl -sSf "$tsa/issuing.cer") >chain.pem
openssl crl -inform DER -in <(curl -sSf "$tsa/issuing.crl") >>chain.pem
"$tokens" a token rfc3161 n1 r.tsr
"$tokens" a token chain n1 chain.pem
"$ONRECORD" -C a prove -q '#5' '#1' -o handed >prove.out
"$ONRECORD" -C a prove -q --withhold url '#2' -o handed >prove.out
"$ONRECORD" -C a prove -q --body '#0' -o handed >prove.out
key=$(cat a/keys/log.vkey)
ok "the first accepts the archive" "$ONRECORD" -C a verify --key "$key"
ok "so does the second, its time stamp too" $second --key "$key" --ca tsa/root.pem a
is "and it sees that it is witnessed" 1 "$(grep -c "^$(sed -n 2p n1) entries: witnessed as the policy wants$" "$T/out")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -subj /CN=other -days 30 -out other.pem 2>/dev/null
exits "under another authority it refuses the time stamp" 1 $second --key "$key" --ca other.pem a
for i in 0 1 2 5; do
	ok "the first accepts proof $i" "$ONRECORD" verify --policy a.policy "handed/entry-$i.tlog-proof"
	ok "so does the second" $second --policy a.policy "handed/entry-$i.tlog-proof"
done
is "nothing of the sample is skipped: the second verifier has at most 400 lines" 1 \
	"$(($(wc -l <"$root/tools/verify.py") <= 400))"

cat >damage.py <<'PY'
"""Flips one bit, or removes a file, in copies of the archive and of the proofs; compares what the two verifiers say."""
import os, random, shutil, subprocess, sys

onrecord, second, copies, key = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
policy = {line.split()[1]: line.split()[2] for line in open("a.policy") if line.startswith("witness")}
chance = random.Random(20261125)


def accepts(*command):
    return subprocess.run(command, capture_output=True).returncode == 0


def both(tree, proof):
    if proof:
        keys = ["--key", ",".join([key, policy["w0"], policy["w1"]])]
        return accepts(onrecord, "verify", *keys, proof), accepts(sys.executable, second, "--policy", "strict.policy", proof)
    return accepts(onrecord, "-C", tree, "verify", "--key", key), accepts(sys.executable, second, "--key", key, tree)


with open("strict.policy", "w") as f:
    f.write("log %s\nwitness w0 %s\nwitness w1 %s\ngroup g all w0 w1\nquorum g\n" % (key, policy["w0"], policy["w1"]))
archive = [os.path.join(d, f) for d, _, fs in os.walk("a") for f in fs
           if d.split("/")[1:2] in (["log"], ["warc"], ["records"]) or f == "format"]
proofs = [os.path.join("handed", f) for f in os.listdir("handed") if f.endswith((".tlog-proof", ".disclosure"))]
# Of partial tiles only those of the newest size must be there (log.md); those of earlier ones may be removed.
newest = int(open("a/log/checkpoint").read().split("\n")[1])
optional = [f for f in archive if "/000.p/" in f or (".p/" in f and f.rsplit("/", 1)[1] not in (str(newest % 256), str(newest // 256)))]
differ, accepted, gone = [], [], []
shutil.copytree("a", "copy")
for round_ in range(copies):
    proof = round_ % 3 == 2
    path = sorted(proofs if proof else archive)[chance.randrange(len(proofs if proof else archive))]
    remove = not proof and round_ % 9 == 0
    copy = path if proof else "copy" + path[1:]
    if not proof:
        os.chmod(os.path.dirname(copy), 0o700)
        os.chmod(copy, 0o600)
    data = open(copy, "rb").read()
    bit = chance.randrange(8 * len(data))
    if remove:
        os.remove(copy)
    else:
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        open(copy, "wb").write(changed)
    target = path.rsplit(".", 1)[0] + ".tlog-proof" if proof else None
    said = both("copy", target)
    what = "%s: %s" % (path, "removed" if remove else "bit %d flipped" % bit)
    if said[0] != said[1]:
        differ.append("%s: the first says %s, the second %s" % (what, *said))
    if any(said) and not (remove and path in optional):
        accepted.append(what)
    open(copy, "wb").write(data)
for line in differ + accepted:
    print(line)
print("%d copies, %d with two verdicts, %d accepted" % (copies, len(differ), len(accepted)))
sys.exit(bool(differ or accepted) or both("copy", None) != (True, True))
PY
ok "of $copies damaged copies of archive and proofs, both refuse each" \
	python3 damage.py "$ONRECORD" "$root/tools/verify.py" "$copies" "$key"
tail -n 3 "$T/out"
