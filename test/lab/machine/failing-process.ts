/** A measuring process that fails. */
throw new Error(`no ${JSON.parse(process.argv[2] ?? "") as string} here`);
