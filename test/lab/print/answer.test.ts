/** The answer in words: which structure it is about, and what makes it inexact. */
import { expect, test } from "vitest";
import { answerOf, inWords, noiseRemark } from "../../../src/lab/print/answer.ts";
import { fakeHeadline, fakeResult } from "../../cli/print/fake-result.ts";

test("with one structure next to the reference it needs no name; with several the sentence names the one it is about", async () => {
  const [wait] = answerOf(await fakeResult({ worlds: ["wait"], designs: ["G1", "G6"] }));
  expect(wait?.sentence).toMatch(/^structure gains 3\.\d\d×, threads add nothing$/);
  const several = answerOf(await fakeHeadline());
  expect(several.map(({ sentence }) => sentence)).toEqual([
    expect.stringMatching(/^the structure of G6 gains \d\.\d\d×, threads add nothing$/),
    expect.stringMatching(/^the structure of G6 alone gains nothing, but lets threads gain \d\.\d\d×$/),
    expect.stringMatching(/^the structure of G6 gains \d\.\d\d×, threads another \d\.\d\d×$/),
    expect.stringMatching(/^structure alone gains nothing, but lets threads gain \d\.\d\d×$/),
  ]);
});

test("a bar in words has its time and its gains", async () => {
  const [wait] = answerOf(await fakeResult({ worlds: ["wait"], designs: ["G1", "G6"] }));
  const said = wait?.bars.map(inWords) ?? [];
  expect(said[0]).toMatch(/^one gopher, 1 thread: \d+\.?\d* ms\.$/);
  expect(said[3]).toMatch(/^four gophers, 2 threads: [\d.]+ ms; structure [\d.]+ times, threads [\d.]+ times, together [\d.]+ times\.$/);
});

test("worlds say how exact their gains are, and which are noisy", async () => {
  const [quiet] = answerOf(await fakeResult({ worlds: ["cpu"] }));
  const [noisy] = answerOf(await fakeResult({ worlds: ["cpu"], noise: 0.8 }));
  expect(quiet && noiseRemark(quiet)).toMatch(/^±\d %$/);
  expect(noisy && noiseRemark(noisy)).toMatch(/^noisy: ±\d+ %$/);
});

test("a gain that is no larger than the control's, which cannot gain, is no clear difference", async () => {
  const result = await fakeResult({ worlds: ["cpu"], designs: ["G1", "G6"] });
  const said = (C: number, P0: number): string | undefined => answerOf({ ...result, gains: result.gains.map((gain) => ({ ...gain, C, P0, ci: { ...gain.ci, C: [C - 0.01, C + 0.01] as const } })) })[0]?.sentence;
  expect(said(0.9, 1)).toMatch(/^structure alone costs time/);
  expect(said(0.9, 0.88)).toMatch(/^structure alone makes no clear difference/);
  expect(said(0.9, 1.15)).toMatch(/^structure alone makes no clear difference/);
});
