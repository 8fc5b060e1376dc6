/** A command line that cannot be obeyed: one line that names the value and what is allowed. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A file of the user's that cannot be read or written. Exit code 1. */
export class FileError extends Error {
  override readonly name = "FileError";
}
