//go:build ignore

// The Mandelbrot set: a bitmap of n × n points, its rows computed by goroutines. Prints a
// small picture whole, and of any the number of points in the set and the bitmap's MD5.
// Source: The Computer Language Benchmarks Game, mandelbrot.
//
//	go run mandelbrot.go [n]
package main

import (
	"crypto/md5"
	"fmt"
	"math/bits"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

const iterations = 50

// row computes the bits of row y, eight points to a byte.
func row(y, n int, bitmap []byte) {
	width := (n + 7) / 8
	ci := 2*float64(y)/float64(n) - 1
	for x := 0; x < n; x++ {
		cr := 2*float64(x)/float64(n) - 1.5
		zr, zi, rr, ii := 0.0, 0.0, 0.0, 0.0
		k := 0
		for ; k < iterations && rr+ii <= 4; k++ {
			// The conversions forbid fused operations, which round otherwise.
			zi = float64(2*zr*zi) + ci
			zr = rr - ii + cr
			rr, ii = float64(zr*zr), float64(zi*zi)
		}
		if k == iterations {
			bitmap[y*width+x/8] |= 128 >> (x % 8)
		}
	}
}

func main() {
	n := 1000
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	width := (n + 7) / 8
	bitmap := make([]byte, width*n)
	var next atomic.Int64
	var wg sync.WaitGroup
	for i := 0; i < runtime.GOMAXPROCS(0); i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for y := int(next.Add(1)) - 1; y < n; y = int(next.Add(1)) - 1 {
				row(y, n, bitmap)
			}
		}()
	}
	wg.Wait()
	if n <= 64 {
		for y := 0; y < n; y++ {
			line := ""
			for x := 0; x < n; x++ {
				if bitmap[y*width+x/8]&(128>>(x%8)) != 0 {
					line += "#"
				} else {
					line += "."
				}
			}
			fmt.Println(line)
		}
	}
	points := 0
	for _, b := range bitmap {
		points += bits.OnesCount8(b)
	}
	fmt.Println(points, "of", n*n, "points")
	fmt.Printf("%x\n", md5.Sum(bitmap))
}
