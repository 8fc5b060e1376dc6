/** Stands in for src/memory/compiled.ts: the source of the compiled functions, so that each of their accesses is a step. */
import { lengthOf as lengthIn, put as putOf, take as takeOf, putMany as putManyOf, takeMany as takeManyOf, sendBuffered as sendBufferedOf, recvBuffered as recvBufferedOf, sendManyBuffered as sendManyBufferedOf, recvManyBuffered as recvManyBufferedOf, sendUnbuffered as sendUnbufferedOf, recvUnbuffered as recvUnbufferedOf } from "../../../src/channel/exchange.ts";
import type { Compiled } from "../../../src/memory/compiled.ts";
import { endTask as endTaskOf, placeTask as placeTaskOf, takeTask as takeTaskOf, tryPush as tryPushOf } from "../../../src/scheduler/task-words.ts";
import { endListed as endListedOf } from "../../../src/wait/claims.ts";

export function compiledFor(_memory: unknown, i32: Int32Array): Compiled {
  return new FromSource(i32);
}

class FromSource implements Compiled {
  readonly i32: Int32Array;

  constructor(i32: Int32Array) {
    this.i32 = i32;
  }

  lengthOf(...p: Parameters<Compiled["lengthOf"]>): number {
    return lengthIn(this.i32, ...p);
  }

  put(...p: Parameters<Compiled["put"]>): number {
    return putOf(this.i32, ...p);
  }

  take(...p: Parameters<Compiled["take"]>): number {
    return takeOf(this.i32, ...p);
  }

  putMany(...p: Parameters<Compiled["putMany"]>): number {
    return putManyOf(this.i32, ...p);
  }

  takeMany(...p: Parameters<Compiled["takeMany"]>): number {
    return takeManyOf(this.i32, ...p);
  }

  sendBuffered(...p: Parameters<Compiled["sendBuffered"]>): number {
    return sendBufferedOf(this.i32, ...p);
  }

  recvBuffered(...p: Parameters<Compiled["recvBuffered"]>): number {
    return recvBufferedOf(this.i32, ...p);
  }

  sendManyBuffered(...p: Parameters<Compiled["sendManyBuffered"]>): number {
    return sendManyBufferedOf(this.i32, ...p);
  }

  recvManyBuffered(...p: Parameters<Compiled["recvManyBuffered"]>): number {
    return recvManyBufferedOf(this.i32, ...p);
  }

  sendUnbuffered(...p: Parameters<Compiled["sendUnbuffered"]>): number {
    return sendUnbufferedOf(this.i32, ...p);
  }

  recvUnbuffered(...p: Parameters<Compiled["recvUnbuffered"]>): number {
    return recvUnbufferedOf(this.i32, ...p);
  }

  endListed(...p: Parameters<Compiled["endListed"]>): number {
    return endListedOf(this.i32, ...p);
  }

  placeTask(...p: Parameters<Compiled["placeTask"]>): number {
    return placeTaskOf(this.i32, ...p);
  }

  tryPush(...p: Parameters<Compiled["tryPush"]>): number {
    return tryPushOf(this.i32, ...p);
  }

  takeTask(...p: Parameters<Compiled["takeTask"]>): number {
    return takeTaskOf(this.i32, ...p);
  }

  endTask(...p: Parameters<Compiled["endTask"]>): number {
    return endTaskOf(this.i32, ...p);
  }
}
