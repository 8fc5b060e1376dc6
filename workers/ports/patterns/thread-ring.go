//go:build ignore

// Thread ring: 503 goroutines in a ring pass a token and count it down; the one that
// has it at zero prints its number.
// Source: The Computer Language Benchmarks Game, thread-ring.
//
//	go run thread-ring.go [passes]
package main

import (
	"fmt"
	"os"
	"strconv"
)

const members = 503

func member(number int, in <-chan int, out chan<- int, last chan<- int) {
	for token := range in {
		if token == 0 {
			last <- number
			return
		}
		out <- token - 1
	}
}

func main() {
	passes := 50000000
	if len(os.Args) > 1 {
		passes, _ = strconv.Atoi(os.Args[1])
	}
	last := make(chan int)
	first := make(chan int)
	in := first
	for number := 1; number <= members; number++ {
		out := first
		if number < members {
			out = make(chan int)
		}
		go member(number, in, out, last)
		in = out
	}
	first <- passes
	fmt.Println(<-last)
}
