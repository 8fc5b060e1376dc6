package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A crowdResult is what came of a crowd: the program of workers/tasks.ts.
type crowdResult struct {
	Count         int     `json:"count"`
	SpawnNs       int64   `json:"spawnNs"`
	TouchNs       int64   `json:"touchNs"`
	JoinNs        int64   `json:"joinNs"`
	TouchedOnce   int     `json:"touchedOnce"`
	HeapBytes     float64 `json:"heapBytes"`
	ResidentBytes float64 `json:"residentBytes"`
	Version       string  `json:"version"`
}

// runCrowd starts count goroutines that wait at one gate, wakes each of them
// once, active of them at a time, and lets all go.
func runCrowd(count, active int) crowdResult {
	var before, after runtime.MemStats
	gate, answers := make(chan int), make(chan int, 1024)
	var done sync.WaitGroup
	runtime.GC()
	runtime.ReadMemStats(&before)
	residentBefore := resident()

	start := time.Now()
	go func() {
		for k := 0; k < count; k++ {
			done.Add(1)
			go func() {
				answers <- 0
				woken := 0
				for range gate {
					woken++
					answers <- woken
				}
				answers <- woken
				done.Done()
			}()
		}
	}()
	countAnswers(answers, count)
	spawned := time.Since(start)
	runtime.ReadMemStats(&after)
	residentAfter := resident()

	start = time.Now()
	for woken := 0; woken < count; woken += active {
		now := active
		if now > count-woken {
			now = count - woken
		}
		go func() {
			for k := 0; k < now; k++ {
				gate <- k
			}
		}()
		countAnswers(answers, now)
	}
	touched := time.Since(start)

	start = time.Now()
	close(gate)
	ones := countAnswers(answers, count)
	done.Wait()
	joined := time.Since(start)
	return crowdResult{
		count, spawned.Nanoseconds(), touched.Nanoseconds(), joined.Nanoseconds(), ones,
		float64(after.Sys-before.Sys) / float64(count), (residentAfter - residentBefore) / float64(count), runtime.Version(),
	}
}

// countAnswers takes n answers and counts those that are 1.
func countAnswers(answers <-chan int, n int) int {
	ones := 0
	for k := 0; k < n; k++ {
		if <-answers == 1 {
			ones++
		}
	}
	return ones
}

// resident is the memory that the process has from the system, in bytes; 0 where /proc does not tell.
func resident() float64 {
	status, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(status))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return float64(pages * os.Getpagesize())
}

func printCrowd(count, active int) {
	line, err := json.Marshal(runCrowd(count, active))
	if err != nil {
		fail(err)
	}
	fmt.Println(string(line))
}
