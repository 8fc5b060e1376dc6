/*
 * The unbuffered channel: src/channel/rendezvous.ts over channel-core.ts, with the end
 * of a wait from wait/waiter-state.ts (DONE and PARKED). One lock; what it guards is one step.
 *
 * Checked: no value twice, received = sent, each sender's in order with one receiver, a
 * send that waited returns only when a receiver has its value, one close wins, nobody
 * stuck; as LTL: <> all are done.
 *
 * Parameters as in chan.pml.
 */
#define MOST 6

/* Mutants: seeded bugs, each of which must be found. */
#define TRY_APART 1        /* try under the lock, queue up under the lock later */
#define CLOSE_WAKES_ONE 2  /* close ends one receive, not all */
#define PARK_BY_STORE 3    /* PARKED is set by load and store, not by an atomic or */
#define NO_FLUSH 4         /* claimed waiters are never completed */
#define WITHDRAW_FIRST 5   /* cancelling takes out the first waiter, not its own */
#define WITHDRAW_BLIND 6   /* cancelling does not look whether it is queued still */
#define VALUE_LATE 7       /* the receiver is woken before the value is in its record */
#define SEND_UNCHECKED 8   /* send does not look whether the channel is closed */
#define CLAIM_PEEKS 9      /* the claimed waiter stays in its queue */

#define DID_IT 1
#define DID_WAIT 2
#define DID_CLOSED 3
#define DID_CANCEL 4

c_decl {
  static int param(const char *name, int otherwise) {
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
  }
}

byte P, C, K, mutant, closers, cancels;
bit early;

/* The `send` word: its owner and the closed bit; a closed rendezvous is empty, so it is freed and its handle stale. */
byte owner;
bit closed;
chan receivers = [MOST] of { byte };
chan senders = [MOST] of { byte };

bit done[MOST], parked[MOST], mail[MOST];
byte value[MOST], outcome[MOST];

byte sent, got, closes, finished, sending;
bit seen[7], taken[7];
byte last[MOST];

inline lock() { atomic { owner == 0 -> owner = me + 1 } }
inline unlock() { owner = 0 }

inline claimFirst(queue, how) {
  if :: mutant == CLAIM_PEEKS -> queue?<q> :: else -> queue?q fi;
  outcome[q] = how; claimed = claimed | (1 << q)
}

inline flush() {
  do
  :: claimed && mutant != NO_FLUSH ->
     d_step {
       do :: (claimed & (1 << q)) -> break :: else -> q++ od;
       done[q] = 1; mail[q] = parked[q];
       claimed = claimed & (255 - (1 << q)); q = 0
     }
  :: else -> break
  od;
  claimed = 0
}

inline suspend(queue) {
  if
  :: mutant == PARK_BY_STORE ->
     if :: done[me] :: else -> d_step { parked[me] = 1; done[me] = 0 } fi
  :: else -> d_step { if :: done[me] :: else -> parked[me] = 1 fi }
  fi;
  do
  :: atomic { mail[me] || (done[me] && !parked[me]) -> did = outcome[me]; outcome[me] = 0; done[me] = 0; parked[me] = 0; mail[me] = 0; break }
  :: atomic { mayCancel && queue??[eval(me)] -> mayCancel = 0 }
     lock();
     d_step {
       if
       :: mutant == WITHDRAW_FIRST && len(queue) > 0 -> queue?_; did = DID_CANCEL
       :: mutant == WITHDRAW_BLIND -> if :: queue??[eval(me)] -> queue??eval(me) :: else fi; did = DID_CANCEL
       :: else -> if :: queue??[eval(me)] -> queue??eval(me); did = DID_CANCEL :: else fi
       fi
     }
     unlock();
     if :: did == DID_CANCEL -> d_step { parked[me] = 0; done[me] = 0; mail[me] = 0; outcome[me] = 0; value[me] = 0 } break :: else fi
  od
}

