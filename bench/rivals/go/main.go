// Command warrenrivals runs one benchmark scenario of ../scenarios.ts in Go and
// prints its figure as one JSON line. The constants mirror scenarios.ts, and
// the way of measuring that of ../trial.ts.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sort"
	"time"
)

const (
	batchTime    = 10 * time.Millisecond // about how long a timed batch takes
	leastBatches = 5
)

// operations are timed in batches: each does n operations and returns the wall
// time of only those. The figure is nanoseconds an operation.
var operations = map[string]func(n int) time.Duration{
	"spawn":             spawn,
	"ping-pong":         pingPong,
	"stream":            func(n int) time.Duration { return stream(n, capacity, 1, 1) },
	"stream-batch":      streamBatch,
	"stream-unbuffered": func(n int) time.Duration { return stream(n, 0, 1, 1) },
	"select":            selectTwo,
	"fan-in":            func(n int) time.Duration { return stream(n, capacity, 4, 4) },
	"ring":              ring,
	"dot":               dot,
}

type result struct {
	Scenario string  `json:"scenario"`
	Threads  int     `json:"threads"`
	Value    float64 `json:"value"`
	Unit     string  `json:"unit"`
	Version  string  `json:"version"`
}

func main() {
	procs := flag.Int("procs", runtime.NumCPU(), "GOMAXPROCS")
	name := flag.String("scenario", "", "name of the scenario")
	ms := flag.Int("ms", 200, "about how long the timed batches take together, in milliseconds")
	leaves := flag.Int("leaves", 1_000_000, "leaves of skynet")
	folder := flag.String("folder", "", "folder of the pile of files")
	warm := flag.Int("warm", 0, "files of the warm-up")
	timed := flag.Int("timed", 0, "files that are timed")
	digest := flag.String("digest", "", "digest of the SHA-256 sums of the timed files")
	version := flag.Bool("version", false, "print the version of Go and exit")
	crowd := flag.Int("crowd", 0, "run the program of workers/tasks.ts with so many goroutines, print its figures and exit")
	active := flag.Int("active", 10_000, "with -crowd: goroutines awake at a time")
	flag.Parse()
	if *procs < 1 || *ms < 1 || *crowd < 0 || *active < 1 || flag.NArg() > 0 {
		fail(fmt.Errorf("-procs, -ms and -active must be at least 1, and there are no other arguments"))
	}
	runtime.GOMAXPROCS(*procs)
	switch {
	case *version:
		fmt.Println(runtime.Version())
		return
	case *crowd > 0:
		printCrowd(*crowd, *active)
		return
	}
	value, unit := 0.0, "ns"
	switch *name {
	case "parked":
		value, unit = parkedBytes(), "B"
	case "sieve":
		sieve(sieveWarmPrimes)
		value, unit = milliseconds(sieve(sievePrimes)), "ms"
	case "skynet":
		value, unit = milliseconds(skynet(*leaves)), "ms"
	case "files":
		value, unit = milliseconds(files(*folder, *warm, *timed, *digest)), "ms"
	default:
		operate := operations[*name]
		if operate == nil {
			fail(fmt.Errorf("no scenario is called %q", *name))
		}
		value = measure(operate, time.Duration(*ms)*time.Millisecond)
		if *name == "dot" {
			value, unit = 16*dotElements/value, "GB/s"
		}
	}
	line, err := json.Marshal(result{*name, *procs, value, unit, runtime.Version()})
	if err != nil {
		fail(err)
	}
	fmt.Println(string(line))
}

// measure warms up while it finds the number of operations that fills a batch,
// and then takes batches for about the target; the median, in nanoseconds an
// operation.
func measure(operate func(n int) time.Duration, target time.Duration) float64 {
	n, took, spent := 1, time.Duration(0), time.Duration(0)
	for spent < 5*batchTime {
		took = operate(n)
		spent += took
		if took < batchTime/2 && n < 1<<30 {
			n *= 2
		}
	}
	if n = int(float64(n) * float64(batchTime) / float64(took)); n < 1 {
		n = 1
	}
	runtime.GC()
	var values []float64
	for spent = 0; len(values) < leastBatches || spent < target; {
		took = operate(n)
		spent += took
		values = append(values, float64(took)/float64(n))
	}
	return median(values)
}

func milliseconds(took time.Duration) float64 {
	return float64(took) / float64(time.Millisecond)
}

func median(values []float64) float64 {
	sorted := append([]float64(nil), values...)
	sort.Float64s(sorted)
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "warrenrivals:", err)
	os.Exit(1)
}
