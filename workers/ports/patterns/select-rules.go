//go:build ignore

// The rules of select, each as a few lines that print what it does.
// Source: The Go Programming Language Specification, "Select statements".
//
//	go run select-rules.go [rounds]
package main

import (
	"fmt"
	"os"
	"reflect"
	"strconv"
	"time"
)

func nothingReady() {
	ch := make(chan int)
	select {
	case <-ch:
		fmt.Println("nothing ready: received")
	case ch <- 1:
		fmt.Println("nothing ready: sent to itself")
	default:
		fmt.Println("nothing ready: default")
	}
}

func readyBeforeDefault() {
	ch := make(chan int, 1)
	ch <- 1
	select {
	case v := <-ch:
		fmt.Println("one ready: received", v)
	default:
		fmt.Println("one ready: default")
	}
}

func closedIsReady() {
	ch := make(chan int, 2)
	ch <- 1
	ch <- 2
	close(ch)
	for i := 0; i < 4; i++ {
		select {
		case v, ok := <-ch:
			if ok {
				fmt.Println("closed: received", v)
			} else {
				fmt.Println("closed: the end")
			}
		default:
			fmt.Println("closed: default")
		}
	}
}

func nilIsNever() {
	var off chan int
	on := make(chan int, 1)
	on <- 1
	select {
	case <-off:
		fmt.Println("nil: received")
	case off <- 1:
		fmt.Println("nil: sent")
	case v := <-on:
		fmt.Println("nil: the other case", v)
	}
}

func sendToClosed() {
	defer func() {
		if recover() != nil {
			fmt.Println("send to closed: panic")
		}
	}()
	ch := make(chan int)
	close(ch)
	select {
	case ch <- 1:
		fmt.Println("send to closed: sent")
	default:
		fmt.Println("send to closed: default")
	}
}

func fair(rounds int) {
	a, b := make(chan int, 1), make(chan int, 1)
	first := 0
	for i := 0; i < rounds; i++ {
		a <- 1
		b <- 1
		select {
		case <-a:
			first++
			<-b
		case <-b:
			<-a
		}
	}
	fmt.Println("two ready: each in its turn", first > rounds/4 && first < rounds*3/4)
}

func name(text string, ch chan int) chan int {
	fmt.Println("operands:", text)
	return ch
}

func value(v int) int {
	fmt.Println("operands: value", v)
	return v
}

func operandsOnce() {
	full, ready := make(chan int, 1), make(chan int, 1)
	full <- 0
	ready <- 7
	select {
	case name("a channel to send to", full) <- value(3):
		fmt.Println("operands: sent")
	case v := <-name("a channel to receive from", ready):
		fmt.Println("operands: received", v)
	}
	fmt.Println("operands: what was not chosen has not happened,", len(full), <-full)
}

func timeout() {
	ch := make(chan int)
	select {
	case <-ch:
		fmt.Println("timeout: received")
	case <-time.After(5 * time.Millisecond):
		fmt.Println("timeout: late")
	}
}

func feed(ch chan<- int, values int) {
	for i := 1; i <= values; i++ {
		ch <- i
	}
	close(ch)
}

// untilBothEnd switches an ended input off.
func untilBothEnd(values int) {
	a, b := make(chan int), make(chan int)
	go feed(a, values)
	go feed(b, 2*values)
	count, sum := 0, 0
	for a != nil || b != nil {
		select {
		case v, ok := <-a:
			if !ok {
				a = nil
				continue
			}
			count++
			sum += v
		case v, ok := <-b:
			if !ok {
				b = nil
				continue
			}
			count++
			sum += v
		}
	}
	fmt.Println("until both end:", count, "values, sum", sum)
}

// overSlice selects over as many channels as there are.
func overSlice(channels int) {
	cases := make([]reflect.SelectCase, channels)
	for i := range cases {
		ch := make(chan int)
		go feed(ch, i+1)
		cases[i] = reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ch)}
	}
	counts := make([]int, channels)
	for open := channels; open > 0; {
		which, _, ok := reflect.Select(cases)
		if !ok {
			cases[which].Chan = reflect.Value{}
			open--
		} else {
			counts[which]++
		}
	}
	fmt.Println("over a slice:", counts)
}

// wakesAll closes a channel that many wait for.
func wakesAll(waiters int) {
	start, done := make(chan struct{}), make(chan int)
	for i := 0; i < waiters; i++ {
		go func() {
			select {
			case <-start:
				done <- 1
			case <-time.After(time.Minute):
				done <- 0
			}
		}()
	}
	close(start)
	woken := 0
	for i := 0; i < waiters; i++ {
		woken += <-done
	}
	fmt.Println("close wakes all:", woken)
}

func main() {
	rounds := 1000
	if len(os.Args) > 1 {
		rounds, _ = strconv.Atoi(os.Args[1])
	}
	nothingReady()
	readyBeforeDefault()
	closedIsReady()
	nilIsNever()
	sendToClosed()
	fair(rounds)
	operandsOnce()
	timeout()
	untilBothEnd(rounds)
	overSlice(5)
	wakesAll(10)
}
