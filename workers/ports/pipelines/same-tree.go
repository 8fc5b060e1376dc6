//go:build ignore

// Equivalent binary trees: a goroutine walks a tree and sends its values in order,
// and two trees are the same if two walks send the same.
// Source: A Tour of Go, "Exercise: Equivalent Binary Trees".
//
//	go run same-tree.go [values]
package main

import (
	"fmt"
	"os"
	"strconv"
)

// Tree is a binary search tree.
type Tree struct {
	left  *Tree
	value int
	right *Tree
}

func insert(t *Tree, v int) *Tree {
	if t == nil {
		return &Tree{nil, v, nil}
	}
	if v < t.value {
		t.left = insert(t.left, v)
	} else {
		t.right = insert(t.right, v)
	}
	return t
}

// newTree has the values k, 2k, …, nk; the seed decides its shape.
func newTree(n, k, seed int) *Tree {
	values := make([]int, n)
	for i := range values {
		values[i] = (i + 1) * k
	}
	for i := n - 1; i > 0; i-- {
		seed = (seed*1103 + 12345) % 65536
		j := seed % (i + 1)
		values[i], values[j] = values[j], values[i]
	}
	var t *Tree
	for _, v := range values {
		t = insert(t, v)
	}
	return t
}

// walk sends the values of t in order, until all are sent or quit is closed.
func walk(t *Tree, ch chan<- int, quit <-chan struct{}) {
	defer close(ch)
	var visit func(t *Tree) bool
	visit = func(t *Tree) bool {
		if t == nil {
			return true
		}
		if !visit(t.left) {
			return false
		}
		select {
		case ch <- t.value:
		case <-quit:
			return false
		}
		return visit(t.right)
	}
	visit(t)
}

func same(t1, t2 *Tree) bool {
	quit := make(chan struct{})
	defer close(quit)
	ch1, ch2 := make(chan int), make(chan int)
	go walk(t1, ch1, quit)
	go walk(t2, ch2, quit)
	for {
		v1, ok1 := <-ch1
		v2, ok2 := <-ch2
		if ok1 != ok2 || v1 != v2 {
			return false
		}
		if !ok1 {
			return true
		}
	}
}

func main() {
	n := 10
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	ch := make(chan int)
	go walk(newTree(n, 1, 7), ch, nil)
	count, sum := 0, 0
	for v := range ch {
		count++
		sum = (sum*31 + v) % 1000003
	}
	fmt.Println("walk:", count, "values, checksum", sum)
	fmt.Println("another shape:", same(newTree(n, 1, 1), newTree(n, 1, 2)))
	fmt.Println("other values:", same(newTree(n, 1, 1), newTree(n, 2, 1)))
	fmt.Println("one more value:", same(newTree(n, 1, 1), newTree(n+1, 1, 1)))
	fmt.Println("empty trees:", same(nil, nil))
}
