/** A result as rows: the lab's, which its report uses too. */
export * from "../lab/rows.ts";
