//go:build ignore

// An HTTP service that computes, and shuts down gracefully: requests in progress are
// answered, later ones find no server. The same program is its client.
// Source: the example of net/http's Server.Shutdown.
//
//	go run http-service.go [requests]
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
)

func countPrimes(last int) int {
	count := 0
	for n := 2; n <= last; n++ {
		prime := true
		for d := 2; d*d <= n; d++ {
			if n%d == 0 {
				prime = false
				break
			}
		}
		if prime {
			count++
		}
	}
	return count
}

// service answers /primes/N; a request for /slow waits until it may go on.
func service(entered chan<- struct{}, goOn <-chan struct{}) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/primes/", func(w http.ResponseWriter, r *http.Request) {
		last, err := strconv.Atoi(r.URL.Path[len("/primes/"):])
		if err != nil || last < 0 {
			http.Error(w, "not a number", http.StatusBadRequest)
			return
		}
		fmt.Fprintln(w, countPrimes(last))
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		<-goOn
		fmt.Fprintln(w, "slow, but answered")
	})
	return mux
}

func get(url string) string {
	response, err := http.Get(url)
	if err != nil {
		return "no server"
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return fmt.Sprintf("%d %s", response.StatusCode, body[:len(body)-1])
}

func main() {
	n := 10
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	entered, goOn := make(chan struct{}), make(chan struct{})
	server := http.Server{Handler: service(entered, goOn)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	root := "http://" + listener.Addr().String()
	served := make(chan error)
	go func() { served <- server.Serve(listener) }()

	answers := make([]string, n)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			answers[i] = get(fmt.Sprintf("%s/primes/%d", root, 1000*(i+1)))
		}(i)
	}
	wg.Wait()
	for i, answer := range answers {
		fmt.Printf("primes up to %d: %s\n", 1000*(i+1), answer)
	}
	fmt.Println("a bad request:", get(root+"/primes/many"))
	fmt.Println("another path:", get(root + "/composites")[:3])

	slow := make(chan string)
	go func() { slow <- get(root + "/slow") }()
	<-entered
	shut := make(chan error)
	go func() { shut <- server.Shutdown(context.Background()) }()
	fmt.Println("the server no longer listens:", errors.Is(<-served, http.ErrServerClosed))
	http.DefaultClient.CloseIdleConnections() // a late request needs a new one
	fmt.Println("a late request:", get(root+"/primes/10"))
	close(goOn)
	fmt.Println("in progress:", <-slow)
	fmt.Println("shut down:", <-shut == nil)
}
