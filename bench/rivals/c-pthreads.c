/* Bandwidth of a plain C dot product in GB/s, cut into one part a thread; the
   compiler's version for the argument "version". */
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
  if (argc == 2 && strcmp(argv[1], "version") == 0) return printf("%s\n", __VERSION__) < 0;
  if (argc != 4) return usage(argv[0]);
  threads = atoi(argv[3]);
  if (threads < 1 || threads > MOST_THREADS) return usage(argv[0]);
  return trial(dot, atol(argv[1]), atof(argv[2]));
}
