//go:build ignore

// Collatz: the numbers of steps, computed by goroutines that a weighted semaphore limits.
// A block of larger numbers takes more of the semaphore.
// Source: golang.org/x/sync/semaphore, the example of a worker pool; the semaphore in short.
//
//	go run collatz.go [blocks]
package main

import (
	"container/list"
	"fmt"
	"os"
	"strconv"
	"sync"
)

const (
	blockSize = 10000
	permits   = 8
)

// Weighted is a semaphore: callers that wait are served in order.
type Weighted struct {
	mu      sync.Mutex
	free    int
	waiters list.List
}

type waiter struct {
	n     int
	ready chan struct{}
}

// Acquire waits for n permits.
func (s *Weighted) Acquire(n int) {
	s.mu.Lock()
	if s.free >= n && s.waiters.Len() == 0 {
		s.free -= n
		s.mu.Unlock()
		return
	}
	w := waiter{n, make(chan struct{})}
	s.waiters.PushBack(w)
	s.mu.Unlock()
	<-w.ready
}

// Release gives n permits back.
func (s *Weighted) Release(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free += n
	for e := s.waiters.Front(); e != nil; e = s.waiters.Front() {
		w := e.Value.(waiter)
		if s.free < w.n {
			return
		}
		s.free -= w.n
		s.waiters.Remove(e)
		close(w.ready)
	}
}

// steps is the number of steps from n to 1.
func steps(n int) int {
	count := 0
	for ; n > 1; count++ {
		if n&1 == 0 {
			n /= 2
		} else {
			n = 3*n + 1
		}
	}
	return count
}

// longest returns the number below end, from start on, with the most steps, and these.
func longest(start, end int) (number, most int) {
	for n := start; n < end; n++ {
		if s := steps(n); s > most {
			number, most = n, s
		}
	}
	return number, most
}

func main() {
	blocks := 100
	if len(os.Args) > 1 {
		blocks, _ = strconv.Atoi(os.Args[1])
	}
	sem := &Weighted{free: permits}
	numbers, most := make([]int, blocks), make([]int, blocks)
	for b := 0; b < blocks; b++ {
		weight := 1 + b%3
		sem.Acquire(weight)
		go func(b int) {
			defer sem.Release(weight)
			numbers[b], most[b] = longest(b*blockSize+1, (b+1)*blockSize+1)
		}(b)
	}
	sem.Acquire(permits) // all have ended
	best := 0
	for b := range most {
		if b < 10 {
			fmt.Println(numbers[b], "takes", most[b], "steps")
		}
		if most[b] > most[best] {
			best = b
		}
	}
	fmt.Println("the most up to", blocks*blockSize, "is", numbers[best], "with", most[best])
}
