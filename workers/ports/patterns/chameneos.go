//go:build ignore

// Chameneos: creatures of three colours go to a mall, meet in pairs, and each takes the
// colour that complements both. The mall closes after a number of meetings.
// Source: Kaiser and Pradat-Peyre (2003); The Computer Language Benchmarks Game,
// chameneos-redux. How often each creature met differs from run to run: not printed.
//
//	go run chameneos.go [meetings]
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Colour of a creature.
type Colour int

const (
	blue Colour = iota
	red
	yellow
)

var colours = []string{"blue", "red", "yellow"}

func (c Colour) String() string { return colours[c] }

// complement is the colour of both, or the third.
func complement(a, b Colour) Colour {
	if a == b {
		return a
	}
	return 3 - a - b
}

// Visit is a creature that waits in the mall for another.
type Visit struct {
	id     int
	colour Colour
	met    chan Visit
}

// Result is what a creature did.
type Result struct{ meetings, withItself int }

func creature(id int, colour Colour, mall chan<- Visit, results chan<- Result) {
	var r Result
	met := make(chan Visit, 1)
	for {
		mall <- Visit{id, colour, met}
		other, open := <-met
		if !open {
			break
		}
		r.meetings++
		if other.id == id {
			r.withItself++
		}
		colour = complement(colour, other.colour)
	}
	results <- r
}

// serve pairs the creatures, and sends home those that come after the last meeting.
func serve(mall <-chan Visit, meetings, creatures int) {
	for i := 0; i < meetings; i++ {
		a, b := <-mall, <-mall
		a.met <- b
		b.met <- a
	}
	for i := 0; i < creatures; i++ {
		late := <-mall
		close(late.met)
	}
}

func spell(n int) string {
	words := []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	var out []string
	for _, digit := range strconv.Itoa(n) {
		out = append(out, words[digit-'0'])
	}
	return strings.Join(out, " ")
}

func play(meetings int, start []Colour) {
	mall, results := make(chan Visit), make(chan Result)
	for id, colour := range start {
		go creature(id, colour, mall, results)
	}
	serve(mall, meetings, len(start))
	var sum Result
	for range start {
		r := <-results
		sum.meetings += r.meetings
		sum.withItself += r.withItself
	}
	fmt.Println(start)
	fmt.Println("met", spell(sum.meetings), "times, with themselves", spell(sum.withItself))
}

func main() {
	meetings := 600000
	if len(os.Args) > 1 {
		meetings, _ = strconv.Atoi(os.Args[1])
	}
	for a := blue; a <= yellow; a++ {
		for b := blue; b <= yellow; b++ {
			fmt.Printf("%v + %v -> %v\n", a, b, complement(a, b))
		}
	}
	play(meetings, []Colour{blue, red, yellow})
	play(meetings, []Colour{blue, red, yellow, red, yellow, blue, red, yellow, red, blue})
}