inline put(v) {
  lock();
  d_step {
    if
    :: closed && mutant != SEND_UNCHECKED -> did = DID_CLOSED
    :: else ->
       if
       :: len(receivers) > 0 ->
          claimFirst(receivers, DID_IT);
          if :: mutant == VALUE_LATE -> late = q :: else -> value[q] = v; taken[v] = 1 fi;
          did = DID_IT; q = 0
       :: else -> did = DID_WAIT; if :: mutant == TRY_APART :: else -> senders!me; value[me] = v fi
       fi
    fi
  }
  unlock();
  flush();
  if :: late -> d_step { value[late] = v; taken[v] = 1; late = 0 } :: else fi;
  if :: did == DID_WAIT && mutant == TRY_APART -> lock(); d_step { senders!me; value[me] = v } unlock() :: else fi;
  if :: did == DID_WAIT -> suspend(senders); assert(did != DID_IT || taken[v]) :: else fi
}

inline take(v) {
  lock();
  d_step {
    if
    :: len(senders) > 0 -> claimFirst(senders, DID_IT); v = value[q]; value[q] = 0; taken[v] = 1; did = DID_IT; q = 0
    :: len(senders) == 0 && closed -> did = DID_CLOSED
    :: else -> did = DID_WAIT; if :: mutant == TRY_APART :: else -> receivers!me fi
    fi
  }
  unlock();
  flush();
  if :: did == DID_WAIT && mutant == TRY_APART -> lock(); receivers!me; unlock() :: else fi;
  if :: did == DID_WAIT -> suspend(receivers); if :: did == DID_IT -> v = value[me] :: else fi; value[me] = 0 :: else fi
}

proctype Sender(byte me; byte from) {
  byte q, claimed, did, k, late; bit mayCancel;
  mayCancel = (cancels == 1 && from == 1);
  do
  :: k < K ->
     put(from + k);
     if
     :: did == DID_IT -> d_step { sent++; k++ }
     :: did == DID_CANCEL -> k++
     :: else -> break
     fi
  :: else -> break
  od;
  atomic { did = 0; k = 0; sending--; finished++ }
}

proctype Receiver(byte me) {
  byte q, claimed, did, v; bit mayCancel;
  mayCancel = (cancels == 2 && me == P);
  do
  :: take(v);
     if
     :: did == DID_IT ->
        d_step {
          assert(v != 0 && !seen[v]); seen[v] = 1; got++;
          if :: C == 1 -> assert(last[(v - 1) / K] < v); last[(v - 1) / K] = v :: else fi;
          v = 0
        }
     :: did == DID_CANCEL
     :: else -> break
     fi
  od;
  atomic { did = 0; finished++ }
}

proctype Closer(byte me) {
  byte q, claimed;
  early || sending == 0;
  lock();
  d_step {
    if
    :: closed
    :: else ->
       closed = 1; closes++;
       do :: len(receivers) > 0 -> claimFirst(receivers, DID_CLOSED); if :: mutant == CLOSE_WAKES_ONE || mutant == CLAIM_PEEKS -> break :: else fi :: else -> break od;
       do :: len(senders) > 0 -> claimFirst(senders, DID_CLOSED); if :: mutant == CLAIM_PEEKS -> break :: else fi :: else -> break od;
       q = 0
    fi
  }
  unlock();
  flush();
  finished++
}

#define PROCESSES (P + C + closers)

init {
  byte k;
  d_step {
    c_code {
      now.P = param("P", 1); now.C = param("C", 1); now.K = param("K", 2);
      now.mutant = param("MUTANT", 0);
      now.early = param("EARLY", 0); now.closers = param("CLOSERS", 1); now.cancels = param("CANCELS", 0);
    };
    sending = P
  }
  atomic {
    do :: k < P -> run Sender(k, k * K + 1); k++ :: else -> break od;
    k = 0;
    do :: k < C -> run Receiver(P + k); k++ :: else -> break od;
    k = 0;
    do :: k < closers -> run Closer(P + C + k); k++ :: else -> break od
  }
  finished == PROCESSES;
  assert(got == sent);
  assert(closes == 1);
  assert(len(senders) == 0 && len(receivers) == 0)
}

ltl ends { <> (P > 0 && finished == PROCESSES) }
