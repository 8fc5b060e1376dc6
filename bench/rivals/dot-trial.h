/* What openblas.c and c-pthreads.c share: two vectors, a warm-up that finds how
   many products fill a batch, the timed batches, and a check of the sum. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef double dot_function(const double *a, const double *b, long n);

static int usage(const char *program) {
  fprintf(stderr, "usage: %s version, or %s ELEMENTS MILLISECONDS (and THREADS for c-pthreads)\n", program, program);
  return 2;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

/* Seconds that count products take; ends the program when a sum is wrong. */
static double run(dot_function *dot, const double *a, const double *b, long n, long count, double expected) {
  double start = seconds();
  for (long k = 0; k < count; k++) {
    double sum = dot(a, b, n);
    if (fabs(sum - expected) > expected * 1e-12) {
      fprintf(stderr, "the sum is %.17g, not %.17g\n", sum, expected);
      exit(1);
    }
  }
  return seconds() - start;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* Prints the median of the batches in GB/s: as in trial.ts, batches of about 10 ms
   that take ms milliseconds together, and at least five. */
static int trial(dot_function *dot, long n, double ms) {
  enum { LEAST_BATCHES = 5, MOST_BATCHES = 4096 };
  static double rates[MOST_BATCHES];
  double *a = malloc(n * sizeof *a), *b = malloc(n * sizeof *b);
  if (a == NULL || b == NULL) {
    fprintf(stderr, "no memory for two vectors of %ld elements\n", n);
    return 1;
  }
  double expected = 0; /* small whole numbers: exact in any order of addition */
  for (long i = 0; i < n; i++) {
    a[i] = i % 7;
    b[i] = i % 5;
    expected += a[i] * b[i];
  }
  long count = 1;
  double took = run(dot, a, b, n, count, expected);
  while (took < 0.01) took = run(dot, a, b, n, count *= 2, expected);
  int batches = 0;
  for (double spent = 0; batches < MOST_BATCHES && (batches < LEAST_BATCHES || spent < ms / 1e3); batches++) {
    took = run(dot, a, b, n, count, expected);
    spent += took;
    rates[batches] = 16.0 * n * count / took / 1e9;
  }
  qsort(rates, batches, sizeof *rates, ascending);
  printf("%.6f\n", (rates[(batches - 1) / 2] + rates[batches / 2]) / 2);
  return 0;
}
