/** The type of signals, for declarations that a project without the types of Node and the DOM can read. */

/** The type that the project gives to signals (Node's or the DOM's). Without one, what warren needs and what a signal of a context has. */
export type AbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : {
      readonly aborted: boolean;
      readonly reason: unknown;
      throwIfAborted(): void;
      addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
      removeEventListener(type: "abort", listener: () => void): void;
    };
