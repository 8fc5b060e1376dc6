//go:build ignore

// An error group: the first failure cancels the others, and Wait returns it. A limit,
// and a start that does not wait.
// Source: golang.org/x/sync/errgroup, in short, and its examples.
//
//	go run errgroup.go [goroutines]
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
)

// Group is a collection of goroutines that work on one task.
type Group struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
	room   chan struct{}
	once   sync.Once
	err    error
}

// WithContext returns a group and a context that its first failure cancels.
func WithContext(parent context.Context, limit int) (*Group, context.Context) {
	ctx, cancel := context.WithCancel(parent)
	return &Group{cancel: cancel, room: make(chan struct{}, limit)}, ctx
}

func (g *Group) start(f func() error) {
	g.wg.Add(1)
	go func() {
		defer func() {
			<-g.room
			g.wg.Done()
		}()
		if err := f(); err != nil {
			g.once.Do(func() {
				g.err = err
				g.cancel()
			})
		}
	}()
}

// Go calls f in a goroutine as soon as the limit allows.
func (g *Group) Go(f func() error) {
	g.room <- struct{}{}
	g.start(f)
}

// TryGo calls f in a goroutine if the limit allows.
func (g *Group) TryGo(f func() error) bool {
	select {
	case g.room <- struct{}{}:
		g.start(f)
		return true
	default:
		return false
	}
}

// Wait returns the first error, when all have returned.
func (g *Group) Wait() error {
	g.wg.Wait()
	g.cancel()
	return g.err
}

func justResults(n int) {
	g, _ := WithContext(context.Background(), 4)
	squares := make([]int, n)
	for i := range squares {
		i := i
		g.Go(func() error {
			squares[i] = i * i
			return nil
		})
	}
	err := g.Wait()
	sum := 0
	for _, s := range squares {
		sum += s
	}
	fmt.Println("results:", sum, err == nil)
}

func firstFailureCancels(n int) {
	g, ctx := WithContext(context.Background(), n)
	var cancelled atomic.Int64
	for i := 0; i < n; i++ {
		i := i
		g.Go(func() error {
			if i == n/2 {
				return fmt.Errorf("number %d has failed", i)
			}
			<-ctx.Done()
			cancelled.Add(1)
			return ctx.Err()
		})
	}
	fmt.Println("failure:", g.Wait())
	fmt.Println("cancelled:", cancelled.Load(), "of", n-1)
}

func parentCancels(n int) {
	parent, cancel := context.WithCancel(context.Background())
	g, ctx := WithContext(parent, n)
	for i := 0; i < n; i++ {
		g.Go(func() error {
			<-ctx.Done()
			return ctx.Err()
		})
	}
	cancel()
	fmt.Println("parent:", errors.Is(g.Wait(), context.Canceled))
}

func limited(n int) {
	g, _ := WithContext(context.Background(), 3)
	var running, most atomic.Int64
	for i := 0; i < n; i++ {
		g.Go(func() error {
			now := running.Add(1)
			for m := most.Load(); now > m && !most.CompareAndSwap(m, now); m = most.Load() {
			}
			running.Add(-1)
			return nil
		})
	}
	err := g.Wait()
	fmt.Println("limit kept:", most.Load() <= 3, err == nil)
}

func tryGo() {
	g, _ := WithContext(context.Background(), 2)
	goOn := make(chan struct{})
	wait := func() error {
		<-goOn
		return nil
	}
	fmt.Println("try:", g.TryGo(wait), g.TryGo(wait), g.TryGo(wait))
	close(goOn)
	fmt.Println("both have ended:", g.Wait() == nil)
}

func main() {
	n := 20
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	justResults(n)
	firstFailureCancels(n)
	parentCancels(n)
	limited(n)
	tryGo()
}
