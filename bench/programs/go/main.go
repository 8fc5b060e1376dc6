// The programs of bench/programs in Go: a goroutine for each processor takes numbers
// of parts from a channel. Prints the result and times as one line of JSON.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

type input struct {
	Size    int      `json:"size"`
	Files   []string `json:"files"`
	Offsets []int64  `json:"offsets"`
}

type order struct {
	Program string `json:"program"`
	Threads int    `json:"threads"`
	Input   input  `json:"input"`
}

type state struct {
	sum    int64
	counts map[string]int64
}

func main() {
	var o order
	if err := json.NewDecoder(os.Stdin).Decode(&o); err != nil {
		panic(err)
	}
	runtime.GOMAXPROCS(o.Threads)
	began := time.Now()
	var result string
	if strings.HasPrefix(o.Program, "pipeline") {
		result = fmt.Sprint(pipeline(o.Input.Size))
	} else {
		result = whole(o)
	}
	work := time.Since(began)
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	cpu := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	line, _ := json.Marshal(map[string]any{"result": result, "workMs": float64(work) / 1e6, "cpuMs": float64(cpu) / 1e6, "version": runtime.Version()})
	fmt.Println(string(line))
}

func whole(o order) string {
	work, parts := workOf(o.Program, o.Input)
	jobs := make(chan int, 16)
	states := make(chan state)
	var wg sync.WaitGroup
	for w := 0; w < o.Threads; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			s := state{counts: map[string]int64{}}
			for part := range jobs {
				work(&s, part)
			}
			states <- s
		}()
	}
	go func() {
		for part := 0; part < parts; part++ {
			jobs <- part
		}
		close(jobs)
		wg.Wait()
		close(states)
	}()
	all := state{counts: map[string]int64{}}
	for s := range states {
		all.sum += s.sum
		for key, count := range s.counts {
			all.counts[key] += count
		}
	}
	var most int64
	for _, count := range all.counts {
		if count > most {
			most = count
		}
	}
	return fmt.Sprintf("%d %d %d", all.sum, len(all.counts), most)
}

func workOf(program string, in input) (func(*state, int), int) {
	switch program {
	case "mandelbrot":
		return func(s *state, row int) { s.sum += mandelbrotRow(in.Size, row) }, in.Size
	case "nbody":
		return func(s *state, body int) { s.sum += nbodyRow(in.Size, body) }, in.Size
	case "md5-small", "md5-small-async", "md5-large":
		return func(s *state, part int) {
			digest := md5.Sum(read(in.Files[part]))
			s.sum += int64(binary.BigEndian.Uint32(digest[:]))
		}, len(in.Files)
	case "gzip":
		return func(s *state, part int) {
			var out bytes.Buffer
			w, _ := gzip.NewWriterLevel(&out, 6)
			if _, err := w.Write(read(in.Files[part])); err != nil {
				panic(err)
			}
			w.Close()
			s.sum += int64(out.Len())
		}, len(in.Files)
	case "wordcount":
		return func(s *state, part int) {
			for _, word := range strings.Fields(piece(in, part)) {
				s.sum++
				s.counts[word]++
			}
		}, len(in.Offsets) - 1
	case "ndjson":
		return func(s *state, part int) {
			for _, line := range strings.Split(piece(in, part), "\n") {
				if line == "" {
					continue
				}
				var event struct {
					User   string `json:"user"`
					Amount int64  `json:"amount"`
				}
				if err := json.Unmarshal([]byte(line), &event); err != nil {
					panic(err)
				}
				s.sum += event.Amount
				s.counts[event.User] += event.Amount
			}
		}, len(in.Offsets) - 1
	}
	panic("no program is called " + program)
}

func read(file string) []byte {
	data, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	return data
}

func piece(in input, part int) string {
	f, err := os.Open(in.Files[0])
	if err != nil {
		panic(err)
	}
	defer f.Close()
	data := make([]byte, in.Offsets[part+1]-in.Offsets[part])
	if _, err := f.ReadAt(data, in.Offsets[part]); err != nil && err != io.EOF {
		panic(err)
	}
	return string(data)
}

func mandelbrotRow(size, row int) int64 {
	ci := float64(2*row)/float64(size) - 1
	var steps int64
	for column := 0; column < size; column++ {
		cr := float64(2*column)/float64(size) - 1.5
		var zr, zi, tr, ti float64
		step := 0
		for ; step < 50 && tr+ti <= 4; step++ {
			zi = 2*zr*zi + ci
			zr = tr - ti + cr
			tr = zr * zr
			ti = zi * zi
		}
		steps += int64(step)
	}
	return steps
}

func nbodyRow(size, body int) int64 {
	x, y, z := place(body)
	force := 0.0
	for other := 0; other < size; other++ {
		ox, oy, oz := place(other)
		dx, dy, dz := ox-x, oy-y, oz-z
		squared := dx*dx + dy*dy + dz*dz + 0.01
		force += dx / (squared * math.Sqrt(squared))
	}
	return int64(math.Floor(force*1000 + 0.5))
}

func place(body int) (float64, float64, float64) {
	return float64(body*7919%1000) / 1000, float64(body*104729%1000) / 1000, float64(body*1299709%1000) / 1000
}

func pipeline(count int) int64 {
	a, b, c := make(chan int64, 4096), make(chan int64, 4096), make(chan int64, 4096)
	go func() {
		for n := 0; n < count; n++ {
			a <- int64(n)
		}
		close(a)
	}()
	go func() {
		for n := range a {
			b <- n + 1
		}
		close(b)
	}()
	go func() {
		for n := range b {
			c <- 2 * n
		}
		close(c)
	}()
	var sum int64
	for n := range c {
		sum += n
	}
	return sum
}
