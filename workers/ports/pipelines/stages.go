//go:build ignore

// A pipeline of four stages: numbers, their squares, the odd ones, their sum.
// Source: The Go Blog, Go Concurrency Patterns: Pipelines and cancellation (2014).
//
//	go run stages.go [values]
package main

import (
	"fmt"
	"os"
	"strconv"
)

const room = 64

func generate(n int, out chan<- int) {
	for i := 1; i <= n; i++ {
		out <- i
	}
	close(out)
}

func square(in <-chan int, out chan<- int) {
	for i := range in {
		out <- i * i % 1009
	}
	close(out)
}

func odd(in <-chan int, out chan<- int) {
	for i := range in {
		if i%2 == 1 {
			out <- i
		}
	}
	close(out)
}

func main() {
	n := 1000000
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	numbers, squares, odds := make(chan int, room), make(chan int, room), make(chan int, room)
	go generate(n, numbers)
	go square(numbers, squares)
	go odd(squares, odds)
	count, sum := 0, 0
	for i := range odds {
		count++
		sum += i
	}
	fmt.Printf("%d of %d squares are odd, their sum is %d\n", count, n, sum)
}
