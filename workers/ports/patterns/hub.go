//go:build ignore

// A hub: subscribers get what is published on their topic. The hub's state belongs to
// one goroutine. A subscriber whose channel is full misses the message.
// Source: the hub of the chat example of gorilla/websocket (Gary Burd).
//
//	go run hub.go [messages]
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
)

// Message is published on a topic.
type Message struct {
	topic string
	n     int
}

// Subscription is a topic and the channel for its messages.
type Subscription struct {
	topic string
	ch    chan int
}

// Hub has a channel for each thing that it can be asked.
type Hub struct {
	subscribe, unsubscribe chan Subscription
	publish                chan Message
	quit                   chan chan int // answered with the number of missed messages
}

func (h Hub) run() {
	topics := map[string]map[chan int]bool{}
	missed := 0
	for {
		select {
		case s := <-h.subscribe:
			if topics[s.topic] == nil {
				topics[s.topic] = map[chan int]bool{}
			}
			topics[s.topic][s.ch] = true
		case s := <-h.unsubscribe:
			delete(topics[s.topic], s.ch)
			close(s.ch)
		case m := <-h.publish:
			for ch := range topics[m.topic] {
				select {
				case ch <- m.n:
				default:
					missed++
				}
			}
		case reply := <-h.quit:
			for _, subscribers := range topics {
				for ch := range subscribers {
					close(ch)
				}
			}
			reply <- missed
			return
		}
	}
}

func listen(name string, ch <-chan int, lines chan<- string) {
	count, sum := 0, 0
	for n := range ch {
		count++
		sum += n
	}
	lines <- fmt.Sprintf("%s: %d messages, sum %d", name, count, sum)
}

func main() {
	messages := 1000
	if len(os.Args) > 1 {
		messages, _ = strconv.Atoi(os.Args[1])
	}
	hub := Hub{make(chan Subscription), make(chan Subscription), make(chan Message), make(chan chan int)}
	go hub.run()
	join := func(topic string, room int) Subscription {
		s := Subscription{topic, make(chan int, room)}
		hub.subscribe <- s
		return s
	}
	ann, ben, cid := join("news", 2*messages), join("sport", 2*messages), join("news", 2*messages)
	lazy := join("news", 10) // is read only after the end
	lines := make(chan string, 4)
	go listen("ann", ann.ch, lines)
	go listen("ben", ben.ch, lines)
	go listen("cid", cid.ch, lines)

	for i := 1; i <= messages; i++ {
		hub.publish <- Message{"news", i}
		hub.publish <- Message{"sport", -i}
		hub.publish <- Message{"weather", i}
	}
	hub.unsubscribe <- cid
	for i := 1; i <= messages; i++ {
		hub.publish <- Message{"news", i}
	}
	missed := make(chan int)
	hub.quit <- missed
	fmt.Println("missed:", <-missed)
	go listen("lazy", lazy.ch, lines)

	said := []string{<-lines, <-lines, <-lines, <-lines}
	sort.Strings(said)
	fmt.Println(strings.Join(said, "\n"))
}
