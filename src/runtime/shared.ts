import type { SharedArray } from "../memory/shared-array.ts";

/** Arrays in shared memory, zeroed. @throws ERR_INVALID_ARGUMENT, ERR_ARENA_FULL */
export interface SharedArrays {
  float64(length: number): SharedArray<"f64">;
  int32(length: number): SharedArray<"i32">;
  bytes(length: number): SharedArray<"u8">;
}
