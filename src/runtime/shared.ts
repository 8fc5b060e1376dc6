import type { SharedArray } from "../memory/shared-array.ts";

/**
 * Arrays in shared memory, zeroed: one copy that every thread sees, for data too
 * large to send or changed in place by many. @throws ERR_INVALID_ARGUMENT, ERR_ARENA_FULL, ERR_RUNTIME_STOPPED, ERR_NO_RUNTIME, ERR_WHICH_RUNTIME
 */
export interface SharedArrays {
  /** `length` numbers, a `Float64Array`; 8 bytes each. */
  float64(length: number): SharedArray<"f64">;
  /** `length` integers, an `Int32Array`; 4 bytes each. */
  int32(length: number): SharedArray<"i32">;
  /** `length` bytes, a `Uint8Array`. */
  bytes(length: number): SharedArray<"u8">;
}
