// Command warrenrivals runs the benchmark scenarios of ../scenarios.ts in Go and
// prints one JSON line per scenario: the median of several runs, each sized to
// take about -ms milliseconds. The constants mirror scenarios.ts.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"time"
)

// A scenario is one row of scenarios.ts.
type scenario struct {
	name string
	unit string
	// run does n operations and returns the wall time of only those.
	run func(n int) time.Duration
	// scale is the value of a run from its nanoseconds per operation; nil: the nanoseconds.
	scale func(nsPerOp float64) float64
}

var scenarios = []scenario{
	{name: "spawn", unit: "ns", run: spawn},
	{name: "ping-pong", unit: "ns", run: pingPong},
	{name: "stream", unit: "ns", run: func(n int) time.Duration { return stream(n, capacity, 1, 1) }},
	{name: "stream-batch", unit: "ns", run: streamBatch},
	{name: "stream-unbuffered", unit: "ns", run: func(n int) time.Duration { return stream(n, 0, 1, 1) }},
	{name: "select", unit: "ns", run: selectTwo},
	{name: "fan-in", unit: "ns", run: func(n int) time.Duration { return stream(n, capacity, 4, 4) }},
	{name: "parked", unit: "B"},
	{name: "dot", unit: "GB/s", run: dot, scale: func(ns float64) float64 { return 16 * dotElements / ns }},
}

type result struct {
	Scenario string    `json:"scenario"`
	Threads  int       `json:"threads"`
	Value    float64   `json:"value"`
	Unit     string    `json:"unit"`
	Runs     []float64 `json:"runs"`
	Version  string    `json:"version"`
}

func main() {
	procs := flag.Int("procs", runtime.NumCPU(), "GOMAXPROCS")
	only := flag.String("scenario", "", "comma-separated scenario names; empty: all")
	runs := flag.Int("runs", 5, "timed runs per scenario; the value is their median")
	ms := flag.Int("ms", 300, "about how long one run takes, in milliseconds")
	once := flag.Bool("parked-once", false, "print the bytes per parked goroutine of this process and exit")
	crowd := flag.Int("crowd", 0, "run the program of workers/tasks.ts with so many goroutines, print its figures and exit")
	active := flag.Int("active", 10_000, "with -crowd: goroutines awake at a time")
	flag.Parse()
	if *procs < 1 || *runs < 1 || *ms < 1 || *crowd < 0 || *active < 1 || flag.NArg() > 0 {
		fail(fmt.Errorf("-procs, -runs, -ms and -active must be at least 1, and there are no other arguments"))
	}
	runtime.GOMAXPROCS(*procs)
	if *crowd > 0 {
		printCrowd(*crowd, *active)
		return
	}
	if *once {
		fmt.Println(parkedBytes())
		return
	}
	for _, s := range pick(*only) {
		values := make([]float64, *runs)
		if s.name == "parked" {
			for i := range values {
				values[i] = parkedInChild(*procs)
			}
		} else {
			measure(s, values, time.Duration(*ms)*time.Millisecond)
		}
		line, err := json.Marshal(result{s.name, *procs, median(values), s.unit, values, runtime.Version()})
		if err != nil {
			fail(err)
		}
		fmt.Println(string(line))
	}
}

func pick(only string) []scenario {
	if only == "" {
		return scenarios
	}
	var picked []scenario
	for _, name := range strings.Split(only, ",") {
		before := len(picked)
		for _, s := range scenarios {
			if s.name == name {
				picked = append(picked, s)
			}
		}
		if len(picked) == before {
			fail(fmt.Errorf("no scenario is called %q", name))
		}
	}
	return picked
}

// measure warms up while it finds the number of operations that fills one run,
// then fills values with one figure per run.
func measure(s scenario, values []float64, target time.Duration) {
	n, took := 1, time.Duration(0)
	for {
		if took = s.run(n); took >= target/4 || n >= 1<<30 {
			break
		}
		n *= 2
	}
	if n = int(float64(n) * float64(target) / float64(took)); n < 1 {
		n = 1
	}
	for i := range values {
		runtime.GC()
		values[i] = float64(s.run(n)) / float64(n)
		if s.scale != nil {
			values[i] = s.scale(values[i])
		}
	}
}

// parkedInChild measures in a fresh process: what the Go runtime once took
// from the system it keeps, so a second measurement in one process reads zero.
func parkedInChild(procs int) float64 {
	self, err := os.Executable()
	if err != nil {
		fail(err)
	}
	out, err := exec.Command(self, "-parked-once", "-procs", strconv.Itoa(procs)).Output()
	if err != nil {
		fail(err)
	}
	value, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		fail(err)
	}
	return value
}

func median(values []float64) float64 {
	sorted := append([]float64(nil), values...)
	sort.Float64s(sorted)
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "warrenrivals:", err)
	os.Exit(1)
}
