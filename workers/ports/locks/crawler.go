//go:build ignore

// A web crawler over a site that is made up: fetches in parallel, and no page twice.
// Source: A Tour of Go, "Exercise: Web Crawler".
//
//	go run crawler.go [pages]
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"sync"
	"time"
)

// Page is what a fetch finds.
type Page struct {
	title string
	urls  []string
}

// fetch returns the page under a URL; every fifth link of the site leads nowhere.
func fetch(url string, pages int) (Page, error) {
	time.Sleep(time.Millisecond)
	n, err := strconv.Atoi(url[1:])
	if err != nil || n >= pages || n%5 == 4 {
		return Page{}, fmt.Errorf("not found: %s", url)
	}
	return Page{fmt.Sprintf("page %d", n), []string{link(2*n + 1), link(2*n + 2), link(n / 3), link(n + 3)}}, nil
}

func link(n int) string { return "/" + strconv.Itoa(n) }

// Crawler has the URLs that were seen and the lines about them.
type Crawler struct {
	pages int
	wg    sync.WaitGroup
	mu    sync.Mutex
	seen  map[string]bool
	lines []string
}

func (c *Crawler) isNew(url string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen[url] {
		return false
	}
	c.seen[url] = true
	return true
}

func (c *Crawler) crawl(url string) {
	defer c.wg.Done()
	if !c.isNew(url) {
		return
	}
	page, err := fetch(url, c.pages)
	c.mu.Lock()
	if err != nil {
		c.lines = append(c.lines, err.Error())
	} else {
		c.lines = append(c.lines, fmt.Sprintf("found: %s %q", url, page.title))
	}
	c.mu.Unlock()
	for _, u := range page.urls {
		c.wg.Add(1)
		go c.crawl(u)
	}
}

func main() {
	pages := 100
	if len(os.Args) > 1 {
		pages, _ = strconv.Atoi(os.Args[1])
	}
	c := Crawler{pages: pages, seen: map[string]bool{}}
	c.wg.Add(1)
	c.crawl(link(0))
	c.wg.Wait()
	sort.Strings(c.lines)
	for _, line := range c.lines {
		fmt.Println(line)
	}
}
