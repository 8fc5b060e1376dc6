//go:build ignore

// Word count: the most frequent words of a text. The file is cut into ranges of bytes.
// Goroutines count the words that begin in a range, each in a map of its own, and the
// maps are added at the end.
//
//	go run word-count.go FILE
package main

import (
	"fmt"
	"io"
	"os"
	"sort"
)

const (
	counters   = 8
	rangeBytes = 1 << 20
	longest    = 256 // a word that begins in a range is read to its end, if it is no longer
	most       = 10
)

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// readRange returns the bytes of a range: one more before, to see whether a word began
// there, and some after, until the last word ends.
func readRange(file io.ReaderAt, start int64) ([]byte, error) {
	text := make([]byte, 1+rangeBytes+longest)
	if start == 0 {
		n, err := file.ReadAt(text[1:], 0)
		return text[:1+n], err
	}
	n, err := file.ReadAt(text, start-1)
	return text[:n], err
}

// count counts the words that begin in a range.
func count(text []byte, counts map[string]int) {
	i := 0
	for i < len(text) && isLetter(text[i]) {
		i++
	}
	for i <= rangeBytes && i < len(text) {
		begin := i
		for i < len(text) && isLetter(text[i]) {
			text[i] |= 0x20
			i++
		}
		if i == begin {
			i++
		} else {
			counts[string(text[begin:i])]++
		}
	}
}

// counter counts ranges until there are no more.
func counter(file io.ReaderAt, starts <-chan int64, parts chan<- map[string]int) {
	counts := make(map[string]int)
	for start := range starts {
		text, err := readRange(file, start)
		if err != nil && err != io.EOF {
			panic(err)
		}
		count(text, counts)
	}
	parts <- counts
}

func main() {
	if len(os.Args) < 2 {
		fmt.Println("word-count FILE")
		os.Exit(2)
	}
	file, err := os.Open(os.Args[1])
	if err != nil {
		fmt.Println("no such file")
		return
	}
	info, err := file.Stat()
	if err != nil {
		panic(err)
	}
	starts, parts := make(chan int64), make(chan map[string]int)
	for i := 0; i < counters; i++ {
		go counter(file, starts, parts)
	}
	for start := int64(0); start < info.Size(); start += rangeBytes {
		starts <- start
	}
	close(starts)
	counts := make(map[string]int)
	for i := 0; i < counters; i++ {
		for word, n := range <-parts {
			counts[word] += n
		}
	}

	total := 0
	words := make([]string, 0, len(counts))
	for word, n := range counts {
		words = append(words, word)
		total += n
	}
	sort.Slice(words, func(i, j int) bool {
		a, b := words[i], words[j]
		return counts[a] > counts[b] || counts[a] == counts[b] && a < b
	})
	fmt.Println(total, "words,", len(words), "different")
	for i := 0; i < most && i < len(words); i++ {
		fmt.Println(counts[words[i]], words[i])
	}
}
