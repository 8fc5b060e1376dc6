/*
 * How a processor sleeps and is woken: src/scheduler/README.md, wait/doorbell.ts,
 * wait/inbox.ts, the turn of scheduler/processor.ts and the watch on `quiet` of
 * runtime/main/keep-alive.ts. Letters and numbers of steps are those of the README.
 *
 * Each processor is an event loop: a turn that is due, the resolution of its pending
 * waitAsync, a foreign event (a timer that resumes a task while the processor may be
 * asleep). The main thread posts tasks, then sleeps on `quiet` until none lives, then
 * stops the threads. A relay is a task that posts another one to the next thread; tasks
 * in a queue may be stolen. One step is one access of shared memory.
 *
 * Checked: every task runs, main hears of the end, every thread hears of the stop
 * (anything lost leaves somebody waiting: an invalid end state); at the end all sleeping
 * threads are counted; as LTL: <> all have ended.
 *
 * Left out: watching before sleeping (another turn), naps (another foreign event), where
 * `live` is counted (README, "Does any task live?"), and time.
 *
 * Parameters as in chan.pml.
 */
#define MOST 3

/* Mutants: seeded bugs, each of which must be found. */
#define NO_RECHECK 1     /* c: falls asleep without looking again */
#define RECHECK_FIRST 2  /* c before b: looks, then marks itself asleep */
#define RING_FIRST 3     /* 2 before 1: rings, then publishes */
#define BELL_LATE 4      /* a after b: reads the bell after the mark */
#define NOTIFY_FIRST 5   /* 2: notifies before the bell counts */
#define NO_BELL 6        /* 2: notifies, and the bell does not count */
#define STORE_AWAKE 7    /* the mark is taken away by a store, not a compare-and-swap */
#define ENDED_SILENT 8   /* a task that a foreign event resumed ends without arming a turn */
#define QUIET_LATE 9     /* main reads quiet after it has looked at the tasks */
#define SPLIT_COUNT 10   /* b: sleepers + 1 by load and store */
#define STALE_ARMED 11   /* d: the resolved wait still counts as pending */
#define QUIET_UNCOUNTED 12 /* e: notifies, and quiet does not count */
#define STOP_UNSEEN 13   /* c: does not look at `stopping` */
#define QUEUE_UNSEEN 14  /* c: looks at the inbox, not at its own queue */

#define AWAKE 0
#define ASLEEP 1
#define LEAF 0
#define RELAY 1
#define QUEUE 2

c_decl {
  static int param(const char *name, int otherwise) {
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
  }
}

/* Threads; leaves and relays that main posts; foreign events of thread 0; tasks that main puts into queues. */
byte T, LEAVES, RELAYS, EVENTS, QUEUED, mutant;

byte leaves[MOST], relays[MOST], queue[MOST];
bit state[MOST];
byte bell[MOST];
byte sleepers, quiet;
bit stopping;
/* The engine's list of waitAsync on each bell, the resolutions under way, and main's wait on `quiet`. */
bit waiting[MOST], rung[MOST];
bit mainWaits;
/* Tasks that live; processes that have ended. */
byte live, ended;

/* 2 */
inline ring(p) {
  if
  :: state[p] == ASLEEP ->
     transitionToAwake(p, won);
     if
     :: atomic { won && mutant == NOTIFY_FIRST -> notify(waiting[p], rung[p]) } bell[p]++
     :: atomic { won && mutant != NOTIFY_FIRST -> if :: mutant != NO_BELL -> bell[p]++ :: else fi } d_step { won = 0; notify(waiting[p], rung[p]) }
     :: !won
     fi;
     won = 0
  :: state[p] != ASLEEP
  fi
}

inline notify(pending, resolved) { if :: pending -> pending = 0; resolved = 1 :: else fi }

/* The compare-and-swap; whose it was subtracts. */
inline transitionToAwake(p, mine) {
  if
  :: atomic { mutant == STORE_AWAKE -> mine = (state[p] == ASLEEP) } state[p] = AWAKE
  :: d_step { mutant != STORE_AWAKE -> mine = (state[p] == ASLEEP); state[p] = AWAKE }
  fi;
  if :: atomic { mine -> sleepers-- } :: !mine fi
}

inline publish(kind, p) {
  d_step { if :: kind == LEAF -> leaves[p]++ :: kind == RELAY -> relays[p]++ :: kind == QUEUE -> queue[p]++ fi }
}

/* 1 and 2; the task is counted before it is published. */
inline post(kind, p) {
  if
  :: atomic { mutant != RING_FIRST -> live++ } publish(kind, p); ring(p)
  :: atomic { mutant == RING_FIRST -> live++ } ring(p); publish(kind, p)
  fi
}

inline hasWork() {
  busy = (leaves[me] > 0 || relays[me] > 0 || (queue[me] > 0 && mutant != QUEUE_UNSEEN) || (stopping && mutant != STOP_UNSEEN))
}

