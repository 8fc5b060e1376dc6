package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// files reads, hashes and compresses the timed files of a pile, after those of
// the warm-up, with a goroutine for each processor. The names and the digest
// are those of ../../files/pile.ts; the gzip is Go's own.
func files(folder string, warm, timed int, digest string) time.Duration {
	workOnFiles(folder, 0, warm)
	start := time.Now()
	sums := workOnFiles(folder, warm, timed)
	took := time.Since(start)
	all := sha256.New()
	for _, sum := range sums {
		all.Write([]byte(sum))
	}
	if got := hex.EncodeToString(all.Sum(nil)); got != digest {
		fail(fmt.Errorf("the SHA-256 sums of the files are not those of the pile"))
	}
	return took
}

// workOnFiles works on count files from first and returns their sums in order.
func workOnFiles(folder string, first, count int) []string {
	sums := make([]string, count)
	jobs := make(chan int)
	var workers sync.WaitGroup
	for k := 0; k < runtime.GOMAXPROCS(0); k++ {
		workers.Add(1)
		go func() {
			for index := range jobs {
				sums[index] = workOnFile(filepath.Join(folder, fmt.Sprintf("%05d.txt", first+index)))
			}
			workers.Done()
		}()
	}
	for index := 0; index < count; index++ {
		jobs <- index
	}
	close(jobs)
	workers.Wait()
	return sums
}

func workOnFile(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		fail(err)
	}
	sum := sha256.Sum256(content)
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	writer.Write(content)
	writer.Close()
	if packed.Len() == 0 || packed.Len() >= len(content) {
		fail(fmt.Errorf("%s was compressed to %d bytes", path, packed.Len()))
	}
	return hex.EncodeToString(sum[:])
}
