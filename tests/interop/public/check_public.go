// SPDX-License-Identifier: Apache-2.0

// check_public holds what we write against libraries that others published for the same formats.
//
//	check_public fsck LOG_DIR VKEY           tessera's fsck derives the whole log again
//	check_public proof POLICY LEAF64 FILE    formats' tlog-proof and verifier of cosignatures, torchwood's checkpoint
package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	"filippo.io/torchwood"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func leafHashes(bundle []byte) ([][]byte, error) {
	eb := &api.EntryBundle{}
	if err := eb.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	var hashes [][]byte
	for _, e := range eb.Entries {
		h := tlog.RecordHash(e)
		hashes = append(hashes, h[:])
	}
	return hashes, nil
}

func runFsck(dir, vkey string) {
	v, err := note.NewVerifier(vkey)
	must(err)
	f := fsck.New(v.Name(), v, client.FileFetcher{Root: dir}, leafHashes, fsck.Opts{N: 2})
	must(f.Check(context.Background()))
}

// policyKeys reads the keys of a policy file, and nothing else of it.
func policyKeys(path string) (logs, witnesses []string) {
	text, err := os.ReadFile(path)
	must(err)
	for _, line := range strings.Split(string(text), "\n") {
		if w := strings.Fields(line); len(w) > 1 && w[0] == "log" {
			logs = append(logs, w[1])
		} else if len(w) > 2 && w[0] == "witness" {
			witnesses = append(witnesses, w[2])
		}
	}
	return logs, witnesses
}

// open opens a note with every key, and counts the witnesses' signatures.
func open(msg []byte, logs, witnesses []note.Verifier) (tlog.Tree, int, error) {
	n, err := note.Open(msg, note.VerifierList(append(append([]note.Verifier{}, logs...), witnesses...)...))
	if err != nil {
		return tlog.Tree{}, 0, err
	}
	c, err := torchwood.ParseCheckpoint(n.Text)
	if err != nil {
		return tlog.Tree{}, 0, err
	}
	cosigned := 0
	signed := false
	for _, s := range n.Sigs {
		for _, v := range witnesses {
			if s.Name == v.Name() && s.Hash == v.KeyHash() {
				cosigned++
			}
		}
		signed = signed || s.Name == logs[0].Name() && s.Hash == logs[0].KeyHash()
	}
	if !signed {
		return tlog.Tree{}, 0, fmt.Errorf("the log did not sign")
	}
	return tlog.Tree{N: c.N, Hash: c.Hash}, cosigned, nil
}

func checkProof(policy, leaf64, file string) {
	logKeys, witnessKeys := policyKeys(policy)
	var logs, witnesses []note.Verifier
	for _, k := range logKeys {
		v, err := note.NewVerifier(k)
		must(err)
		logs = append(logs, v)
	}
	for _, k := range witnessKeys {
		v, err := fnote.NewVerifierForCosignatureV1(k)
		must(err)
		witnesses = append(witnesses, v)
	}
	leaf, err := base64.StdEncoding.DecodeString(leaf64)
	must(err)
	data, err := os.ReadFile(file)
	must(err)
	var p proof.TLogProof
	must(p.Unmarshal(data))
	if !bytes.Equal(p.Marshal(), data) {
		fail("%s: written otherwise by formats", file)
	}
	tree, cosigned, err := open(p.Checkpoint, logs, witnesses)
	must(err)
	path := make(tlog.RecordProof, len(p.Hashes))
	for i := range path {
		path[i] = p.Hashes[i]
	}
	must(tlog.CheckRecord(path, tree.N, tree.Hash, int64(p.Index), tlog.RecordHash(leaf)))
	if tlog.CheckRecord(path, tree.N, tree.Hash, int64(p.Index), tlog.RecordHash(leaf[1:])) == nil {
		fail("another leaf was accepted")
	}
	fmt.Printf("entry %d of %d, %d cosignatures\n", p.Index, tree.N, cosigned)
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == "fsck" {
		runFsck(os.Args[2], os.Args[3])
	} else if len(os.Args) == 5 && os.Args[1] == "proof" {
		checkProof(os.Args[2], os.Args[3], os.Args[4])
	} else {
		fail("usage: check_public fsck LOG_DIR VKEY | proof POLICY LEAF64 FILE")
	}
}
