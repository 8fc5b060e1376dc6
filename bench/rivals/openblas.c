/* Bandwidth of OpenBLAS's ddot: prints GB/s of each run, one a line, after the
   library's description. The number of threads comes from OPENBLAS_NUM_THREADS.
   Usage: openblas ELEMENTS RUNS RUN_MS */
#include <cblas.h>
#include "dot-trial.h"

static double dot(const double *a, const double *b, long n) { return cblas_ddot((int)n, a, 1, b, 1); }

int main(int argc, char **argv) {
  if (argc != 4) return usage(argv[0]);
  printf("%s\n", openblas_get_config());
  return trial(dot, atol(argv[1]), atoi(argv[2]), atof(argv[3]));
}
