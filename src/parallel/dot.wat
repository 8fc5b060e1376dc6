;; dot.wat: the dot product of two float64 vectors in one shared memory.
;;
;; dot(a, b, n) -> f64
;;   a, b  byte addresses of the first elements, unsigned i32 (up to 4 GiB).
;;         Multiples of 8 by contract; wasm itself would accept any address.
;;   n     number of elements, unsigned, 0 allowed. Both vectors must lie inside
;;         the memory: kernel.ts checks it. Here a read outside traps, but a span
;;         that passes 4 GiB would wrap round to address 0.
;;
;; Invariant: the order of additions is a pure function of n. It depends on no
;; address, thread or earlier call, and uses no relaxed SIMD, so one n and one
;; pair of vectors give the same 64 bits every time and on every machine (which
;; NaN a NaN result is excepted).
;;
;; The order, with blocks = floor(n / 16) and half = 8 * blocks:
;;   1. Two streams are walked side by side: x = elements [0, half) and
;;      y = [half, 2 half). Each turn takes 8 elements (one 64-byte cache line of
;;      either vector) of x into $x0..$x3 and 8 of y into $y0..$y3, so that
;;      16 lanes hold a plain running sum of `blocks` products each.
;;   2. The lanes are added as a tree: x + y, then (0 + 2) + (1 + 3), then
;;      lane 0 + lane 1.
;;   3. The n mod 16 elements left are added one by one.
;; So a product goes through at most 1 + blocks + 4 + (n mod 16) roundings, the
;; multiplication included; dot-grid.ts turns that into an error bound.
;;
;; Why two streams: measured, at 64 MB vectors 1.0 of OpenBLAS's bandwidth instead
;; of 0.8, and no slower in the caches. The likely cause: a hardware prefetcher
;; follows a stream only to the end of its page; with two per vector another one
;; keeps the memory busy meanwhile.
;;
;; Not done, measured against OpenBLAS 0.3.21 on a Zen 3 with Node 24.21: one stream
;; per vector with 4, 8 or 16 accumulators (0.8-0.9); two streams with 4 or 16, four
;; streams, or a further unroll (1.0 as well; 16 accumulators and four streams lose
;; up to a tenth in the caches, V8 unrolls by itself); eight streams (0.75); touching
;; lines ahead (0.95, up to a fifth slower in the caches). f64x2.relaxed_madd would
;; fuse on some machines and not on others: the bits would differ.
;; A limit that stays: wasm has 128-bit vectors only, so inside the caches OpenBLAS,
;; with 256, is ahead: 0.8 of it at 2 x 256 KB, 0.4 at 2 x 8 KB.
;;
;; Compiled by scripts/build-wasm.ts into dot-wasm.ts.
(module
  (import "env" "memory" (memory 1 65536 shared))

  (func (export "dot") (param $a i32) (param $b i32) (param $n i32) (result f64)
    (local $turns i32)   ;; turns left, of 16 elements
    (local $ay i32)      ;; address of stream y in a; $a is stream x
    (local $by i32)      ;; address of stream y in b; $b is stream x
    (local $x0 v128) (local $x1 v128) (local $x2 v128) (local $x3 v128)
    (local $y0 v128) (local $y1 v128) (local $y2 v128) (local $y3 v128)
    (local $sum f64)

    (local.set $turns (i32.shr_u (local.get $n) (i32.const 4)))
    (local.set $n (i32.and (local.get $n) (i32.const 15)))
    ;; stream y starts 8 * blocks elements, 64 * blocks bytes, after stream x
    (local.set $ay (i32.add (local.get $a) (i32.shl (local.get $turns) (i32.const 6))))
    (local.set $by (i32.add (local.get $b) (i32.shl (local.get $turns) (i32.const 6))))

    (block $blocks_done
      (br_if $blocks_done (i32.eqz (local.get $turns)))
      (loop $turn
        (local.set $x0 (f64x2.add (local.get $x0)
          (f64x2.mul (v128.load (local.get $a)) (v128.load (local.get $b)))))
        (local.set $x1 (f64x2.add (local.get $x1)
          (f64x2.mul (v128.load offset=16 (local.get $a)) (v128.load offset=16 (local.get $b)))))
        (local.set $x2 (f64x2.add (local.get $x2)
          (f64x2.mul (v128.load offset=32 (local.get $a)) (v128.load offset=32 (local.get $b)))))
        (local.set $x3 (f64x2.add (local.get $x3)
          (f64x2.mul (v128.load offset=48 (local.get $a)) (v128.load offset=48 (local.get $b)))))
        (local.set $y0 (f64x2.add (local.get $y0)
          (f64x2.mul (v128.load (local.get $ay)) (v128.load (local.get $by)))))
        (local.set $y1 (f64x2.add (local.get $y1)
          (f64x2.mul (v128.load offset=16 (local.get $ay)) (v128.load offset=16 (local.get $by)))))
        (local.set $y2 (f64x2.add (local.get $y2)
          (f64x2.mul (v128.load offset=32 (local.get $ay)) (v128.load offset=32 (local.get $by)))))
        (local.set $y3 (f64x2.add (local.get $y3)
          (f64x2.mul (v128.load offset=48 (local.get $ay)) (v128.load offset=48 (local.get $by)))))
        (local.set $a (i32.add (local.get $a) (i32.const 64)))
        (local.set $b (i32.add (local.get $b) (i32.const 64)))
        (local.set $ay (i32.add (local.get $ay) (i32.const 64)))
        (local.set $by (i32.add (local.get $by) (i32.const 64)))
        (br_if $turn (local.tee $turns (i32.sub (local.get $turns) (i32.const 1))))))

    (local.set $x0 (f64x2.add (local.get $x0) (local.get $y0)))
    (local.set $x1 (f64x2.add (local.get $x1) (local.get $y1)))
    (local.set $x2 (f64x2.add (local.get $x2) (local.get $y2)))
    (local.set $x3 (f64x2.add (local.get $x3) (local.get $y3)))
    (local.set $x0 (f64x2.add
      (f64x2.add (local.get $x0) (local.get $x2))
      (f64x2.add (local.get $x1) (local.get $x3))))
    (local.set $sum (f64.add
      (f64x2.extract_lane 0 (local.get $x0))
      (f64x2.extract_lane 1 (local.get $x0))))

    ;; the tail begins where stream y ended
    (block $tail_done
      (br_if $tail_done (i32.eqz (local.get $n)))
      (loop $element
        (local.set $sum (f64.add (local.get $sum)
          (f64.mul (f64.load (local.get $ay)) (f64.load (local.get $by)))))
        (local.set $ay (i32.add (local.get $ay) (i32.const 8)))
        (local.set $by (i32.add (local.get $by) (i32.const 8)))
        (br_if $element (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))

    (local.get $sum)))
