//go:build ignore

// Power series as streams of coefficients: a series is a channel, and an operation
// is a goroutine that reads some channels and writes one. The last line is the
// series of the tangent, found by reversing that of the arctangent.
// Source: Doug McIlroy, Squinting at Power Series (1990).
//
//	go run power-series.go [terms]
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Rat is a rational number in lowest terms.
type Rat struct{ num, den int64 }

func rat(num, den int64) Rat {
	a, b := num, den
	for b != 0 {
		a, b = b, a%b
	}
	if a < 0 != (den < 0) {
		a = -a
	}
	return Rat{num / a, den / a}
}

func add(a, b Rat) Rat { return rat(a.num*b.den+b.num*a.den, a.den*b.den) }
func mul(a, b Rat) Rat { return rat(a.num*b.num, a.den*b.den) }

func (r Rat) String() string {
	if r.den == 1 {
		return fmt.Sprint(r.num)
	}
	return fmt.Sprintf("%d/%d", r.num, r.den)
}

// Series has the coefficients of a series, without end.
type Series <-chan Rat

// Repeat is c + cx + cx² + …
func Repeat(c Rat) Series {
	out := make(chan Rat)
	go func() {
		for {
			out <- c
		}
	}()
	return out
}

// Add is F + G.
func Add(f, g Series) Series {
	out := make(chan Rat)
	go func() {
		for {
			out <- add(<-f, <-g)
		}
	}()
	return out
}

// Scale is c·F.
func Scale(c Rat, f Series) Series {
	out := make(chan Rat)
	go func() {
		for {
			out <- mul(c, <-f)
		}
	}()
	return out
}

// Shift is c + xF.
func Shift(c Rat, f Series) Series {
	out := make(chan Rat)
	go func() {
		out <- c
		for {
			out <- <-f
		}
	}()
	return out
}

// Substitute is F(cx²): the coefficients of F, times the powers of c, with zeros between them.
func Substitute(f Series, c Rat) Series {
	out := make(chan Rat)
	go func() {
		for power := rat(1, 1); ; power = mul(power, c) {
			out <- mul(power, <-f)
			out <- rat(0, 1)
		}
	}()
	return out
}

// Integrate is c plus the integral of F.
func Integrate(c Rat, f Series) Series {
	out := make(chan Rat)
	go func() {
		out <- c
		for n := int64(1); ; n++ {
			out <- mul(rat(1, n), <-f)
		}
	}()
	return out
}

// Split is F twice. It reads F when one of the two has none of its coefficients left.
func Split(f Series) (Series, Series) {
	out := [2]chan Rat{make(chan Rat), make(chan Rat)}
	go func() {
		var queue [2][]Rat
		for {
			var in Series
			if len(queue[0]) == 0 || len(queue[1]) == 0 {
				in = f
			}
			var to [2]chan<- Rat
			var next [2]Rat
			for k := range queue {
				if len(queue[k]) > 0 {
					to[k], next[k] = out[k], queue[k][0]
				}
			}
			select {
			case r := <-in:
				queue[0], queue[1] = append(queue[0], r), append(queue[1], r)
			case to[0] <- next[0]:
				queue[0] = queue[0][1:]
			case to[1] <- next[1]:
				queue[1] = queue[1][1:]
			}
		}
	}()
	return out[0], out[1]
}

// Mul is F·G = fg + x(fG' + gF' + xF'G'), where f and g are the first coefficients
// and F' and G' the rest.
func Mul(f, g Series) Series {
	out := make(chan Rat)
	go func() {
		f0, g0 := <-f, <-g
		out <- mul(f0, g0)
		f1, f2 := Split(f)
		g1, g2 := Split(g)
		rest := Add(Add(Scale(f0, g1), Scale(g0, f1)), Shift(rat(0, 1), Mul(f2, g2)))
		for {
			out <- <-rest
		}
	}()
	return out
}

// Recip is 1/F = 1/f − x(1/f)F'·(1/F).
func Recip(f Series) Series {
	out := make(chan Rat)
	go func() {
		f0 := <-f
		inverse := rat(f0.den, f0.num)
		again := make(chan Rat)
		back, self := Split(again)
		rest := Scale(mul(rat(-1, 1), inverse), Mul(f, back))
		go func() {
			again <- inverse
			for {
				again <- <-rest
			}
		}()
		for {
			out <- <-self
		}
	}()
	return out
}

// Compose is F(G) = f + G·F'(G); the first coefficient of G must be 0.
func Compose(f, g Series) Series {
	out := make(chan Rat)
	go func() {
		g1, g2 := Split(g)
		out <- <-f
		<-g1
		rest := Mul(g1, Compose(f, g2))
		for {
			out <- <-rest
		}
	}()
	return out
}

// Reverse is R with F(R) = x, so R = x / F'(R); the first coefficient of F must be 0.
func Reverse(f Series) Series {
	again := make(chan Rat)
	back, self := Split(again)
	go func() {
		again <- rat(0, 1)
		<-f
		rest := Recip(Compose(f, back))
		for {
			again <- <-rest
		}
	}()
	return self
}

func show(name string, f Series, n int) {
	terms := make([]string, n)
	for k := range terms {
		terms[k] = (<-f).String()
	}
	fmt.Printf("%-12s %s\n", name, strings.Join(terms, " "))
}

func main() {
	n := 10
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	one, minus := rat(1, 1), rat(-1, 1)
	ones := func() Series { return Repeat(one) }
	arctan := func() Series { return Integrate(rat(0, 1), Substitute(ones(), minus)) }
	show("1/(1-x)", ones(), n)
	show("1/(1-x)^2", Mul(ones(), ones()), n)
	show("1/(1+x)", Recip(Shift(one, Shift(one, Repeat(rat(0, 1))))), n)
	show("arctan", arctan(), n)
	show("tan", Reverse(arctan()), n)
}
