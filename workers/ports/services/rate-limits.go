//go:build ignore

// Rate limiters: a ticker admits a request for each tick; a bucket of tokens admits a
// burst first. Each prints whether the requests took at least as long as they must.
// Source: Go by Example, "Rate Limiting".
//
//	go run rate-limits.go [requests]
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

const (
	period = 5 * time.Millisecond
	burst  = 3
)

func requests(n int) <-chan int {
	ch := make(chan int, n)
	for i := 1; i <= n; i++ {
		ch <- i
	}
	close(ch)
	return ch
}

func ticking(n int) {
	start := time.Now()
	limiter := time.NewTicker(period)
	defer limiter.Stop()
	for r := range requests(n) {
		<-limiter.C
		fmt.Println("ticker: request", r)
	}
	fmt.Println("ticker: a period for each:", time.Since(start) >= time.Duration(n)*period)
}

func bursty(n int) {
	tokens := make(chan time.Time, burst)
	for i := 0; i < burst; i++ {
		tokens <- time.Now()
	}
	quit := make(chan struct{})
	defer close(quit)
	start := time.Now()
	go func() {
		refill := time.NewTicker(period)
		defer refill.Stop()
		for {
			select {
			case t := <-refill.C:
				select {
				case tokens <- t:
				default: // the bucket is full
				}
			case <-quit:
				return
			}
		}
	}()
	for r := range requests(n) {
		<-tokens
		fmt.Println("bursty: request", r)
	}
	fmt.Println("bursty: a period for each after the burst:", time.Since(start) >= time.Duration(n-burst-1)*period)
}

// shedding turns requests away when there is no token.
func shedding(n int) {
	tokens := make(chan struct{}, burst)
	for i := 0; i < burst; i++ {
		tokens <- struct{}{}
	}
	admitted, refused := 0, 0
	for range requests(n) {
		select {
		case <-tokens:
			admitted++
		default:
			refused++
		}
	}
	fmt.Println("shedding:", admitted, "admitted,", refused, "refused")
}

func main() {
	n := 10
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	ticking(n)
	bursty(n)
	shedding(n)
}
