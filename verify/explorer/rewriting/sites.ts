/** Places in the source where memory is touched: rewritten code names them by index. */
export interface Site {
  readonly path: string;
  readonly line: number;
  /** Function or method. */
  readonly within: string;
  readonly text: string;
}

/** All sites of the modules rewritten so far. */
export const sites: Site[] = [];

/** File, line and function. */
export function placeOf(site: number): string {
  const { path, line, within } = sites[site];
  return `${path.replace(/^.*\/|\.ts$/g, "")}:${line} ${within}`;
}
