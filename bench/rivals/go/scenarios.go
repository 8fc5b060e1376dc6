package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	capacity    = 128     // values a buffered channel holds
	batch       = 64      // values per operation of stream-batch
	window      = 64      // tasks in flight in spawn
	parkedTasks = 200_000 // goroutines held in parked
	dotElements = 8 << 20 // float64 per vector in dot
)

// spawn starts and joins n empty goroutines from window lanes, each of which
// waits for its goroutine before it starts the next: window are in flight, and
// each is joined by the one that started it, as in the JavaScript rivals.
func spawn(n int) time.Duration {
	var lanes sync.WaitGroup
	lanes.Add(window)
	start := time.Now()
	for l := 0; l < window; l++ {
		share := n*(l+1)/window - n*l/window
		go func() {
			done := make(chan struct{})
			for i := 0; i < share; i++ {
				go func() { done <- struct{}{} }()
				<-done
			}
			lanes.Done()
		}()
	}
	lanes.Wait()
	return time.Since(start)
}

// pingPong makes n round trips over two unbuffered channels.
func pingPong(n int) time.Duration {
	ping, pong := make(chan int32), make(chan int32)
	go func() {
		for v := range ping {
			pong <- v
		}
	}()
	start := time.Now()
	for i := 0; i < n; i++ {
		ping <- int32(i)
		<-pong
	}
	took := time.Since(start)
	close(ping)
	return took
}

// stream passes n values, one an operation, from producers to consumers.
func stream(n, capacity, producers, consumers int) time.Duration {
	ch := make(chan int32, capacity)
	var sending, receiving sync.WaitGroup
	var received int64
	sending.Add(producers)
	receiving.Add(consumers)
	start := time.Now()
	for p := 0; p < producers; p++ {
		share := n*(p+1)/producers - n*p/producers
		go func() {
			for i := 0; i < share; i++ {
				ch <- int32(i)
			}
			sending.Done()
		}()
	}
	for c := 0; c < consumers; c++ {
		go func() {
			count := 0
			for range ch {
				count++
			}
			atomic.AddInt64(&received, int64(count))
			receiving.Done()
		}()
	}
	sending.Wait()
	close(ch)
	receiving.Wait()
	took := time.Since(start)
	mustEqual(int(received), n)
	return took
}

// streamBatch passes n values as arrays of batch values, sent by value: Go has
// no operation for several values. The channel holds the same number of values
// as in stream; the time is per value.
func streamBatch(n int) time.Duration {
	ch := make(chan [batch]int32, capacity/batch)
	batches := (n + batch - 1) / batch
	start := time.Now()
	go func() {
		var values [batch]int32
		for b := 0; b < batches; b++ {
			for i := range values {
				values[i] = int32(b + i)
			}
			ch <- values
		}
		close(ch)
	}()
	var sum, received int
	for values := range ch {
		for _, v := range values {
			sum += int(v)
		}
		received++
	}
	took := time.Since(start)
	mustEqual(received, batches)
	sink = float64(sum)
	return took * time.Duration(n) / time.Duration(batches*batch)
}

// selectTwo receives n values from two buffered channels, each with its own
// producer. A third case hears that a producer has ended; values still
// buffered when both have are not waited for.
func selectTwo(n int) time.Duration {
	x, y := make(chan int32, capacity), make(chan int32, capacity)
	done := make(chan bool)
	produce := func(ch chan<- int32, share int) {
		for i := 0; i < share; i++ {
			ch <- int32(i)
		}
		done <- true
	}
	start := time.Now()
	go produce(x, n/2)
	go produce(y, n-n/2)
	for ended := 0; ended < 2; {
		select {
		case <-x:
		case <-y:
		case <-done:
			ended++
		}
	}
	return time.Since(start)
}

// parkedBytes is what the process took from the system per goroutine waiting
// on a channel, in bytes.
func parkedBytes() float64 {
	var before, after runtime.MemStats
	gate := make(chan struct{})
	var started, ended sync.WaitGroup
	started.Add(parkedTasks)
	ended.Add(parkedTasks)
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := 0; i < parkedTasks; i++ {
		go func() {
			started.Done()
			<-gate
			ended.Done()
		}()
	}
	started.Wait()
	runtime.ReadMemStats(&after)
	close(gate)
	ended.Wait()
	return float64(after.Sys-before.Sys) / parkedTasks
}

var (
	left, right []float64
	sink        float64 // results go here, so that no loop is dropped as unused
)

// dot takes n dot products, each cut into one goroutine per processor.
func dot(n int) time.Duration {
	if left == nil {
		left, right = make([]float64, dotElements), make([]float64, dotElements)
		for i := range left {
			left[i], right[i] = float64(i%7), float64(i%5)
		}
	}
	parts := runtime.GOMAXPROCS(0)
	start := time.Now()
	for k := 0; k < n; k++ {
		sums := make(chan float64, parts)
		for p := 0; p < parts; p++ {
			a := left[dotElements*p/parts : dotElements*(p+1)/parts]
			b := right[dotElements*p/parts : dotElements*(p+1)/parts]
			go func() {
				sum := 0.0
				for i := range a {
					sum += a[i] * b[i]
				}
				sums <- sum
			}()
		}
		total := 0.0
		for p := 0; p < parts; p++ {
			total += <-sums
		}
		sink = total
	}
	return time.Since(start)
}

func mustEqual(got, want int) {
	if got != want {
		panic("received values do not match what was sent")
	}
}
