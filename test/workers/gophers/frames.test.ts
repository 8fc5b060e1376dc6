import { describe, expect, test } from "vitest";
import { frameBytes, HEADER_BYTES, readFrames, sealFrames, writeHeader } from "../../../workers/gophers/frames.ts";

/** A load of frames with the payloads given, in a shared buffer that does not begin at 0. */
function loadOf(payloads: readonly Uint8Array[]): Uint8Array {
  const size = payloads.reduce((total, payload) => total + frameBytes(payload.length), 0);
  const load = new Uint8Array(new SharedArrayBuffer(size + 8), 8);
  let at = 0;
  for (const [file, payload] of payloads.entries()) {
    load.set(payload, at + HEADER_BYTES);
    writeHeader(load, at, { file, offset: 2 ** 40 + file, last: file === 1, broken: file === 2 }, payload.length);
    at += frameBytes(payload.length);
  }
  return load;
}

const PAYLOADS = [Buffer.from("some bytes"), Buffer.alloc(0), Buffer.alloc(65_536, 7)];

describe("frames", () => {
  test("come out as they went in, once sealed", () => {
    const load = loadOf(PAYLOADS);
    expect(sealFrames(load)).toBe(0);
    const frames = [...readFrames(load)];
    expect(frames.map(({ file, offset, last, broken, intact }) => [file, offset, last, broken, intact])).toEqual([
      [0, 2 ** 40, false, false, true],
      [1, 2 ** 40 + 1, true, false, true],
      [2, 2 ** 40 + 2, false, true, true],
    ]);
    for (const [i, { payload }] of frames.entries()) expect(Buffer.from(payload)).toEqual(PAYLOADS[i]);
  });

  test("that were not sealed are not intact", () => {
    expect([...readFrames(loadOf(PAYLOADS))].some(({ intact }) => intact)).toBe(false);
  });

  test("show every changed byte of what they say and hold", () => {
    for (let at = 4; at < frameBytes(10); at++) {
      if (at >= 16 && at < 20) continue; // the length: found out below
      const load = loadOf([PAYLOADS[0]]);
      sealFrames(load);
      load[at] ^= 1;
      const padding = at >= 28 && at < HEADER_BYTES ? true : at >= HEADER_BYTES + 10;
      expect([...readFrames(load)][0].intact).toBe(padding);
      expect(sealFrames(load)).toBe(padding ? 0 : 1);
    }
  });

  test("that do not add up to the load are refused", () => {
    const load = loadOf(PAYLOADS);
    sealFrames(load);
    load[16] = 255;
    expect(() => [...readFrames(load)]).toThrow(/no frame at byte/);
    expect(() => sealFrames(new Uint8Array(64))).toThrow("no frame at byte 0 of a load of 64");
  });
});
