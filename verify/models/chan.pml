/*
 * The buffered channel of src/channel: array.ts (fast paths, slow path), channel-core.ts
 * (close, release, free, withdraw), words.ts (lock, state and position in one word), and
 * the end of a wait from wait/waiter-state.ts (DONE and PARKED). Each process is a thread with
 * one task.
 *
 * One step is one access of a word that others may touch at the time: the two packed
 * words, a slot, a record's state. What a lock guards is one step with its neighbours.
 * Slots are steps of their own: a sender writes them under its lock, a receiver reads
 * them under another. Positions count modulo 8 and begin at 7, so they wrap.
 *
 * Checked: no value twice, none lost (received = sent), each sender's in order (with one
 * receiver, or two by receiver), no slot written while full or read while empty or freed,
 * one close wins, a oneshot takes one value, nobody stuck; as LTL: <> all are done.
 *
 * Left out: select (claims by compare-and-swap), values in blocks of their own, and
 * `patience`, which only tries again. trySend and tryRecv are the beginning of send and
 * recv. How the owner of a record hears that it is over is sleep.pml.
 *
 * Parameters come from the environment (P=2 C=1 … ./pan), so one binary runs all
 * configurations and mutants: see configurations.ts.
 */
#define MOST 6

/* Mutants: seeded bugs, each of which must be found. */
#define UNLOCK_RECV_FIRST 1   /* the slow path gives the receive lock back first (docs/decisions.md) */
#define NO_WAITED_BIT 2       /* nobody tells the other side's fast path that somebody waits */
#define NO_RECHECK 3          /* queue up without trying once more under the locks */
#define CLOSE_WAKES_ONE 4     /* close ends one receive, not all */
#define STALE_TAIL 5          /* the slow path does not refresh tailSeen when it unlocks */
#define PUBLISH_EARLY 6       /* the position moves before the slot is written */
#define LEAVE_SENDER 7        /* the slow take does not move the waiting sender's value */
#define CLOSE_ONE_WORD 8      /* the closed bit only in the receive word */
#define PARK_BY_STORE 9       /* PARKED is set by load and store, not by an atomic or */
#define NO_GENERATION 10      /* the fast path does not look at the generation */
#define ONE_LOCK 11           /* the slow path takes the send lock alone */
#define WEAK_CAS 12           /* the fast path claims by load and store */
#define NO_FLUSH 13           /* claimed waiters are never completed */
#define WITHDRAW_FIRST 14     /* cancelling takes out the first waiter, not its own */
#define WITHDRAW_BLIND 15     /* cancelling does not look whether it is queued still */
#define NO_CLAMP 16           /* putMany moves "less than no room" values */
#define EARLY_SLOT 17         /* the receiver gives the slot back before it has read it */
#define FREE_UNDRAINED 18     /* close frees a channel that still holds values */
#define CLOSE_UNCHECKED 19    /* close does not look whether it is closed already */

#define OWNER 7
#define WAITED 8
#define CLOSED 16
#define SLOW 31
#define STEP 32
#define START 224 /* position 7 of 0 … 7 */
#define POSITION(word) ((word) & 224)
#define DISTANCE(tail, head) ((((tail) - (head)) & 255) >> 5)

#define DID_IT 1
#define DID_WAIT 2
#define DID_CLOSED 3
#define DID_CANCEL 4
#define FAST 5
#define SLOWLY 6

c_decl {
  static int param(const char *name, int otherwise) {
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
  }
}

/* Senders, receivers, values of each sender, capacity. */
byte P, C, K, N;
byte mutant;
/* Close at any time; number of closers; who may cancel once (1 a sender, 2 a receiver); batches of two; a oneshot; the freed header is used again. */
bit early, batch, oneshot, reuse;
byte closers, cancels;

byte sendWord = START, recvWord = START;
bit generation, recvGeneration;
byte headSeen = START, tailSeen = START;
/* Positions of slot 0, as each side last passed it. */
byte sendLap = START, recvLap = START;
byte slot[4];
/* Offset of the buffer in use, and whether that of the first channel is freed. */
byte buffer;
bit freed;
chan receivers = [MOST] of { byte };
chan senders = [MOST] of { byte };

/* The record of each process's wait. */
bit done[MOST], parked[MOST], mail[MOST];
byte value[MOST], outcome[MOST];

byte sent, got, closes, finished, sending;
bit seen[7];
byte last[MOST];

#define REFUSED (generation != mine)

/* The slot of a position, which is published; the side's lap moves on with it. */
inline slotOf(lap, position) {
  at = DISTANCE(position, lap);
  if :: at >= N -> lap = (lap + N * STEP) & 255; at = at - N :: else fi;
  assert(at < N)
}