inline fallAsleep() {
  d_step { if :: mutant == RECHECK_FIRST -> hasWork() :: mutant == BELL_LATE :: else -> rings = bell[me] fi }; /* a */
  if :: mutant == RECHECK_FIRST -> rings = bell[me] :: mutant != RECHECK_FIRST fi;
  state[me] = ASLEEP;                                                                                         /* b */
  if
  :: atomic { mutant == SPLIT_COUNT -> count = sleepers + 1 } sleepers = count
  :: d_step { mutant != SPLIT_COUNT -> sleepers++; count = sleepers }
  fi;
  if :: mutant == BELL_LATE -> rings = bell[me] :: mutant != BELL_LATE fi;
  d_step { if :: mutant != RECHECK_FIRST && mutant != NO_RECHECK -> hasWork() :: else fi };                   /* c */
  d_step {                                                                                                    /* d */
    if
    :: busy || armed
    :: else -> if :: bell[me] == rings -> waiting[me] = 1; armed = 1 :: else -> busy = 1 fi
    fi
  };
  if
  :: busy -> transitionToAwake(me, won); d_step { won = 0; due = 1 }
  :: !busy && count == T -> d_step { if :: mutant != QUIET_UNCOUNTED -> quiet++ :: else fi } mainWaits = 0      /* e */
  :: !busy && count != T
  fi;
  d_step { busy = 0; rings = 0; count = 0 }
}

proctype Processor(byte me) {
  byte rings, count, some, more, other, events;
  bit due, armed, busy, won, ran;
  d_step { due = 1; if :: me == 0 -> events = EVENTS :: else fi };
  do
  :: atomic { due -> due = 0 }
     transitionToAwake(me, won);
     /* The inbox as a whole, then own tasks; else one of somebody else's. */
     d_step { won = 0; some = leaves[me]; more = relays[me]; leaves[me] = 0; relays[me] = 0 };
     d_step {
       some = some + queue[me]; queue[me] = 0; other = (me + 1) % T;
       if :: some + more == 0 && queue[other] > 0 -> queue[other]--; some = 1 :: else fi;
       ran = some + more > 0
     }
     do
     :: more > 0 -> post(LEAF, other); d_step { live--; more-- }
     :: atomic { more == 0 && some > 0 -> live--; some-- }
     :: more == 0 && some == 0 -> break
     od;
     if
     :: stopping -> break
     :: d_step { !stopping && ran -> ran = 0; due = 1; other = 0 }
     :: atomic { !stopping && !ran -> other = 0 } fallAsleep()
     fi
  :: d_step { rung[me] -> rung[me] = 0; if :: mutant != STALE_ARMED -> armed = 0 :: else fi; due = 1 }
  :: atomic { events > 0 -> other = (me + 1) % T }
     /* A timer resumes a task, which posts to the next thread, or not, and ends. */
     if :: post(LEAF, other) :: skip fi;
     d_step { live--; events--; other = 0 };
     d_step { if :: state[me] == ASLEEP && mutant != ENDED_SILENT -> due = 1 :: else fi }
  od;
  atomic { due = 0; ran = 0; armed = 0; other = 0; ended++ }
}

proctype Main() {
  byte k, p, seen; bit won;
  do
  :: k < LEAVES -> p = k % T; post(LEAF, p); k++
  :: k >= LEAVES && k < LEAVES + RELAYS -> p = (k - LEAVES) % T; post(RELAY, p); k++
  :: k >= LEAVES + RELAYS && k < LEAVES + RELAYS + QUEUED -> p = 0; post(QUEUE, p); k++
  :: else -> break
  od;
  do
  :: d_step { if :: mutant != QUIET_LATE -> seen = quiet :: else fi };
     if :: live == 0 -> break :: live > 0 fi;
     d_step { if :: mutant == QUIET_LATE -> seen = quiet :: else fi };
     d_step { if :: quiet == seen -> mainWaits = 1 :: else fi };
     !mainWaits
  od;
  stopping = 1;
  p = 0;
  do :: p < T -> ring(p); p++ :: else -> break od;
  atomic { p = 0; k = 0; seen = 0; ended++ }
}

init {
  byte k;
  d_step {
    c_code {
      now.T = param("T", 1); now.LEAVES = param("LEAVES", 1); now.RELAYS = param("RELAYS", 0);
      now.EVENTS = param("EVENTS", 0); now.QUEUED = param("QUEUED", 0); now.mutant = param("MUTANT", 0);
    };
    live = EVENTS
  }
  atomic {
    do :: k < T -> run Processor(k); k++ :: else -> break od;
    run Main()
  }
  ended == T + 1;
  assert(live == 0);
  d_step {
    k = 0;
    do :: k < T -> assert(leaves[k] == 0 && relays[k] == 0 && queue[k] == 0); sleepers = sleepers - state[k]; k++ :: else -> break od
  }
  assert(sleepers == 0)
}

ltl ends { <> (T > 0 && ended == T + 1) }
