//go:build ignore

// Singleflight: many goroutines ask for the same few keys at the same time; each key is
// loaded once, and the callers that come while it is loaded share the result. An error
// is shared, too, and the next caller tries again.
// Source: golang.org/x/sync/singleflight, in short.
//
//	go run singleflight.go [callers]
package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"
)

type call struct {
	done  chan struct{}
	value string
	err   error
}

// Cache loads each key once.
type Cache struct {
	load  func(key string) (string, error)
	mu    sync.Mutex
	calls map[string]*call
}

// Get returns the value for key; it loads it if no one has.
func (c *Cache) Get(key string) (string, error) {
	c.mu.Lock()
	if found, ok := c.calls[key]; ok {
		c.mu.Unlock()
		<-found.done
		return found.value, found.err
	}
	mine := &call{done: make(chan struct{})}
	c.calls[key] = mine
	c.mu.Unlock()

	mine.value, mine.err = c.load(key)
	if mine.err != nil {
		c.mu.Lock()
		delete(c.calls, key)
		c.mu.Unlock()
	}
	close(mine.done)
	return mine.value, mine.err
}

var keys = []string{"alpha", "beta", "gamma", "delta"}

func main() {
	callers := 1000
	if len(os.Args) > 1 {
		callers, _ = strconv.Atoi(os.Args[1])
	}
	var mu sync.Mutex
	loads := map[string]int{}
	cache := Cache{calls: map[string]*call{}, load: func(key string) (string, error) {
		mu.Lock()
		loads[key]++
		n := loads[key]
		mu.Unlock()
		time.Sleep(5 * time.Millisecond)
		if key == "fails first" && n == 1 {
			return "", errors.New("the first load has failed")
		}
		return "value of " + key, nil
	}}

	values := make([]string, callers)
	var wg sync.WaitGroup
	for i := range values {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			values[i], _ = cache.Get(keys[i%len(keys)])
		}(i)
	}
	wg.Wait()
	right := 0
	for i, value := range values {
		if value == "value of "+keys[i%len(keys)] {
			right++
		}
	}
	fmt.Println(right, "of", callers, "callers have the value")
	for _, key := range keys {
		fmt.Println(key, "was loaded", loads[key], "times")
	}
	for range []int{1, 2, 3} {
		if value, err := cache.Get("fails first"); err != nil {
			fmt.Println("error:", err)
		} else {
			fmt.Println(value)
		}
	}
	fmt.Println("loads:", loads["fails first"])
}