inline writeSlot(v, position) {
  assert(!(freed && buffer == 0));
  slotOf(sendLap, position);
  assert(slot[buffer + at] == 0);
  slot[buffer + at] = v;
  at = 0
}

inline readSlot(v, position) {
  assert(!(freed && buffer == 0));
  slotOf(recvLap, position);
  v = slot[buffer + at];
  assert(v != 0);
  slot[buffer + at] = 0;
  at = 0
}

inline lockBoth() {
  atomic { (sendWord & OWNER) == 0 -> s = sendWord; sendWord = s | (me + 1) }
  atomic {
    (recvWord & OWNER) == 0 || mutant == ONE_LOCK -> r = recvWord;
    if :: mutant != ONE_LOCK -> recvWord = r | (me + 1) :: else fi;
    isStale = REFUSED
  }
}

inline unlockBoth() {
  d_step {
    if
    :: mutant == NO_WAITED_BIT || isStale -> skip
    :: else ->
       s = (len(receivers) > 0 -> s | WAITED : s & (255 - WAITED));
       r = (len(senders) > 0 -> r | WAITED : r & (255 - WAITED))
    fi;
    if :: mutant == UNLOCK_RECV_FIRST -> if :: !isStale -> tailSeen = POSITION(s) :: else fi; recvWord = r :: else -> sendWord = s fi
  }
  d_step {
    if
    :: mutant == UNLOCK_RECV_FIRST -> sendWord = s
    :: else -> if :: !isStale && mutant != STALE_TAIL -> tailSeen = POSITION(s) :: else fi; recvWord = r
    fi;
    s = 0; r = 0; isStale = 0
  }
}

inline claimFirst(queue, how) {
  queue?q; outcome[q] = how; claimed = claimed | (1 << q)
}

/* Under both locks, after an operation: a closed channel ends its waits, a closed and empty one is freed. */
inline release() {
  if
  :: (s & CLOSED) ->
     do
     :: len(receivers) > 0 -> claimFirst(receivers, DID_CLOSED); if :: mutant == CLOSE_WAKES_ONE -> break :: else fi
     :: else -> break
     od;
     do
     :: len(senders) > 0 -> claimFirst(senders, DID_CLOSED)
     :: else -> break
     od;
     if
     :: DISTANCE(POSITION(s), POSITION(r)) == 0 || mutant == FREE_UNDRAINED ->
        generation = 1 - mine; recvGeneration = 1 - mine;
        r = POSITION(s) | CLOSED; s = s | CLOSED; freeing = 1
     :: else
     fi
  :: else
  fi;
  q = 0
}

