/** A promise that knows whether its caller awaits it. */
export class Noticed<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  isAwaited = false;

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
  override then<A = T, B = never>(onResolved?: ((value: T) => A | PromiseLike<A>) | null, onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<A | B> {
    this.isAwaited = true;
    return super.then(onResolved, onRejected);
  }
}
// A program that prints it sees a promise.
Object.defineProperty(Noticed, "name", { value: "Promise" });
