/* Bandwidth of OpenBLAS's ddot in GB/s; its description for the argument "version".
   The number of threads comes from OPENBLAS_NUM_THREADS. */
#include <cblas.h>
#include "dot-trial.h"

static double dot(const double *a, const double *b, long n) { return cblas_ddot((int)n, a, 1, b, 1); }

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "version") == 0) return printf("%s\n", openblas_get_config()) < 0;
  if (argc != 3) return usage(argv[0]);
  return trial(dot, atol(argv[1]), atof(argv[2]));
}
