// SPDX-License-Identifier: Apache-2.0

// check_log opens a log's checkpoint and checks inclusion proofs with golang.org/x/mod/sumdb, which knows nothing of the
// program that made them, and makes the same proofs itself out of the tiles; then it flips bits, and each change must be
// refused.
//
// usage: check_log LOG_DIR < proofs
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

// openCheckpoint gives size and root of a signed checkpoint of that origin.
func openCheckpoint(msg []byte, v note.Verifier) (tlog.Tree, error) {
	n, err := note.Open(msg, note.VerifierList(v))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != v.Name() || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("not three lines of the log's own")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

func sameSignature(a, b []byte, v note.Verifier) bool {
	x, errX := note.Open(a, note.VerifierList(v))
	y, errY := note.Open(b, note.VerifierList(v))
	if errX != nil || errY != nil || x.Text != y.Text {
		return false
	}
	sx, _ := base64.StdEncoding.DecodeString(x.Sigs[0].Base64)
	sy, _ := base64.StdEncoding.DecodeString(y.Sigs[0].Base64)
	return bytes.Equal(sx, sy)
}

// stored says whether the log has the tile: narrower ones belong to checkpoints that were never signed.
func stored(tile tlog.Tile, tree tlog.Tree) bool {
	return tile.W == 256 || int64(tile.W) == tree.N>>(8*uint(tile.L))%256
}

func readTile(dir string, tile tlog.Tile) []byte {
	path := strings.TrimPrefix(tile.Path(), "tile/8/")
	data, err := os.ReadFile(filepath.Join(dir, "tile", path))
	if err != nil || len(data) != tile.W*tlog.HashSize {
		fail("tile/%s: %v, %d bytes", path, err, len(data))
	}
	return data
}

// fullTileHash is the root over the 256 hashes of a tile.
func fullTileHash(data []byte) tlog.Hash {
	hashes := make([]tlog.Hash, len(data)/tlog.HashSize)
	for i := range hashes {
		copy(hashes[i][:], data[i*tlog.HashSize:])
	}
	for n := len(hashes); n > 1; n /= 2 {
		for i := 0; i < n/2; i++ {
			hashes[i] = tlog.NodeHash(hashes[2*i], hashes[2*i+1])
		}
	}
	return hashes[0]
}

// checkTiles derives the hashes of each tile from the entries or tiles below it, as a monitor would.
func checkTiles(dir string, tree tlog.Tree) int {
	checked := 0
	for _, tile := range tlog.NewTiles(8, 0, tree.N) {
		if !stored(tile, tree) {
			continue
		}
		data := readTile(dir, tile)
		path := strings.TrimPrefix(tile.Path(), "tile/8/")
		var entries []byte
		if tile.L == 0 {
			var err error
			if entries, err = os.ReadFile(filepath.Join(dir, "tile", "entries", path[2:])); err != nil {
				fail("entries: %v", err)
			}
		}
		for i := 0; i < tile.W; i++ {
			var h tlog.Hash
			if tile.L == 0 {
				n := int(entries[0])<<8 | int(entries[1])
				h = tlog.RecordHash(entries[2 : 2+n])
				entries = entries[2+n:]
			} else {
				below := tlog.Tile{H: 8, L: tile.L - 1, N: tile.N*256 + int64(i), W: 256}
				h = fullTileHash(readTile(dir, below))
			}
			if !bytes.Equal(h[:], data[i*tlog.HashSize:(i+1)*tlog.HashSize]) {
				fail("tile/%s: hash %d is not that of what is below it", path, i)
			}
			checked++
		}
		if len(entries) != 0 {
			fail("entries of tile/%s: bytes left", path)
		}
	}
	return checked
}

// folder reads tiles as a client of the log would.
type folder string

func (f folder) Height() int { return 8 }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, t := range tiles {
		tile, err := os.ReadFile(filepath.Join(string(f), "tile", strings.TrimPrefix(t.Path(), "tile/8/")))
		if err != nil {
			return nil, err
		}
		data = append(data, tile)
	}
	return data, nil
}

// checkReader lets Go prove entry index out of the tiles: it must get the proof that was handed over. Flipping bits of tiles
// says nothing here: Debian's version leaves out some of the tiles when it checks them against the root, and the proof is
// checked anyway.
func checkReader(dir string, tree tlog.Tree, index int64, want tlog.RecordProof) {
	got, err := tlog.ProveRecord(tree.N, index, tlog.TileHashReader(tree, folder(dir)))
	if err != nil || len(got) != len(want) {
		fail("entry %d: Go's own proof: %v, %d hashes, not %d", index, err, len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			fail("entry %d: hash %d of the proof is not Go's", index, i)
		}
	}
}

func main() {
	dir := os.Args[1]
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<20)
	in.Scan()
	v, err := note.NewVerifier(in.Text())
	if err != nil {
		fail("verifier key: %v", err)
	}
	msg, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		fail("%v", err)
	}
	tree, err := openCheckpoint(msg, v)
	if err != nil {
		fail("checkpoint: %v", err)
	}
	flips := 0
	spellings := 0
	for bit := 0; bit < len(msg)*8; bit++ {
		bad := append([]byte{}, msg...)
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := openCheckpoint(bad, v); err == nil {
			// Go's decoder passes over the bits of base64 that carry nothing: the same signature, spelled otherwise
			if !sameSignature(msg, bad, v) {
				fail("checkpoint: bit %d flipped, and still accepted", bit)
			}
			spellings++
			continue
		}
		flips++
	}
	var count int64
	made := 0
	for in.Scan() {
		words := strings.Fields(in.Text())
		index, _ := strconv.ParseInt(words[0], 10, 64)
		leaf, err := base64.StdEncoding.DecodeString(words[1])
		if err != nil || index != count {
			fail("proof line %d: %v", count, err)
		}
		proof := make(tlog.RecordProof, len(words)-2)
		for i, w := range words[2:] {
			if proof[i], err = tlog.ParseHash(w); err != nil {
				fail("proof %d: %v", index, err)
			}
		}
		if index%97 == 0 || index == tree.N-1 {
			checkReader(dir, tree, index, proof)
			made++
		}
		h := tlog.RecordHash(leaf)
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, h); err != nil {
			fail("proof %d: %v", index, err)
		}
		// one bit of the leaf, of each hash of the proof, and of the index
		h[index%32] ^= 1 << (index % 8)
		if tlog.CheckRecord(proof, tree.N, tree.Hash, index, h) == nil {
			fail("proof %d: another leaf accepted", index)
		}
		h[index%32] ^= 1 << (index % 8)
		for i := range proof {
			proof[i][(index+int64(i))%32] ^= 1 << ((index + int64(i)) % 8)
			if tlog.CheckRecord(proof, tree.N, tree.Hash, index, h) == nil {
				fail("proof %d: hash %d changed, and still accepted", index, i)
			}
			proof[i][(index+int64(i))%32] ^= 1 << ((index + int64(i)) % 8)
			flips++
		}
		if tree.N > 1 && tlog.CheckRecord(proof, tree.N, tree.Hash, index^1, h) == nil {
			fail("proof %d: accepted for its neighbour", index)
		}
		flips += 2
		count++
	}
	if count != tree.N {
		fail("%d proofs for a log of %d", count, tree.N)
	}
	tiles := checkTiles(dir, tree)
	fmt.Printf("size %d: %d proofs accepted, %d of them made again, %d hashes of tiles derived again, %d changes refused, "+
		"%d bits that carry nothing\n", tree.N, count, made, tiles, flips, spellings)
}
