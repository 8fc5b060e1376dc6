/** Numbers as people read them: the lab's, which its report uses too. */
export * from "../lab/text.ts";
