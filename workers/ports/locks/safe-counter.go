//go:build ignore

// A mutex counter: a map of counts that many goroutines change under a lock.
// Source: A Tour of Go, "sync.Mutex".
//
//	go run safe-counter.go [increments]
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"sync"
)

// SafeCounter is safe to use concurrently.
type SafeCounter struct {
	mu sync.Mutex
	v  map[string]int
}

// Inc increments the counter for the given key.
func (c *SafeCounter) Inc(key string) {
	c.mu.Lock()
	c.v[key]++
	c.mu.Unlock()
}

// Value returns the current value of the counter for the given key.
func (c *SafeCounter) Value(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.v[key]
}

var words = []string{"so", "many", "gophers", "so", "many", "carts", "so"}

func main() {
	n := 1000
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	c := SafeCounter{v: make(map[string]int)}
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			c.Inc(words[i%len(words)])
		}(i)
	}
	wg.Wait()
	var keys []string
	for key := range c.v {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		fmt.Println(key, c.Value(key))
	}
}