/* After the unlock: free the buffer, end the waits that were claimed. */
inline flush() {
  if :: freeing -> d_step { freed = 1; freeing = 0 } :: else fi;
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

/* Until the wait in `queue` is over, or withdrawn. */
inline suspend(queue) {
  if
  :: mutant == PARK_BY_STORE ->
     if :: done[me] :: else -> d_step { parked[me] = 1; done[me] = 0 } fi
  :: else -> d_step { if :: done[me] :: else -> parked[me] = 1 fi }
  fi;
  do
  :: atomic { mail[me] || (done[me] && !parked[me]) -> did = outcome[me]; outcome[me] = 0; done[me] = 0; parked[me] = 0; mail[me] = 0; break }
  :: atomic { mayCancel && queue??[eval(me)] -> mayCancel = 0 }
     lockBoth();
     d_step {
       if
       :: !REFUSED && mutant == WITHDRAW_FIRST && len(queue) > 0 -> queue?_; did = DID_CANCEL
       :: !REFUSED && mutant == WITHDRAW_BLIND -> if :: queue??[eval(me)] -> queue??eval(me) :: else fi; did = DID_CANCEL
       :: else -> if :: !REFUSED && queue??[eval(me)] -> queue??eval(me); did = DID_CANCEL :: else fi
       fi
     }
     unlockBoth();
     if :: did == DID_CANCEL -> d_step { parked[me] = 0; done[me] = 0; mail[me] = 0; outcome[me] = 0; value[me] = 0 } break :: else fi
  od
}

/* Takes the lock in the word if it holds nothing unusual: the read is plain, the compare-and-swap checks it. A oneshot's sends are always slow. */
inline own(word, w, isSlow) {
  d_step { w = word; did = ((w & SLOW) || isSlow -> SLOWLY : FAST) }
  if
  :: did == FAST ->
     if
     :: mutant == WEAK_CAS -> word = w | (me + 1)
     :: else -> d_step { if :: word == w -> word = w | (me + 1) :: else -> did = SLOWLY fi }
     fi
  :: else
  fi
}

inline put(v) {
  own(sendWord, s, oneshot);
  if
  :: did == FAST ->
     if
     :: REFUSED && mutant != NO_GENERATION -> d_step { sendWord = s; did = DID_CLOSED }
     :: else ->
        if
        :: DISTANCE(POSITION(s), headSeen) >= N ->
           headSeen = POSITION(recvWord);
           if :: DISTANCE(POSITION(s), headSeen) >= N -> d_step { sendWord = s; did = DID_WAIT } :: else fi
        :: else
        fi;
        if
        :: did == FAST ->
           if
           :: mutant == PUBLISH_EARLY -> sendWord = (s + STEP) | (me + 1); d_step { writeSlot(v, POSITION(s)) } sendWord = s + STEP
           :: else -> d_step { writeSlot(v, POSITION(s)) } sendWord = s + STEP
           fi;
           did = DID_IT
        :: else
        fi
     fi
  :: else
  fi;
  s = 0;
  if
  :: did == SLOWLY || did == DID_WAIT ->
     lockBoth();
     d_step {
       if
       :: REFUSED || (s & CLOSED) -> did = DID_CLOSED
       :: else ->
          if
          :: mutant == NO_RECHECK && did == DID_WAIT -> skip
          :: else ->
             did = DID_WAIT;
             if
             :: len(receivers) > 0 -> claimFirst(receivers, DID_IT); value[q] = v; did = DID_IT
             :: len(receivers) == 0 && DISTANCE(POSITION(s), POSITION(r)) < N -> writeSlot(v, POSITION(s)); s = (s + STEP) & 255; did = DID_IT
             :: else
             fi
          fi;
          if
          :: did == DID_WAIT -> senders!me; value[me] = v
          :: else -> if :: oneshot -> s = s | CLOSED; r = r | CLOSED :: else fi; release()
          fi
       fi
     }
     unlockBoth();
     flush();
     if :: did == DID_WAIT -> suspend(senders) :: else fi
  :: else
  fi
}

inline take(v) {
  own(recvWord, r, 0);
  if
  :: did == FAST ->
     if
     :: recvGeneration != mine && mutant != NO_GENERATION -> d_step { recvWord = r; did = DID_CLOSED }
     :: else ->
        if
        :: tailSeen == POSITION(r) ->
           tailSeen = POSITION(sendWord);
           if :: tailSeen == POSITION(r) -> d_step { recvWord = r; did = DID_WAIT } :: else fi
        :: else
        fi;
        if
        :: did == FAST ->
           if
           :: mutant == EARLY_SLOT -> recvWord = (r + STEP) | (me + 1); d_step { readSlot(v, POSITION(r)) } recvWord = r + STEP
           :: else -> d_step { readSlot(v, POSITION(r)) } recvWord = r + STEP
           fi;
           did = DID_IT
        :: else
        fi
     fi
  :: else
  fi;
  r = 0;
  if
  :: did == SLOWLY || did == DID_WAIT ->
     lockBoth();
     d_step {
       if
       :: REFUSED -> did = DID_CLOSED
       :: else ->
          if
          :: DISTANCE(POSITION(s), POSITION(r)) == 0 || (mutant == NO_RECHECK && did == DID_WAIT) -> did = ((s & CLOSED) -> DID_CLOSED : DID_WAIT)
          :: else ->
             readSlot(v, POSITION(r)); r = (r + STEP) & 255; did = DID_IT;
             if
             :: len(senders) > 0 && mutant != LEAVE_SENDER -> claimFirst(senders, DID_IT); writeSlot(value[q], POSITION(s)); value[q] = 0; s = (s + STEP) & 255
             :: else
             fi
          fi;
          if :: did == DID_WAIT -> receivers!me :: else -> release() fi
       fi
     }
     unlockBoth();
     flush();
     if :: did == DID_WAIT -> suspend(receivers); if :: did == DID_IT -> v = value[me] :: else fi; value[me] = 0 :: else fi
  :: else
  fi
}

/* putMany for two values: the fast path; moves what there is room for. */
inline putTwo(v) {
  own(sendWord, s, oneshot);
  if
  :: did == FAST ->
     n = (N - DISTANCE(POSITION(s), headSeen));
     if :: n < 2 -> headSeen = POSITION(recvWord); n = N - DISTANCE(POSITION(s), headSeen) :: else fi;
     d_step {
       if :: n > 2 -> n = 2 :: else fi;
       if :: n < 0 && mutant != NO_CLAMP -> n = 0 :: else fi;
       if :: REFUSED -> n = 0 :: else fi;
       if :: n > 0 -> writeSlot(v, POSITION(s)) :: else fi;
       if :: n > 1 -> writeSlot(v + 1, POSITION(s + STEP)) :: else fi
     }
     d_step { sendWord = (s + n * STEP) & 255; did = 0 }
  :: else
  fi;
  s = 0
}

inline received(v) {
  d_step {
    assert(!seen[v]); seen[v] = 1; got++;
    /* The values of sender k are k·K + 1 … k·K + K. */
    if :: C == 1 -> assert(last[(v - 1) / K] < v); last[(v - 1) / K] = v :: else fi;
    v = 0
  }
}

proctype Sender(byte me; byte from) {
  byte s, r, q, at, claimed, did, k; short n; bit freeing, mayCancel, isStale;
  bit mine = 0;
  mayCancel = (cancels == 1 && from == 1);
  do
  :: k < K ->
     if
     :: batch && k + 1 < K -> putTwo(from + k); d_step { if :: n > 0 -> sent = sent + n; k = k + n :: else fi; n = 0 }
     :: else
     fi;
     if
     :: k < K ->
        put(from + k);
        if
        :: did == DID_IT -> d_step { sent++; k++ }
        :: did == DID_CANCEL -> k++
        :: else -> break
        fi
     :: else
     fi
  :: else -> break
  od;
  atomic { did = 0; k = 0; sending--; finished++ }
}

proctype Receiver(byte me) {
  byte s, r, q, at, claimed, did, v; bit freeing, mayCancel, isStale;
  bit mine = 0;
  mayCancel = (cancels == 2 && me == P);
  do
  :: take(v);
     if
     :: did == DID_IT -> received(v)
     :: did == DID_CANCEL
     :: else -> break
     fi
  od;
  atomic { did = 0; finished++ }
}

proctype Closer(byte me) {
  byte s, r, q, claimed; bit freeing, isStale;
  bit mine = 0;
  early || sending == 0;
  lockBoth();
  d_step {
    if
    :: REFUSED || ((s & CLOSED) && mutant != CLOSE_UNCHECKED)
    :: else ->
       r = r | CLOSED;
       if :: mutant != CLOSE_ONE_WORD -> s = s | CLOSED :: else fi;
       closes++;
       release()
    fi
  }
  unlockBoth();
  flush();
  finished++
}

/* Makes a new channel in the freed header (make-channel.ts) and uses it, beside those with a stale handle. */
proctype Maker(byte me) {
  byte s, r, q, at, claimed, did, v; bit freeing, mayCancel, isStale;
  bit mine = 1;
  freed;
  atomic { (sendWord & OWNER) == 0 -> s = sendWord; sendWord = s | (me + 1) }
  atomic { (recvWord & OWNER) == 0 -> r = recvWord; recvWord = r | (me + 1) }
  d_step { buffer = 2; sendLap = POSITION(s); recvLap = POSITION(s); headSeen = POSITION(s); tailSeen = POSITION(s) }
  recvWord = POSITION(s);
  d_step { sendWord = POSITION(s); s = 0; r = 0 }
  put(6);
  assert(did == DID_IT);
  take(v);
  assert(did == DID_IT && v == 6);
  d_step { did = 0; v = 0; finished++ }
}

#define PROCESSES (P + C + closers + reuse)

init {
  byte k;
  d_step {
    c_code {
      now.P = param("P", 1); now.C = param("C", 1); now.K = param("K", 2); now.N = param("N", 1);
      now.mutant = param("MUTANT", 0);
      now.early = param("EARLY", 0); now.batch = param("BATCH", 0); now.oneshot = param("ONESHOT", 0); now.reuse = param("REUSE", 0);
      now.closers = param("CLOSERS", 1); now.cancels = param("CANCELS", 0);
    };
    sending = P
  }
  atomic {
    do :: k < P -> run Sender(k, k * K + 1); k++ :: else -> break od;
    k = 0;
    do :: k < C -> run Receiver(P + k); k++ :: else -> break od;
    k = 0;
    do :: k < closers -> run Closer(P + C + k); k++ :: else -> break od;
    if :: reuse -> run Maker(P + C + closers) :: else fi
  }
  finished == PROCESSES;
  assert(got == sent);
  assert(freed);
  assert(closers == 0 || oneshot || closes == 1);
  assert(!oneshot || sent <= 1)
}

ltl ends { <> (P > 0 && finished == PROCESSES) }
