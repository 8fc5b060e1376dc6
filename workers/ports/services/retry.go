//go:build ignore

// Time-outs and retries with contexts: a deadline for each attempt below a deadline for
// all, a pause that doubles, and a tree of contexts that carries a value.
// Source: the package context, and The Go Blog, Go Concurrency Patterns: Context (2014).
//
//	go run retry.go [attempts]
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

var (
	errBusy = errors.New("busy")
	errGone = errors.New("gone")
)

type key string

const requestID key = "request id"

// backend is busy for its first calls, and answers then; one that hangs never does.
func backend(ctx context.Context, attempt, busy int, hangs bool) (string, error) {
	if hangs {
		<-ctx.Done()
		return "", ctx.Err()
	}
	if attempt <= busy {
		return "", errBusy
	}
	return fmt.Sprint("answer to ", ctx.Value(requestID)), nil
}

// retry calls f until it succeeds, fails for good, or ctx is done.
func retry(ctx context.Context, attempts int, f func(ctx context.Context, attempt int) (string, error)) (string, error) {
	pause := time.Millisecond
	for attempt := 1; ; attempt++ {
		one, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		answer, err := f(one, attempt)
		cancel()
		if err == nil || errors.Is(err, errGone) {
			return answer, err
		}
		if attempt == attempts {
			return "", fmt.Errorf("attempt %d of %d: %w", attempt, attempts, err)
		}
		select {
		case <-time.After(pause):
			pause *= 2
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			return "", fmt.Errorf("gave up after attempt %d: %w", attempt, ctx.Err())
		}
	}
}

func show(answer string, err error) {
	switch {
	case err == nil:
		fmt.Println(answer)
	case errors.Is(err, context.DeadlineExceeded):
		fmt.Println("error: too late")
	case errors.Is(err, context.Canceled):
		fmt.Println("error: cancelled")
	default:
		fmt.Println("error:", err)
	}
}

// state is what has ended a context.
func state(ctx context.Context) string {
	switch ctx.Err() {
	case nil:
		return "live"
	case context.Canceled:
		return "cancelled"
	default:
		return "too late"
	}
}

func main() {
	attempts := 4
	if len(os.Args) > 1 {
		attempts, _ = strconv.Atoi(os.Args[1])
	}
	root := context.WithValue(context.Background(), requestID, "r-17")

	show(retry(root, attempts, func(ctx context.Context, attempt int) (string, error) {
		return backend(ctx, attempt, attempts-1, false)
	}))
	show(retry(root, attempts, func(ctx context.Context, attempt int) (string, error) {
		return backend(ctx, attempt, attempts, false)
	}))
	show(retry(root, attempts, func(ctx context.Context, attempt int) (string, error) {
		return "", errGone
	}))
	show(retry(root, attempts, func(ctx context.Context, attempt int) (string, error) {
		return backend(ctx, attempt, 0, true)
	}))

	cancelled, cancel := context.WithCancel(root)
	show(retry(cancelled, attempts, func(ctx context.Context, attempt int) (string, error) {
		cancel()
		return backend(ctx, attempt, attempts, false)
	}))

	all, cancelAll := context.WithCancel(root)
	left, cancelLeft := context.WithCancel(all)
	right, cancelRight := context.WithTimeout(all, time.Hour)
	defer cancelRight()
	cancelLeft()
	fmt.Println("left:", state(left), "right:", state(right), "all:", state(all))
	cancelAll()
	fmt.Println("left:", state(left), "right:", state(right), "all:", state(all))
	late, cancelLate := context.WithTimeout(all, time.Hour)
	defer cancelLate()
	fmt.Println("below a cancelled one:", state(late), late.Value(requestID))
}
