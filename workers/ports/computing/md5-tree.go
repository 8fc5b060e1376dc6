//go:build ignore

// The MD5 of every file of a tree: one file after the other, or with a fixed number of
// goroutines that read and digest. Prints as md5sum does, sorted by path.
// Source: The Go Blog, Go Concurrency Patterns: Pipelines and cancellation (2014),
// serial.go and bounded.go.
//
//	go run md5-tree.go [folder] [serial|bounded]
package main

import (
	"crypto/md5"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"sync"
)

const digesters = 20

// Result is the digest of a file, or why there is none.
type Result struct {
	path string
	sum  [md5.Size]byte
	err  error
}

// walkFiles sends the path of each regular file below root.
func walkFiles(done <-chan struct{}, root string) (<-chan string, <-chan error) {
	paths := make(chan string)
	errc := make(chan error, 1)
	go func() {
		defer close(paths)
		errc <- filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !entry.Type().IsRegular() {
				return nil
			}
			select {
			case paths <- path:
			case <-done:
				return errors.New("walk cancelled")
			}
			return nil
		})
	}()
	return paths, errc
}

// digester digests files until there are no more paths or done is closed.
func digester(done <-chan struct{}, paths <-chan string, c chan<- Result) {
	for path := range paths {
		data, err := os.ReadFile(path)
		select {
		case c <- Result{path, md5.Sum(data), err}:
		case <-done:
			return
		}
	}
}

func md5All(root string) (map[string][md5.Size]byte, error) {
	done := make(chan struct{})
	defer close(done)
	paths, errc := walkFiles(done, root)
	c := make(chan Result)
	var wg sync.WaitGroup
	wg.Add(digesters)
	for i := 0; i < digesters; i++ {
		go func() {
			digester(done, paths, c)
			wg.Done()
		}()
	}
	go func() {
		wg.Wait()
		close(c)
	}()
	m := make(map[string][md5.Size]byte)
	for r := range c {
		if r.err != nil {
			return nil, r.err
		}
		m[r.path] = r.sum
	}
	if err := <-errc; err != nil {
		return nil, err
	}
	return m, nil
}

func md5Serial(root string) (map[string][md5.Size]byte, error) {
	m := make(map[string][md5.Size]byte)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		m[path] = md5.Sum(data)
		return err
	})
	return m, err
}

func main() {
	root, way := ".", "bounded"
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if len(os.Args) > 2 {
		way = os.Args[2]
	}
	all := md5All
	if way == "serial" {
		all = md5Serial
	}
	m, err := all(root)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Println("no such folder")
		return
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var paths []string
	for path := range m {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	for _, path := range paths {
		name, _ := filepath.Rel(root, path)
		fmt.Printf("%x  %s\n", m[path], name)
	}
}
