//go:build ignore

// Transfers between accounts. Each account has a lock; a transfer takes two, the one of
// the lower number first, so that no two transfers wait for each other.
//
//	go run bank.go [transfers]
package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
)

const (
	accounts = 10
	tellers  = 8
	deposit  = 100
)

// Account has a balance that its lock protects.
type Account struct {
	number  int
	mu      sync.Mutex
	balance int
}

var errFunds = errors.New("insufficient funds")

func transfer(from, to *Account, amount int) error {
	first, second := from, to
	if to.number < from.number {
		first, second = to, from
	}
	first.mu.Lock()
	defer first.mu.Unlock()
	second.mu.Lock()
	defer second.mu.Unlock()
	if from.balance < amount {
		return errFunds
	}
	from.balance -= amount
	to.balance += amount
	return nil
}

// teller makes transfers and returns how many there were and how many of these failed.
func teller(seed, transfers int, bank []*Account) (done, failed int) {
	for done < transfers {
		seed = (seed*1103 + 12345) % 65536
		from, to := bank[seed%accounts], bank[(seed/16)%accounts]
		if from == to {
			continue
		}
		done++
		if err := transfer(from, to, seed%50); errors.Is(err, errFunds) {
			failed++
		}
	}
	return done, failed
}

func main() {
	transfers := 10000
	if len(os.Args) > 1 {
		transfers, _ = strconv.Atoi(os.Args[1])
	}
	bank := make([]*Account, accounts)
	for i := range bank {
		bank[i] = &Account{number: i, balance: deposit}
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var made, failed int
	for i := 0; i < tellers; i++ {
		wg.Add(1)
		go func(seed int) {
			defer wg.Done()
			d, f := teller(seed, transfers/tellers, bank)
			mu.Lock()
			defer mu.Unlock()
			made += d
			failed += f
		}(i)
	}
	wg.Wait()
	total, overdrawn := 0, 0
	for _, a := range bank {
		total += a.balance
		if a.balance < 0 {
			overdrawn++
		}
	}
	fmt.Println("transfers:", made)
	fmt.Println("some refused:", failed > 0 && failed < made)
	fmt.Println("in the bank:", total, "of", accounts*deposit)
	fmt.Println("overdrawn:", overdrawn)
	fmt.Println("refused:", transfer(bank[0], bank[1], total+1))
}
