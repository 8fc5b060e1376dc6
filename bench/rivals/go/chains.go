package main

import (
	"fmt"
	"time"
)

const (
	ringTasks       = 503
	sievePrimes     = 1000
	skynetChildren  = 10
	sumOfThePrimes  = 3682913 // of the first 1,000
	sieveWarmPrimes = sievePrimes / 10
)

// ringLinks are the channels of a ring that stays from batch to batch.
var (
	ringLinks []chan int32
	ringEnded = make(chan int32)
)

// ring lets a token make n hops from goroutine to goroutine.
func ring(n int) time.Duration {
	if ringLinks == nil {
		ringLinks = make([]chan int32, ringTasks)
		for i := range ringLinks {
			ringLinks[i] = make(chan int32)
		}
		for i := range ringLinks {
			go func(from <-chan int32, to chan<- int32) {
				for token := range from {
					if token > 0 {
						to <- token - 1
					} else {
						ringEnded <- 0
					}
				}
			}(ringLinks[i], ringLinks[(i+1)%ringTasks])
		}
	}
	start := time.Now()
	ringLinks[0] <- int32(n - 1)
	mustEqual(int(<-ringEnded), 0)
	return time.Since(start)
}

// sieve finds the first n primes with a goroutine for each; all have ended then.
func sieve(n int) time.Duration {
	last := 0
	for number, found := 2, 0; found < n; number++ {
		if isPrime(number) {
			last, found = number, found+1
		}
	}
	start := time.Now()
	numbers := make(chan int32)
	go func(out chan<- int32) {
		for number := int32(2); number <= int32(last); number++ {
			out <- number
		}
		close(out)
	}(numbers)
	count, sum := 0, 0
	for {
		prime, ok := <-numbers
		if !ok {
			break
		}
		count, sum = count+1, sum+int(prime)
		next := make(chan int32)
		go func(from <-chan int32, to chan<- int32) {
			for number := range from {
				if number%prime != 0 {
					to <- number
				}
			}
			close(to)
		}(numbers, next)
		numbers = next
	}
	took := time.Since(start)
	mustEqual(count, n)
	if n == sievePrimes {
		mustEqual(sum, sumOfThePrimes)
	}
	return took
}

func isPrime(number int) bool {
	for divisor := 2; divisor*divisor <= number; divisor++ {
		if number%divisor == 0 {
			return false
		}
	}
	return true
}

// skynet is github.com/atemerev/skynet: a tree of goroutines that send their sums.
func skynet(leaves int) time.Duration {
	start := time.Now()
	sums := make(chan int64)
	go skynetNode(sums, 0, int64(leaves))
	sum := <-sums
	took := time.Since(start)
	if want := int64(leaves) * int64(leaves-1) / 2; sum != want {
		fail(fmt.Errorf("the sum of %d leaves is %d", leaves, sum))
	}
	return took
}

func skynetNode(out chan<- int64, first, size int64) {
	if size == 1 {
		out <- first
		return
	}
	sums := make(chan int64)
	share := size / skynetChildren
	for k := int64(0); k < skynetChildren; k++ {
		go skynetNode(sums, first+k*share, share)
	}
	var sum int64
	for k := 0; k < skynetChildren; k++ {
		sum += <-sums
	}
	out <- sum
}
