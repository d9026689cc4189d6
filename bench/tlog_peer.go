// SPDX-License-Identifier: Apache-2.0
// The tree of Go's sumdb/tlog over as many leaves, in memory: hashes stored, and the root. Prints one JSON line.
// usage: tlog_peer LEAVES
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	n, err := strconv.ParseInt(os.Args[1], 10, 64)
	if err != nil {
		panic(err)
	}
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			out[i] = stored[at]
		}
		return out, nil
	})
	from := time.Now()
	for i := int64(0); i < n; i++ {
		var root [32]byte
		binary.LittleEndian.PutUint64(root[:], uint64(i))
		leaf := "onrecord/v1 entry\n" + base64.StdEncoding.EncodeToString(root[:]) + "\n"
		hashes, err := tlog.StoredHashes(i, []byte(leaf), read)
		if err != nil {
			panic(err)
		}
		stored = append(stored, hashes...)
	}
	if _, err := tlog.TreeHash(n, read); err != nil {
		panic(err)
	}
	ns := time.Since(from).Nanoseconds()
	fmt.Printf("{\"name\":\"peer: Go tlog, leaves hashed in memory\",\"n\":%d,\"ns\":%d,\"each_ns\":%d}\n", n, ns, ns/n)
}
