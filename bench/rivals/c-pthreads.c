/* Bandwidth of a plain C dot product, cut into one part a thread: prints GB/s
   of each run, one a line, after the compiler's version.
   Usage: c-pthreads ELEMENTS RUNS RUN_MS THREADS */
#include <pthread.h>
#include "dot-trial.h"

#define MOST_THREADS 1024

struct part {
  const double *a, *b;
  long n;
  double sum;
  pthread_t thread;
};

static int threads;
static struct part parts[MOST_THREADS];

static void *run_part(void *argument) {
  struct part *part = argument;
  double sum = 0;
  for (long i = 0; i < part->n; i++) sum += part->a[i] * part->b[i];
  part->sum = sum;
  return NULL;
}

static double dot(const double *a, const double *b, long n) {
  double sum = 0;
  for (int t = 0; t < threads; t++) {
    long from = n * t / threads, to = n * (t + 1) / threads;
    parts[t] = (struct part){.a = a + from, .b = b + from, .n = to - from};
    if (t > 0 && pthread_create(&parts[t].thread, NULL, run_part, &parts[t]) != 0) {
      fprintf(stderr, "cannot start thread %d\n", t);
      exit(1);
    }
  }
  run_part(&parts[0]);
  for (int t = 0; t < threads; t++) {
    if (t > 0) pthread_join(parts[t].thread, NULL);
    sum += parts[t].sum;
  }
  return sum;
}

int main(int argc, char **argv) {
  if (argc != 5) return usage(argv[0]);
  threads = atoi(argv[4]);
  if (threads < 1 || threads > MOST_THREADS) return usage(argv[0]);
  printf("%s\n", __VERSION__);
  return trial(dot, atol(argv[1]), atoi(argv[2]), atof(argv[3]));
}
