// SPDX-License-Identifier: Apache-2.0

// check_proofs opens checkpoints with cosignatures and checks tlog-proof files, with golang.org/x/mod/sumdb and a verifier
// of cosignatures that is written here out of the specification. Then it flips bits, and each change must be refused.
//
// usage: check_proofs POLICY COSIGNED < list   lines: index, base64 leaf, path of the proof
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

// cosigner verifies signatures of type 0x04.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(sig)
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, msg)
	return time < 1<<63 && ed25519.Verify(c.key, []byte(text), sig[8:])
}

func newCosigner(vkey string) (cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return cosigner{}, fmt.Errorf("no key: %s", vkey)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return cosigner{}, fmt.Errorf("no cosigner's key: %s", vkey)
	}
	sum := sha256.Sum256([]byte(parts[0] + "\n" + string(key)))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return cosigner{}, fmt.Errorf("another id: %s", vkey)
	}
	return cosigner{parts[0], hash, key[1:]}, nil
}

type policy struct {
	log       note.Verifier
	witnesses []cosigner
}

func (p policy) verifiers() note.Verifiers {
	all := []note.Verifier{p.log}
	for _, w := range p.witnesses {
		all = append(all, w)
	}
	return note.VerifierList(all...)
}

func readPolicy(path string) policy {
	text, err := os.ReadFile(path)
	if err != nil {
		fail("%v", err)
	}
	var p policy
	for _, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		if len(words) == 2 && words[0] == "log" {
			if p.log, err = note.NewVerifier(words[1]); err != nil {
				fail("%v", err)
			}
		} else if len(words) == 3 && words[0] == "witness" {
			w, err := newCosigner(words[2])
			if err != nil {
				fail("%v", err)
			}
			p.witnesses = append(p.witnesses, w)
		}
	}
	return p
}

// open gives the tree of a checkpoint that the log and two of the witnesses signed, and the signatures by key.
func (p policy) open(msg []byte) (tlog.Tree, map[string][]byte, error) {
	n, err := note.Open(msg, p.verifiers())
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	sigs := map[string][]byte{}
	for _, s := range n.Sigs {
		sig, _ := base64.StdEncoding.DecodeString(s.Base64)
		sigs[fmt.Sprintf("%s+%08x", s.Name, s.Hash)] = sig
	}
	if sigs[fmt.Sprintf("%s+%08x", p.log.Name(), p.log.KeyHash())] == nil || len(sigs) != 3 {
		return tlog.Tree{}, nil, fmt.Errorf("signed by %d, not by the log and two witnesses", len(sigs))
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != p.log.Name() || lines[3] != "" {
		return tlog.Tree{}, nil, fmt.Errorf("not three lines of the log's own")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, sigs, err
}

// check gives the signatures under a proof of that leaf.
func (p policy) check(file []byte, index int64, leaf []byte) (map[string][]byte, error) {
	at := bytes.Index(file, []byte("\n\n"))
	if at < 0 {
		return nil, fmt.Errorf("no empty line")
	}
	lines := strings.Split(string(file[:at]), "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", index) {
		return nil, fmt.Errorf("no proof of entry %d", index)
	}
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		path = append(path, h)
	}
	tree, sigs, err := p.open(file[at+2:])
	if err != nil {
		return nil, err
	}
	return sigs, tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(leaf))
}

func same(a, b map[string][]byte) bool {
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			return false
		}
	}
	return len(a) == len(b)
}

func main() {
	p := readPolicy(os.Args[1])
	msg, err := os.ReadFile(os.Args[2])
	if err != nil {
		fail("%v", err)
	}
	tree, _, err := p.open(msg)
	if err != nil {
		fail("checkpoint: %v", err)
	}
	proofs, flips, spellings := 0, 0, 0
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		words := strings.Fields(in.Text())
		index, _ := strconv.ParseInt(words[0], 10, 64)
		leaf, err := base64.StdEncoding.DecodeString(words[1])
		if err != nil {
			fail("%v", err)
		}
		file, err := os.ReadFile(words[2])
		if err != nil {
			fail("%v", err)
		}
		sigs, err := p.check(file, index, leaf)
		if err != nil {
			fail("proof %d: %v", index, err)
		}
		if _, err := p.check(file, index, leaf[1:]); err == nil {
			fail("proof %d: another leaf accepted", index)
		}
		proofs++
		for bit := 0; bit < len(file)*8; bit++ {
			file[bit/8] ^= 1 << (bit % 8)
			got, err := p.check(file, index, leaf)
			file[bit/8] ^= 1 << (bit % 8)
			if err != nil {
				flips++
			} else if same(got, sigs) {
				// Go's decoder passes over the bits of base64 that carry nothing: the same, spelled otherwise
				spellings++
			} else {
				fail("proof %d: bit %d flipped, and still accepted", index, bit)
			}
		}
	}
	if proofs == 0 {
		fail("no proofs")
	}
	fmt.Printf("size %d, log and 2 of %d witnesses: %d tlog-proofs accepted, %d changes refused, %d bits that carry nothing\n",
		tree.N, len(p.witnesses), proofs, flips, spellings)
}
