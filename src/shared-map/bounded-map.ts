/**
 * The shared map under its public names, which are those of a Map. The algorithm has
 * names of its own, because verify/explorer tells methods apart by their names alone.
 */
import { LoadingMap } from "./loading-map.ts";
import type { SharedMap } from "./shared-map.ts";

export class BoundedMap<K, V> extends LoadingMap<K, V> implements SharedMap<K, V> {
  get(key: K): V | undefined {
    return this.lookUp(key);
  }

  has(key: K): boolean {
    return this.holds(key);
  }

  set(key: K, value: V): void {
    this.store(key, value);
  }

  delete(key: K): boolean {
    return this.remove(key);
  }

  clear(): void {
    this.removeAll();
  }
}
